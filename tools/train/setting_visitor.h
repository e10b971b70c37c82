#ifndef ANIMATE_TOOLS_TRAIN_SETTING_VISITOR_H_
#define ANIMATE_TOOLS_TRAIN_SETTING_VISITOR_H_

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace animate {

// Limits of a setting, both included.
struct WholeRange {
  int64_t min = 0;
  int64_t max = std::numeric_limits<int64_t>::max();
};
struct NumberRange {
  double min = 0;
  double max = std::numeric_limits<double>::infinity();
};

// Walks over the settings of a program, in the order in which people should see
// them. One function per options struct (VisitTrainer, VisitVaeTask, …) calls
// this for each field; what happens then is up to the implementation: the field
// is filled from a file, written to one, or listed for the manual. So the three
// never differ. Keys are those of the JSON; `about` is a phrase for people.
class SettingVisitor {
 public:
  virtual ~SettingVisitor() = default;

  virtual void Whole(const char* key, int64_t& value, WholeRange range,
                     absl::string_view about) = 0;
  virtual void Number(const char* key, double& value, NumberRange range,
                      absl::string_view about) = 0;
  virtual void Flag(const char* key, bool& value, absl::string_view about) = 0;
  virtual void Text(const char* key, std::string& value,
                    absl::string_view about) = 0;
  // One of `names`.
  virtual void OneOf(const char* key, std::string& value,
                     const std::vector<std::string>& names,
                     absl::string_view about) = 0;
  virtual void WholeList(const char* key, std::vector<int64_t>& value,
                         WholeRange each, absl::string_view about) = 0;
  virtual void TextList(const char* key, std::vector<std::string>& value,
                        absl::string_view about) = 0;
  virtual void FlagList(const char* key, std::vector<bool>& value,
                        absl::string_view about) = 0;

  // What is visited between the two lies in the object `key`.
  virtual void Enter(const char* key, absl::string_view about) = 0;
  virtual void Leave() = 0;

  // A rule that joins several settings, of which `key` is the one to name:
  // unless `holds`, the settings visited cannot be used. Call it after them.
  virtual void Require(bool holds, const char* key,
                       absl::string_view message) = 0;

  // Whole settings of other types.
  template <typename T>
  void Whole(const char* key, T& value, WholeRange range,
             absl::string_view about) {
    if constexpr (sizeof(T) < sizeof(int64_t)) {
      constexpr auto kMax = static_cast<int64_t>(std::numeric_limits<T>::max());
      if (range.max > kMax) range.max = kMax;
    }
    auto whole = static_cast<int64_t>(value);
    Whole(key, whole, range, about);
    value = static_cast<T>(whole);
  }

  // A setting that is an enumeration.
  template <typename T>
  void Choice(const char* key, T& value,
              std::initializer_list<std::pair<const char*, T>> choices,
              absl::string_view about) {
    std::string name;
    std::vector<std::string> names;
    for (const auto& choice : choices) {
      names.emplace_back(choice.first);
      if (choice.second == value) name = choice.first;
    }
    OneOf(key, name, names, about);
    for (const auto& choice : choices) {
      if (name == choice.first) value = choice.second;
    }
  }
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_SETTING_VISITOR_H_
