#ifndef ANIMATE_TESTS_SUPPORT_GOLDEN_FOLDER_H_
#define ANIMATE_TESTS_SUPPORT_GOLDEN_FOLDER_H_

#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "tests/support/paths.h"

namespace animate {

// Returns the folder of golden data called `name` ("tables", "nano", "tiny"):
// the copy in tests/golden, else the one in a `shared` folder beside the
// repository, else nullopt; a test then skips aloud.
inline std::optional<std::string> GoldenFolder(absl::string_view name) {
  const std::filesystem::path source = SourceDir();
  for (const std::filesystem::path& parent :
       {source / "tests" / "golden",
        source.parent_path() / "shared" / "data" / "golden"}) {
    const std::filesystem::path folder = parent / std::string(name);
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) {
      return folder.string();
    }
  }
  return std::nullopt;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_GOLDEN_FOLDER_H_
