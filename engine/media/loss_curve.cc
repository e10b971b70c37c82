#include "engine/media/loss_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr int kCurveFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCurveTextScale = 0.45;
constexpr int kLeft = 78;    // of the plot: room for the losses
constexpr int kRight = 84;   // room for the last value
constexpr int kBottom = 52;  // room for the steps
constexpr int kTop = 24;
constexpr int kTopTitled = 48;
constexpr size_t kMaxTicks = 10;

// The canvas is an RgbImage: red first.
const cv::Scalar kRawColor(176, 200, 232);
const cv::Scalar kSmoothColor(24, 84, 180);
const cv::Scalar kGridColor(226, 226, 226);
const cv::Scalar kTextColor(60, 60, 60);

bool IsDrawable(double loss) { return std::isfinite(loss) && loss > 0; }

// 1, 2 and 5 times powers of ten in [low, high].
std::vector<double> DecadeMarks(double low, double high) {
  std::vector<double> marks;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const bool sparse = last - first > 3;
  for (int decade = first; decade <= last; ++decade) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double mark = factor * std::pow(10.0, decade);
      if (mark < low || mark > high || (sparse && factor > 1.0)) continue;
      marks.push_back(mark);
    }
  }
  return marks;
}

// Maps steps and losses to pixels.
class CurveAxes {
 public:
  CurveAxes(absl::Span<const LossPoint> points, const cv::Rect& plot)
      : plot_(plot) {
    first_step_ = static_cast<double>(points.front().step);
    last_step_ =
        std::max(static_cast<double>(points.back().step), first_step_ + 1.0);
    low_ = std::numeric_limits<double>::infinity();
    high_ = 0.0;
    for (const LossPoint& point : points) {
      if (!IsDrawable(point.loss)) continue;
      low_ = std::min(low_, point.loss);
      high_ = std::max(high_, point.loss);
    }
    // Room above and below; a constant loss lies in the middle.
    const double margin =
        high_ / low_ < 1.2 ? 1.2 : std::pow(high_ / low_, .05);
    low_ /= margin;
    high_ *= margin;
  }

  double first_step() const { return first_step_; }
  double last_step() const { return last_step_; }
  double low() const { return low_; }
  double high() const { return high_; }

  int X(double step) const {
    return plot_.x + static_cast<int>(std::lround((step - first_step_) /
                                                  (last_step_ - first_step_) *
                                                  (plot_.width - 1)));
  }
  int Y(double loss) const {
    const double share = std::log(loss / low_) / std::log(high_ / low_);
    return plot_.y + plot_.height - 1 -
           static_cast<int>(std::lround(share * (plot_.height - 1)));
  }

 private:
  cv::Rect plot_;
  double first_step_;
  double last_step_;
  double low_;
  double high_;
};

enum class TextAnchor { kStart, kCenter, kEnd };

// Writes `text` with its anchor at x and its middle at y.
void WriteLabel(cv::Mat& canvas, absl::string_view text, int x, int y,
                TextAnchor anchor, double scale = kCurveTextScale) {
  std::string line;
  for (const char c : text) line += c >= ' ' && c <= '~' ? c : '?';
  int baseline = 0;
  const cv::Size size = cv::getTextSize(line, kCurveFont, scale, 1, &baseline);
  if (anchor == TextAnchor::kCenter) x -= size.width / 2;
  if (anchor == TextAnchor::kEnd) x -= size.width;
  cv::putText(canvas, line, cv::Point(x, y + size.height / 2), kCurveFont,
              scale, kTextColor, 1, cv::LINE_AA);
}

std::string StepLabel(double step) {
  if (step >= 10'000) return absl::StrFormat("%gk", step / 1000.0);
  return absl::StrFormat("%g", step);
}

void DrawGrid(cv::Mat& canvas, const cv::Rect& plot, const CurveAxes& axes) {
  const int bottom = plot.y + plot.height - 1;
  const int right = plot.x + plot.width - 1;
  for (const double loss : LogTicks(axes.low(), axes.high())) {
    const int y = axes.Y(loss);
    cv::line(canvas, {plot.x, y}, {right, y}, kGridColor);
    WriteLabel(canvas, absl::StrFormat("%.4g", loss), plot.x - 8, y,
               TextAnchor::kEnd);
  }
  for (const double step : LinearTicks(axes.first_step(), axes.last_step())) {
    const int x = axes.X(step);
    cv::line(canvas, {x, plot.y}, {x, bottom}, kGridColor);
    WriteLabel(canvas, StepLabel(step), x, bottom + 14, TextAnchor::kCenter);
  }
  cv::rectangle(canvas, plot, cv::Scalar::all(150));
  WriteLabel(canvas, "step", plot.x + plot.width / 2, bottom + 36,
             TextAnchor::kCenter);
  WriteLabel(canvas, "loss", plot.x - 8, plot.y - 12, TextAnchor::kEnd);
}

void DrawLine(cv::Mat& canvas, const CurveAxes& axes,
              absl::Span<const LossPoint> points,
              const std::vector<double>& losses, const cv::Scalar& color,
              int thickness) {
  for (size_t i = 0; i < points.size(); ++i) {
    if (!IsDrawable(losses[i])) continue;
    const cv::Point here(axes.X(static_cast<double>(points[i].step)),
                         axes.Y(losses[i]));
    const bool joined = i > 0 && IsDrawable(losses[i - 1]);
    const cv::Point before =
        joined ? cv::Point(axes.X(static_cast<double>(points[i - 1].step)),
                           axes.Y(losses[i - 1]))
               : here;
    cv::line(canvas, before, here, color, thickness, cv::LINE_AA);
  }
}

absl::Status CheckCurve(absl::Span<const LossPoint> points,
                        const LossCurveOptions& options) {
  if (options.width < 320 || options.width > 4096 || options.height < 240 ||
      options.height > 4096) {
    return absl::InvalidArgumentError(absl::StrCat(
        "width must be in [320, 4096], height in [240, 4096]: got ",
        options.width, "x", options.height));
  }
  if (std::none_of(points.begin(), points.end(), [](const LossPoint& point) {
        return IsDrawable(point.loss);
      })) {
    return absl::InvalidArgumentError("a loss curve needs a loss above 0");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<double> SmoothLosses(absl::Span<const LossPoint> points) {
  const double reach = std::max(2.0, static_cast<double>(points.size()) / 50.0);
  const double keep = std::exp(-1.0 / reach);
  std::vector<double> smooth;
  double sum = 0.0;
  double weight = 0.0;
  for (const LossPoint& point : points) {
    if (std::isfinite(point.loss)) {
      sum = keep * sum + point.loss;
      weight = keep * weight + 1.0;
    }
    smooth.push_back(weight > 0.0 ? sum / weight
                                  : std::numeric_limits<double>::quiet_NaN());
  }
  return smooth;
}

std::vector<double> LinearTicks(double low, double high) {
  const double raw = (high - low) / 6.0;
  const double decade = std::pow(10.0, std::floor(std::log10(raw)));
  double distance = 10.0 * decade;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * decade >= raw) distance = factor * decade;
  }
  std::vector<double> ticks;
  for (double i = std::ceil(low / distance); i * distance <= high; i += 1.0) {
    if (ticks.size() < kMaxTicks) ticks.push_back(i * distance);
  }
  return ticks;
}

std::vector<double> LogTicks(double low, double high) {
  std::vector<double> ticks = DecadeMarks(low, high);
  if (ticks.size() < 3) return LinearTicks(low, high);
  while (ticks.size() > kMaxTicks) {  // every other one
    size_t kept = 0;
    for (size_t i = 0; i < ticks.size(); i += 2) ticks[kept++] = ticks[i];
    ticks.resize(kept);
  }
  return ticks;
}

absl::StatusOr<RgbImage> DrawLossCurve(absl::Span<const LossPoint> points,
                                       const LossCurveOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckCurve(points, options));
  RgbImage image(options.width, options.height);
  std::fill(image.pixels.begin(), image.pixels.end(), uint8_t{255});
  cv::Mat canvas(image.height, image.width, CV_8UC3, image.pixels.data());
  const int top = options.title.empty() ? kTop : kTopTitled;
  const cv::Rect plot(kLeft, top, image.width - kLeft - kRight,
                      image.height - top - kBottom);
  const CurveAxes axes(points, plot);
  DrawGrid(canvas, plot, axes);
  std::vector<double> raw;
  for (const LossPoint& point : points) raw.push_back(point.loss);
  DrawLine(canvas, axes, points, raw, kRawColor, 1);
  const std::vector<double> smooth = SmoothLosses(points);
  DrawLine(canvas, axes, points, smooth, kSmoothColor, 2);
  if (IsDrawable(smooth.back())) {
    WriteLabel(canvas, absl::StrFormat("%.4g", smooth.back()),
               plot.x + plot.width + 8, axes.Y(smooth.back()),
               TextAnchor::kStart);
  }
  if (!options.title.empty()) {
    WriteLabel(canvas, options.title, plot.x + plot.width / 2, 18,
               TextAnchor::kCenter, 0.55);
  }
  return image;
}

}  // namespace animate
