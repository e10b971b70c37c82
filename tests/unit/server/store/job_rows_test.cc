#include "server/store/job_rows.h"

#include <memory>

#include "engine/base/error.h"
#include "gtest/gtest.h"
#include "server/store/sqlite_schema.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

class JobRowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDatabase::Open(folder_ / "db");
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    ASSERT_TRUE(UpgradeStoreSchema(*database_).ok());
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(JobRowsTest, UpgradingTwiceChangesNothing) {
  StoredJob job;
  job.name = "jobs/a";
  JobRows rows(*database_);
  ASSERT_TRUE(rows.Insert(job, "a.inputs", 12).ok());
  ASSERT_TRUE(UpgradeStoreSchema(*database_).ok());
  EXPECT_EQ(rows.Get("jobs/a")->inputs_file, "a.inputs");
}

TEST_F(JobRowsTest, AnOlderSchemaIsUpgradedWithItsJobs) {
  StoredJob job;
  job.name = "jobs/a";
  JobRows rows(*database_);
  ASSERT_TRUE(rows.Insert(job, "a.inputs", 12).ok());
  // As version 1 was.
  ASSERT_TRUE(database_
                  ->Execute("ALTER TABLE job DROP COLUMN report; "
                            "PRAGMA user_version=1")
                  .ok());
  EXPECT_FALSE(rows.Get("jobs/a").ok());
  ASSERT_TRUE(UpgradeStoreSchema(*database_).ok());
  EXPECT_EQ(rows.Get("jobs/a")->inputs_file, "a.inputs");
  EXPECT_TRUE(rows.SetReport("jobs/a", "report").ok());
}

TEST_F(JobRowsTest, ANewerSchemaIsLeftAlone) {
  ASSERT_TRUE(database_->Execute("PRAGMA user_version=99").ok());
  const absl::Status status = UpgradeStoreSchema(*database_);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(status), "STORE_TOO_NEW");
}

TEST_F(JobRowsTest, NumbersAreNeverUsedTwice) {
  JobRows rows(*database_);
  StoredJob job;
  job.name = "jobs/a";
  ASSERT_TRUE(rows.Insert(job, "", 0).ok());
  const uint64_t first = rows.Get("jobs/a")->job.number;
  ASSERT_TRUE(rows.Delete("jobs/a").ok());
  ASSERT_TRUE(rows.Insert(job, "", 0).ok());
  EXPECT_GT(rows.Get("jobs/a")->job.number, first);
}

TEST_F(JobRowsTest, DeletingAJobDeletesItsFrames) {
  JobRows rows(*database_);
  StoredJob job;
  job.name = "jobs/a";
  ASSERT_TRUE(rows.Insert(job, "", 0).ok());
  ASSERT_TRUE(rows.InsertFrame(*rows.Get("jobs/a"), {}, 10).ok());
  EXPECT_EQ(rows.Get("jobs/a")->frames_bytes, 10);
  ASSERT_TRUE(rows.Delete("jobs/a").ok());
  auto count = database_->Prepare("SELECT count(*) FROM frame");
  ASSERT_TRUE(count.ok() && *(*count)->Step());
  EXPECT_EQ((*count)->Int(0), 0);
}

}  // namespace
}  // namespace animate
