#ifndef ANIMATE_TESTS_RELIABILITY_PACED_ANIMATOR_H_
#define ANIMATE_TESTS_RELIABILITY_PACED_ANIMATOR_H_

#include <time.h>

#include <cstdint>
#include <cstdio>
#include <list>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/support/fake_animator.h"

namespace animate {

// A FakeAnimator that takes its time, as a device does: frames are a function
// of seed and index, what it costs is chosen here. The first run, which is the
// server's warm-up, takes no time.
class PacedAnimator : public FakeAnimator {
 public:
  struct Pace {
    absl::Duration prepare;  // all stages before denoising together
    absl::Duration step;
    absl::Duration frame;
    // Instead of sleeping through a step: so many rounds of arithmetic.
    int64_t rounds_per_step = 0;
    // Kept for ever by each run, for tests that look for leaks.
    int64_t leak_bytes = 0;
    // Gets a line per run: seed, seconds, CPU seconds of the thread.
    std::string journal;
  };

  explicit PacedAnimator(Pace pace) : pace_(std::move(pace)) {}

  absl::Status Animate(const AnimationInput& input,
                       const CancellationToken& token,
                       AnimationObserver& observer) override {
    if (!std::exchange(warm_, true)) {
      return FakeAnimator::Animate(input, token, observer);
    }
    if (pace_.leak_bytes > 0) {
      leaked_.emplace_back(static_cast<size_t>(pace_.leak_bytes), 'x');
    }
    const absl::Time start = absl::Now();
    const double cpu_start = ThreadCpuSeconds();
    PacedObserver paced(*this, observer);
    const absl::Status status = FakeAnimator::Animate(input, token, paced);
    Note(input.spec->seed, absl::Now() - start, ThreadCpuSeconds() - cpu_start);
    return status;
  }

  static double ThreadCpuSeconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) +
           1e-9 * static_cast<double>(time.tv_nsec);
  }

 private:
  class PacedObserver : public AnimationObserver {
   public:
    PacedObserver(PacedAnimator& animator, AnimationObserver& observer)
        : animator_(animator), observer_(observer) {}
    void OnStageStarted(EngineStage stage) override {
      observer_.OnStageStarted(stage);
      if (stage == EngineStage::kClip) absl::SleepFor(animator_.pace_.prepare);
    }
    void OnStageFinished(EngineStage stage, absl::Duration duration) override {
      observer_.OnStageFinished(stage, duration);
    }
    void OnStep(int step, int num_steps, absl::Duration) override {
      const absl::Time start = absl::Now();
      animator_.Work();
      observer_.OnStep(step, num_steps, absl::Now() - start);
    }
    void OnFrame(int index, RgbImage frame) override {
      absl::SleepFor(animator_.pace_.frame);
      observer_.OnFrame(index, std::move(frame));
    }
    bool WantsCheckpoint(CheckpointMoment moment) override {
      return observer_.WantsCheckpoint(moment);
    }
    void OnCheckpoint(AnimationCheckpoint checkpoint) override {
      observer_.OnCheckpoint(std::move(checkpoint));
    }

   private:
    PacedAnimator& animator_;
    AnimationObserver& observer_;
  };

  void Work() {
    absl::SleepFor(pace_.step);
    uint64_t x = work_;
    for (int64_t i = 0; i < pace_.rounds_per_step; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
    }
    work_ = x;
  }

  void Note(uint64_t seed, absl::Duration took, double cpu_seconds) const {
    if (pace_.journal.empty()) return;
    FILE* const file = std::fopen(pace_.journal.c_str(), "a");
    if (file == nullptr) return;
    std::fprintf(file, "%llu %.9f %.9f\n",
                 static_cast<unsigned long long>(seed),
                 absl::ToDoubleSeconds(took), cpu_seconds);
    std::fclose(file);
  }

  const Pace pace_;
  bool warm_ = false;
  volatile uint64_t work_ = 1;
  std::list<std::string> leaked_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_PACED_ANIMATOR_H_
