#ifndef ANIMATE_ENGINE_SKELETON_DISC_H_
#define ANIMATE_ENGINE_SKELETON_DISC_H_

#include <cstddef>
#include <cstdlib>

#include "absl/types/span.h"
#include "engine/media/pose_drawing_shapes.h"

namespace animate {

// Calls visit(x, y) for the pixels of the disc around (x, y), which may lie
// outside of any picture. `half_widths` is one of kDiscOfRadius*.
template <typename Visit>
void ForEachDiscPixel(absl::Span<const int> half_widths, int x, int y,
                      Visit visit) {
  const int radius = static_cast<int>(half_widths.size()) - 1;
  for (int dy = -radius; dy <= radius; ++dy) {
    const int half = half_widths[static_cast<size_t>(std::abs(dy))];
    for (int dx = -half; dx <= half; ++dx) visit(x + dx, y + dy);
  }
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_DISC_H_
