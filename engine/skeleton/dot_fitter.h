#ifndef ANIMATE_ENGINE_SKELETON_DOT_FITTER_H_
#define ANIMATE_ENGINE_SKELETON_DOT_FITTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/pose/body_bones.h"

namespace animate {

// Where dots of one colour may be.
enum class DotGround : uint8_t {
  kForbidden,  // a dot would be seen here
  kCovered,    // something drawn later may hide it
  kDot,        // the dots' colour
};

// A part of a picture, origin at (left, top).
struct DotField {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  std::vector<DotGround> ground;  // rows from the top

  DotGround at(int x, int y) const {
    x -= left;
    y -= top;
    if (x < 0 || y < 0 || x >= width || y >= height) {
      return DotGround::kForbidden;
    }
    return ground[static_cast<size_t>(y) * static_cast<size_t>(width) +
                  static_cast<size_t>(x)];
  }
};

struct DotFitOptions {
  int reach = 8;          // pixels from where a dot is expected
  double loyalty = 0.02;  // pixels of coverage that a squared pixel costs
  int rounds = 4;
};

// Places one disc per expected point so that together they cover the dots'
// colour and nothing forbidden, near to where they are expected. Touching dots
// cannot be told apart by colour: this explains them by as many as there are.
// Returns the middles of pixels. `half_widths` is one of kDiscOfRadius*.
std::vector<Point> FitDots(const DotField& field,
                           absl::Span<const int> half_widths,
                           absl::Span<const Point> expected,
                           const DotFitOptions& options);

// Returns the part of a disc at `place` that is not forbidden, [0, 1].
double DotFit(const DotField& field, absl::Span<const int> half_widths,
              Point place);

// Returns how many pixels of the dots' colour discs at `places` leave
// uncovered.
size_t CountUncovered(const DotField& field, absl::Span<const int> half_widths,
                      absl::Span<const Point> places);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_DOT_FITTER_H_
