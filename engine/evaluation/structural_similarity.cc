#include "engine/evaluation/structural_similarity.h"

#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace animate {
namespace {

constexpr double kC1 = (0.01 * 255.0) * (0.01 * 255.0);
constexpr double kC2 = (0.03 * 255.0) * (0.03 * 255.0);

// One number per pixel.
struct Plane {
  Plane(size_t plane_width, size_t plane_height)
      : width(plane_width),
        height(plane_height),
        values(plane_width * plane_height) {}

  size_t width;
  size_t height;
  std::vector<double> values;
};

// The window along one axis; the window is its product with itself.
std::vector<double> WindowWeights(SsimWindow window) {
  const int side = SsimWindowSide(window);
  std::vector<double> weights(static_cast<size_t>(side), 1.0);
  if (window == SsimWindow::kGaussian11) {
    constexpr double kSigma = 1.5;
    const int middle = side / 2;
    for (int i = 0; i < side; ++i) {
      const double x = i - middle;
      weights[static_cast<size_t>(i)] =
          std::exp(-x * x / (2 * kSigma * kSigma));
    }
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Averages under the window wherever it lies inside: smaller by its side - 1.
Plane Average(const Plane& plane, const std::vector<double>& weights) {
  const size_t margin = weights.size() - 1;
  Plane rows(plane.width - margin, plane.height);
  for (size_t y = 0; y < rows.height; ++y) {
    for (size_t k = 0; k < weights.size(); ++k) {
      const double* from = &plane.values[y * plane.width + k];
      double* to = &rows.values[y * rows.width];
      for (size_t x = 0; x < rows.width; ++x) to[x] += weights[k] * from[x];
    }
  }
  Plane result(rows.width, plane.height - margin);
  for (size_t y = 0; y < result.height; ++y) {
    for (size_t k = 0; k < weights.size(); ++k) {
      const double* from = &rows.values[(y + k) * rows.width];
      double* to = &result.values[y * result.width];
      for (size_t x = 0; x < result.width; ++x) to[x] += weights[k] * from[x];
    }
  }
  return result;
}

Plane Channel(const RgbImage& image, size_t channel) {
  Plane plane(static_cast<size_t>(image.width),
              static_cast<size_t>(image.height));
  for (size_t i = 0; i < plane.values.size(); ++i) {
    plane.values[i] = image.pixels[i * 3 + channel];
  }
  return plane;
}

Plane Product(const Plane& a, const Plane& b) {
  Plane product(a.width, a.height);
  for (size_t i = 0; i < product.values.size(); ++i) {
    product.values[i] = a.values[i] * b.values[i];
  }
  return product;
}

double ChannelSimilarity(const Plane& x, const Plane& y,
                         const std::vector<double>& weights) {
  const Plane mean_x = Average(x, weights);
  const Plane mean_y = Average(y, weights);
  const Plane mean_xx = Average(Product(x, x), weights);
  const Plane mean_yy = Average(Product(y, y), weights);
  const Plane mean_xy = Average(Product(x, y), weights);
  const double samples = static_cast<double>(weights.size() * weights.size());
  const double unbias = samples / (samples - 1.0);
  double sum = 0.0;
  for (size_t i = 0; i < mean_x.values.size(); ++i) {
    const double ux = mean_x.values[i];
    const double uy = mean_y.values[i];
    const double vx = unbias * (mean_xx.values[i] - ux * ux);
    const double vy = unbias * (mean_yy.values[i] - uy * uy);
    const double vxy = unbias * (mean_xy.values[i] - ux * uy);
    sum += (2 * ux * uy + kC1) * (2 * vxy + kC2) /
           ((ux * ux + uy * uy + kC1) * (vx + vy + kC2));
  }
  return sum / static_cast<double>(mean_x.values.size());
}

}  // namespace

int SsimWindowSide(SsimWindow window) {
  return window == SsimWindow::kUniform7 ? 7 : 11;
}

absl::StatusOr<double> StructuralSimilarity(const RgbImage& a,
                                            const RgbImage& b,
                                            SsimWindow window) {
  const int side = SsimWindowSide(window);
  if (a.width != b.width || a.height != b.height) {
    return absl::InvalidArgumentError(
        absl::StrCat("pictures differ in size: ", a.width, "x", a.height,
                     " and ", b.width, "x", b.height));
  }
  if (a.width < side || a.height < side) {
    return absl::InvalidArgumentError(
        absl::StrCat("SSIM needs pictures of at least ", side, "x", side,
                     " pixels, got ", a.width, "x", a.height));
  }
  const std::vector<double> weights = WindowWeights(window);
  double sum = 0.0;
  for (size_t channel = 0; channel < 3; ++channel) {
    sum += ChannelSimilarity(Channel(a, channel), Channel(b, channel), weights);
  }
  return sum / 3.0;
}

}  // namespace animate
