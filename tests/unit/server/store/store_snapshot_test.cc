#include "server/store/store_snapshot.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/error.h"
#include "server/store/sqlite_job_store.h"
#include "server/store/sqlite_schema.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using InUse = SqliteDatabase::InUse;

class StoreSnapshotTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<StoreSnapshot>> Take(InUse in_use) {
    return StoreSnapshot::Take(folder_ / "jobs.sqlite", in_use);
  }

  static absl::Status AddJob(SqliteJobStore& store, const std::string& name) {
    StoredJob job;
    job.name = name;
    return store.Insert(job, {"inputs"}).status();
  }

  TemporaryFolder folder_;
};

TEST_F(StoreSnapshotTest, StaysAsTheStoreWas) {
  const auto store = SqliteJobStore::Open(folder_.path());
  ASSERT_TRUE(AddJob(**store, "jobs/a").ok());
  const auto snapshot = Take(InUse::kByAServer);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_TRUE(AddJob(**store, "jobs/b").ok());
  ASSERT_TRUE((*store)->Delete("jobs/a").ok());
  EXPECT_EQ((*snapshot)->schema_version(), kStoreSchemaVersion);
  ASSERT_EQ((*snapshot)->rows().List()->size(), 1U);
  EXPECT_EQ((*snapshot)->rows().Get("jobs/a")->inputs_file, "a.inputs");
}

TEST_F(StoreSnapshotTest, AFileThatIsNoDatabaseIsCorrupt) {
  folder_.Write("jobs.sqlite", std::string(8192, 'x'));
  EXPECT_EQ(GetErrorReason(Take(InUse::kByNobody).status()), "STORE_CORRUPT");
}

TEST_F(StoreSnapshotTest, AMissingFileIsNotMade) {
  EXPECT_FALSE(Take(InUse::kByNobody).ok());
  EXPECT_FALSE(folder_.Has("jobs.sqlite"));
}

TEST_F(StoreSnapshotTest, PathsMayHoldWhatMeansSomethingInAUri) {
  const std::string strange = folder_ / "a%20?b#c";
  ASSERT_TRUE(SqliteJobStore::Open(strange).ok());
  const auto snapshot =
      StoreSnapshot::Take(strange + "/jobs.sqlite", InUse::kByNobody);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_TRUE((*snapshot)->rows().List()->empty());
}

}  // namespace
}  // namespace animate
