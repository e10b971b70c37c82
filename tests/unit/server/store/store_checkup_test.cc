#include "server/store/store_checkup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "server/store/sqlite_job_store.h"
#include "server/store/sqlite_schema.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kBudget = 1000;

// The line of a check; the first one that is not ok, if there are several.
CheckLine LineOf(const std::vector<CheckLine>& lines,
                 const std::string& check) {
  CheckLine found{"none", CheckResult::kOk, "", ""};
  for (const CheckLine& line : lines) {
    if (line.check != check) continue;
    if (line.result != CheckResult::kOk) return line;
    found = line;
  }
  return found;
}

CheckResult Worst(const std::vector<CheckLine>& lines) {
  CheckResult worst = CheckResult::kOk;
  for (const CheckLine& line : lines) worst = std::max(worst, line.result);
  return worst;
}

// Names, contents and times of all files.
std::map<std::string, std::pair<std::string, fs::file_time_type>> Inventory(
    const TemporaryFolder& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    const std::string name = fs::relative(entry.path(), folder.path()).string();
    files[name] = {entry.is_directory() ? "" : folder.Read(name),
                   entry.last_write_time()};
  }
  return files;
}

class StoreCheckupTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteJobStore> Open() {
    auto store = SqliteJobStore::Open(folder_.path());
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // A job that has run half-way.
  static void AddJob(SqliteJobStore& store, const std::string& name) {
    StoredJob job;
    job.name = name;
    ASSERT_TRUE(store.Insert(job, {"the reference", "the poses"}).ok());
    ASSERT_TRUE(store.RecordStart(name, absl::UnixEpoch()).ok());
    ASSERT_TRUE(
        store.SaveCheckpoint(name, {.step = 1, .data = "latents"}).ok());
    for (int i = 0; i < 2; ++i) {
      const auto data = std::make_shared<std::string>(absl::StrCat("frame", i));
      ASSERT_TRUE(
          store
              .AppendFrame(name,
                           {.index = i, .data = data, .crc32c = Crc32c(*data)})
              .ok());
    }
  }

  // A store that nobody has open, with one job of each kind.
  void MakeStore() {
    const auto store = Open();
    AddJob(*store, "jobs/running");
    AddJob(*store, "jobs/done");
    ASSERT_TRUE(store->RecordEnd("jobs/done", {}).ok());
  }

  std::vector<CheckLine> Check() const {
    return CheckStore(folder_.path(), kBudget);
  }

  // The spool file of `job` whose name ends with `ending`.
  fs::path SpoolFileOf(const std::string& ending) const {
    for (const auto& entry : fs::directory_iterator(folder_ / "spool")) {
      if (absl::EndsWith(entry.path().string(), ending)) return entry.path();
    }
    return {};
  }

  static void FlipLastByte(const fs::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-1, std::ios::end);
    const char last = static_cast<char>(file.get());
    file.seekp(-1, std::ios::end);
    file.put(static_cast<char>(last ^ 1));
  }

  TemporaryFolder folder_;
};

TEST_F(StoreCheckupTest, ASoundStoreIsOkAndStaysAsItWas) {
  MakeStore();
  const auto before = Inventory(folder_);
  const std::vector<CheckLine> lines = Check();
  EXPECT_EQ(Worst(lines), CheckResult::kOk);
  EXPECT_EQ(LineOf(lines, "store.jobs").found,
            "2 jobs: 1 running, 1 succeeded");
  EXPECT_TRUE(
      absl::StartsWith(LineOf(lines, "store.spool").found, "4 files, "));
  EXPECT_TRUE(
      absl::StrContains(LineOf(lines, "store.lock").found, "no server"));
  EXPECT_EQ(Inventory(folder_), before);
}

TEST_F(StoreCheckupTest, AStoreThatIsNotThereYetIsNoFault) {
  const std::vector<CheckLine> lines = CheckStore(folder_ / "none", kBudget);
  EXPECT_EQ(Worst(lines), CheckResult::kOk);
  EXPECT_FALSE(folder_.Has("none"));
  EXPECT_EQ(LineOf(lines, "store.database").check, "none");
}

TEST_F(StoreCheckupTest, AFlippedByteOfAnyFileNamesItsJob) {
  for (const char* ending : {".inputs", ".checkpoint", ".frames"}) {
    fs::remove_all(folder_ / "spool");
    fs::remove(folder_ / "jobs.sqlite");
    {
      const auto store = Open();
      AddJob(*store, "jobs/running");
    }
    FlipLastByte(SpoolFileOf(ending));
    const std::vector<CheckLine> lines = Check();
    const CheckLine line = LineOf(lines, "store.spool");
    EXPECT_EQ(line.result, CheckResult::kFailed) << ending;
    EXPECT_TRUE(absl::StartsWith(line.found, "jobs/running: ")) << line.found;
    EXPECT_TRUE(absl::StrContains(line.found, ending)) << line.found;
    EXPECT_FALSE(line.advice.empty());
    EXPECT_EQ(LineOf(lines, "store.database").result, CheckResult::kOk);
  }
}

TEST_F(StoreCheckupTest, AMissingFileIsAFault) {
  MakeStore();
  fs::remove(SpoolFileOf("running.inputs"));
  const CheckLine line = LineOf(Check(), "store.spool");
  EXPECT_EQ(line.result, CheckResult::kFailed);
  EXPECT_TRUE(absl::StrContains(line.found, "missing")) << line.found;
}

TEST_F(StoreCheckupTest, FilesOfNoJobAreRemainsOfACrash) {
  MakeStore();
  folder_.Write("spool/lost.inputs", "half an upload");
  const CheckLine line = LineOf(Check(), "store.orphans");
  EXPECT_EQ(line.result, CheckResult::kWarning);
  EXPECT_EQ(line.found, "1 files, 14 bytes, belong to no job");
  EXPECT_TRUE(folder_.Has("spool/lost.inputs"));
}

TEST_F(StoreCheckupTest, ANewerSchemaIsLeftAlone) {
  MakeStore();
  {
    const auto database = SqliteDatabase::Open(folder_ / "jobs.sqlite");
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=99").ok());
  }
  const auto before = Inventory(folder_);
  const CheckLine line = LineOf(Check(), "store.database");
  EXPECT_EQ(line.result, CheckResult::kFailed);
  EXPECT_TRUE(absl::StrContains(line.found, "99")) << line.found;
  EXPECT_TRUE(absl::StrContains(line.advice, "newer server"));
  EXPECT_EQ(Inventory(folder_), before);
}

TEST_F(StoreCheckupTest, AnOlderSchemaIsReadAndNotUpgraded) {
  {
    const auto database = SqliteDatabase::Open(folder_ / "jobs.sqlite");
    ASSERT_TRUE(UpgradeStoreSchema(**database).ok());
    ASSERT_TRUE((*database)
                    ->Execute("ALTER TABLE job DROP COLUMN report; "
                              "PRAGMA user_version=1")
                    .ok());
  }
  const auto before = Inventory(folder_);
  const std::vector<CheckLine> lines = Check();
  EXPECT_EQ(LineOf(lines, "store.database").result, CheckResult::kWarning);
  EXPECT_EQ(LineOf(lines, "store.jobs").found, "0 jobs");
  EXPECT_EQ(Inventory(folder_), before);
}

TEST_F(StoreCheckupTest, ADamagedDatabaseIsAFault) {
  MakeStore();
  std::fstream file(folder_ / "jobs.sqlite",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(4096, '\x5a');
  file.close();
  const CheckLine line = LineOf(Check(), "store.database");
  EXPECT_EQ(line.result, CheckResult::kFailed);
  EXPECT_TRUE(absl::StrContains(line.found, "jobs.sqlite")) << line.found;
}

TEST_F(StoreCheckupTest, AStoreInUseIsReadBesideItsServer) {
  const auto server = Open();
  AddJob(*server, "jobs/running");
  folder_.Write("spool/coming.inputs", "an upload that is not committed");
  const std::vector<CheckLine> lines = Check();
  EXPECT_EQ(Worst(lines), CheckResult::kOk);
  EXPECT_TRUE(
      absl::StrContains(LineOf(lines, "store.lock").found, "a server has"));
  EXPECT_EQ(LineOf(lines, "store.jobs").found, "1 jobs: 1 running");
  EXPECT_TRUE(server->FindFaults()->empty());
  ASSERT_TRUE(server->Delete("jobs/running").ok()) << "it can go on";
}

TEST_F(StoreCheckupTest, DamageIsFoundBesideAServer) {
  const auto server = Open();
  AddJob(*server, "jobs/running");
  FlipLastByte(SpoolFileOf(".frames"));
  EXPECT_EQ(LineOf(Check(), "store.spool").result, CheckResult::kFailed);
}

// A copy of an open store is what a kill leaves: the newest rows are only in
// the write-ahead log.
TEST_F(StoreCheckupTest, WhatAKillLeftInTheLogIsSeenAndLeftThere) {
  TemporaryFolder killed;
  {
    const auto server = Open();
    AddJob(*server, "jobs/running");
    fs::copy(
        folder_.path(), killed.path(),
        fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  ASSERT_GT(fs::file_size(killed / "jobs.sqlite-wal"), 0U);
  const auto before = Inventory(killed);
  const std::vector<CheckLine> lines = CheckStore(killed.path(), kBudget);
  EXPECT_EQ(LineOf(lines, "store.jobs").found, "1 jobs: 1 running");
  EXPECT_EQ(LineOf(lines, "store.spool").result, CheckResult::kOk);
  EXPECT_EQ(Inventory(killed), before);
}

TEST_F(StoreCheckupTest, ABudgetBeyondTheDiskIsAWarning) {
  MakeStore();
  const CheckLine line =
      LineOf(CheckStore(folder_.path(), int64_t{1} << 60), "store.space");
  EXPECT_EQ(line.result, CheckResult::kWarning);
  EXPECT_TRUE(absl::StrContains(line.advice, "--output-budget"));
}

TEST_F(StoreCheckupTest, AFileInTheWayIsAFault) {
  folder_.Write("spool", "a file");
  EXPECT_EQ(LineOf(Check(), "store.folder").result, CheckResult::kFailed);
}

TEST_F(StoreCheckupTest, AFolderOpenToEverybodyIsAWarning) {
  MakeStore();
  fs::permissions(folder_.path(), fs::perms::all);
  const CheckLine line = LineOf(Check(), "store.folder");
  EXPECT_EQ(line.result, CheckResult::kWarning);
  EXPECT_TRUE(absl::StrContains(line.advice, "chmod"));
}

}  // namespace
}  // namespace animate
