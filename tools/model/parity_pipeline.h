#ifndef ANIMATE_TOOLS_MODEL_PARITY_PIPELINE_H_
#define ANIMATE_TOOLS_MODEL_PARITY_PIPELINE_H_

#include "absl/status/statusor.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"
#include "engine/tensor/parameters.h"
#include "tools/model/parity_golden.h"
#include "tools/model/parity_networks.h"

namespace animate {

// Runs the whole pipeline as `run` says, on the pictures of `golden`, from the
// recorded noise ("in.latents" of `tensors`): image_embeds, ref_image_latents,
// pose_fea, noise_pred, step_latents, final_latents, timesteps and, if wanted,
// frames. Throws c10::Error.
absl::StatusOr<ParityResults> RunPipeline(const ModelBundle& models,
                                          const GoldenData& golden,
                                          const PipelineRun& run,
                                          const StateDict& tensors,
                                          const WantedOutputs& wanted,
                                          const PipelineOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_PIPELINE_H_
