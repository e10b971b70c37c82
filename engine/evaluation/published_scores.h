#ifndef ANIMATE_ENGINE_EVALUATION_PUBLISHED_SCORES_H_
#define ANIMATE_ENGINE_EVALUATION_PUBLISHED_SCORES_H_

#include "absl/status/statusor.h"
#include "engine/animation/image.h"

namespace animate {

// Scores as the evaluation script that most papers of this field have taken
// over computes them (DisCo, tool/metrics/ssim_l1_lpips_psnr.py): only these
// compare with published tables. They are not what their names say.
struct PublishedScores {
  // dB. Differences and their squares are taken in bytes and wrap around at
  // 256, which makes it some ten dB better than the PSNR. 100 for equal
  // pictures.
  double psnr = 0.0;
  // Of the brightness alone, 7x7 window.
  double ssim = 0.0;
  // The mean absolute difference once more divided by the number of pixels.
  double l1 = 0.0;
  // LPIPS of pictures in [0, 1] instead of [-1, 1]; 0 unless somebody has
  // measured it.
  double lpips = 0.0;
};

// Scores a picture, but for lpips. INVALID_ARGUMENT for pictures of different
// size or smaller than 7 pixels. Thread-safe.
absl::StatusOr<PublishedScores> ScoreAsPublished(const RgbImage& generated,
                                                 const RgbImage& truth);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_PUBLISHED_SCORES_H_
