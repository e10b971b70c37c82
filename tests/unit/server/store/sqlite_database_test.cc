#include "server/store/sqlite_database.h"

#include <fstream>
#include <string>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

class SqliteDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteDatabase::Open(folder_ / "db");
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    ASSERT_TRUE(database_->Execute("CREATE TABLE t(a, b UNIQUE)").ok());
  }

  std::string Text(const std::string& query) {
    auto statement = database_->Prepare(query);
    EXPECT_TRUE(statement.ok()) << statement.status();
    EXPECT_TRUE(*(*statement)->Step());
    return (*statement)->Bytes(0);
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(SqliteDatabaseTest, SyncsEveryCommitToAWriteAheadLog) {
  EXPECT_EQ(Text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Text("PRAGMA synchronous"), "2");
  EXPECT_EQ(Text("PRAGMA foreign_keys"), "1");
}

TEST_F(SqliteDatabaseTest, BindsWhatItIsGiven) {
  auto insert = database_->Prepare("INSERT INTO t VALUES(?1, ?2)");
  ASSERT_TRUE(insert.ok());
  (*insert)->Bind(1, std::optional<int64_t>());
  (*insert)->BindBlob(2, std::string("a\0b", 3));
  ASSERT_TRUE((*insert)->Run().ok());
  EXPECT_EQ(database_->changes(), 1);
  auto query = database_->Prepare("SELECT a, b FROM t");
  ASSERT_TRUE(query.ok() && *(*query)->Step());
  EXPECT_TRUE((*query)->IsNull(0));
  EXPECT_EQ((*query)->OptionalInt64(0), std::nullopt);
  EXPECT_EQ((*query)->Bytes(1), std::string("a\0b", 3));
  EXPECT_FALSE(*(*query)->Step());
}

TEST_F(SqliteDatabaseTest, AFailedTransactionChangesNothing) {
  const absl::Status status = database_->Transaction([&]() -> absl::Status {
    ANIMATE_RETURN_IF_ERROR(database_->Execute("INSERT INTO t VALUES(1, 1)"));
    return database_->Execute("INSERT INTO t VALUES(2, 1)");
  });
  EXPECT_EQ(GetErrorReason(status), "STORE_FAILED");
  EXPECT_EQ(Text("SELECT count(*) FROM t"), "0");
  EXPECT_TRUE(database_->Execute("INSERT INTO t VALUES(1, 1)").ok());
}

TEST_F(SqliteDatabaseTest, AFileThatIsNoDatabaseIsCorrupt) {
  std::ofstream(folder_ / "other") << std::string(5000, 'x');
  const auto other = SqliteDatabase::Open(folder_ / "other");
  EXPECT_EQ(GetErrorReason(other.status()), "STORE_CORRUPT");
}

TEST_F(SqliteDatabaseTest, ASoundFileHasIntegrity) {
  EXPECT_TRUE(database_->CheckIntegrity().ok());
}

}  // namespace
}  // namespace animate
