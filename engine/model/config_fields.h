#ifndef ANIMATE_ENGINE_MODEL_CONFIG_FIELDS_H_
#define ANIMATE_ENGINE_MODEL_CONFIG_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Reads checked values out of a model folder's JSON. Only the sources of
// configurations include this; everybody else sees the plain structs they fill.
namespace animate {

// FAILED_PRECONDITION with the reason of all configuration errors.
absl::Status ConfigError(absl::string_view message);

// Parses `text`; ConfigError unless it is a JSON object.
absl::StatusOr<nlohmann::json> ParseConfigObject(absl::string_view text,
                                                 absl::string_view file);

// Returns the object at `key` of `json`, an empty one when absent or null;
// ConfigError for anything else.
absl::StatusOr<nlohmann::json> ConfigSection(const nlohmann::json& json,
                                             const char* key,
                                             absl::string_view file);

// Copies fields out of one JSON object and keeps the first error, which names
// place, key, what is expected and what was found. A key that is absent or
// null leaves the variable as it is.
class ConfigFields {
 public:
  using Json = nlohmann::json;

  // `object` must outlive this; `where` ("unet/config.json") begins messages.
  ConfigFields(const Json& object, std::string where)
      : object_(object), where_(std::move(where)) {}

  bool Has(const char* key) const { return Find(key) != nullptr; }
  const absl::Status& status() const { return status_; }

  // A whole number of at least `min` and at most 2^20, which no size in such a
  // file comes near.
  void Read(const char* key, int64_t& out, int64_t min = 1);
  void Read(const char* key, double& out);
  void Read(const char* key, bool& out);
  void Read(const char* key, std::vector<int64_t>& out);
  // A string out of `allowed`.
  void Read(const char* key, std::string& out,
            std::initializer_list<const char*> allowed);
  // One number for all `levels`, or a list with one for each.
  void ReadPerLevel(const char* key, size_t levels, std::vector<int64_t>& out);
  // A list of block types, one per level: `with` or `without` followed by "2D",
  // or "3D" as the video network calls them. True where it is `with`.
  void ReadBlockTypes(const char* key, size_t levels, const char* with,
                      const char* without, std::vector<bool>& out);

  // Refuse settings that the networks do not implement: any value but those
  // allowed; anything but false; a list with any entry but `entry`.
  void Expect(const char* key, const std::vector<Json>& allowed);
  void ExpectOff(const char* key);
  void ExpectAll(const char* key, const Json& entry);

  // Refuses every key that is not among `keys`, naming the first.
  void ExpectOnly(std::initializer_list<const char*> keys);

  // Notes `message` as the error unless `condition` holds.
  void Check(bool condition, absl::string_view message);

 private:
  const Json* Find(const char* key) const;
  int64_t AsSize(const char* key, const Json& value, int64_t min);
  void Fail(const char* key, absl::string_view want, const Json& got);

  const Json& object_;
  std::string where_;
  absl::Status status_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_MODEL_CONFIG_FIELDS_H_
