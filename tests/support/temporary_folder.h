#ifndef ANIMATE_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
#define ANIMATE_TESTS_SUPPORT_TEMPORARY_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace animate {

// A new, empty folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path =
        (std::filesystem::temp_directory_path() / "animate_test_XXXXXX")
            .string();
    path_ = mkdtemp(path.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_TEMPORARY_FOLDER_H_
