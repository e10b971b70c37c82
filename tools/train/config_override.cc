#include "tools/train/config_override.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

using OrderedJson = nlohmann::ordered_json;

absl::Status OverrideError(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, message,
                   {.reason = "BAD_CONFIG"});
}

OrderedJson ParseValue(absl::string_view text) {
  OrderedJson value = OrderedJson::parse(text.begin(), text.end(),
                                         /*cb=*/nullptr,
                                         /*allow_exceptions=*/false);
  return value.is_discarded() ? OrderedJson(std::string(text)) : value;
}

absl::Status Assign(OrderedJson& root, const std::string& assignment) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(assignment, absl::MaxSplits('=', 1));
  const std::vector<std::string> path = absl::StrSplit(parts.first, '.');
  OrderedJson* place = &root;
  for (const std::string& key : path) {
    if (key.empty() || assignment.find('=') == std::string::npos) {
      return OverrideError(absl::StrCat(
          "a setting must look like trainer.steps=200: got ", assignment));
    }
    if (!place->is_object() && !place->is_null()) {
      return OverrideError(
          absl::StrCat("\"", key, "\" of ", assignment,
                       " lies in something that is no object"));
    }
    place = &(*place)[key];
  }
  *place = ParseValue(parts.second);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> OverrideConfig(
    absl::string_view json, absl::string_view file,
    const std::vector<std::string>& assignments) {
  // Untouched text keeps its faults for the reader to name, a key that is
  // there twice among them.
  if (assignments.empty()) return std::string(json);
  OrderedJson root = OrderedJson::parse(
      json.begin(), json.end(), /*cb=*/nullptr, /*allow_exceptions=*/false,
      /*ignore_comments=*/true);
  if (!root.is_object()) {
    return OverrideError(absl::StrCat(file, ": is not a JSON object"));
  }
  for (const std::string& assignment : assignments) {
    ANIMATE_RETURN_IF_ERROR(Assign(root, assignment));
  }
  return root.dump(2);
}

}  // namespace animate
