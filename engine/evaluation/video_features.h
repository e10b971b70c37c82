#ifndef ANIMATE_ENGINE_EVALUATION_VIDEO_FEATURES_H_
#define ANIMATE_ENGINE_EVALUATION_VIDEO_FEATURES_H_

#include <memory>
#include <string>
#include <utility>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"

namespace animate {

// A network that describes clips by numbers, given by the user as TorchScript
// since its weights cannot be shipped: I3D for FVD, a three-dimensional ResNet
// for FID-VID. Its forward takes one tensor, float32 [B, 3, F, H, W] with
// values of 0 to 255, and returns [B, D]; arguments `rescale`, `resize` and
// `return_features`, as the I3D file in public use has them, are set to true,
// others must have defaults. Copies share the network. Not thread-safe.
class VideoFeatures {
 public:
  // NOT_FOUND when there is no such file, INVALID_ARGUMENT when it is no
  // TorchScript or its forward takes something else.
  static absl::StatusOr<VideoFeatures> Load(const std::string& path);

  // clips: as forward takes them -> fp32 [B, D] on the CPU. INVALID_ARGUMENT
  // when the network fails on these clips or returns something else, INTERNAL
  // when the features are not finite.
  absl::StatusOr<at::Tensor> Describe(const at::Tensor& clips) const;

  // The features of one clip: [1, D]. REQUIRES: at least one frame, all of one
  // size.
  absl::StatusOr<at::Tensor> Describe(absl::Span<const RgbImage> clip) const;

 private:
  struct Network;

  explicit VideoFeatures(std::shared_ptr<Network> network)
      : network_(std::move(network)) {}

  std::shared_ptr<Network> network_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_VIDEO_FEATURES_H_
