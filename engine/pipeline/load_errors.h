#ifndef ANIMATE_ENGINE_PIPELINE_LOAD_ERRORS_H_
#define ANIMATE_ENGINE_PIPELINE_LOAD_ERRORS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"

namespace animate {

// Gathers what is wrong with a model, so that one look at the message mends it
// all. Thread-compatible.
class LoadErrors {
 public:
  void Add(absl::Status status) {
    if (!status.ok()) errors_.push_back(std::move(status));
  }

  // Notes the error of `value` if it has one; returns whether it has a value.
  template <typename T>
  bool Check(const absl::StatusOr<T>& value) {
    Add(value.status());
    return value.ok();
  }

  // OK without errors; a single error as it is; else FAILED_PRECONDITION,
  // reason MODEL_INVALID, with all messages, or the first RESOURCE_EXHAUSTED.
  absl::Status ToStatus() const {
    if (errors_.empty()) return absl::OkStatus();
    if (errors_.size() == 1) return errors_.front();
    std::vector<std::string> messages;
    for (const absl::Status& error : errors_) {
      if (absl::IsResourceExhausted(error)) return error;
      messages.emplace_back(error.message());
    }
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrJoin(messages, "\n"),
                     {.reason = "MODEL_INVALID"});
  }

 private:
  std::vector<absl::Status> errors_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_LOAD_ERRORS_H_
