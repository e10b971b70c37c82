#ifndef ANIMATE_TESTS_RELIABILITY_NEAREST_RANK_H_
#define ANIMATE_TESTS_RELIABILITY_NEAREST_RANK_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace animate {

// The smallest of `values` that is not below the part `q` of them; 0 of none.
inline double NearestRank(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(q * static_cast<double>(values.size()));
  const auto index = static_cast<size_t>(std::max(1.0, rank)) - 1;
  return values[std::min(index, values.size() - 1)];
}

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_NEAREST_RANK_H_
