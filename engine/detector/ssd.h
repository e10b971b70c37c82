#ifndef ANIMATE_ENGINE_DETECTOR_SSD_H_
#define ANIMATE_ENGINE_DETECTOR_SSD_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "engine/detector/region.h"

namespace animate {

// What a single-shot detector found, in [0, 1] of its input.
struct SsdDetection {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
  std::vector<Point> points;
  double score = 0.0;
};

// A grid of cells x cells squares with `copies` anchors in the middle of each.
struct SsdGrid {
  int cells = 0;
  int copies = 0;
};

// Middles of the anchors in [0, 1], grid after grid, row after row.
std::vector<Point> SsdAnchors(absl::Span<const SsdGrid> grids);

struct SsdOutput {
  absl::Span<const float> raw;     // per anchor: centre, size, points; pixels
  absl::Span<const float> logits;  // per anchor
  int side = 0;                    // of the input, pixels
  size_t num_points = 0;
};

// Returns the detections of score >= 0.5, best first.
// REQUIRES: raw.size() == anchors.size() * (4 + 2 * num_points),
// logits.size() == anchors.size().
std::vector<SsdDetection> DecodeSsd(const SsdOutput& output,
                                    absl::Span<const Point> anchors);

// Merges what overlaps the best one by more than 0.3 (intersection over union)
// into its mean, weighted by scores, and goes on with the rest. The result
// keeps the best one's score. REQUIRES: best first.
std::vector<SsdDetection> MergeOverlapping(std::vector<SsdDetection> found);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_SSD_H_
