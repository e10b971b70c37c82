#ifndef ANIMATE_ENGINE_EVALUATION_CLIP_SCORES_H_
#define ANIMATE_ENGINE_EVALUATION_CLIP_SCORES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/animation/image.h"
#include "engine/evaluation/motion_error.h"
#include "engine/evaluation/published_scores.h"
#include "engine/evaluation/structural_similarity.h"

namespace animate {

// What a generated clip scores against the true one: means over its frames.
struct ClipScores {
  int frames = 0;     // of all clips together where it is a mean
  double psnr = 0.0;  // dB; equal frames count as kMaxPsnr
  double ssim = 0.0;
  double l1 = 0.0;  // levels of 0 to 255
  // Mean absolute error over the pixels of all frames in which the truth
  // differs from the reference: what copying the reference cannot fake.
  // Nothing without a reference, or when the truth never leaves it.
  std::optional<double> changed_mae;
  MotionError motion;
  // PartColorSimilarity; nothing without parts.
  std::optional<double> identity;
  // Lpips; nothing unless somebody has measured it.
  std::optional<double> lpips;
  PublishedScores published;
};

struct ClipToScore {
  absl::Span<const RgbImage> generated;
  absl::Span<const RgbImage> truth;
  // Of the same size; may be null.
  const RgbImage* reference = nullptr;
  // For each frame of the truth a label per pixel; may be empty.
  absl::Span<const std::vector<uint8_t>> parts;
};

// Scores a clip. Returns INVALID_ARGUMENT when there is no frame, when numbers
// of frames or sizes differ, or when pictures are smaller than the SSIM's
// window. Thread-safe.
absl::StatusOr<ClipScores> ScoreClip(const ClipToScore& clip,
                                     SsimWindow window = SsimWindow::kUniform7);

// The mean over clips, each counting alike; of what only some of them have, the
// mean over those. REQUIRES: `clips` is not empty.
ClipScores MeanScores(absl::Span<const ClipScores> clips);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_CLIP_SCORES_H_
