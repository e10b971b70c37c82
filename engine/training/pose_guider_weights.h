#ifndef ANIMATE_ENGINE_TRAINING_POSE_GUIDER_WEIGHTS_H_
#define ANIMATE_ENGINE_TRAINING_POSE_GUIDER_WEIGHTS_H_

#include <cstdint>
#include <vector>

#include "engine/tensor/parameters.h"
#include "engine/training/stage_options.h"

namespace animate {

// How the last convolution of a new PoseGuider begins.
enum class PoseGuiderEnd {
  kKaiming,  // for UNets that are new, too: poses matter from the first step
  kZero,     // for UNets that already know something: nothing is disturbed
};

// Returns a new PoseGuider of form kPublic with these widths, which ends in
// `out_channels`; see PoseGuider for its keys. REQUIRES: at least one width.
StateDict NewPublicPoseGuider(const std::vector<int64_t>& channels,
                              int64_t out_channels, PoseGuiderEnd end,
                              uint64_t seed);

// Returns a new PoseGuider of form kPaper: normal weights of deviation 0.02 and
// a projection to `latent_channels` that begins at zero, as the paper has it.
// REQUIRES: at least one width.
StateDict NewPaperPoseGuider(const std::vector<int64_t>& channels,
                             int64_t latent_channels, uint64_t seed);

// Returns the weights of a PoseGuider in `weights`: those themselves, or the
// hint encoder of a ControlNet, whose last convolution begins anew at zero as
// the public implementation has it.
StateDict PoseGuiderFrom(const StateDict& weights);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_POSE_GUIDER_WEIGHTS_H_
