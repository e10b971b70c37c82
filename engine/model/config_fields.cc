#include "engine/model/config_fields.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"

namespace animate {
namespace {

using Json = nlohmann::json;

// Keeps products of sizes in range.
constexpr int64_t kMaxSize = int64_t{1} << 20;

bool IsListOnlyOf(const Json& value, const Json& entry) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(),
                     [&entry](const Json& e) { return e == entry; });
}

// "CrossAttnDownBlock2D" -> "CrossAttnDownBlock"; "" for another ending.
std::string BlockStem(const Json& type) {
  if (!type.is_string()) return "";
  std::string name = type.get<std::string>();
  if (!absl::EndsWith(name, "2D") && !absl::EndsWith(name, "3D")) return "";
  name.resize(name.size() - 2);
  return name;
}

}  // namespace

absl::Status ConfigError(absl::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, message,
                   {.reason = "UNSUPPORTED_MODEL_CONFIG"});
}

absl::StatusOr<Json> ParseConfigObject(absl::string_view text,
                                       absl::string_view file) {
  Json json = Json::parse(text.begin(), text.end(), /*cb=*/nullptr,
                          /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return ConfigError(absl::StrCat(file, ": is not a JSON object"));
  }
  return json;
}

absl::StatusOr<Json> ConfigSection(const Json& json, const char* key,
                                   absl::string_view file) {
  const auto it = json.find(key);
  if (it == json.end() || it->is_null()) return Json::object();
  if (!it->is_object()) {
    return ConfigError(absl::StrCat(file, ": ", key, " must be an object"));
  }
  return *it;
}

void ConfigFields::Read(const char* key, int64_t& out, int64_t min) {
  if (const Json* value = Find(key)) out = AsSize(key, *value, min);
}

void ConfigFields::Read(const char* key, double& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_number()) return Fail(key, "a number", *value);
  out = value->get<double>();
}

void ConfigFields::Read(const char* key, bool& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return Fail(key, "true or false", *value);
  out = value->get<bool>();
}

void ConfigFields::Read(const char* key, std::vector<int64_t>& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array()) return Fail(key, "a list of numbers", *value);
  out.clear();
  for (const Json& element : *value) out.push_back(AsSize(key, element, 1));
}

void ConfigFields::Read(const char* key, std::string& out,
                        std::initializer_list<const char*> allowed) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  const auto matches = [value](const char* name) { return *value == name; };
  if (std::none_of(allowed.begin(), allowed.end(), matches)) {
    return Fail(key, absl::StrJoin(allowed, " or "), *value);
  }
  out = value->get<std::string>();
}

void ConfigFields::ReadPerLevel(const char* key, size_t levels,
                                std::vector<int64_t>& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array()) {
    out.assign(levels, AsSize(key, *value, 1));
    return;
  }
  Read(key, out);
  if (out.size() != levels) {
    Fail(key, absl::StrCat("a number or a list of ", levels), *value);
  }
}

void ConfigFields::ReadBlockTypes(const char* key, size_t levels,
                                  const char* with, const char* without,
                                  std::vector<bool>& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array() || value->size() != levels) {
    return Fail(key, absl::StrCat("a list of ", levels), *value);
  }
  out.clear();
  for (const Json& type : *value) {
    const std::string stem = BlockStem(type);
    if (stem != with && stem != without) {
      return Fail(key, absl::StrCat(with, "2D or ", without, "2D"), type);
    }
    out.push_back(stem == with);
  }
}

void ConfigFields::Expect(const char* key, const std::vector<Json>& allowed) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
    Fail(key, allowed.front().dump(), *value);
  }
}

void ConfigFields::ExpectOff(const char* key) {
  const Json* value = Find(key);
  if (value == nullptr || *value == false || IsListOnlyOf(*value, false)) {
    return;
  }
  Fail(key, "off (only that is implemented)", *value);
}

void ConfigFields::ExpectAll(const char* key, const Json& entry) {
  const Json* value = Find(key);
  if (value == nullptr || IsListOnlyOf(*value, entry)) return;
  Fail(key, absl::StrCat("a list of ", entry.dump()), *value);
}

void ConfigFields::ExpectOnly(std::initializer_list<const char*> keys) {
  for (const auto& [key, value] : object_.items()) {
    const bool known = std::find(keys.begin(), keys.end(),
                                 absl::string_view(key)) != keys.end();
    Check(known, absl::StrCat("unknown key ", Json(key).dump(), ": want ",
                              absl::StrJoin(keys, ", ")));
  }
}

void ConfigFields::Check(bool condition, absl::string_view message) {
  if (!condition && status_.ok()) {
    status_ = ConfigError(absl::StrCat(where_, ": ", message));
  }
}

const Json* ConfigFields::Find(const char* key) const {
  const auto it = object_.find(key);
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

int64_t ConfigFields::AsSize(const char* key, const Json& value, int64_t min) {
  if (value.is_number_integer() && value >= min && value <= kMaxSize) {
    return value.get<int64_t>();
  }
  Fail(key, absl::StrCat("a whole number in [", min, ", ", kMaxSize, "]"),
       value);
  return min;
}

void ConfigFields::Fail(const char* key, absl::string_view want,
                        const Json& got) {
  const std::string found =
      got.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
  Check(false, absl::StrCat(key, " must be ", want, ": got ", found));
}

}  // namespace animate
