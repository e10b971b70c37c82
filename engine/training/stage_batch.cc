#include "engine/training/stage_batch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/image_tensor.h"

namespace animate {
namespace {

absl::Status Unusable(const TrainingClip& clip, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("clip ", clip.index, " (", clip.source, "): ", what),
      {.reason = "BAD_CLIP"});
}

absl::Status CheckStageClip(const TrainingClip& clip, const TrainingClip& first,
                            int multiple) {
  const RgbImage& size = first.reference;
  if (clip.frames.empty()) return Unusable(clip, "has no frames");
  if (clip.frames.size() != first.frames.size()) {
    return Unusable(clip, absl::StrCat("has ", clip.frames.size(),
                                       " frames, the first of its batch ",
                                       first.frames.size()));
  }
  if (clip.poses.size() != clip.frames.size()) {
    return Unusable(clip,
                    absl::StrCat("has ", clip.poses.size(), " skeletons for ",
                                 clip.frames.size(), " frames"));
  }
  if (size.empty() || size.width % multiple != 0 ||
      size.height % multiple != 0) {
    return Unusable(clip, absl::StrCat("sides must be multiples of ", multiple,
                                       ": got ", size.width, "x", size.height));
  }
  const auto same = [&size](const RgbImage& image) {
    return image.width == size.width && image.height == size.height;
  };
  bool all_same = same(clip.reference);
  for (const RgbImage& frame : clip.frames) all_same &= same(frame);
  for (const RgbImage& pose : clip.poses) all_same &= same(pose);
  return all_same ? absl::OkStatus()
                  : Unusable(clip, "has pictures of different sizes");
}

// [N, 3, H, W] in [0, 1].
at::Tensor Pictures(const std::vector<const RgbImage*>& images,
                    c10::Device device) {
  std::vector<at::Tensor> pixels;
  pixels.reserve(images.size());
  for (const RgbImage* image : images) pixels.push_back(PixelTensor(*image));
  const at::Tensor stacked = at::stack(pixels).to(device);  // [N, H, W, 3]
  return PoseGuiderInput(stacked.permute({0, 3, 1, 2}).contiguous());
}

}  // namespace

absl::StatusOr<StageBatch> MakeStageBatch(
    const std::vector<TrainingClip>& clips, const StageBatchFormat& format,
    c10::Device device) {
  std::vector<const RgbImage*> references;
  std::vector<const RgbImage*> targets;
  std::vector<const RgbImage*> poses;
  std::vector<at::Tensor> pixel_values;
  for (const TrainingClip& clip : clips) {
    ANIMATE_RETURN_IF_ERROR(
        CheckStageClip(clip, clips.front(), format.size_multiple));
    references.push_back(&clip.reference);
    for (const RgbImage& frame : clip.frames) targets.push_back(&frame);
    for (const RgbImage& pose : clip.poses) poses.push_back(&pose);
    pixel_values.push_back(ClipPixelValues(clip.reference, format.image_size));
  }
  if (clips.empty()) return absl::InvalidArgumentError("a batch has no clips");
  StageBatch batch;
  batch.clips = static_cast<int64_t>(clips.size());
  batch.frames = static_cast<int64_t>(clips.front().frames.size());
  batch.references = Pictures(references, device) * 2.0 - 1.0;
  batch.pixel_values = at::cat(pixel_values).to(device);
  batch.targets = Pictures(targets, device) * 2.0 - 1.0;
  batch.poses = Pictures(poses, device)
                    .unflatten(0, {batch.clips, batch.frames})
                    .transpose(1, 2)
                    .contiguous();
  return batch;
}

}  // namespace animate
