#ifndef ANIMATE_TOOLS_MODEL_BUILTIN_CONFIGS_H_
#define ANIMATE_TOOLS_MODEL_BUILTIN_CONFIGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/weights/model_folder.h"

namespace animate {

// The names FindBuiltinConfig knows: "animate-anyone", the published sizes, and
// "nano", a network of 9 MB in float16 for tests.
std::vector<std::string> BuiltinConfigNames();

// Returns the configuration called `name` as FindModelConfigs would read it
// from a folder; nullopt for another name.
std::optional<ModelFolder> FindBuiltinConfig(absl::string_view name);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_BUILTIN_CONFIGS_H_
