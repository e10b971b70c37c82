#ifndef ANIMATE_TOOLS_TRAIN_SETTING_TABLE_H_
#define ANIMATE_TOOLS_TRAIN_SETTING_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// Lists settings for people: key, values, default, meaning, as rows of a
// Markdown table. Thread-compatible.
class SettingTable : public SettingVisitor {
 public:
  // The table, with its head.
  std::string Markdown() const;

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
  void Row(const char* key, absl::string_view values, absl::string_view value,
           absl::string_view about);

  std::vector<std::string> path_;
  std::vector<std::string> rows_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_SETTING_TABLE_H_
