#include "engine/model/pose_guider.h"

#include <ATen/ops/silu.h>

#include "engine/tensor/frames.h"
#include "engine/tensor/shape.h"

namespace animate {
namespace {

constexpr int64_t kImageChannels = 3;

// The width the convolution at `scope` has in the weights; 1 where it is
// missing, which Verify then reports.
int64_t OutChannels(const Scope& scope) {
  const std::vector<int64_t> shape = scope.Shape("weight");
  return shape.empty() ? 1 : shape[0];
}

}  // namespace

PoseGuider::PoseGuider(const Scope& scope) {
  int64_t channels = kImageChannels;
  const auto append = [&](const Scope& conv, int64_t stride) {
    const int64_t out = OutChannels(conv);
    convs_.push_back(
        {conv.path(), nn::Conv2d(conv, channels, out, {.stride = stride})});
    channels = out;
  };
  append(scope / "conv_in", 1);
  for (int i = 0; (scope / "blocks" / i).Has("weight"); ++i) {
    append(scope / "blocks" / i, i % 2 == 0 ? 1 : 2);
  }
  append(scope / "conv_out", 1);
}

at::Tensor PoseGuider::Forward(const at::Tensor& pose, Taps* taps) const {
  Shapes shapes;
  shapes.Expect(pose, "pose", "B 3 F H W");
  at::Tensor hidden = FoldFrames(pose);
  for (const NamedConv& layer : convs_) {
    hidden = Tap(taps, layer.path, layer.conv.Forward(hidden));
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
