#ifndef ANIMATE_TOOLS_MODEL_RANDOM_MODEL_H_
#define ANIMATE_TOOLS_MODEL_RANDOM_MODEL_H_

#include <cstdint>
#include <functional>
#include <string>

#include <c10/core/ScalarType.h>

#include "absl/status/status.h"
#include "tools/model/topology.h"
#include "tools/model/written_file.h"

namespace animate {

struct RandomModelOptions {
  c10::ScalarType dtype = c10::kFloat;
  uint64_t seed = 1;
  // Called after each file.
  std::function<void(const WrittenFile&)> on_file = nullptr;
};

// Writes a complete model folder with random weights (see RandomValues) at
// `path`, one tensor at a time; it appears when it is complete. Errors: those
// of DescribeTopology, AtomicFolder and SafetensorsWriter.
absl::Status WriteRandomModel(const TopologyConfig& config,
                              const std::string& path,
                              const RandomModelOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_RANDOM_MODEL_H_
