#include "engine/detector/yolox.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "absl/algorithm/container.h"

namespace animate {
namespace {

constexpr double kMinCandidateScore = 0.1;
constexpr double kMinPersonScore = 0.3;
constexpr double kMaxOverlap = 0.45;

// Sides include both end pixels, as in the reference.
double PixelArea(const YoloxPerson& box) {
  return (box.right - box.left + 1) * (box.bottom - box.top + 1);
}

double PixelOverlap(const YoloxPerson& a, const YoloxPerson& b) {
  const double width =
      std::min(a.right, b.right) - std::max(a.left, b.left) + 1;
  const double height =
      std::min(a.bottom, b.bottom) - std::max(a.top, b.top) + 1;
  const double both = std::max(width, 0.0) * std::max(height, 0.0);
  return both / (PixelArea(a) + PixelArea(b) - both);
}

YoloxPerson BoxOfRow(absl::Span<const float> row, int x, int y, int stride,
                     double scale) {
  const double center_x = (double{row[0]} + x) * stride;
  const double center_y = (double{row[1]} + y) * stride;
  const double width = std::exp(double{row[2]}) * stride;
  const double height = std::exp(double{row[3]}) * stride;
  return {.left = (center_x - width / 2) / scale,
          .top = (center_y - height / 2) / scale,
          .right = (center_x + width / 2) / scale,
          .bottom = (center_y + height / 2) / scale,
          // Of the 80 classes the first is the person.
          .score = double{row[4]} * double{row[5]}};
}

}  // namespace

YoloxInput ToYoloxInput(const RgbImage& image) {
  constexpr uint8_t kGrey = 114;
  const double scale = std::min(static_cast<double>(kYoloxSide) / image.height,
                                static_cast<double>(kYoloxSide) / image.width);
  const cv::Size fitted(std::max(static_cast<int>(image.width * scale), 1),
                        std::max(static_cast<int>(image.height * scale), 1));
  // OpenCV has no picture type that only reads.
  const cv::Mat source(image.height, image.width, CV_8UC3,
                       const_cast<uint8_t*>(image.pixels.data()));
  cv::Mat canvas(kYoloxSide, kYoloxSide, CV_8UC3, cv::Scalar::all(kGrey));
  cv::Mat corner = canvas(cv::Rect(cv::Point(0, 0), fitted));
  cv::resize(source, corner, fitted, 0, 0, cv::INTER_LINEAR);

  constexpr size_t kCount = size_t{kYoloxSide} * kYoloxSide;
  NetworkTensor tensor{.shape = {1, 3, kYoloxSide, kYoloxSide},
                       .values = std::vector<float>(3 * kCount)};
  for (size_t i = 0; i < kCount; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      tensor.values[c * kCount + i] = canvas.data[3 * i + 2 - c];
    }
  }
  return {.tensor = std::move(tensor), .scale = scale};
}

std::vector<YoloxPerson> DecodeYolox(absl::Span<const float> output,
                                     double scale) {
  std::vector<YoloxPerson> candidates;
  size_t row = 0;
  for (const int stride : {8, 16, 32}) {
    const int cells = kYoloxSide / stride;
    for (int y = 0; y < cells; ++y) {
      for (int x = 0; x < cells; ++x, ++row) {
        const YoloxPerson person = BoxOfRow(
            output.subspan(row * kYoloxRow, kYoloxRow), x, y, stride, scale);
        if (person.score > kMinCandidateScore) candidates.push_back(person);
      }
    }
  }
  absl::c_stable_sort(candidates,
                      [](const YoloxPerson& a, const YoloxPerson& b) {
                        return a.score > b.score;
                      });
  std::vector<YoloxPerson> people;
  for (const YoloxPerson& candidate : candidates) {
    if (candidate.score <= kMinPersonScore) break;
    const bool known = absl::c_any_of(people, [&](const YoloxPerson& better) {
      return PixelOverlap(candidate, better) > kMaxOverlap;
    });
    if (!known) people.push_back(candidate);
  }
  return people;
}

}  // namespace animate
