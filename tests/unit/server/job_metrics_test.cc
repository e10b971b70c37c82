#include "server/job_metrics.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

JobSnapshot Snapshot(JobState state) {
  JobSnapshot job;
  job.name = "jobs/1";
  job.state = state;
  job.spec = std::make_shared<const JobSpec>(SmallJobSpec());
  return job;
}

TEST(ToJobAccountingTest, TurnsReasonsIntoLabelsAndKeepsTheSums) {
  QueueStats stats;
  stats.submitted = 12;
  stats.refused = {{"QUEUE_FULL", 1}, {"DEADLINE_UNMEETABLE", 1}};
  stats.waiting = {{Priority::kBatch, 1}};
  stats.running = 1;
  stats.finished = {{{JobState::kSucceeded, ""}, 1},
                    {{JobState::kFailed, "BAD_REFERENCE_IMAGE"}, 2},
                    {{JobState::kFailed, "POSE_COUNT_MISMATCH"}, 3},
                    {{JobState::kFailed, "GPU_OOM"}, 1},
                    {{JobState::kExpired, "QUEUE_TIMEOUT"}, 1}};
  const JobAccounting books = ToJobAccounting(stats);
  EXPECT_EQ(books.submitted, 12);
  EXPECT_EQ(books.rejected.at("queue_full"), 1);
  EXPECT_EQ(books.rejected.at("deadline"), 1);
  EXPECT_EQ(books.waiting.at("batch"), 1);
  EXPECT_EQ(books.running, 1);
  using Ending = std::pair<std::string, std::string>;
  EXPECT_EQ(books.finished.at(Ending("succeeded", "none")), 1);
  EXPECT_EQ(books.finished.at(Ending("failed", "invalid_input")), 5);
  EXPECT_EQ(books.finished.at(Ending("failed", "gpu_oom")), 1);
  EXPECT_EQ(books.finished.at(Ending("expired", "queue_timeout")), 1);
}

TEST(JobMetricsTest, RecordsTheLifeOfAJob) {
  SetLogSink([](absl::string_view) {});
  FakeRecorder recorder;
  int finished = 0;
  JobMetrics metrics(recorder, [&] { ++finished; });
  metrics.OnSubmitted(Snapshot(JobState::kPending));
  metrics.OnStarted(Snapshot(JobState::kRunning), absl::Seconds(2));
  metrics.OnFirstFrame(Snapshot(JobState::kRunning), absl::Seconds(5));
  metrics.OnFinished(Snapshot(JobState::kSucceeded), absl::Seconds(9));
  EXPECT_EQ(recorder.Sum("QueueWait/normal"), 2);
  EXPECT_EQ(recorder.Sum("FirstFrame"), 5);
  EXPECT_EQ(recorder.Sum("JobFinished/succeeded"), 9);
  EXPECT_EQ(finished, 1);
  SetLogSink(nullptr);
}

TEST(JobMetricsTest, CountsWhatBecomesOfTheWorkOfEarlierProcesses) {
  SetLogSink([](absl::string_view) {});
  FakeRecorder recorder;
  JobMetrics metrics(recorder, [] {});
  metrics.OnRecovered(JobSnapshot(), RecoveryOutcome::kResumes);
  metrics.OnRecovered(JobSnapshot(), RecoveryOutcome::kPoisoned);
  metrics.OnWorkLost(JobSnapshot(), absl::Seconds(7));
  SetLogSink(nullptr);
  EXPECT_EQ(recorder.Count("JobRecovered/resumes"), 1);
  EXPECT_EQ(recorder.Count("JobRecovered/poisoned"), 1);
  EXPECT_EQ(recorder.Count("DeviceTimeWasted", WasteReason::kLost), 1);
  EXPECT_EQ(recorder.Sum("DeviceTimeWasted"), 7);
}

TEST(JobMetricsTest, OnlyOurOwnFaultsAreLoggedAsErrors) {
  std::vector<std::string> lines;
  SetLogSink([&](absl::string_view line) { lines.emplace_back(line); });
  FakeRecorder recorder;
  JobMetrics metrics(recorder, [] {});
  JobSnapshot job = Snapshot(JobState::kFailed);
  job.error = FieldError("inputs.reference", "broken", "BAD_REFERENCE_IMAGE");
  metrics.OnFinished(job, absl::Seconds(1));
  job.error = absl::InternalError("oops");
  metrics.OnFinished(job, absl::Seconds(1));
  SetLogSink(nullptr);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("\"severity\":\"INFO\""), std::string::npos);
  EXPECT_NE(lines[0].find("\"job\":\"jobs/1\""), std::string::npos);
  EXPECT_NE(lines[0].find("BAD_REFERENCE_IMAGE"), std::string::npos);
  EXPECT_NE(lines[1].find("\"severity\":\"ERROR\""), std::string::npos);
}

}  // namespace
}  // namespace animate
