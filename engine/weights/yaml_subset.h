#ifndef ANIMATE_ENGINE_WEIGHTS_YAML_SUBSET_H_
#define ANIMATE_ENGINE_WEIGHTS_YAML_SUBSET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Converts the YAML of the reference's inference configuration
// (configs/inference/inference_v2.yaml) to JSON. Understands what those files
// use: maps nested by indentation, lists of scalars ("- x"), comments, quoted
// and plain scalars. FAILED_PRECONDITION that names the line for everything
// else (anchors, flow style, block text, tabs, a key twice), so that nothing
// is misread in silence.
absl::StatusOr<std::string> YamlToJson(absl::string_view yaml);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_YAML_SUBSET_H_
