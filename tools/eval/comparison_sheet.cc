#include "tools/eval/comparison_sheet.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/media/contact_sheet.h"

namespace animate {
namespace {

constexpr int kGap = 4;        // between a frame's three pictures
constexpr int kFrameGap = 14;  // between frames, and around all
constexpr uint8_t kPaper = 250;

// Copies `image`, every pixel `factor` times in both directions.
void Paste(const RgbImage& image, int left, int top, int factor,
           RgbImage& sheet) {
  for (int y = 0; y < image.height * factor; ++y) {
    for (int x = 0; x < image.width * factor; ++x) {
      std::copy_n(image.at(x / factor, y / factor), 3,
                  sheet.at(left + x, top + y));
    }
  }
}

}  // namespace

ComparedClip KeepSome(const ComparedClip& clip, int max_frames) {
  ComparedClip kept{.reference = clip.reference};
  for (const int index :
       SampleEvenly(static_cast<int>(clip.truth.size()), max_frames)) {
    const auto at = static_cast<size_t>(index);
    kept.poses.push_back(clip.poses[at]);
    kept.generated.push_back(clip.generated[at]);
    kept.truth.push_back(clip.truth[at]);
  }
  return kept;
}

RgbImage ComparisonSheet(absl::Span<const ComparedClip> clips,
                         int cell_height) {
  if (clips.empty()) return {};
  const RgbImage& first = clips.front().reference;
  const int factor =
      std::max(1, (cell_height + first.height - 1) / first.height);
  const int width = first.width * factor;
  const int height = first.height * factor;
  const int frames = static_cast<int>(clips.front().truth.size());
  const int frame_width = 3 * width + 2 * kGap + kFrameGap;
  RgbImage sheet(
      2 * kFrameGap + width + frames * frame_width,
      kFrameGap + static_cast<int>(clips.size()) * (height + kFrameGap));
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kPaper);
  int top = kFrameGap;
  for (const ComparedClip& clip : clips) {
    Paste(clip.reference, kFrameGap, top, factor, sheet);
    int left = 2 * kFrameGap + width;
    for (size_t i = 0; i < clip.truth.size(); ++i) {
      Paste(clip.poses[i], left, top, factor, sheet);
      Paste(clip.generated[i], left + width + kGap, top, factor, sheet);
      Paste(clip.truth[i], left + 2 * (width + kGap), top, factor, sheet);
      left += frame_width;
    }
    top += height + kFrameGap;
  }
  return sheet;
}

}  // namespace animate
