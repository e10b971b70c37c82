#ifndef ANIMATE_ENGINE_EVALUATION_PART_COLORS_H_
#define ANIMATE_ENGINE_EVALUATION_PART_COLORS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/animation/image.h"

namespace animate {

// How alike the colours of two pictures are, part by part of what is shown:
// whether a character keeps its clothes, hair and skin, and keeps them where
// they belong. Of each part a histogram is made (4 bins per channel, each pixel
// shared among the eight nearest); a part scores the intersection of both
// histograms, in [0, 1]; the result is the mean over parts of at least
// `min_pixels`, nothing when there is none.
//   parts: one label per pixel, rows from the top; 0 is the background, which
//   does not count. For procedural clips RenderedFrame::parts of the truth.
// Thread-safe. REQUIRES: pictures of one size, a label for each pixel.
std::optional<double> PartColorSimilarity(const RgbImage& a, const RgbImage& b,
                                          const std::vector<uint8_t>& parts,
                                          int min_pixels = 12);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_PART_COLORS_H_
