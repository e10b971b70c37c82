#include "tools/train/setting_reader.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"

namespace animate {
namespace {

using Json = nlohmann::json;

constexpr absl::string_view kReason = "BAD_CONFIG";
// Farther apart, a known key is no likely meaning of an unknown one.
constexpr size_t kMaxTypos = 3;

std::string Show(const Json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false,
                    Json::error_handler_t::replace);
}

std::string ShowLimit(double value) { return Show(Json(value)); }

// Levenshtein's distance.
size_t CountTypos(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string SuggestKey(const std::string& unknown,
                       const std::set<std::string>& known) {
  const std::string* best = nullptr;
  size_t fewest = std::min(kMaxTypos, unknown.size() / 2) + 1;
  for (const std::string& key : known) {
    const size_t typos = CountTypos(unknown, key);
    if (typos < fewest) {
      fewest = typos;
      best = &key;
    }
  }
  if (best != nullptr) return absl::StrCat("; did you mean ", *best, "?");
  return absl::StrCat("; there are ", absl::StrJoin(known, ", "));
}

absl::Status TextError(absl::string_view file, absl::string_view fault) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(file, ": ", fault),
                   {.reason = std::string(kReason)});
}

// A number that was written as such, within `range`.
bool IsWhole(const Json& value, WholeRange range) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() &&
           value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) &&
         value.get<int64_t>() >= range.min && value.get<int64_t>() <= range.max;
}

std::string ShowRange(WholeRange range) {
  if (range.max == WholeRange().max) {
    return absl::StrCat("a whole number of at least ", range.min);
  }
  return absl::StrCat("a whole number in [", range.min, ", ", range.max, "]");
}

std::string ShowRange(NumberRange range) {
  if (std::isinf(range.max)) {
    return absl::StrCat("a number of at least ", ShowLimit(range.min));
  }
  return absl::StrCat("a number in [", ShowLimit(range.min), ", ",
                      ShowLimit(range.max), "]");
}

}  // namespace

struct SettingReader::Impl {
  // An object that is being visited.
  struct Scope {
    const Json* object;           // null where the file has none
    std::string prefix;           // "trainer."
    std::set<std::string> known;  // keys visited
    size_t faults_before = 0;     // faults when it was entered
  };

  // Returns what the file has for `key`, null for nothing.
  const Json* Find(const char* key) {
    Scope& scope = scopes.back();
    scope.known.insert(key);
    if (scope.object == nullptr) return nullptr;
    const auto it = scope.object->find(key);
    return it == scope.object->end() ? nullptr : &*it;
  }

  void Fail(const std::string& key, std::string description) {
    faults.push_back({.field = scopes.back().prefix + key,
                      .description = std::move(description)});
  }

  void FailValue(const char* key, absl::string_view want, const Json& got) {
    Fail(key, absl::StrCat("must be ", want, ": got ", Show(got)));
  }

  void CloseScope() {
    const Scope& scope = scopes.back();
    if (scope.object == nullptr) return;
    for (const auto& [key, value] : scope.object->items()) {
      if (scope.known.count(key) == 0) {
        Fail(key, absl::StrCat("unknown key", SuggestKey(key, scope.known)));
      }
    }
  }

  std::string file;
  Json root;
  std::vector<Scope> scopes;
  std::vector<ErrorDetails::FieldViolation> faults;
};

SettingReader::SettingReader(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
SettingReader::~SettingReader() = default;

absl::StatusOr<std::unique_ptr<SettingReader>> SettingReader::Create(
    absl::string_view json, absl::string_view file) {
  // The parser would keep the last of two values in silence.
  std::vector<std::set<std::string>> keys;
  std::string twice;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    return true;
  };
  auto impl = std::make_unique<Impl>();
  impl->file = std::string(file);
  impl->root = Json::parse(json.begin(), json.end(), watch,
                           /*allow_exceptions=*/false,
                           /*ignore_comments=*/true);
  if (!impl->root.is_object()) {
    return TextError(file, "is not a JSON object");
  }
  if (!twice.empty()) {
    return TextError(file, absl::StrCat("\"", twice, "\" is there twice"));
  }
  impl->scopes.push_back({.object = &impl->root, .prefix = "", .known = {}});
  return std::unique_ptr<SettingReader>(new SettingReader(std::move(impl)));
}

absl::Status SettingReader::Finish() {
  impl_->CloseScope();
  if (impl_->faults.empty()) return absl::OkStatus();
  std::vector<std::string> lines;
  for (const ErrorDetails::FieldViolation& fault : impl_->faults) {
    lines.push_back(
        absl::StrCat(impl_->file, ": ", fault.field, ": ", fault.description));
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrJoin(lines, "\n"),
      {.reason = std::string(kReason), .field_violations = impl_->faults});
}

void SettingReader::Whole(const char* key, int64_t& value, WholeRange range,
                          absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!IsWhole(*found, range)) {
    return impl_->FailValue(key, ShowRange(range), *found);
  }
  value = found->get<int64_t>();
}

void SettingReader::Number(const char* key, double& value, NumberRange range,
                           absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  // Negated, so that it is also true of what is not a number at all.
  if (!found->is_number() || !(found->get<double>() >= range.min &&
                               found->get<double>() <= range.max)) {
    return impl_->FailValue(key, ShowRange(range), *found);
  }
  value = found->get<double>();
}

void SettingReader::Flag(const char* key, bool& value, absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_boolean()) {
    return impl_->FailValue(key, "true or false", *found);
  }
  value = found->get<bool>();
}

void SettingReader::Text(const char* key, std::string& value,
                         absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_string()) return impl_->FailValue(key, "a text", *found);
  value = found->get<std::string>();
}

void SettingReader::OneOf(const char* key, std::string& value,
                          const std::vector<std::string>& names,
                          absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_string() ||
      std::find(names.begin(), names.end(), found->get<std::string>()) ==
          names.end()) {
    return impl_->FailValue(key, absl::StrJoin(names, " or "), *found);
  }
  value = found->get<std::string>();
}

void SettingReader::WholeList(const char* key, std::vector<int64_t>& value,
                              WholeRange each, absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_array() ||
      !std::all_of(found->begin(), found->end(), [each](const Json& element) {
        return IsWhole(element, each);
      })) {
    return impl_->FailValue(key, absl::StrCat("a list, each ", ShowRange(each)),
                            *found);
  }
  value = found->get<std::vector<int64_t>>();
}

void SettingReader::TextList(const char* key, std::vector<std::string>& value,
                             absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_array() ||
      !std::all_of(found->begin(), found->end(),
                   [](const Json& e) { return e.is_string(); })) {
    return impl_->FailValue(key, "a list of texts", *found);
  }
  value = found->get<std::vector<std::string>>();
}

void SettingReader::FlagList(const char* key, std::vector<bool>& value,
                             absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found == nullptr) return;
  if (!found->is_array() ||
      !std::all_of(found->begin(), found->end(),
                   [](const Json& e) { return e.is_boolean(); })) {
    return impl_->FailValue(key, "a list of true and false", *found);
  }
  value = found->get<std::vector<bool>>();
}

void SettingReader::Enter(const char* key, absl::string_view) {
  const Json* found = impl_->Find(key);
  if (found != nullptr && !found->is_object()) {
    impl_->FailValue(key, "an object", *found);
    found = nullptr;
  }
  impl_->scopes.push_back(
      {.object = found,
       .prefix = absl::StrCat(impl_->scopes.back().prefix, key, "."),
       .known = {},
       .faults_before = impl_->faults.size()});
}

void SettingReader::Leave() {
  impl_->CloseScope();
  impl_->scopes.pop_back();
}

void SettingReader::Require(bool holds, const char* key,
                            absl::string_view message) {
  // A setting that could not be read is not also out of tune with others.
  const bool clean = impl_->faults.size() == impl_->scopes.back().faults_before;
  if (!holds && clean) impl_->Fail(key, std::string(message));
}

}  // namespace animate
