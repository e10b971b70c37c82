#include "engine/weights/yaml_subset.h"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr int kMaxDepth = 16;
// A plain scalar that begins with one of these means something else in YAML.
constexpr absl::string_view kIndicators = "&*!|>%@`[{]},?";

struct Line {
  size_t indent = 0;
  absl::string_view text;
  size_t number = 0;
};

absl::Status LineError(const Line& line, absl::string_view message) {
  return WeightsError(
      absl::StrCat("line ", line.number, ": ", message, ": ", line.text));
}

// Cuts a comment, which begins at the start or after a space, off `text`.
absl::string_view WithoutComment(absl::string_view text) {
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || text[i - 1] == ' ')) {
      return text.substr(0, i);
    }
  }
  return text;
}

absl::StatusOr<std::vector<Line>> SplitLines(absl::string_view yaml) {
  std::vector<Line> lines;
  size_t number = 0;
  for (const absl::string_view raw : absl::StrSplit(yaml, '\n')) {
    ++number;
    const absl::string_view text =
        absl::StripTrailingAsciiWhitespace(WithoutComment(raw));
    const size_t indent = text.find_first_not_of(' ');
    if (indent == absl::string_view::npos || text == "---") {
      continue;
    }
    lines.push_back({indent, text.substr(indent), number});
    if (absl::StrContains(text, '\t')) {
      return LineError(lines.back(), "tabs are not allowed");
    }
  }
  return lines;
}

absl::StatusOr<nlohmann::json> ParseScalar(const Line& line,
                                           absl::string_view text) {
  const char first = text[0];
  if (first == '"' || first == '\'') {
    if (text.size() < 2 || text.back() != first ||
        text.find(first, 1) != text.size() - 1 ||
        absl::StrContains(text, '\\')) {
      return LineError(line, "this quoted text is not supported");
    }
    return nlohmann::json(std::string(text.substr(1, text.size() - 2)));
  }
  if (absl::StrContains(kIndicators, first) || absl::StrContains(text, ": ")) {
    return LineError(line, "this form of YAML is not supported");
  }
  const std::string lower = absl::AsciiStrToLower(text);
  int64_t integer = 0;
  double real = 0;
  if (lower == "true" || lower == "false") {
    return nlohmann::json(lower == "true");
  }
  if (lower == "null" || lower == "~") {
    return nlohmann::json(nullptr);
  }
  if (absl::SimpleAtoi(text, &integer)) {
    return nlohmann::json(integer);
  }
  if (absl::ascii_isdigit(static_cast<unsigned char>(text.back())) &&
      absl::SimpleAtod(text, &real)) {
    return nlohmann::json(real);
  }
  return nlohmann::json(std::string(text));
}

bool IsListItem(const Line& line) { return absl::StartsWith(line.text, "- "); }

class Parser {
 public:
  explicit Parser(std::vector<Line> lines) : lines_(std::move(lines)) {}

  absl::StatusOr<nlohmann::json> ParseAll() {
    if (lines_.empty()) {
      return nlohmann::json::object();
    }
    ANIMATE_ASSIGN_OR_RETURN(nlohmann::json result,
                             ParseMap(lines_[0].indent, 0));
    if (next_ < lines_.size()) {
      return LineError(lines_[next_], "the indentation does not fit");
    }
    return result;
  }

 private:
  absl::StatusOr<nlohmann::json> ParseMap(size_t indent, int depth) {
    nlohmann::json map = nlohmann::json::object();
    while (next_ < lines_.size() && lines_[next_].indent == indent) {
      const Line& line = lines_[next_++];
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(line.text, absl::MaxSplits(':', 1));
      const std::string key(parts.first);
      if (IsListItem(line) || key.empty() ||
          !absl::StrContains(line.text, ':') ||
          (!parts.second.empty() && parts.second[0] != ' ') ||
          absl::StrContains(absl::StrCat(kIndicators, "\"'"), key[0])) {
        return LineError(line, "expected \"key: value\"");
      }
      if (map.contains(key)) {
        return LineError(line, "the key occurs more than once");
      }
      const absl::string_view value =
          absl::StripLeadingAsciiWhitespace(parts.second);
      if (value.empty()) {
        ANIMATE_ASSIGN_OR_RETURN(map[key], ParseNested(indent, depth));
      } else {
        ANIMATE_ASSIGN_OR_RETURN(map[key], ParseScalar(line, value));
      }
    }
    return map;
  }

  // Parses what belongs to a key without a value on its line.
  absl::StatusOr<nlohmann::json> ParseNested(size_t indent, int depth) {
    if (next_ == lines_.size() || lines_[next_].indent < indent) {
      return nlohmann::json(nullptr);
    }
    const Line& line = lines_[next_];
    if (depth == kMaxDepth) {
      return LineError(line, "nested too deeply");
    }
    if (IsListItem(line)) {  // May have the indentation of its key.
      return ParseList(line.indent);
    }
    if (line.indent == indent) {
      return nlohmann::json(nullptr);
    }
    return ParseMap(line.indent, depth + 1);
  }

  absl::StatusOr<nlohmann::json> ParseList(size_t indent) {
    nlohmann::json list = nlohmann::json::array();
    while (next_ < lines_.size() && lines_[next_].indent == indent &&
           IsListItem(lines_[next_])) {
      const Line& line = lines_[next_++];
      ANIMATE_ASSIGN_OR_RETURN(
          nlohmann::json item,
          ParseScalar(line,
                      absl::StripLeadingAsciiWhitespace(line.text.substr(2))));
      list.push_back(std::move(item));
    }
    return list;
  }

  const std::vector<Line> lines_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::string> YamlToJson(absl::string_view yaml) {
  ANIMATE_ASSIGN_OR_RETURN(std::vector<Line> lines, SplitLines(yaml));
  ANIMATE_ASSIGN_OR_RETURN(const nlohmann::json parsed,
                           Parser(std::move(lines)).ParseAll());
  return parsed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace animate
