#include "engine/training/adopt_run.h"

#include <c10/core/GradMode.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

absl::Status Mismatch(const std::string& message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = "CHECKPOINT_MISMATCH"});
}

absl::Status CheckSameTensors(absl::string_view what, const StateDict& from,
                              const StateDict& into) {
  for (const auto& [key, target] : into) {
    const auto source = from.find(key);
    if (source == from.end()) {
      return Mismatch(absl::StrCat(what, " \"", key, "\" is missing"));
    }
    if (source->second.sizes() != target.sizes()) {
      return Mismatch(absl::StrCat(what, " \"", key, "\" is [",
                                   absl::StrJoin(source->second.sizes(), ", "),
                                   "], wanted [",
                                   absl::StrJoin(target.sizes(), ", "), "]"));
    }
  }
  for (const auto& [key, source] : from) {
    if (into.count(key) == 0) {
      return Mismatch(absl::StrCat(what, " \"", key, "\" is not trained"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSameSettings(const std::map<std::string, std::string>& were,
                               const std::map<std::string, std::string>& are) {
  std::vector<std::string> changes;
  for (const auto& [name, is] : are) {
    const auto was = were.find(name);
    if (was == were.end()) {
      changes.push_back(absl::StrCat(name, " was not set, is ", is));
    } else if (was->second != is) {
      changes.push_back(absl::StrCat(name, " was ", was->second, ", is ", is));
    }
  }
  if (changes.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the run was begun with other settings: ",
                                absl::StrJoin(changes, "; ")),
                   {.reason = "SETTINGS_CHANGED"});
}

absl::Status CopyRunTensors(const RunState& from, const RunState& into) {
  struct Part {
    const char* name;
    const StateDict& from;
    const StateDict& into;
  };
  const Part parts[] = {{"weight", from.weights, into.weights},
                        {"average of", from.average, into.average},
                        {"exp_avg of", from.exp_avg, into.exp_avg},
                        {"exp_avg_sq of", from.exp_avg_sq, into.exp_avg_sq}};
  for (const Part& part : parts) {
    ANIMATE_RETURN_IF_ERROR(CheckSameTensors(part.name, part.from, part.into));
  }
  const at::NoGradGuard no_grad;
  for (const Part& part : parts) {
    for (const auto& [key, target] : part.into) {
      target.detach().copy_(part.from.at(key));
    }
  }
  return absl::OkStatus();
}

}  // namespace animate
