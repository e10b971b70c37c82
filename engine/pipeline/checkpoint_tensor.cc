#include "engine/pipeline/checkpoint_tensor.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"

namespace animate {
namespace {

absl::Status BadCheckpoint(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the checkpoint ", message),
                   {.reason = "BAD_CHECKPOINT"});
}

}  // namespace

AnimationCheckpoint MakeCheckpoint(const at::Tensor& latents, int step,
                                   int windows_per_batch) {
  const at::Tensor values = latents.to(at::kCPU, at::kFloat).contiguous();
  AnimationCheckpoint checkpoint;
  checkpoint.step = step;
  checkpoint.windows_per_batch = windows_per_batch;
  std::copy(values.sizes().begin(), values.sizes().end(),
            checkpoint.shape.begin());
  const float* const begin = values.const_data_ptr<float>();
  checkpoint.latents.assign(begin, begin + values.numel());
  return checkpoint;
}

at::Tensor CheckpointLatents(const AnimationCheckpoint& checkpoint) {
  at::Tensor latents = at::empty(
      at::IntArrayRef(checkpoint.shape.data(), checkpoint.shape.size()),
      at::kFloat);
  std::copy(checkpoint.latents.begin(), checkpoint.latents.end(),
            latents.mutable_data_ptr<float>());
  return latents;
}

absl::Status CheckResumption(const AnimationResumption& resume,
                             const CheckpointShape& shape) {
  const AnimationCheckpoint& checkpoint = resume.checkpoint;
  const std::array<int64_t, 5> want = {1, shape.channels, shape.num_frames,
                                       shape.height, shape.width};
  if (checkpoint.shape != want) {
    return BadCheckpoint(absl::StrCat("has latents of ",
                                      absl::StrJoin(checkpoint.shape, "x"),
                                      ", want ", absl::StrJoin(want, "x")));
  }
  int64_t numel = 1;
  for (const int64_t size : want) numel *= size;
  if (static_cast<int64_t>(checkpoint.latents.size()) != numel) {
    return BadCheckpoint(absl::StrCat("has ", checkpoint.latents.size(),
                                      " values, want ", numel));
  }
  if (checkpoint.step < 1 || checkpoint.step > shape.num_steps) {
    return BadCheckpoint(
        absl::StrCat("is of step ", checkpoint.step, " of ", shape.num_steps));
  }
  if (checkpoint.windows_per_batch < 1) {
    return BadCheckpoint("is of no windows");
  }
  if (resume.first_frame < 0 || resume.first_frame > shape.num_frames) {
    return BadCheckpoint(absl::StrCat("comes with ", resume.first_frame,
                                      " frames of ", shape.num_frames));
  }
  if (!std::all_of(checkpoint.latents.begin(), checkpoint.latents.end(),
                   [](float value) { return std::isfinite(value); })) {
    return BadCheckpoint("holds values that are not finite");
  }
  return absl::OkStatus();
}

}  // namespace animate
