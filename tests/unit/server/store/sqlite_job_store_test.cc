#include "server/store/sqlite_job_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

StoredJob JobNamed(const std::string& name) {
  StoredJob job;
  job.name = name;
  job.spec = "spec of " + name;
  job.create_time = absl::FromUnixSeconds(1'700'000'000);
  return job;
}

StoredInputs InputsNamed(const std::string& name) {
  return {"reference of " + name, std::string(20'000, 'v') + name};
}

EncodedFrame FrameOf(const std::string& name, int index) {
  const auto data = std::make_shared<const std::string>(
      name + std::string(5'000, static_cast<char>('a' + index)));
  return {.index = index, .data = data, .crc32c = Crc32c(*data)};
}

class SqliteJobStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteJobStore> Open() {
    auto store = SqliteJobStore::Open(folder_.path());
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  std::vector<fs::path> SpoolFiles() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_ / "spool")) {
      files.push_back(entry.path());
    }
    return files;
  }

  TemporaryFolder folder_;
};

TEST_F(SqliteJobStoreTest, EverythingIsThereAfterOpeningAgain) {
  int64_t used = 0;
  {
    const auto store = Open();
    ASSERT_TRUE(store->Insert(JobNamed("jobs/a"), InputsNamed("a")).ok());
    ASSERT_TRUE(store->RecordStart("jobs/a", absl::UnixEpoch()).ok());
    ASSERT_TRUE(store->AppendFrame("jobs/a", FrameOf("a", 0)).ok());
    ASSERT_TRUE(
        store->SaveCheckpoint("jobs/a", {.step = 3, .data = "latents"}).ok());
    used = store->used_bytes();
  }
  const auto store = Open();
  EXPECT_EQ(store->used_bytes(), used);
  EXPECT_EQ(store->Get("jobs/a")->spec, "spec of jobs/a");
  EXPECT_EQ(store->Get("jobs/a")->crashes, 1);
  EXPECT_EQ(*store->ReadInputs("jobs/a"), InputsNamed("a"));
  EXPECT_EQ(*store->ReadFrame("jobs/a", 0)->data, *FrameOf("a", 0).data);
  EXPECT_EQ((*store->LoadCheckpoint("jobs/a"))->data, "latents");
  ASSERT_TRUE(store->AppendFrame("jobs/a", FrameOf("a", 1)).ok());
  EXPECT_EQ(*store->ReadFrame("jobs/a", 1)->data, *FrameOf("a", 1).data);
  EXPECT_TRUE(store->FindFaults()->empty());
}

TEST_F(SqliteJobStoreTest, JobsStoredTogetherDoNotGetInEachOthersWay) {
  constexpr int kThreads = 8;
  constexpr int kJobs = 10;
  std::atomic<int> stored{0};
  std::atomic<int> refused{0};
  int64_t used = 0;
  {
    const auto store = Open();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kJobs; ++i) {
          // The same request in all threads, under names of their own.
          const std::string uuid = absl::StrCat(thread, "-", i);
          StoredJob job = JobNamed("jobs/" + uuid);
          if (i % 2 == 0) job.request_id = absl::StrCat("request ", i);
          const auto result = store->Insert(job, InputsNamed(uuid));
          if (result.ok()) {
            EXPECT_EQ(result->name, job.name);
            ++stored;
          } else {
            EXPECT_EQ(GetErrorReason(result.status()), "REQUEST_ID_REUSED");
            ++refused;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    used = store->used_bytes();
  }
  EXPECT_EQ(stored, kJobs / 2 + kThreads * kJobs / 2);
  EXPECT_EQ(stored + refused, kThreads * kJobs);
  EXPECT_EQ(SpoolFiles().size(), static_cast<size_t>(stored));
  const auto store = Open();
  EXPECT_EQ(store->used_bytes(), used);
  const std::vector<StoredJob> jobs = *store->List();
  for (const StoredJob& job : jobs) {
    EXPECT_EQ(*store->ReadInputs(job.name), InputsNamed(job.name.substr(5)));
  }
  EXPECT_TRUE(store->FindFaults()->empty());
}

TEST_F(SqliteJobStoreTest, TakesJobsAfterTheOnlyOneHasEndedWithoutFrames) {
  const auto store = Open();
  ASSERT_TRUE(store->Insert(JobNamed("jobs/a"), InputsNamed("a")).ok());
  ASSERT_TRUE(store->RecordEnd("jobs/a", {.state = JobState::kCancelled}).ok());
  const auto next = store->Insert(JobNamed("jobs/b"), InputsNamed("b"));
  EXPECT_TRUE(next.ok()) << next.status();
}

TEST_F(SqliteJobStoreTest, WhatACrashLeftIsClearedAway) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->Insert(JobNamed("jobs/a"), InputsNamed("a")).ok());
  }
  std::ofstream(folder_ / "spool/unknown.inputs") << "half an upload";
  const auto store = Open();
  EXPECT_FALSE(fs::exists(folder_ / "spool/unknown.inputs"));
  EXPECT_TRUE(store->ReadInputs("jobs/a").ok());
}

TEST_F(SqliteJobStoreTest, ATornFrameIsOverwritten) {
  {
    const auto store = Open();
    ASSERT_TRUE(store->Insert(JobNamed("jobs/a"), InputsNamed("a")).ok());
    ASSERT_TRUE(store->AppendFrame("jobs/a", FrameOf("a", 0)).ok());
  }
  for (const fs::path& path : SpoolFiles()) {
    if (path.extension() != ".frames") continue;
    std::ofstream(path, std::ios::app) << "a frame that was never committed";
  }
  const auto store = Open();
  ASSERT_TRUE(store->AppendFrame("jobs/a", FrameOf("a", 1)).ok());
  EXPECT_EQ(*store->ReadFrame("jobs/a", 1)->data, *FrameOf("a", 1).data);
  EXPECT_TRUE(store->FindFaults()->empty());
}

TEST_F(SqliteJobStoreTest, NoFileIsLeftOfADeletedJob) {
  const auto store = Open();
  ASSERT_TRUE(store->Insert(JobNamed("jobs/a"), InputsNamed("a")).ok());
  ASSERT_TRUE(store->AppendFrame("jobs/a", FrameOf("a", 0)).ok());
  ASSERT_TRUE(store->SaveCheckpoint("jobs/a", {.step = 1, .data = "x"}).ok());
  EXPECT_EQ(SpoolFiles().size(), 3U);
  ASSERT_TRUE(store->Delete("jobs/a").ok());
  EXPECT_TRUE(SpoolFiles().empty());
}

TEST_F(SqliteJobStoreTest, ADamagedFileHurtsOnlyItsJob) {
  {
    const auto store = Open();
    for (const char* name : {"jobs/a", "jobs/b"}) {
      ASSERT_TRUE(store->Insert(JobNamed(name), InputsNamed(name)).ok());
    }
  }
  fs::resize_file(folder_ / "spool/a.inputs", 30);
  const auto store = Open();
  EXPECT_EQ(GetErrorReason(store->ReadInputs("jobs/a").status()),
            "STORE_CORRUPT");
  EXPECT_TRUE(store->ReadInputs("jobs/b").ok());
  const auto faults = store->FindFaults();
  ASSERT_TRUE(faults.ok());
  ASSERT_EQ(faults->size(), 1U);
  EXPECT_THAT(faults->front().message(), HasSubstr("a.inputs"));
}

TEST_F(SqliteJobStoreTest, ADamagedDatabaseIsRefused) {
  {
    const auto store = Open();
    for (int i = 0; i < 50; ++i) {
      const std::string name = "jobs/" + std::to_string(i);
      ASSERT_TRUE(store->Insert(JobNamed(name), InputsNamed(name)).ok());
    }
  }
  std::fstream file(folder_ / "jobs.sqlite",
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(8192, '\x5a');
  file.close();
  const auto store = SqliteJobStore::Open(folder_.path());
  EXPECT_EQ(GetErrorReason(store.status()), "STORE_CORRUPT");
}

TEST_F(SqliteJobStoreTest, NamesCannotLeaveTheSpool) {
  const auto store = Open();
  for (const char* name : {"jobs/../a", "jobs/a/b", "a", "jobs/", "jobs/a.b"}) {
    EXPECT_EQ(store->Insert(JobNamed(name), InputsNamed("a")).status().code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
  EXPECT_TRUE(SpoolFiles().empty());
}

// A process that is killed at a random moment, again and again: whatever it was
// told is stored must be there. It tells through a pipe, which survives it.
class KilledWriter {
 public:
  struct Report {
    char what = 0;  // 'i'nserted, 'f'rame stored, 'e'nded
    int job = 0;
    int frame = 0;
  };

  // Runs a writer until it has made `count` reports, kills it, and returns all
  // that it reported.
  static std::vector<Report> Run(const std::string& folder, int first_job,
                                 int count) {
    int pipe_ends[2];
    EXPECT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(pipe_ends[0]);
      Write(folder, first_job, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    std::vector<Report> reports;
    Report report;
    while (read(pipe_ends[0], &report, sizeof(report)) == sizeof(report)) {
      reports.push_back(report);
      if (--count == 0) kill(child, SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer failed by itself";
    close(pipe_ends[0]);
    return reports;
  }

 private:
  [[noreturn]] static void Write(const std::string& folder, int job,
                                 int pipe_end) {
    auto store = SqliteJobStore::Open(folder);
    if (!store.ok()) _exit(1);
    const auto tell = [pipe_end](const absl::Status& status, Report report) {
      if (!status.ok()) _exit(2);
      if (write(pipe_end, &report, sizeof(report)) < 0) _exit(3);
    };
    for (;; ++job) {
      const std::string name = "jobs/" + std::to_string(job);
      tell((*store)->Insert(JobNamed(name), InputsNamed(name)).status(),
           {'i', job, 0});
      for (int i = 0; i < 3; ++i) {
        tell((*store)->AppendFrame(name, FrameOf(name, i)), {'f', job, i});
      }
      tell((*store)->RecordEnd(name, {}), {'e', job, 0});
    }
  }
};

TEST_F(SqliteJobStoreTest, NothingAcknowledgedIsLostWhenKilled) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> life(1, 40);
  std::map<int, int> frames;  // acknowledged, by job
  std::map<int, bool> ended;
  int first_job = 0;
  for (int kills = 0; kills < 20; ++kills) {
    for (const auto& report :
         KilledWriter::Run(folder_.path(), first_job, life(random))) {
      if (report.what == 'i') frames[report.job] = 0;
      if (report.what == 'f') frames[report.job] = report.frame + 1;
      if (report.what == 'e') ended[report.job] = true;
    }
    first_job += 10'000;
  }
  const auto store = Open();
  EXPECT_TRUE(store->FindFaults()->empty());
  for (const auto& [job, count] : frames) {
    const std::string name = "jobs/" + std::to_string(job);
    const auto stored = store->Get(name);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_GE(stored->frames, count);
    EXPECT_TRUE(!ended[job] || IsTerminal(stored->state));
    for (int i = 0; i < stored->frames; ++i) {
      EXPECT_EQ(*store->ReadFrame(name, i)->data, *FrameOf(name, i).data);
    }
  }
}

}  // namespace
}  // namespace animate
