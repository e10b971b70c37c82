#ifndef ANIMATE_TOOLS_TRAIN_SETTING_WRITER_H_
#define ANIMATE_TOOLS_TRAIN_SETTING_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// Writes settings as the JSON that SettingReader reads. Thread-compatible.
class SettingWriter : public SettingVisitor {
 public:
  SettingWriter();
  ~SettingWriter() override;

  // What has been visited, indented, in that order, ending in a newline.
  std::string Json() const;

  // What differs from `other`, as a JSON patch in a fixed order; "[]" for
  // nothing.
  std::string DifferenceFrom(const SettingWriter& other) const;

  using SettingVisitor::Whole;
  void Whole(const char* key, int64_t& value, WholeRange range,
             absl::string_view about) override;
  void Number(const char* key, double& value, NumberRange range,
              absl::string_view about) override;
  void Flag(const char* key, bool& value, absl::string_view about) override;
  void Text(const char* key, std::string& value,
            absl::string_view about) override;
  void OneOf(const char* key, std::string& value,
             const std::vector<std::string>& names,
             absl::string_view about) override;
  void WholeList(const char* key, std::vector<int64_t>& value, WholeRange each,
                 absl::string_view about) override;
  void TextList(const char* key, std::vector<std::string>& value,
                absl::string_view about) override;
  void FlagList(const char* key, std::vector<bool>& value,
                absl::string_view about) override;
  void Enter(const char* key, absl::string_view about) override;
  void Leave() override;
  void Require(bool holds, const char* key, absl::string_view message) override;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_SETTING_WRITER_H_
