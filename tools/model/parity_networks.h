#ifndef ANIMATE_TOOLS_MODEL_PARITY_NETWORKS_H_
#define ANIMATE_TOOLS_MODEL_PARITY_NETWORKS_H_

#include <map>
#include <set>
#include <string>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/parameters.h"
#include "tools/model/parity_golden.h"

namespace animate {

// Computed values by the name of the recorded tensor, without "out.".
using ParityResults = std::map<std::string, at::Tensor>;

// Which recorded tensors to compute: names without "out.".
using WantedOutputs = std::set<std::string>;

// Makes the pixels of "preprocess": resized and normalised inputs, sizes taken
// from the recorded tensors. Names that need full_reference are left out when
// there is none.
ParityResults RunPreprocess(const GoldenData& golden, const StateDict& tensors,
                            const WantedOutputs& wanted);

// Runs one network on the recorded inputs ("in.*" of `tensors`), recording the
// submodules named "tap.*" in `wanted`. The kind is the file's name up to a
// suffix: pose_guider, clip, vae_encode, vae_decode, reference_unet…,
// denoising_unet…. NOT_FOUND for another kind; throws c10::Error.
absl::StatusOr<ParityResults> RunNetwork(const ModelBundle& models,
                                         const std::string& file,
                                         const StateDict& tensors,
                                         const WantedOutputs& wanted);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_NETWORKS_H_
