#ifndef ANIMATE_TOOLS_TRAIN_CONFIG_OVERRIDE_H_
#define ANIMATE_TOOLS_TRAIN_CONFIG_OVERRIDE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// Returns `json`, the text of a configuration, with `assignments`
// ("trainer.steps=200") made in their order. A value is JSON; what is not JSON
// is taken as a text, so that paths need no quotes. Objects on the way are made
// where there are none. INVALID_ARGUMENT with the reason "BAD_CONFIG" for an
// assignment without key or "=", or through something that is no object, and
// for text that is no JSON object (`file` begins the message). Whether the keys
// mean anything is for the reader of the settings to say.
absl::StatusOr<std::string> OverrideConfig(
    absl::string_view json, absl::string_view file,
    const std::vector<std::string>& assignments);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_CONFIG_OVERRIDE_H_
