#ifndef ANIMATE_ENGINE_PIPELINE_POSE_FEATURES_H_
#define ANIMATE_ENGINE_PIPELINE_POSE_FEATURES_H_

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// What the PoseGuider makes of the poses of a clip. Computed once per job while
// that fits into PipelineOptions::pose_feature_bytes (a frame's features are as
// large as the first layer of the network); for longer clips the pictures are
// kept instead, at three bytes a pixel, and a window's features are computed
// whenever it is denoised: memory then hardly grows with the clip, for half a
// percent more work. Both ways give the same values. Immutable; refers to
// `models`, which must outlive it.
class PoseFeatures {
 public:
  // Polls `token` between batches and returns its error. Throws c10::Error.
  //   poses: any sizes; resized to width x height, multiples of
  //   info.size_multiple.
  static absl::StatusOr<PoseFeatures> Create(const ModelBundle& models,
                                             const std::vector<RgbImage>& poses,
                                             int width, int height,
                                             const PipelineOptions& options,
                                             const CancellationToken& token);

  // Features that are at hand: [1, C, F, h, w].
  explicit PoseFeatures(at::Tensor features);

  // Returns the features of `frames`, indices in [0, num_frames), in that
  // order: [1, C, n, h, w], of the network's type and device.
  at::Tensor Select(c10::ArrayRef<int64_t> frames) const;

  int64_t num_frames() const;

  // Whether features are kept; otherwise pictures are.
  bool kept() const { return features_.defined(); }

  // Memory held, bytes.
  int64_t bytes() const;

 private:
  PoseFeatures(const ModelBundle& models, at::Tensor pictures, int batch)
      : models_(&models), pictures_(std::move(pictures)), batch_(batch) {}

  at::Tensor features_;  // [1, C, F, h, w], or undefined

  // Where features are not kept:
  const ModelBundle* models_ = nullptr;
  at::Tensor pictures_;  // uint8 [F, 3, H, W], on the CPU
  int64_t batch_ = 1;    // frames that go through the PoseGuider together
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_POSE_FEATURES_H_
