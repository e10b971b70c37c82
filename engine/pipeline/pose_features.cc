#include "engine/pipeline/pose_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/image_tensor.h"

namespace animate {
namespace {

// What the features of all frames would need.
int64_t FeatureBytes(const ModelBundle& models, size_t frames, int width,
                     int height) {
  const int64_t factor = models.pose_guider.spatial_factor();
  return static_cast<int64_t>(frames) * models.pose_guider.out_channels() *
         (width / factor) * (height / factor) *
         static_cast<int64_t>(c10::elementSize(models.options.dtype));
}

at::Tensor IndexTensor(c10::ArrayRef<int64_t> frames, c10::Device device) {
  return at::tensor(frames).to(device);
}

bool IsRun(c10::ArrayRef<int64_t> frames) {
  for (size_t i = 1; i < frames.size(); ++i) {
    if (frames[i] != frames[i - 1] + 1) return false;
  }
  return !frames.empty();
}

}  // namespace

PoseFeatures::PoseFeatures(at::Tensor features)
    : features_(std::move(features)) {}

absl::StatusOr<PoseFeatures> PoseFeatures::Create(
    const ModelBundle& models, const std::vector<RgbImage>& poses, int width,
    int height, const PipelineOptions& options,
    const CancellationToken& token) {
  if (FeatureBytes(models, poses.size(), width, height) <=
      options.pose_feature_bytes) {
    ANIMATE_ASSIGN_OR_RETURN(
        at::Tensor features,
        EncodePoses(models, poses, width, height, options, token));
    return PoseFeatures(std::move(features));
  }
  at::Tensor pictures = at::empty(
      {static_cast<int64_t>(poses.size()), 3, height, width}, at::kByte);
  for (size_t i = 0; i < poses.size(); ++i) {
    ANIMATE_RETURN_IF_ERROR(token.Check());
    pictures.select(0, static_cast<int64_t>(i))
        .copy_(PoseGuiderPixels(poses[i], width, height).squeeze(0));
  }
  return PoseFeatures(models, std::move(pictures),
                      std::max(options.pose_batch_frames, 1));
}

at::Tensor PoseFeatures::Select(c10::ArrayRef<int64_t> frames) const {
  if (kept()) {
    const auto count = static_cast<int64_t>(frames.size());
    return IsRun(frames) ? features_.narrow(2, frames.front(), count)
                         : features_.index_select(
                               2, IndexTensor(frames, features_.device()));
  }
  std::vector<at::Tensor> features;  // each [1, C, f, h, w]
  const auto batch = static_cast<size_t>(batch_);
  for (size_t begin = 0; begin < frames.size(); begin += batch) {
    const c10::ArrayRef<int64_t> some =
        frames.slice(begin, std::min(batch, frames.size() - begin));
    const at::Tensor pixels =
        pictures_.index_select(0, IndexTensor(some, c10::kCPU));
    features.push_back(models_->pose_guider.Forward(
        PoseGuiderInput(pixels).transpose(0, 1).unsqueeze(0).to(
            models_->options.device, models_->options.dtype)));
  }
  return at::cat(features, 2);
}

int64_t PoseFeatures::num_frames() const {
  return kept() ? features_.size(2) : pictures_.size(0);
}

int64_t PoseFeatures::bytes() const {
  return static_cast<int64_t>((kept() ? features_ : pictures_).nbytes());
}

}  // namespace animate
