#ifndef ANIMATE_TOOLS_TRAIN_SETTING_READER_H_
#define ANIMATE_TOOLS_TRAIN_SETTING_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// Fills settings from the text of a JSON file, strictly. A setting that the
// file leaves out keeps its value; everything else that is not exactly right is
// a fault, and all faults are found at once. Thread-compatible.
class SettingReader : public SettingVisitor {
 public:
  // INVALID_ARGUMENT with the reason "BAD_CONFIG" when `json` is not an object
  // or has a key twice. `file` begins messages.
  static absl::StatusOr<std::unique_ptr<SettingReader>> Create(
      absl::string_view json, absl::string_view file);
  ~SettingReader() override;

  // Call once, after the settings have been visited: OK, or INVALID_ARGUMENT
  // with the reason "BAD_CONFIG", a line per fault ("FILE: trainer.steps must
  // be …: got …", also "unknown key", with the nearest known one) and a
  // violation for each.
  absl::Status Finish();

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
  explicit SettingReader(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_SETTING_READER_H_
