#include "engine/evaluation/clip_scores.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/evaluation/part_colors.h"
#include "engine/evaluation/picture_error.h"

namespace animate {
namespace {

std::string SizeText(const RgbImage& image) {
  return absl::StrCat(image.width, "x", image.height);
}

absl::Status CheckClip(const ClipToScore& clip) {
  if (clip.truth.empty()) return absl::InvalidArgumentError("no frames");
  if (clip.generated.size() != clip.truth.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(clip.generated.size(), " generated frames, ",
                     clip.truth.size(), " true ones"));
  }
  const RgbImage& first = clip.truth.front();
  if (first.empty()) return absl::InvalidArgumentError("empty picture");
  const auto check = [&first](const RgbImage& image, absl::string_view what) {
    if (image.width == first.width && image.height == first.height) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat(what, " is ", SizeText(image),
                     " pixels, the first true frame is ", SizeText(first)));
  };
  for (size_t i = 0; i < clip.truth.size(); ++i) {
    ANIMATE_RETURN_IF_ERROR(
        check(clip.generated[i], absl::StrCat("generated frame ", i)));
    ANIMATE_RETURN_IF_ERROR(
        check(clip.truth[i], absl::StrCat("true frame ", i)));
  }
  if (clip.reference != nullptr) {
    ANIMATE_RETURN_IF_ERROR(check(*clip.reference, "the reference"));
  }
  if (clip.parts.empty()) return absl::OkStatus();
  const size_t pixels = first.pixels.size() / 3;
  const bool fit =
      clip.parts.size() == clip.truth.size() &&
      std::all_of(clip.parts.begin(), clip.parts.end(),
                  [&](const auto& parts) { return parts.size() == pixels; });
  return fit ? absl::OkStatus()
             : absl::InvalidArgumentError("parts do not fit the frames");
}

// A mean of what may be missing.
class OptionalMean {
 public:
  void Add(std::optional<double> value) {
    if (!value.has_value()) return;
    sum_ += *value;
    ++count_;
  }
  std::optional<double> Get() const {
    if (count_ == 0) return std::nullopt;
    return sum_ / count_;
  }

 private:
  double sum_ = 0.0;
  int count_ = 0;
};

}  // namespace

absl::StatusOr<ClipScores> ScoreClip(const ClipToScore& clip,
                                     SsimWindow window) {
  ANIMATE_RETURN_IF_ERROR(CheckClip(clip));
  ClipScores scores;
  ErrorSum changed;
  OptionalMean identity;
  for (size_t i = 0; i < clip.truth.size(); ++i) {
    const RgbImage& generated = clip.generated[i];
    const RgbImage& truth = clip.truth[i];
    scores.psnr += std::min(Psnr(generated, truth), kMaxPsnr);
    scores.l1 += MeanAbsoluteError(generated, truth);
    ANIMATE_ASSIGN_OR_RETURN(const double ssim,
                             StructuralSimilarity(generated, truth, window));
    scores.ssim += ssim;
    ANIMATE_ASSIGN_OR_RETURN(const PublishedScores published,
                             ScoreAsPublished(generated, truth));
    scores.published.psnr += published.psnr;
    scores.published.ssim += published.ssim;
    scores.published.l1 += published.l1;
    if (clip.reference != nullptr) {
      changed += MaskedAbsoluteError(generated, truth,
                                     ChangedPixels(*clip.reference, truth));
    }
    if (!clip.parts.empty()) {
      identity.Add(PartColorSimilarity(generated, truth, clip.parts[i]));
    }
  }
  scores.frames = static_cast<int>(clip.truth.size());
  for (double* sum :
       {&scores.psnr, &scores.ssim, &scores.l1, &scores.published.psnr,
        &scores.published.ssim, &scores.published.l1}) {
    *sum /= scores.frames;
  }
  if (changed.samples > 0) scores.changed_mae = changed.mean();
  scores.identity = identity.Get();
  scores.motion = MeasureMotion(clip.generated, clip.truth);
  return scores;
}

ClipScores MeanScores(absl::Span<const ClipScores> clips) {
  ClipScores mean;
  OptionalMean changed;
  OptionalMean identity;
  OptionalMean lpips;
  for (const ClipScores& clip : clips) {
    mean.frames += clip.frames;
    mean.psnr += clip.psnr;
    mean.ssim += clip.ssim;
    mean.l1 += clip.l1;
    mean.published.psnr += clip.published.psnr;
    mean.published.ssim += clip.published.ssim;
    mean.published.l1 += clip.published.l1;
    mean.published.lpips += clip.published.lpips;
    mean.motion.generated += clip.motion.generated;
    mean.motion.truth += clip.motion.truth;
    mean.motion.difference += clip.motion.difference;
    changed.Add(clip.changed_mae);
    identity.Add(clip.identity);
    lpips.Add(clip.lpips);
  }
  const double count = static_cast<double>(clips.size());
  for (double* sum :
       {&mean.psnr, &mean.ssim, &mean.l1, &mean.motion.generated,
        &mean.motion.truth, &mean.motion.difference, &mean.published.psnr,
        &mean.published.ssim, &mean.published.l1, &mean.published.lpips}) {
    *sum /= count;
  }
  mean.changed_mae = changed.Get();
  mean.identity = identity.Get();
  mean.lpips = lpips.Get();
  return mean;
}

}  // namespace animate
