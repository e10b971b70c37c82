#ifndef ANIMATE_ENGINE_TRAINING_VAE_GROWTH_H_
#define ANIMATE_ENGINE_TRAINING_VAE_GROWTH_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "engine/training/vae_files.h"

namespace animate {

// Returns a VAE of `config`, one level deeper than `source`, that has from it
// whatever lies outside the new level: a factor 8 from scratch does not leave
// the mean colours of its cells for hundreds of steps, a factor 4 learns soon
// and carries the picture that far. Copied: the encoder's conv_in and its
// levels with their downsamplers; the decoder's levels with their upsamplers,
// moved up by one; its last norm and conv_out. New, from `seed`: the deepest
// level, the mid blocks and what borders the latents.
// INVALID_ARGUMENT, field "grow_from", unless all but the deepest width of
// `config` and its layers_per_block are those of `source`.
absl::StatusOr<VaeModel> GrowVae(const VaeModel& source,
                                 const VaeConfig& config, uint64_t seed);

// Returns a VAE of `config` from scratch: VaeInit; the posterior begins narrow,
// with a logvar of `initial_logvar`, as unit noise on the latents drowns the
// first steps.
VaeModel NewVae(const VaeConfig& config, double initial_logvar, uint64_t seed);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_VAE_GROWTH_H_
