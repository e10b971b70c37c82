// A disk that others fill: what was accepted is finished, what is new refused,
// and all is well again once there is room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "tests/support/fragile_store.h"
#include "tests/support/job_specs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

absl::Status DiskFull() {
  return MakeError(absl::StatusCode::kResourceExhausted, "no space left",
                   {.reason = "SPOOL_FULL"});
}

class JobSpaceTest : public ::testing::Test {
 protected:
  JobSpaceTest() {
    SetLogSink([](absl::string_view) {});
  }
  ~JobSpaceTest() override { SetLogSink(nullptr); }

  absl::StatusOr<JobSnapshot> Submit(JobObserver* observer = nullptr) {
    return jobs_.Submit(SmallJobSpec(), {}, observer);
  }

  // Runs the next job to its end; returns its state.
  JobState RunOne() {
    std::unique_ptr<Job> job = jobs_.Take();
    const std::string name = job->name;
    const int frames = job->spec->animation->num_frames;
    absl::Status status;
    for (int i = 0; i < frames && status.ok(); ++i) {
      const auto data = std::make_shared<const std::string>("frame");
      status = jobs_.ReportFrame(*job, {.index = i, .data = data});
    }
    jobs_.Finish(std::move(job), status, {});
    return jobs_.Get(name)->state;
  }

  MemoryJobStore kept_;
  FragileStore store_{kept_};
  StoredJobManager jobs_{{}, store_};
};

TEST_F(JobSpaceTest, AcceptedJobsFinishWhileNewOnesAreRefused) {
  ASSERT_TRUE(Submit().ok());
  ASSERT_TRUE(Submit().ok());
  store_.SetFreeBytes(0);
  const absl::Status refusal = Submit().status();
  EXPECT_EQ(GetErrorReason(refusal), "SPOOL_FULL");
  EXPECT_THAT(refusal.message(), testing::HasSubstr("the disk is full"));
  EXPECT_TRUE(GetErrorDetails(refusal)->retry_after.has_value());
  EXPECT_EQ(RunOne(), JobState::kSucceeded);
  EXPECT_EQ(RunOne(), JobState::kSucceeded);
}

TEST_F(JobSpaceTest, RoomThatComesBackIsUsedWithoutARestart) {
  store_.SetFreeBytes(0);
  EXPECT_FALSE(Submit().ok());
  store_.SetFreeBytes(int64_t{1} << 30);
  EXPECT_TRUE(Submit().ok());
  EXPECT_EQ(RunOne(), JobState::kSucceeded);
  EXPECT_EQ(jobs_.stats().refused.at("SPOOL_FULL"), 1);
}

// Free space is only a forecast: the disk may fill while the inputs are
// written.
TEST_F(JobSpaceTest, AnUploadThatDoesNotFitIsRefusedUntilItDoes) {
  store_.Break(DiskFull());
  RecordingObserver observer;
  const absl::Status refusal = Submit(&observer).status();
  EXPECT_EQ(GetErrorReason(refusal), "SPOOL_FULL");
  EXPECT_TRUE(GetErrorDetails(refusal)->retry_after.has_value())
      << "the job is not too large, the disk is full for now";
  EXPECT_EQ(jobs_.stats().output_reserved_bytes, 0);
  EXPECT_FALSE(observer.ended());
  store_.Break(absl::OkStatus());
  EXPECT_TRUE(Submit().ok());
  EXPECT_EQ(RunOne(), JobState::kSucceeded);
}

TEST_F(JobSpaceTest, AFullDiskCostsOnlyTheJobThatWrites) {
  ASSERT_TRUE(Submit().ok());
  ASSERT_TRUE(Submit().ok());
  std::unique_ptr<Job> job = jobs_.Take();
  const std::string name = job->name;
  store_.Break(DiskFull());
  const auto data = std::make_shared<const std::string>("frame");
  const absl::Status status = jobs_.ReportFrame(*job, {.data = data});
  EXPECT_EQ(GetErrorReason(status), "SPOOL_FULL");
  jobs_.Finish(std::move(job), status, {});
  EXPECT_EQ(jobs_.Get(name)->state, JobState::kFailed);
  store_.Break(absl::OkStatus());
  EXPECT_EQ(RunOne(), JobState::kSucceeded);
}

TEST_F(JobSpaceTest, TheBooksBalanceThroughAllOfIt) {
  const auto unaccounted = [this] {
    const QueueStats stats = jobs_.stats();
    int64_t sum = stats.running;
    for (const auto& [reason, count] : stats.refused) sum += count;
    for (const auto& [priority, count] : stats.waiting) sum += count;
    for (const auto& [ending, count] : stats.finished) sum += count;
    return stats.submitted - sum;
  };
  ASSERT_TRUE(Submit().ok());
  store_.SetFreeBytes(0);
  EXPECT_FALSE(Submit().ok());
  EXPECT_EQ(unaccounted(), 0);
  store_.Break(DiskFull());
  EXPECT_FALSE(Submit().ok());
  EXPECT_EQ(RunOne(), JobState::kFailed);
  EXPECT_EQ(unaccounted(), 0);
}

}  // namespace
}  // namespace animate
