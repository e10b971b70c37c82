#include "engine/media/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"
#include "engine/raster/pillow_resize.h"

namespace animate {
namespace {

constexpr int kMargin = 24;      // around the sheet
constexpr int kGap = 6;          // between cells
constexpr int kGroupGap = 28;    // between the reference and the frames
constexpr int kTextHeight = 30;  // of a line with its distance
constexpr int kTitleHeight = 44;
constexpr uint8_t kBackground = 250;
constexpr int kInk = 40;
constexpr int kPaleInk = 120;

enum class Alignment { kLeft, kCenter };

struct CellSize {
  int width = 0;
  int height = 0;
};

// Returns the size of `image` when scaled to `height`.
CellSize ScaleToHeight(const RgbImage& image, int height) {
  const double width = static_cast<double>(image.width) * height / image.height;
  return {.width = std::max(1, static_cast<int>(std::lround(width))),
          .height = height};
}

class Sheet {
 public:
  Sheet(int width, int height)
      : image_(width, height),
        canvas_(height, width, CV_8UC3, image_.pixels.data()) {
    std::fill(image_.pixels.begin(), image_.pixels.end(), kBackground);
  }

  // Copies `image`, scaled, with its upper left corner at (x, y).
  void Place(const RgbImage& image, int x, int y, const CellSize& size) {
    const RgbImage scaled =
        PillowResize(image, size.width, size.height, ResampleFilter::kLanczos);
    const size_t row_bytes = static_cast<size_t>(size.width) * 3;
    for (int row = 0; row < size.height; ++row) {
      std::copy_n(scaled.at(0, row), row_bytes, image_.at(x, y + row));
    }
  }

  // Writes one line within [x, x + width), whose box begins at y.
  void Write(absl::string_view text, int x, int y, int width, double scale,
             int ink, Alignment alignment) {
    std::string line;
    for (const char c : text) line += c >= ' ' && c <= '~' ? c : '?';
    int baseline = 0;
    cv::Size size = cv::getTextSize(line, kFont, scale, 1, &baseline);
    if (size.width > width) {
      scale *= static_cast<double>(width) / size.width;
      size = cv::getTextSize(line, kFont, scale, 1, &baseline);
    }
    const int left =
        alignment == Alignment::kCenter ? x + (width - size.width) / 2 : x;
    cv::putText(canvas_, line, cv::Point(left, y + kTextHeight - 10), kFont,
                scale, cv::Scalar::all(ink), 1, cv::LINE_AA);
  }

  RgbImage Take() { return std::move(image_); }

 private:
  static constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

  RgbImage image_;
  cv::Mat canvas_;  // shares the pixels of image_
};

absl::Status CheckInputs(const RgbImage& reference,
                         absl::Span<const RgbImage> poses,
                         absl::Span<const RgbImage> frames,
                         const ContactSheetOptions& options) {
  const auto is_empty = [](const RgbImage& image) { return image.empty(); };
  if (frames.empty() || reference.empty() ||
      std::any_of(frames.begin(), frames.end(), is_empty) ||
      std::any_of(poses.begin(), poses.end(), is_empty)) {
    return absl::InvalidArgumentError("a contact sheet needs pictures");
  }
  if (poses.size() < frames.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there must be a pose for each of ", frames.size(),
                     " frames: got ", poses.size()));
  }
  if (options.max_columns < 1 || options.max_columns > 32 ||
      options.cell_height < 32 || options.cell_height > 1024) {
    return absl::InvalidArgumentError(
        "max_columns must be in [1, 32], cell_height in [32, 1024]");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<int> SampleEvenly(int num_frames, int max_count) {
  std::vector<int> indices;
  if (num_frames <= max_count) {
    for (int i = 0; i < num_frames; ++i) indices.push_back(i);
    return indices;
  }
  if (max_count == 1) return {0};
  for (int i = 0; i < max_count; ++i) {
    const double position =
        static_cast<double>(i) * (num_frames - 1) / (max_count - 1);
    indices.push_back(static_cast<int>(std::lround(position)));
  }
  return indices;
}

absl::StatusOr<RgbImage> MakeContactSheet(const RgbImage& reference,
                                          absl::Span<const RgbImage> poses,
                                          absl::Span<const RgbImage> frames,
                                          const ContactSheetOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckInputs(reference, poses, frames, options));
  const std::vector<int> columns =
      SampleEvenly(static_cast<int>(frames.size()), options.max_columns);
  const int num_columns = static_cast<int>(columns.size());
  const CellSize cell = ScaleToHeight(frames[0], options.cell_height);
  const CellSize reference_size =
      ScaleToHeight(reference, 2 * cell.height + kGap);
  const int title_height = options.title.empty() ? 0 : kTitleHeight;
  const int top = kMargin + title_height + kTextHeight;
  const int frames_left = kMargin + reference_size.width + kGroupGap;
  const int frames_width = num_columns * (cell.width + kGap) - kGap;
  const int width = frames_left + frames_width + kMargin;
  Sheet sheet(width, top + reference_size.height + kTextHeight + kMargin);
  const double label_scale = 0.55;
  if (!options.title.empty()) {
    sheet.Write(options.title, kMargin, kMargin, width - 2 * kMargin, 0.8, kInk,
                Alignment::kLeft);
  }
  sheet.Write("reference", kMargin, top - kTextHeight, reference_size.width,
              label_scale, kInk, Alignment::kLeft);
  sheet.Write("pose (above) and generated frame (below)", frames_left,
              top - kTextHeight, frames_width, label_scale, kInk,
              Alignment::kLeft);
  sheet.Place(reference, kMargin, top, reference_size);
  for (int column = 0; column < num_columns; ++column) {
    const auto index =
        static_cast<size_t>(columns[static_cast<size_t>(column)]);
    const int x = frames_left + column * (cell.width + kGap);
    sheet.Place(poses[index], x, top, cell);
    sheet.Place(frames[index], x, top + cell.height + kGap, cell);
    sheet.Write(absl::StrCat("frame ", index), x, top + reference_size.height,
                cell.width, label_scale * 0.85, kPaleInk, Alignment::kCenter);
  }
  return sheet.Take();
}

}  // namespace animate
