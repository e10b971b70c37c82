#include "engine/base/error.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace animate {
namespace {

// One payload: lines of tab-separated cells, the first cell naming the kind.
// Tabs, newlines and backslashes inside a cell are escaped.
constexpr absl::string_view kPayloadUrl = "type.animate.v1/ErrorDetails";

std::string Escape(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Unescape(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view message,
                       const ErrorDetails& details) {
  std::string payload = absl::StrCat("reason\t", Escape(details.reason));
  for (const ErrorDetails::FieldViolation& violation :
       details.field_violations) {
    absl::StrAppend(&payload, "\nfield\t", Escape(violation.field), "\t",
                    Escape(violation.description));
  }
  if (details.retry_after.has_value()) {
    absl::StrAppend(&payload, "\nretry\t",
                    absl::ToInt64Milliseconds(*details.retry_after));
  }
  for (const auto& [key, value] : details.metadata) {
    absl::StrAppend(&payload, "\nmeta\t", Escape(key), "\t", Escape(value));
  }
  absl::Status status(code, message);
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

absl::Status FieldError(absl::string_view field, absl::string_view description,
                        absl::string_view reason) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(field, ": ", description),
      {.reason = std::string(reason),
       .field_violations = {{std::string(field), std::string(description)}}});
}

std::optional<ErrorDetails> GetErrorDetails(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  ErrorDetails details;
  const std::string text(*payload);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (cells[0] == "reason" && cells.size() == 2) {
      details.reason = Unescape(cells[1]);
    } else if (cells[0] == "field" && cells.size() == 3) {
      details.field_violations.push_back(
          {Unescape(cells[1]), Unescape(cells[2])});
    } else if (cells[0] == "retry" && cells.size() == 2) {
      int64_t milliseconds = 0;
      if (absl::SimpleAtoi(cells[1], &milliseconds)) {
        details.retry_after = absl::Milliseconds(milliseconds);
      }
    } else if (cells[0] == "meta" && cells.size() == 3) {
      details.metadata.emplace_back(Unescape(cells[1]), Unescape(cells[2]));
    }
  }
  return details;
}

std::string GetErrorReason(const absl::Status& status) {
  const std::optional<ErrorDetails> details = GetErrorDetails(status);
  return details.has_value() ? details->reason : std::string();
}

}  // namespace animate
