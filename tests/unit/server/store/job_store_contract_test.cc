// What every JobStore promises; a new kind of store joins at the end.
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/crc32c.h"
#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/memory_job_store.h"
#include "server/store/sqlite_job_store.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<JobStore>(const std::string& folder)> make;
};

StoredJob NewJob(const std::string& name, const std::string& request_id = "") {
  StoredJob job;
  job.name = name;
  job.principal = "ada";
  job.request_id = request_id;
  job.request_digest = std::string("\0\1digest", 8);
  job.spec = std::string("spec\0with zero", 14);
  job.create_time = absl::FromUnixMicros(1'700'000'000'123'456);
  return job;
}

StoredInputs SomeInputs() {
  return {std::string("ref\0erence", 10), "", std::string(100'000, 'p')};
}

EncodedFrame Frame(int index, const std::string& data) {
  return {.index = index,
          .format = OutputFormat::kWebp,
          .width = 512,
          .height = 784,
          .data = std::make_shared<const std::string>(data),
          .crc32c = Crc32c(data)};
}

JobStore::End EndOf(JobState state, const absl::Status& error) {
  return {.state = state,
          .error = error,
          .usage = {.device_time = absl::Seconds(3),
                    .wasted_device_time = absl::Milliseconds(1500)},
          .end_time = absl::FromUnixSeconds(1'700'000'100),
          .expire_time = absl::FromUnixSeconds(1'700'003'700)};
}

class JobStoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override { ASSERT_NE(store_, nullptr); }

  TemporaryFolder folder_;
  std::unique_ptr<JobStore> store_ = GetParam().make(folder_.path());
};

TEST_P(JobStoreContract, AnInsertedJobIsFoundAsItWasGiven) {
  const auto inserted =
      store_->Insert(NewJob("jobs/a", "request"), SomeInputs());
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  const auto job = store_->Get("jobs/a");
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->number, inserted->number);
  EXPECT_EQ(job->name, "jobs/a");
  EXPECT_EQ(job->principal, "ada");
  EXPECT_EQ(job->request_id, "request");
  EXPECT_EQ(job->request_digest, NewJob("").request_digest);
  EXPECT_EQ(job->spec, NewJob("").spec);
  EXPECT_EQ(job->state, JobState::kPending);
  EXPECT_EQ(job->attempt, 0);
  EXPECT_EQ(job->generation, 1);
  EXPECT_EQ(job->crashes, 0);
  EXPECT_EQ(job->frames, 0);
  EXPECT_EQ(job->create_time, NewJob("").create_time);
  EXPECT_EQ(job->start_time, std::nullopt);
  EXPECT_EQ(job->expire_time, std::nullopt);
}

TEST_P(JobStoreContract, InputsComeBackByteForByte) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  const auto inputs = store_->ReadInputs("jobs/a");
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ(*inputs, SomeInputs());
}

TEST_P(JobStoreContract, ARequestIdIsTakenOncePerPrincipal) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a", "r"), SomeInputs()).ok());
  const auto again = store_->Insert(NewJob("jobs/b", "r"), SomeInputs());
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetErrorReason(again.status()), "REQUEST_ID_REUSED");
  EXPECT_THAT(again.status().message(), HasSubstr("jobs/a"));
  EXPECT_FALSE(store_->Get("jobs/b").ok());

  StoredJob other = NewJob("jobs/c", "r");
  other.principal = "grace";
  EXPECT_TRUE(store_->Insert(other, SomeInputs()).ok());
  const auto found = store_->FindRequest("ada", "r");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->name, "jobs/a");
  const auto none = store_->FindRequest("ada", "other");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
}

TEST_P(JobStoreContract, JobsWithoutRequestIdDoNotCollide) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  ASSERT_TRUE(store_->Insert(NewJob("jobs/b"), SomeInputs()).ok());
  EXPECT_EQ(store_->Insert(NewJob("jobs/b"), SomeInputs()).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(store_->ReadInputs("jobs/b").ok());
}

TEST_P(JobStoreContract, ListsInTheOrderOfSubmission) {
  for (const char* name : {"jobs/z", "jobs/a", "jobs/m"}) {
    ASSERT_TRUE(store_->Insert(NewJob(name), SomeInputs()).ok());
  }
  const auto jobs = store_->List();
  ASSERT_TRUE(jobs.ok());
  std::vector<std::string> names;
  for (const StoredJob& job : *jobs) names.push_back(job.name);
  EXPECT_THAT(names, ElementsAre("jobs/z", "jobs/a", "jobs/m"));
}

TEST_P(JobStoreContract, RemembersThatAJobWasToldToStop) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  ASSERT_TRUE(store_->RecordStart("jobs/a", absl::Now()).ok());
  const absl::Status why = MakeError(absl::StatusCode::kCancelled, "enough",
                                     {.reason = "DISCONNECTED"});
  ASSERT_TRUE(store_->RecordStop("jobs/a", why).ok());
  EXPECT_EQ(store_->Get("jobs/a")->state, JobState::kCancelling);
  EXPECT_EQ(store_->Get("jobs/a")->error, why);
  EXPECT_TRUE(store_->ReadInputs("jobs/a").ok());
  EXPECT_EQ(GetErrorReason(store_->RecordStop("jobs/x", why)), "JOB_NOT_FOUND");
}

TEST_P(JobStoreContract, KeepsTheNewestReport) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  EXPECT_EQ(store_->Get("jobs/a")->report, "");
  const std::string report("re\0port", 7);
  ASSERT_TRUE(store_->RecordReport("jobs/a", "first").ok());
  ASSERT_TRUE(store_->RecordReport("jobs/a", report).ok());
  ASSERT_TRUE(
      store_->RecordEnd("jobs/a", EndOf(JobState::kSucceeded, {})).ok());
  EXPECT_EQ(store_->Get("jobs/a")->report, report);
  EXPECT_EQ(GetErrorReason(store_->RecordReport("jobs/x", "")),
            "JOB_NOT_FOUND");
}

TEST_P(JobStoreContract, KeepsTheNewestUsage) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  const JobUsage usage = {.device_time = absl::Milliseconds(2500),
                          .wasted_device_time = absl::Seconds(1)};
  ASSERT_TRUE(
      store_->RecordUsage("jobs/a", {.device_time = absl::Seconds(1)}).ok());
  ASSERT_TRUE(store_->RecordUsage("jobs/a", usage).ok());
  EXPECT_EQ(store_->Get("jobs/a")->usage.device_time, usage.device_time);
  EXPECT_EQ(store_->Get("jobs/a")->usage.wasted_device_time,
            usage.wasted_device_time);
  EXPECT_EQ(GetErrorReason(store_->RecordUsage("jobs/x", usage)),
            "JOB_NOT_FOUND");
}

TEST_P(JobStoreContract, HasRoomOnItsMedium) {
  const auto free = store_->FreeBytes();
  ASSERT_TRUE(free.ok()) << free.status();
  EXPECT_GT(*free, 0);
}

TEST_P(JobStoreContract, CountsAttemptsAndCrashes) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  const absl::Time start = absl::FromUnixSeconds(1'700'000'001);
  ASSERT_TRUE(store_->RecordStart("jobs/a", start).ok());
  ASSERT_TRUE(store_->RecordStart("jobs/a", start).ok());
  EXPECT_EQ(store_->Get("jobs/a")->state, JobState::kRunning);
  EXPECT_EQ(store_->Get("jobs/a")->attempt, 2);
  EXPECT_EQ(store_->Get("jobs/a")->crashes, 2);
  EXPECT_EQ(store_->Get("jobs/a")->start_time, start);
  ASSERT_TRUE(store_->RecordPause("jobs/a").ok());
  EXPECT_EQ(store_->Get("jobs/a")->state, JobState::kPending);
  EXPECT_EQ(store_->Get("jobs/a")->attempt, 2);
  EXPECT_EQ(store_->Get("jobs/a")->crashes, 0);
  EXPECT_EQ(store_->Get("jobs/a")->start_time, std::nullopt);
}

TEST_P(JobStoreContract, TheEndKeepsFramesAndDropsInputs) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, "zero")).ok());
  ASSERT_TRUE(store_->SaveCheckpoint("jobs/a", {.step = 1, .data = "x"}).ok());
  const absl::Status error =
      FieldError("spec.width", "is 3, want a multiple of 8", "INVALID_SIZE");
  ASSERT_TRUE(
      store_->RecordEnd("jobs/a", EndOf(JobState::kFailed, error)).ok());
  const auto job = store_->Get("jobs/a");
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->error, error);
  EXPECT_EQ(GetErrorReason(job->error), "INVALID_SIZE");
  EXPECT_EQ(job->usage.device_time, absl::Seconds(3));
  EXPECT_EQ(job->usage.wasted_device_time, absl::Milliseconds(1500));
  EXPECT_EQ(job->expire_time, absl::FromUnixSeconds(1'700'003'700));
  EXPECT_EQ(store_->ReadInputs("jobs/a").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(store_->LoadCheckpoint("jobs/a")->has_value());
  EXPECT_EQ(*store_->ReadFrame("jobs/a", 0)->data, "zero");
}

TEST_P(JobStoreContract, FramesComeBackAsTheyWere) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  const std::string large(300'000, 'x');
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, large)).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(1, "")).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(2, "two")).ok());
  EXPECT_EQ(store_->Get("jobs/a")->frames, 3);
  const auto frame = store_->ReadFrame("jobs/a", 0);
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(*frame->data, large);
  EXPECT_EQ(frame->index, 0);
  EXPECT_EQ(frame->format, OutputFormat::kWebp);
  EXPECT_EQ(frame->width, 512);
  EXPECT_EQ(frame->height, 784);
  EXPECT_EQ(frame->crc32c, Crc32c(large));
  EXPECT_EQ(*store_->ReadFrame("jobs/a", 1)->data, "");
  EXPECT_EQ(*store_->ReadFrame("jobs/a", 2)->data, "two");
}

TEST_P(JobStoreContract, FramesHaveNoGaps) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  EXPECT_EQ(store_->AppendFrame("jobs/a", Frame(1, "one")).code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, "zero")).ok());
  EXPECT_EQ(store_->AppendFrame("jobs/a", Frame(0, "zero")).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_->ReadFrame("jobs/a", 1).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(store_->ReadFrame("jobs/a", -1).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST_P(JobStoreContract, ANewGenerationBeginsWithoutFramesOrCheckpoint) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, "old")).ok());
  ASSERT_TRUE(store_->SaveCheckpoint("jobs/a", {.step = 1, .data = "x"}).ok());
  EXPECT_EQ(*store_->StartGeneration("jobs/a"), 2);
  EXPECT_EQ(store_->Get("jobs/a")->generation, 2);
  EXPECT_EQ(store_->Get("jobs/a")->frames, 0);
  EXPECT_FALSE(store_->LoadCheckpoint("jobs/a")->has_value());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, "new")).ok());
  EXPECT_EQ(*store_->ReadFrame("jobs/a", 0)->data, "new");
}

TEST_P(JobStoreContract, TheNewestCheckpointIsLoaded) {
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a"), SomeInputs()).ok());
  EXPECT_FALSE(store_->LoadCheckpoint("jobs/a")->has_value());
  for (int step : {3, 3, 7}) {
    JobCheckpoint checkpoint;
    checkpoint.step = step;
    checkpoint.fingerprint = "build";
    checkpoint.data = std::string(1000, static_cast<char>('a' + step));
    ASSERT_TRUE(store_->SaveCheckpoint("jobs/a", checkpoint).ok());
  }
  const auto loaded = store_->LoadCheckpoint("jobs/a");
  ASSERT_TRUE(loaded.ok() && loaded->has_value());
  EXPECT_EQ((*loaded)->step, 7);
  EXPECT_EQ((*loaded)->generation, 1);
  EXPECT_EQ((*loaded)->fingerprint, "build");
  EXPECT_EQ((*loaded)->data, std::string(1000, 'h'));
}

TEST_P(JobStoreContract, ADeletedJobIsForgottenAndItsSpaceIsBack) {
  EXPECT_EQ(store_->used_bytes(), 0);
  ASSERT_TRUE(store_->Insert(NewJob("jobs/a", "r"), SomeInputs()).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", Frame(0, "zero")).ok());
  ASSERT_TRUE(store_->SaveCheckpoint("jobs/a", {.step = 1, .data = "x"}).ok());
  EXPECT_GE(store_->used_bytes(), 100'010 + 5);
  ASSERT_TRUE(store_->Delete("jobs/a").ok());
  EXPECT_EQ(store_->used_bytes(), 0);
  EXPECT_EQ(store_->Get("jobs/a").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_->Insert(NewJob("jobs/b", "r"), SomeInputs()).ok());
}

TEST_P(JobStoreContract, UnknownNamesAreNotFound) {
  const auto expect_not_found = [](const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_EQ(GetErrorReason(status), "JOB_NOT_FOUND");
  };
  const std::string name = "jobs/nobody";
  expect_not_found(store_->Get(name).status());
  expect_not_found(store_->ReadInputs(name).status());
  expect_not_found(store_->RecordStart(name, absl::UnixEpoch()));
  expect_not_found(store_->RecordPause(name));
  expect_not_found(store_->RecordEnd(name, EndOf(JobState::kSucceeded, {})));
  expect_not_found(store_->StartGeneration(name).status());
  expect_not_found(store_->AppendFrame(name, Frame(0, "x")));
  expect_not_found(store_->ReadFrame(name, 0).status());
  expect_not_found(store_->SaveCheckpoint(name, {}));
  expect_not_found(store_->LoadCheckpoint(name).status());
  expect_not_found(store_->Delete(name));
}

TEST_P(JobStoreContract, ManyThreadsMayUseIt) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string name = "jobs/" + std::to_string(t * 100 + i);
        EXPECT_TRUE(store_->Insert(NewJob(name), SomeInputs()).ok());
        EXPECT_TRUE(store_->RecordStart(name, absl::UnixEpoch()).ok());
        EXPECT_TRUE(store_->AppendFrame(name, Frame(0, name)).ok());
        EXPECT_EQ(*store_->ReadFrame(name, 0)->data, name);
        EXPECT_TRUE(
            store_->RecordEnd(name, EndOf(JobState::kSucceeded, {})).ok());
        if (i % 2 == 0) {
          EXPECT_TRUE(store_->Delete(name).ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->List()->size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(
    Stores, JobStoreContract,
    ::testing::Values(
        StoreKind{"Memory",
                  [](const std::string&) -> std::unique_ptr<JobStore> {
                    return std::make_unique<MemoryJobStore>();
                  }},
        StoreKind{"Sqlite",
                  [](const std::string& folder) -> std::unique_ptr<JobStore> {
                    auto store = SqliteJobStore::Open(folder);
                    return store.ok() ? *std::move(store) : nullptr;
                  }}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace animate
