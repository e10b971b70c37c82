#ifndef ANIMATE_TESTS_SUPPORT_RANDOM_WEIGHTS_H_
#define ANIMATE_TESTS_SUPPORT_RANDOM_WEIGHTS_H_

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/normal.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/tensor/parameters.h"

namespace animate {

// Draws standard normal values, the same for the same seed.
inline at::Tensor RandomTensor(const std::vector<int64_t>& shape,
                               uint64_t seed = 1, double scale = 1.0) {
  return at::normal(0.0, scale, shape,
                    at::make_generator<at::CPUGeneratorImpl>(seed));
}

// Returns random weights for exactly the keys a network asks for. `build`
// constructs the network from a Scope; what Verify says is missing from an
// empty state dict is what it needs. Norm scales are drawn around 1.
template <typename Build>
StateDict RandomWeights(const Build& build, uint64_t seed = 1) {
  Parameters nothing{StateDict{}};
  build(Scope(nothing));
  const std::string message(nothing.Verify("network").message());
  StateDict weights;
  for (absl::string_view line : absl::StrSplit(message, '\n')) {
    // "    conv_in.weight [32, 4, 3, 3]"
    if (!absl::ConsumePrefix(&line, "    ")) continue;
    const std::vector<std::string> parts = absl::StrSplit(line, " [");
    if (parts.size() != 2) continue;
    std::vector<int64_t> shape;
    for (absl::string_view size : absl::StrSplit(parts[1], ", ")) {
      int64_t value = 0;
      absl::ConsumeSuffix(&size, "]");
      if (!absl::SimpleAtoi(size, &value) || value < 1) value = 16;
      shape.push_back(value);
    }
    const bool scale = shape.size() == 1 && absl::EndsWith(parts[0], "weight");
    at::Tensor drawn = RandomTensor(shape, seed++, 0.1);
    weights[parts[0]] = scale ? drawn + 1 : drawn;
  }
  return weights;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_RANDOM_WEIGHTS_H_
