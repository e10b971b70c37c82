#include "engine/evaluation/published_scores.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/base/status_macros.h"
#include "engine/evaluation/picture_error.h"
#include "engine/evaluation/structural_similarity.h"

namespace animate {
namespace {

double WrappedPsnr(const RgbImage& a, const RgbImage& b) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    const auto difference = static_cast<uint8_t>(a.pixels[i] - b.pixels[i]);
    sum += static_cast<uint8_t>(difference * difference);
  }
  if (sum == 0) return 100.0;
  const double error =
      static_cast<double>(sum) / static_cast<double>(a.pixels.size());
  return 20.0 * std::log10(255.0 / std::sqrt(error));
}

// The brightness as OpenCV's BGR2GRAY rounds it, in all three channels.
RgbImage GreyOf(const RgbImage& image) {
  RgbImage grey(image.width, image.height);
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    const int weighted = 9798 * image.pixels[i] + 19235 * image.pixels[i + 1] +
                         3735 * image.pixels[i + 2];
    const auto level = static_cast<uint8_t>((weighted + (1 << 14)) >> 15);
    grey.pixels[i] = grey.pixels[i + 1] = grey.pixels[i + 2] = level;
  }
  return grey;
}

}  // namespace

absl::StatusOr<PublishedScores> ScoreAsPublished(const RgbImage& generated,
                                                 const RgbImage& truth) {
  PublishedScores scores;
  // First, since it checks the sizes.
  ANIMATE_ASSIGN_OR_RETURN(
      scores.ssim, StructuralSimilarity(GreyOf(generated), GreyOf(truth)));
  scores.psnr = WrappedPsnr(generated, truth);
  scores.l1 = MeanAbsoluteError(generated, truth) /
              (static_cast<double>(truth.width) * truth.height);
  return scores;
}

}  // namespace animate
