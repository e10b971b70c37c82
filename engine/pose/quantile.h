#ifndef ANIMATE_ENGINE_POSE_QUANTILE_H_
#define ANIMATE_ENGINE_POSE_QUANTILE_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace animate {

// Returns the value below which the part `q`, [0, 1], of `values` lies,
// interpolated between neighbours. Changes their order. REQUIRES: values are
// not empty and finite. O(n).
inline double Quantile(std::vector<double>& values, double q) {
  const double place = q * static_cast<double>(values.size() - 1);
  const auto index = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + index;
  std::nth_element(values.begin(), at, values.end());
  const double fraction = place - static_cast<double>(index);
  if (fraction == 0.0) return *at;
  const double next = *std::min_element(at + 1, values.end());
  return *at + fraction * (next - *at);
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_QUANTILE_H_
