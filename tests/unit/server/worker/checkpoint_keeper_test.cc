#include "server/worker/checkpoint_keeper.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/error.h"
#include "server/queue/checkpoint_codec.h"
#include "tests/support/fake_clock.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"

namespace animate {
namespace {

constexpr int kSteps = 8;

AnimationCheckpoint At(int step) {
  AnimationCheckpoint checkpoint;
  checkpoint.step = step;
  checkpoint.shape = {1, 1, 1, 1, 1};
  checkpoint.latents = {0.25f};
  return checkpoint;
}

// Counts what is stored.
class CountingJobs : public MemoryJobs {
 public:
  CountingJobs() : MemoryJobs({}) {}
  absl::Status SaveCheckpoint(const Job&,
                              const JobCheckpoint& checkpoint) override {
    ++saved;
    last = checkpoint;
    return absl::OkStatus();
  }
  int saved = 0;
  JobCheckpoint last;
};

struct KeeperSite {
  explicit KeeperSite(absl::Duration interval) {
    job.spec = std::make_shared<const JobSpec>(SmallJobSpec({.steps = kSteps}));
    job.token = std::make_shared<CancellationToken>(clock);
    job.durable = true;
    keeper = std::make_unique<CheckpointKeeper>(jobs, job, clock, interval);
  }
  FakeClock clock;
  CountingJobs jobs;
  Job job;
  std::unique_ptr<CheckpointKeeper> keeper;
};

TEST(CheckpointKeeperTest, WantsNothingBeforeItBegins) {
  const KeeperSite site(absl::Seconds(30));
  EXPECT_FALSE(site.keeper->Wants(CheckpointMoment::kDenoised));
}

TEST(CheckpointKeeperTest, WantsAStepWhenTheIntervalIsOver) {
  KeeperSite site(absl::Seconds(30));
  site.keeper->Begin("here");
  site.clock.Advance(absl::Seconds(29));
  EXPECT_FALSE(site.keeper->Wants(CheckpointMoment::kStep));
  site.clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(site.keeper->Wants(CheckpointMoment::kStep));
  site.keeper->Save(At(3), absl::Seconds(30), absl::Seconds(5));
  EXPECT_FALSE(site.keeper->Wants(CheckpointMoment::kStep));
  EXPECT_EQ(site.jobs.last.step, 3);
  EXPECT_EQ(site.jobs.last.fingerprint, "here");
  EXPECT_EQ(DecodeCheckpoint(site.jobs.last.data)->device_time,
            absl::Seconds(35));
}

TEST(CheckpointKeeperTest, WithoutIntervalOnlyTheEndOfDenoisingIsWanted) {
  KeeperSite site(absl::ZeroDuration());
  site.keeper->Begin("here");
  site.clock.Advance(absl::Hours(1));
  EXPECT_FALSE(site.keeper->Wants(CheckpointMoment::kStep));
  EXPECT_TRUE(site.keeper->Wants(CheckpointMoment::kDenoised));
}

TEST(CheckpointKeeperTest, AStoppedRunIsKeptOnlyWhenTheServerStops) {
  KeeperSite cancelled(absl::Seconds(30));
  cancelled.keeper->Begin("here");
  EXPECT_FALSE(cancelled.keeper->Wants(CheckpointMoment::kStopped));
  cancelled.job.token->Cancel(MakeError(absl::StatusCode::kCancelled, "enough",
                                        {.reason = "CANCELLED"}));
  EXPECT_FALSE(cancelled.keeper->Wants(CheckpointMoment::kStopped));
  KeeperSite drained(absl::Seconds(30));
  drained.keeper->Begin("here");
  drained.job.token->Cancel(MakeError(absl::StatusCode::kUnavailable, "stop",
                                      {.reason = "DRAINING"}));
  EXPECT_TRUE(drained.keeper->Wants(CheckpointMoment::kStopped));
  EXPECT_TRUE(drained.keeper->paused());
}

TEST(CheckpointKeeperTest, AStepIsStoredOnce) {
  KeeperSite site(absl::Seconds(30));
  site.keeper->Begin("here");
  site.keeper->Save(At(3), absl::Seconds(30), {});
  site.keeper->Save(At(3), absl::Seconds(31), {});
  EXPECT_EQ(site.jobs.saved, 1);
}

TEST(CheckpointKeeperTest, KnowsWhatWouldBeLost) {
  KeeperSite site(absl::Seconds(30));
  site.keeper->Begin("here");
  EXPECT_EQ(site.keeper->LostOf(absl::Seconds(9)), absl::Seconds(9));
  site.keeper->Save(At(3), absl::Seconds(10), {});
  EXPECT_EQ(site.keeper->LostOf(absl::Seconds(12)), absl::Seconds(2));
  site.keeper->Save(At(kSteps), absl::Seconds(20), {});
  EXPECT_EQ(site.keeper->LostOf(absl::Seconds(25)), absl::ZeroDuration());
}

TEST(CheckpointKeeperTest, ResumesOnlyWhatItsLikeHasMade) {
  KeeperSite site(absl::Seconds(30));
  site.job.earlier.frames = 2;
  site.job.earlier.checkpoint = {
      .step = 5,
      .fingerprint = "here",
      .data = EncodeCheckpoint({.animation = At(5), .device_time = {}})};
  site.keeper->Begin("here");
  const auto resume = site.keeper->Resume();
  ASSERT_TRUE(resume.ok()) << resume.status();
  EXPECT_EQ(resume->checkpoint.step, 5);
  EXPECT_EQ(resume->first_frame, 2);
  site.keeper->Begin("there");
  const absl::Status refusal = site.keeper->Resume().status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refusal.message().find("there"), absl::string_view::npos);
  site.keeper->Begin("here");
  site.job.earlier.checkpoint->data = "nonsense";
  EXPECT_EQ(site.keeper->Resume().status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace animate
