#ifndef ANIMATE_TESTS_SUPPORT_FAKE_ANIMATOR_H_
#define ANIMATE_TESTS_SUPPORT_FAKE_ANIMATOR_H_

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/animation/animator.h"
#include "engine/base/error.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"

namespace animate {

// An Animator without networks: goes through the real one's stages, steps and
// frames at once, polls the token where the real one does, and stops where a
// test asks it to. Frame i is uniformly coloured FakeAnimator::Shade(seed, i).
// Its checkpoints hold the seed and the step.
//
// The control functions are thread-safe and may be called from any thread.
class FakeAnimator : public Animator {
 public:
  // A point in the work: before step k (1-based), or before frame k (0-based).
  enum class Point { kStep, kFrame };

  explicit FakeAnimator(ModelInfo info = DefaultInfo())
      : info_(std::move(info)) {}

  static ModelInfo DefaultInfo() {
    ModelInfo info;
    info.name = "fake";
    info.digest = std::string(64, '0');
    info.device = "cpu";
    info.dtype = "float32";
    info.fingerprint = "fake";
    info.parameters = 1;
    return info;
  }

  static uint8_t Shade(uint64_t seed, int index) {
    return static_cast<uint8_t>((seed * 31 + static_cast<uint64_t>(index) * 7) %
                                256);
  }

  const ModelInfo& info() const override { return info_; }

  std::optional<DeviceMemory> device_memory() const override {
    MutexLock lock(mutex_);
    return device_memory_;
  }

  // What device_memory says from here on; nothing before.
  void SetDeviceMemory(const DeviceMemory& memory) {
    MutexLock lock(mutex_);
    device_memory_ = memory;
  }

  // The poses of the last run.
  std::vector<RgbImage> last_poses() const {
    MutexLock lock(mutex_);
    return last_poses_;
  }

  // Animate will wait at that point of every later run until Release.
  void HoldAt(Point point, int number) {
    MutexLock lock(mutex_);
    hold_ = {point, number};
    held_ = true;
  }

  // A run that is told to stop does not wait any longer.
  void EndHoldWithToken() {
    MutexLock lock(mutex_);
    hold_ends_with_token_ = true;
  }

  // Lets a waiting run go on, and later ones pass.
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.SignalAll();
  }

  // Blocks until a run waits at the point given to HoldAt.
  void AwaitHeld() {
    MutexLock lock(mutex_);
    while (!waiting_) changed_.Wait(mutex_);
  }

  // Lets a waiting run take one more step or frame and wait again; returns
  // when it does, or when the run has ended.
  void Advance() {
    MutexLock lock(mutex_);
    while (!waiting_) changed_.Wait(mutex_);
    ++hold_.number;
    waiting_ = false;
    changed_.SignalAll();
    const int run = runs_ended_;
    while (!waiting_ && run == runs_ended_) changed_.Wait(mutex_);
  }

  // The next run returns `error` before step `step`.
  void FailAtStep(int step, absl::Status error) {
    MutexLock lock(mutex_);
    fail_step_ = step;
    failure_ = std::move(error);
  }

  // The next run throws before step `step`.
  void ThrowAtStep(int step) {
    MutexLock lock(mutex_);
    throw_step_ = step;
  }

  // Called before each step, on the thread that runs; for tests that move a
  // FakeClock. Set before the first run.
  void OnEachStep(std::function<void()> call) { on_step_ = std::move(call); }

  int runs_started() const {
    MutexLock lock(mutex_);
    return runs_started_;
  }

  // Denoising steps completed in all runs.
  int steps_done() const {
    MutexLock lock(mutex_);
    return steps_done_;
  }

  absl::Status Animate(const AnimationInput& input,
                       const CancellationToken& token,
                       AnimationObserver& observer) override {
    {
      MutexLock lock(mutex_);
      ++runs_started_;
      last_poses_ = input.poses;
    }
    const RunEnd end(*this);
    const AnimationParameters& spec = *input.spec;
    if (input.resume.has_value() &&
        input.resume->checkpoint.latents !=
            Checkpoint(spec, input.resume->checkpoint.step).latents) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       "a checkpoint of another job",
                       {.reason = "BAD_CHECKPOINT"});
    }
    const int done =
        input.resume.has_value() ? input.resume->checkpoint.step : 0;
    if (done < spec.num_inference_steps) {
      for (const EngineStage stage :
           {EngineStage::kClip, EngineStage::kVaeEncode,
            EngineStage::kReference, EngineStage::kPose}) {
        observer.OnStageStarted(stage);
        observer.OnStageFinished(stage, absl::Milliseconds(1));
      }
      ANIMATE_RETURN_IF_ERROR(Denoise(spec, done, token, observer));
    }
    return Decode(spec,
                  input.resume.has_value() ? input.resume->first_frame : 0,
                  token, observer);
  }

 private:
  struct Hold {
    Point point = Point::kStep;
    int number = 0;
  };

  // Notes the end of a run however it ends.
  class RunEnd {
   public:
    explicit RunEnd(FakeAnimator& animator) : animator_(animator) {}
    ~RunEnd() {
      MutexLock lock(animator_.mutex_);
      ++animator_.runs_ended_;
      animator_.changed_.SignalAll();
    }
    RunEnd(const RunEnd&) = delete;
    RunEnd& operator=(const RunEnd&) = delete;

   private:
    FakeAnimator& animator_;
  };

  static AnimationCheckpoint Checkpoint(const AnimationParameters& spec,
                                        int step) {
    AnimationCheckpoint checkpoint;
    checkpoint.step = step;
    checkpoint.shape = {1, 2, 1, 1, 1};
    checkpoint.latents = {static_cast<float>(spec.seed),
                          static_cast<float>(step)};
    return checkpoint;
  }

  absl::Status Denoise(const AnimationParameters& spec, int done,
                       const CancellationToken& token,
                       AnimationObserver& observer) {
    observer.OnStageStarted(EngineStage::kDenoise);
    const auto offer = [&](CheckpointMoment moment, int step) {
      if (step > done && observer.WantsCheckpoint(moment)) {
        observer.OnCheckpoint(Checkpoint(spec, step));
      }
    };
    for (int step = done + 1; step <= spec.num_inference_steps; ++step) {
      if (on_step_) on_step_();
      WaitWhileHeld(Point::kStep, step, token);
      if (absl::Status status = token.Check(); !status.ok()) {
        offer(CheckpointMoment::kStopped, step - 1);
        return status;
      }
      ANIMATE_RETURN_IF_ERROR(MaybeFail(step));
      observer.OnStep(step, spec.num_inference_steps, absl::Milliseconds(1));
      const bool last = step == spec.num_inference_steps;
      offer(last ? CheckpointMoment::kDenoised : CheckpointMoment::kStep, step);
      MutexLock lock(mutex_);
      ++steps_done_;
    }
    observer.OnStageFinished(EngineStage::kDenoise, absl::Milliseconds(1));
    return absl::OkStatus();
  }

  absl::Status Decode(const AnimationParameters& spec, int first_frame,
                      const CancellationToken& token,
                      AnimationObserver& observer) {
    observer.OnStageStarted(EngineStage::kVaeDecode);
    for (int index = first_frame; index < spec.num_frames; ++index) {
      WaitWhileHeld(Point::kFrame, index, token);
      ANIMATE_RETURN_IF_ERROR(token.Check());
      RgbImage frame(spec.width, spec.height);
      std::fill(frame.pixels.begin(), frame.pixels.end(),
                Shade(spec.seed, index));
      observer.OnFrame(index, std::move(frame));
    }
    observer.OnStageFinished(EngineStage::kVaeDecode, absl::Milliseconds(1));
    return absl::OkStatus();
  }

  void WaitWhileHeld(Point point, int number, const CancellationToken& token) {
    MutexLock lock(mutex_);
    while (held_ && hold_.point == point && number >= hold_.number) {
      waiting_ = true;
      changed_.SignalAll();
      if (!hold_ends_with_token_) {
        changed_.Wait(mutex_);
      } else if (token.Check().ok()) {
        changed_.WaitWithTimeout(mutex_, absl::Milliseconds(1));
      } else {
        break;
      }
    }
    waiting_ = false;
  }

  absl::Status MaybeFail(int step) {
    MutexLock lock(mutex_);
    if (step == throw_step_) {
      throw_step_ = 0;
      throw std::runtime_error("thrown by FakeAnimator");
    }
    if (step != fail_step_) return absl::OkStatus();
    fail_step_ = 0;
    return failure_;
  }

  const ModelInfo info_;
  std::optional<DeviceMemory> device_memory_ ABSL_GUARDED_BY(mutex_);
  std::vector<RgbImage> last_poses_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> on_step_;

  mutable Mutex mutex_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool hold_ends_with_token_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  Hold hold_ ABSL_GUARDED_BY(mutex_);
  int fail_step_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  int throw_step_ ABSL_GUARDED_BY(mutex_) = 0;
  int runs_started_ ABSL_GUARDED_BY(mutex_) = 0;
  int runs_ended_ ABSL_GUARDED_BY(mutex_) = 0;
  int steps_done_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_FAKE_ANIMATOR_H_
