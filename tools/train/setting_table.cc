#include "tools/train/setting_table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace animate {
namespace {

std::string RangeText(WholeRange range) {
  if (range.max == WholeRange().max) {
    return absl::StrCat("whole, ≥ ", range.min);
  }
  return absl::StrCat("whole, ", range.min, "…", range.max);
}

std::string Quoted(absl::string_view text) {
  return text.empty() ? "empty" : absl::StrCat("`", text, "`");
}

}  // namespace

std::string SettingTable::Markdown() const {
  return absl::StrCat("| key | values | default | meaning |\n",
                      "|---|---|---|---|\n", absl::StrJoin(rows_, "\n"), "\n");
}

void SettingTable::Whole(const char* key, int64_t& value, WholeRange range,
                         absl::string_view about) {
  Row(key, RangeText(range), absl::StrCat(value), about);
}

void SettingTable::Number(const char* key, double& value, NumberRange range,
                          absl::string_view about) {
  Row(key,
      std::isinf(range.max)
          ? absl::StrCat("number, ≥ ", range.min)
          : absl::StrCat("number, ", range.min, "…", range.max),
      absl::StrCat(value), about);
}

void SettingTable::Flag(const char* key, bool& value, absl::string_view about) {
  Row(key, "true, false", value ? "true" : "false", about);
}

void SettingTable::Text(const char* key, std::string& value,
                        absl::string_view about) {
  Row(key, "text", Quoted(value), about);
}

void SettingTable::OneOf(const char* key, std::string& value,
                         const std::vector<std::string>& names,
                         absl::string_view about) {
  std::vector<std::string> shown = names;
  std::replace(shown.begin(), shown.end(), std::string(), std::string("empty"));
  Row(key, absl::StrJoin(shown, ", "), Quoted(value), about);
}

void SettingTable::WholeList(const char* key, std::vector<int64_t>& value,
                             WholeRange each, absl::string_view about) {
  Row(key, absl::StrCat("list, each ", RangeText(each)),
      absl::StrCat("[", absl::StrJoin(value, ", "), "]"), about);
}

void SettingTable::TextList(const char* key, std::vector<std::string>& value,
                            absl::string_view about) {
  Row(key, "list of texts", absl::StrCat("[", absl::StrJoin(value, ", "), "]"),
      about);
}

void SettingTable::FlagList(const char* key, std::vector<bool>& value,
                            absl::string_view about) {
  std::vector<std::string> flags;
  flags.reserve(value.size());
  for (const bool flag : value) flags.emplace_back(flag ? "true" : "false");
  Row(key, "list of true, false",
      absl::StrCat("[", absl::StrJoin(flags, ", "), "]"), about);
}

void SettingTable::Enter(const char* key, absl::string_view about) {
  path_.emplace_back(key);
  rows_.push_back(absl::StrCat("| **", absl::StrJoin(path_, "."), "** | | | ",
                               about, " |"));
}

void SettingTable::Leave() { path_.pop_back(); }

void SettingTable::Require(bool, const char*, absl::string_view) {}

void SettingTable::Row(const char* key, absl::string_view values,
                       absl::string_view value, absl::string_view about) {
  const std::string prefix =
      path_.empty() ? "" : absl::StrCat(absl::StrJoin(path_, "."), ".");
  rows_.push_back(absl::StrCat("| `", prefix, key, "` | ", values, " | ", value,
                               " | ", about, " |"));
}

}  // namespace animate
