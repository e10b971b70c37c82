#include "engine/skeleton/dot_fitter.h"

#include <cmath>

#include "engine/skeleton/disc.h"

namespace animate {
namespace {

constexpr double kForbiddenCost = 1.5;

struct Cell {
  int x = 0;
  int y = 0;
};

Cell CellOf(Point p) {
  return {static_cast<int>(std::floor(p.x)), static_cast<int>(std::floor(p.y))};
}

// Counts how many dots cover each pixel of the field.
class Coverage {
 public:
  Coverage(const DotField& field, absl::Span<const int> half_widths)
      : field_(field),
        half_widths_(half_widths),
        counts_(field.ground.size()) {}

  void Add(const Cell& cell, int amount) {
    ForEachDiscPixel(half_widths_, cell.x, cell.y, [&](int x, int y) {
      x -= field_.left;
      y -= field_.top;
      if (x < 0 || y < 0 || x >= field_.width || y >= field_.height) return;
      counts_[static_cast<size_t>(y) * static_cast<size_t>(field_.width) +
              static_cast<size_t>(x)] += amount;
    });
  }

  // What another dot here would newly cover, less what it must not.
  double Gain(const Cell& cell) const {
    double gain = 0.0;
    ForEachDiscPixel(half_widths_, cell.x, cell.y, [&](int x, int y) {
      const DotGround ground = field_.at(x, y);
      if (ground == DotGround::kForbidden) {
        gain -= kForbiddenCost;
      } else if (ground == DotGround::kDot) {
        const auto index = static_cast<size_t>(y - field_.top) *
                               static_cast<size_t>(field_.width) +
                           static_cast<size_t>(x - field_.left);
        if (counts_[index] == 0) gain += 1.0;
      }
    });
    return gain;
  }

  size_t CountUncovered() const {
    size_t uncovered = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      const bool dot = field_.ground[i] == DotGround::kDot;
      uncovered += dot && counts_[i] == 0 ? 1 : 0;
    }
    return uncovered;
  }

 private:
  const DotField& field_;
  absl::Span<const int> half_widths_;
  std::vector<int> counts_;
};

}  // namespace

std::vector<Point> FitDots(const DotField& field,
                           absl::Span<const int> half_widths,
                           absl::Span<const Point> expected,
                           const DotFitOptions& options) {
  Coverage coverage(field, half_widths);
  std::vector<Cell> cells;
  for (const Point& point : expected) {
    cells.push_back(CellOf(point));
    coverage.Add(cells.back(), 1);
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < cells.size(); ++i) {
      coverage.Add(cells[i], -1);
      const Cell home = CellOf(expected[i]);
      const auto value = [&](const Cell& cell) {
        const int dx = cell.x - home.x;
        const int dy = cell.y - home.y;
        return coverage.Gain(cell) - options.loyalty * (dx * dx + dy * dy);
      };
      double best = value(cells[i]);
      for (int dy = -options.reach; dy <= options.reach; ++dy) {
        for (int dx = -options.reach; dx <= options.reach; ++dx) {
          const Cell cell{home.x + dx, home.y + dy};
          if (const double here = value(cell); here > best + 1e-9) {
            best = here;
            cells[i] = cell;
          }
        }
      }
      coverage.Add(cells[i], 1);
    }
  }
  std::vector<Point> points;
  points.reserve(cells.size());
  for (const Cell& cell : cells) {
    points.push_back({cell.x + 0.5, cell.y + 0.5});
  }
  return points;
}

double DotFit(const DotField& field, absl::Span<const int> half_widths,
              Point place) {
  int allowed = 0;
  int all = 0;
  const Cell cell = CellOf(place);
  ForEachDiscPixel(half_widths, cell.x, cell.y, [&](int x, int y) {
    ++all;
    allowed += field.at(x, y) != DotGround::kForbidden ? 1 : 0;
  });
  return static_cast<double>(allowed) / all;
}

size_t CountUncovered(const DotField& field, absl::Span<const int> half_widths,
                      absl::Span<const Point> places) {
  Coverage coverage(field, half_widths);
  for (const Point& place : places) coverage.Add(CellOf(place), 1);
  return coverage.CountUncovered();
}

}  // namespace animate
