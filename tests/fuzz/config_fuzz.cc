// What operators write: the settings file, flags, and the file of those who may
// call. Refused with a message, or settings. The first byte says which.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/security/auth_file.h"
#include "server/server_config.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

const char* NoVariable(const std::string&) { return nullptr; }

void TryArguments(const std::vector<std::string>& arguments) {
  const auto command =
      animate::ParseServerCommand(arguments, NoVariable, "1.0.0");
  if (!command.ok() && command.status().message().empty()) {
    std::fprintf(stderr, "refused without a word\n");
    std::abort();
  }
}

// A file of this process's own.
const std::string& ConfigPath() {
  static const std::string& path =
      *new std::string((std::filesystem::temp_directory_path() /
                        absl::StrCat("config_fuzz_", getpid(), ".toml"))
                           .string());
  static const bool registered =
      std::atexit([] { std::filesystem::remove(ConfigPath()); }) == 0;
  (void)registered;
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 3) {
    case 0:
      std::ofstream(ConfigPath(), std::ios::binary) << text;
      TryArguments({"--model", "none", "--config", ConfigPath()});
      break;
    case 1:
      TryArguments(absl::StrSplit(text, '\n'));
      break;
    default:
      (void)animate::ParseAuthFile(text);
      break;
  }
  return 0;
}
