#include "engine/evaluation/lpips.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/state_dict.h"

namespace animate {
namespace {

// A convolution of torchvision's `features`, by its place there.
struct LayerPlan {
  int slice;  // from 1
  int place;
  int64_t in_channels;
  int64_t out_channels;
  bool pool_before;
  nn::ConvGeometry geometry;
};

std::vector<LayerPlan> AlexPlan() {
  return {
      {1, 0, 3, 64, false, {.kernel_size = 11, .stride = 4, .padding = 2}},
      {2, 3, 64, 192, true, {.kernel_size = 5, .stride = 1, .padding = 2}},
      {3, 6, 192, 384, true, {}},
      {4, 8, 384, 256, false, {}},
      {5, 10, 256, 256, false, {}},
  };
}

std::vector<LayerPlan> VggPlan() {
  std::vector<LayerPlan> plan;
  const std::vector<std::vector<int>> places = {
      {0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};
  constexpr int64_t kWidths[] = {64, 128, 256, 512, 512};
  int64_t channels = 3;
  for (size_t slice = 0; slice < places.size(); ++slice) {
    for (const int place : places[slice]) {
      const bool pool = slice > 0 && place == places[slice].front();
      plan.push_back({static_cast<int>(slice) + 1,
                      place,
                      channels,
                      kWidths[slice],
                      pool,
                      {}});
      channels = kWidths[slice];
    }
  }
  return plan;
}

// Pools as the network's own: 3x3 in AlexNet, 2x2 in VGG, every second place.
at::Tensor Pool(const at::Tensor& x, LpipsNetwork network) {
  const int64_t kernel = network == LpipsNetwork::kAlex ? 3 : 2;
  return at::max_pool2d(x, {kernel, kernel}, {2, 2});
}

// Scales each pixel's features to length 1.
at::Tensor UnitLength(const at::Tensor& features) {
  constexpr double kEpsilon = 1e-10;
  const at::Tensor length =
      (features * features).sum({1}, /*keepdim=*/true).sqrt();
  return features / (length + kEpsilon);
}

// [1, 3, H, W].
at::Tensor PictureTensor(const RgbImage& image, LpipsRange range) {
  const at::Tensor pixels =
      at::from_blob(const_cast<uint8_t*>(image.pixels.data()),
                    {image.height, image.width, 3}, at::kByte);
  const at::Tensor levels = pixels.to(at::kFloat) / 255.0;
  return (range == LpipsRange::kZeroToOne ? levels : levels * 2.0 - 1.0)
      .permute({2, 0, 1})
      .unsqueeze(0);
}

}  // namespace

Lpips::Lpips(const Scope& scope, LpipsNetwork network) : network_(network) {
  const std::vector<LayerPlan> plan =
      network == LpipsNetwork::kAlex ? AlexPlan() : VggPlan();
  for (size_t i = 0; i < plan.size(); ++i) {
    const LayerPlan& layer = plan[i];
    const bool last = i + 1 == plan.size() || plan[i + 1].slice != layer.slice;
    const Scope place =
        scope / "net" / absl::StrCat("slice", layer.slice) / layer.place;
    layers_.push_back({.pool_before = layer.pool_before,
                       .is_last_of_slice = last,
                       .conv = nn::Conv2d(place, layer.in_channels,
                                          layer.out_channels, layer.geometry)});
    if (!last) continue;
    const int head = layer.slice - 1;
    channel_weights_.push_back(
        (scope / absl::StrCat("lin", head))
            .Get("model.1.weight", {1, layer.out_channels, 1, 1}));
    // The package lists its heads a second time.
    scope.Ignore(absl::StrCat("lins.", head, ".model.1.weight"));
  }
  shift_ = scope.Get("scaling_layer.shift", {1, 3, 1, 1});
  scale_ = scope.Get("scaling_layer.scale", {1, 3, 1, 1});
}

absl::StatusOr<Lpips> Lpips::Create(StateDict weights) {
  Parameters parameters(std::move(weights));
  const std::vector<int64_t> first = parameters.Shape("net.slice1.0.weight");
  const LpipsNetwork network = first.size() == 4 && first[2] == 3
                                   ? LpipsNetwork::kVgg
                                   : LpipsNetwork::kAlex;
  Lpips lpips(Scope(parameters), network);
  ANIMATE_RETURN_IF_ERROR(parameters.Verify("LPIPS"));
  return lpips;
}

absl::StatusOr<Lpips> Lpips::Load(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(StateDict weights, LoadStateDict(path));
  for (auto& [key, tensor] : weights) tensor = tensor.to(at::kFloat);
  absl::StatusOr<Lpips> lpips = Create(std::move(weights));
  if (!lpips.ok()) {
    return absl::Status(lpips.status().code(),
                        absl::StrCat(path, ": ", lpips.status().message()));
  }
  return lpips;
}

std::vector<at::Tensor> Lpips::Features(const at::Tensor& image) const {
  std::vector<at::Tensor> features;
  at::Tensor x = (image - shift_) / scale_;
  for (const Layer& layer : layers_) {
    if (layer.pool_before) x = Pool(x, network_);
    x = layer.conv.Forward(x).relu();
    if (layer.is_last_of_slice) features.push_back(x);
  }
  return features;
}

at::Tensor Lpips::Distance(const at::Tensor& a, const at::Tensor& b) const {
  const std::vector<at::Tensor> of_a = Features(a);
  const std::vector<at::Tensor> of_b = Features(b);
  at::Tensor sum;
  for (size_t i = 0; i < of_a.size(); ++i) {
    const at::Tensor difference = UnitLength(of_a[i]) - UnitLength(of_b[i]);
    const at::Tensor weighted =
        (difference * difference * channel_weights_[i]).sum({1});  // [N, h, w]
    const at::Tensor mean = weighted.mean({1, 2});
    sum = sum.defined() ? sum + mean : mean;
  }
  return sum;
}

absl::StatusOr<double> Lpips::Distance(const RgbImage& a, const RgbImage& b,
                                       LpipsRange range) const {
  const int least = network_ == LpipsNetwork::kAlex ? 31 : 16;
  if (a.width != b.width || a.height != b.height || a.width < least ||
      a.height < least) {
    return absl::InvalidArgumentError(
        absl::StrCat("LPIPS needs pictures of one size of at least ", least,
                     "x", least, " pixels, got ", a.width, "x", a.height,
                     " and ", b.width, "x", b.height));
  }
  ANIMATE_ASSIGN_OR_RETURN(const double distance, CallTorch("lpips", [&] {
                             const c10::InferenceMode inference;
                             return Distance(PictureTensor(a, range),
                                             PictureTensor(b, range))
                                 .item()
                                 .toDouble();
                           }));
  if (!std::isfinite(distance)) {
    return absl::InternalError("LPIPS is not a finite number");
  }
  return distance;
}

}  // namespace animate
