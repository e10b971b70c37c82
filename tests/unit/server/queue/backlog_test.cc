#include "server/queue/backlog.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/job_specs.h"

namespace animate {
namespace {

// Jobs of 10 steps that take a second each, and nothing else.
struct Site {
  Site() {
    const AnimationSpec spec = SmallAnimationSpec({.num_frames = 1});
    costs.ObservePreparation(spec, absl::ZeroDuration());
    costs.ObserveFrame(spec, absl::ZeroDuration());
    costs.ObserveStep(spec, absl::Seconds(1));
  }

  uint64_t jobs = 0;
  uint64_t Add(int steps_done) {
    JobRecord record;
    record.number = ++jobs;
    record.snapshot.spec = std::make_shared<const JobSpec>(
        SmallJobSpec({.num_frames = 1, .steps = 10}));
    record.snapshot.progress.step = steps_done;
    return table.Add(std::move(record)).number;
  }

  void AddRunning(int steps_done) { running.insert(Add(steps_done)); }
  void AddWaiting(Priority priority) {
    waiting.Add(Add(0), priority, absl::ZeroDuration(),
                absl::InfiniteDuration());
  }

  Backlog backlog(int slots) const {
    return {table, waiting, running, costs, slots};
  }

  JobTable table;
  WaitingJobs waiting{absl::Minutes(5)};
  std::set<uint64_t> running;
  CostModel costs;
};

void ExpectSeconds(absl::Duration duration, double seconds) {
  EXPECT_NEAR(absl::ToDoubleSeconds(duration), seconds, 1e-6);
}

TEST(BacklogTest, IsNothingWhenIdle) {
  const Site site;
  ExpectSeconds(site.backlog(1).Total(), 0);
  ExpectSeconds(
      site.backlog(1).UntilStart(Priority::kBatch, absl::ZeroDuration()), 0);
  ExpectSeconds(site.backlog(1).UntilNextJobEnds(), 0);
}

TEST(BacklogTest, AddsUpWhatRunsAndWaits) {
  Site site;
  site.AddRunning(4);
  site.AddRunning(9);
  site.AddWaiting(Priority::kNormal);
  ExpectSeconds(site.backlog(2).RunningRemaining(), 7);
  ExpectSeconds(site.backlog(2).Total(), 17);
  ExpectSeconds(site.backlog(2).UntilNextJobEnds(), 1);
}

TEST(BacklogTest, OnlyJobsAheadDelayANewOneAndSlotsShareThem) {
  Site site;
  site.AddRunning(4);
  site.AddWaiting(Priority::kNormal);
  site.AddWaiting(Priority::kBatch);
  const absl::Duration now = absl::Seconds(1);
  const Backlog one = site.backlog(1);
  ExpectSeconds(one.UntilStart(Priority::kInteractive, now), 6);
  ExpectSeconds(one.UntilStart(Priority::kNormal, now), 16);
  ExpectSeconds(one.UntilStart(Priority::kBatch, now), 26);
  ExpectSeconds(site.backlog(2).UntilStart(Priority::kBatch, now), 13);
}

TEST(BacklogTest, AFreeSlotMeansNoWait) {
  Site site;
  site.AddRunning(0);
  ExpectSeconds(
      site.backlog(2).UntilStart(Priority::kBatch, absl::ZeroDuration()), 0);
}

}  // namespace
}  // namespace animate
