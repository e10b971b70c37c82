#include "tools/train/setting_writer.h"

#include <nlohmann/json.hpp>

namespace animate {

// ordered_json, so that people find settings where the manual has them.
struct SettingWriter::Impl {
  using Json = nlohmann::ordered_json;

  Json root = Json::object();
  std::vector<std::string> path;

  Json& operator[](const char* key) {
    Json* object = &root;
    for (const std::string& name : path) object = &(*object)[name];
    return (*object)[key];
  }
};

SettingWriter::SettingWriter() : impl_(std::make_unique<Impl>()) {}
SettingWriter::~SettingWriter() = default;

std::string SettingWriter::Json() const {
  return impl_->root.dump(2, ' ', /*ensure_ascii=*/false,
                          nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string SettingWriter::DifferenceFrom(const SettingWriter& other) const {
  const nlohmann::json from = other.impl_->root;
  const nlohmann::json to = impl_->root;
  return nlohmann::json::diff(from, to).dump(
      -1, ' ', /*ensure_ascii=*/false,
      nlohmann::json::error_handler_t::replace);
}

void SettingWriter::Whole(const char* key, int64_t& value, WholeRange,
                          absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::Number(const char* key, double& value, NumberRange,
                           absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::Flag(const char* key, bool& value, absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::Text(const char* key, std::string& value,
                         absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::OneOf(const char* key, std::string& value,
                          const std::vector<std::string>&, absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::WholeList(const char* key, std::vector<int64_t>& value,
                              WholeRange, absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::TextList(const char* key, std::vector<std::string>& value,
                             absl::string_view) {
  (*impl_)[key] = value;
}
void SettingWriter::FlagList(const char* key, std::vector<bool>& value,
                             absl::string_view) {
  (*impl_)[key] = value;
}

void SettingWriter::Enter(const char* key, absl::string_view) {
  (*impl_)[key] = Impl::Json::object();
  impl_->path.emplace_back(key);
}

void SettingWriter::Leave() { impl_->path.pop_back(); }

void SettingWriter::Require(bool, const char*, absl::string_view) {}

}  // namespace animate
