#include "tools/eval/mean_clip.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace animate {

absl::Status MeanClip::Add(absl::Span<const RgbImage> clip) {
  if (clips_ == 0) {
    for (const RgbImage& frame : clip) {
      sums_.push_back({.width = frame.width,
                       .height = frame.height,
                       .samples = std::vector<uint32_t>(frame.pixels.size())});
    }
  }
  if (clip.size() != sums_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "mean of clips of ", sums_.size(), " and ", clip.size(), " frames"));
  }
  for (size_t i = 0; i < clip.size(); ++i) {
    if (clip[i].width != sums_[i].width || clip[i].height != sums_[i].height) {
      return absl::InvalidArgumentError(absl::StrCat(
          "mean of clips: frame ", i, " is ", sums_[i].width, "x",
          sums_[i].height, " and ", clip[i].width, "x", clip[i].height));
    }
  }
  ++clips_;
  for (size_t i = 0; i < clip.size(); ++i) {
    for (size_t k = 0; k < clip[i].pixels.size(); ++k) {
      sums_[i].samples[k] += clip[i].pixels[k];
    }
  }
  return absl::OkStatus();
}

std::vector<RgbImage> MeanClip::Frames() const {
  std::vector<RgbImage> frames;
  for (const Sum& sum : sums_) {
    RgbImage& frame = frames.emplace_back(sum.width, sum.height);
    for (size_t k = 0; k < sum.samples.size(); ++k) {
      frame.pixels[k] =
          static_cast<uint8_t>((sum.samples[k] + clips_ / 2) / clips_);
    }
  }
  return frames;
}

}  // namespace animate
