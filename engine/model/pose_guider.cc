#include "engine/model/pose_guider.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/silu.h>

#include "engine/tensor/frames.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

constexpr int64_t kImageChannels = 3;
constexpr int64_t kPaperKernel = 4;

// 0 where the convolution is missing.
int64_t KernelSize(const Scope& scope) {
  const std::vector<int64_t> shape = scope.Shape("weight");
  return shape.size() == 4 ? shape[2] : 0;
}

// An even kernel that keeps the size has one more pixel on one side.
at::Tensor PadToKeepSize(const at::Tensor& x,
                         const nn::ConvGeometry& geometry) {
  const bool even = geometry.kernel_size % 2 == 0 && geometry.stride == 1;
  return even ? at::constant_pad_nd(x, {1, 2, 1, 2}) : x;
}

// The width the convolution at `scope` has in the weights; 1 where it is
// missing, which Verify then reports.
int64_t OutChannels(const Scope& scope) {
  const std::vector<int64_t> shape = scope.Shape("weight");
  return shape.empty() ? 1 : shape[0];
}

}  // namespace

PoseGuider::PoseGuider(const Scope& scope)
    : adds_to_latents_(!scope.Has("conv_in.weight") &&
                       KernelSize(scope / "blocks" / 0) == kPaperKernel) {
  adds_to_latents_ ? AppendPaper(scope) : AppendPublic(scope);
}

void PoseGuider::AppendPublic(const Scope& scope) {
  Append(scope / "conv_in", {});
  for (int i = 0; (scope / "blocks" / i).Has("weight"); ++i) {
    Append(scope / "blocks" / i, {.stride = i % 2 == 0 ? 1 : 2});
  }
  Append(scope / "conv_out", {});
}

void PoseGuider::AppendPaper(const Scope& scope) {
  for (int i = 0; (scope / "blocks" / i).Has("weight"); ++i) {
    const bool last = !(scope / "blocks" / (i + 1)).Has("weight");
    Append(scope / "blocks" / i, {.kernel_size = kPaperKernel,
                                  .stride = last ? 1 : 2,
                                  .padding = last ? 0 : 1});
  }
  Append(scope / "conv_out", {.kernel_size = 1, .padding = 0});
}

void PoseGuider::Append(const Scope& conv, const nn::ConvGeometry& geometry) {
  const int64_t channels =
      convs_.empty() ? kImageChannels : convs_.back().conv.weight.size(0);
  convs_.push_back(
      {conv.path(), nn::Conv2d(conv, channels, OutChannels(conv), geometry)});
}

at::Tensor PoseGuider::Forward(const at::Tensor& pose, Taps* taps) const {
  Shapes shapes;
  shapes.Expect(pose, "pose", "B 3 F H W");
  at::Tensor hidden = FoldFrames(pose);
  for (const NamedConv& layer : convs_) {
    hidden =
        Tap(taps, layer.path,
            layer.conv.Forward(PadToKeepSize(hidden, layer.conv.geometry)));
    if (&layer != &convs_.back()) hidden = at::silu(hidden);
  }
  return UnfoldFrames(hidden, shapes["F"]);
}

int64_t PoseGuider::out_channels() const {
  return convs_.back().conv.weight.size(0);
}

int64_t PoseGuider::spatial_factor() const {
  int64_t factor = 1;
  for (const NamedConv& layer : convs_) factor *= layer.conv.geometry.stride;
  return factor;
}

}  // namespace animate
