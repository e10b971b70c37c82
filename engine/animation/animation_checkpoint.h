#ifndef ANIMATE_ENGINE_ANIMATION_ANIMATION_CHECKPOINT_H_
#define ANIMATE_ENGINE_ANIMATION_ANIMATION_CHECKPOINT_H_

#include <array>
#include <cstdint>
#include <vector>

namespace animate {

// The state of an animation between two denoising steps: all that an Animator
// needs, besides the input, to go on from there as if it had never stopped.
// Sampling is deterministic after the first noise, so that is the latents. What
// comes before denoising is not in it: computed again it is the same.
struct AnimationCheckpoint {
  int step = 0;  // denoising steps done; all of them: only decoding is left

  // Windows that went through the network together. Where it follows from free
  // memory, another process would choose another number and round otherwise.
  int windows_per_batch = 1;

  std::array<int64_t, 5> shape{};  // [1, C, F, h, w]
  std::vector<float> latents;      // after `step`, row-major
};

// Where an animation goes on that an earlier run has begun.
struct AnimationResumption {
  AnimationCheckpoint checkpoint;
  int first_frame = 0;  // frames before it are there and not wanted again
};

// When an Animator can hand over its state.
enum class CheckpointMoment {
  kStep,      // after a denoising step that is not the last
  kDenoised,  // after the last one
  kStopped,   // the token has ended the run: as after the last complete step
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_ANIMATION_ANIMATION_CHECKPOINT_H_
