#ifndef ANIMATE_ENGINE_WEIGHTS_KEY_MAPPING_H_
#define ANIMATE_ENGINE_WEIGHTS_KEY_MAPPING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Returns today's name of a key of an autoencoder's attention block, which
// was called "query", "key", "value", "proj_attn" before diffusers 0.18; any
// other key is returned as it is.
//   encoder.mid_block.attentions.0.query.weight
//     -> encoder.mid_block.attentions.0.to_q.weight
std::string CurrentVaeKey(absl::string_view key);

// Renames every key with CurrentVaeKey, and gives the attention projections,
// in old files 1x1 convolutions of shape [C, C, 1, 1], the shape [C, C] of a
// linear layer. FAILED_PRECONDITION when two keys become the same.
absl::StatusOr<StateDict> WithCurrentVaeKeys(const StateDict& state_dict);

// Drops "module." from the keys when all of them begin with it, as
// DistributedDataParallel leaves them.
StateDict WithoutModulePrefix(StateDict state_dict);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_KEY_MAPPING_H_
