#include "client/frame_size.h"

#include <algorithm>
#include <cmath>

namespace animate {
namespace {

// The multiple of `multiple` nearest to `side` within [low, high]; high = 0
// means no upper end.
int RoundSide(double side, int multiple, int low, int high) {
  const int first = (std::max(low, 1) + multiple - 1) / multiple * multiple;
  int rounded = static_cast<int>(std::lround(side / multiple)) * multiple;
  if (high > 0) {
    rounded = std::min(rounded, high / multiple * multiple);
  }
  return std::max(rounded, first);
}

}  // namespace

FrameSize ScaleToModel(FrameSize shape, const v1::ModelInfo& model) {
  if (model.width() == 0 || model.height() == 0) {
    return shape;
  }
  const double scale =
      static_cast<double>(std::min(model.width(), model.height())) /
      std::max(1, std::min(shape.width, shape.height));
  return {static_cast<int>(std::lround(shape.width * scale)),
          static_cast<int>(std::lround(shape.height * scale))};
}

FrameSize FitFrameSize(FrameSize wanted, const v1::ServerLimits& limits) {
  const int multiple = std::max(1, static_cast<int>(limits.size_multiple()));
  const int low = static_cast<int>(limits.min_side());
  const int high = static_cast<int>(limits.max_side());
  const double area = static_cast<double>(wanted.width) * wanted.height;
  double scale = 1.0;
  if (limits.max_pixels() > 0 &&
      area > static_cast<double>(limits.max_pixels())) {
    scale = std::sqrt(static_cast<double>(limits.max_pixels()) / area);
  }
  if (high > 0) {
    scale = std::min({scale, static_cast<double>(high) / wanted.width,
                      static_cast<double>(high) / wanted.height});
  }
  FrameSize size{RoundSide(wanted.width * scale, multiple, low, high),
                 RoundSide(wanted.height * scale, multiple, low, high)};
  // Rounding up may have left the area a little too large.
  while (limits.max_pixels() > 0 &&
         static_cast<uint64_t>(size.width) *
                 static_cast<uint64_t>(size.height) >
             limits.max_pixels() &&
         std::max(size.width, size.height) > std::max(low, multiple)) {
    (size.width >= size.height ? size.width : size.height) -= multiple;
  }
  return size;
}

}  // namespace animate
