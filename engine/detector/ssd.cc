#include "engine/detector/ssd.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"

namespace animate {
namespace {

constexpr double kMinScore = 0.5;
constexpr double kMinOverlap = 0.3;

double Area(const SsdDetection& box) {
  return (box.right - box.left) * (box.bottom - box.top);
}

double IntersectionOverUnion(const SsdDetection& a, const SsdDetection& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const double both = std::max(width, 0.0) * std::max(height, 0.0);
  return both / std::max(Area(a) + Area(b) - both, 1e-9);
}

SsdDetection WeightedMean(absl::Span<const SsdDetection> group) {
  SsdDetection mean;
  mean.points.resize(group.front().points.size());
  double total = 0.0;
  for (const SsdDetection& one : group) total += one.score;
  for (const SsdDetection& one : group) {
    const double weight = one.score / total;
    mean.left += weight * one.left;
    mean.top += weight * one.top;
    mean.right += weight * one.right;
    mean.bottom += weight * one.bottom;
    for (size_t i = 0; i < mean.points.size(); ++i) {
      mean.points[i] = mean.points[i] + weight * one.points[i];
    }
  }
  mean.score = group.front().score;
  return mean;
}

}  // namespace

std::vector<Point> SsdAnchors(absl::Span<const SsdGrid> grids) {
  std::vector<Point> anchors;
  for (const SsdGrid& grid : grids) {
    for (int y = 0; y < grid.cells; ++y) {
      for (int x = 0; x < grid.cells; ++x) {
        anchors.insert(anchors.end(), static_cast<size_t>(grid.copies),
                       {(x + 0.5) / grid.cells, (y + 0.5) / grid.cells});
      }
    }
  }
  return anchors;
}

std::vector<SsdDetection> DecodeSsd(const SsdOutput& output,
                                    absl::Span<const Point> anchors) {
  const size_t stride = 4 + 2 * output.num_points;
  std::vector<SsdDetection> found;
  for (size_t i = 0; i < anchors.size(); ++i) {
    const double logit = std::clamp(double{output.logits[i]}, -100.0, 100.0);
    const double score = 1.0 / (1.0 + std::exp(-logit));
    if (score < kMinScore) continue;
    const auto raw = [&](size_t j) {
      return double{output.raw[i * stride + j]} / output.side;
    };
    const Point center = anchors[i] + Point{raw(0), raw(1)};
    SsdDetection one{.left = center.x - raw(2) / 2,
                     .top = center.y - raw(3) / 2,
                     .right = center.x + raw(2) / 2,
                     .bottom = center.y + raw(3) / 2,
                     .score = score};
    for (size_t j = 4; j < stride; j += 2) {
      one.points.push_back(anchors[i] + Point{raw(j), raw(j + 1)});
    }
    found.push_back(std::move(one));
  }
  absl::c_stable_sort(found, [](const SsdDetection& a, const SsdDetection& b) {
    return a.score > b.score;
  });
  return found;
}

std::vector<SsdDetection> MergeOverlapping(std::vector<SsdDetection> found) {
  std::vector<SsdDetection> merged;
  while (!found.empty()) {
    const SsdDetection best = found.front();
    const auto rest = std::stable_partition(
        found.begin() + 1, found.end(), [&](const SsdDetection& other) {
          return IntersectionOverUnion(best, other) > kMinOverlap;
        });
    const auto size = static_cast<size_t>(rest - found.begin());
    merged.push_back(WeightedMean(absl::MakeSpan(found).first(size)));
    found.erase(found.begin(), rest);
  }
  return merged;
}

}  // namespace animate
