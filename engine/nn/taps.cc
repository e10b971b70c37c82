#include "engine/nn/taps.h"

#include <utility>

namespace animate {

Taps::Taps(std::set<std::string> wanted) : wanted_(std::move(wanted)) {}

void Taps::Record(const std::string& path, const at::Tensor& output) {
  if (wanted_.count(path) > 0) outputs_.emplace(path, output);
}

std::vector<std::string> Taps::Missing() const {
  std::vector<std::string> missing;
  for (const std::string& path : wanted_) {
    if (outputs_.count(path) == 0) missing.push_back(path);
  }
  return missing;
}

}  // namespace animate
