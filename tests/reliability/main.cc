// Runs one row of the table of docs/testing.md, "Reliability":
//   reliability ROW [--scale smoke|short|nightly] [--seed N] [--json FILE]
// and says on stdout what it measured; exits with 1 when the row fails.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "tests/reliability/row.h"

namespace animate {
namespace {

using Row = RowResult (*)(const RowOptions& options);

const std::map<std::string, Row>& Rows() {
  static const auto& rows = *new std::map<std::string, Row>{
      {"accounting", RunAccountingRow},
      {"cancel", RunCancelRow},
      {"cut", RunCutRow},
      {"damage", RunDamageRow},
      {"kill", RunKillRow},
      {"readers", RunReaderRow},
      {"sigterm", RunSigtermRow},
      {"soak", RunSoakRow},
      {"throughput", RunThroughputRow},
  };
  return rows;
}

constexpr const char* kScaleNames[] = {"smoke", "short", "nightly"};

bool ParseScale(const std::string& name, Scale& scale) {
  for (int i = 0; i < 3; ++i) {
    if (name == kScaleNames[i]) {
      scale = static_cast<Scale>(i);
      return true;
    }
  }
  return false;
}

nlohmann::json ToJson(const std::string& name, const RowOptions& options,
                      const RowResult& result, absl::Duration took) {
  nlohmann::json figures = nlohmann::json::object();
  for (const auto& [figure, value] : result.figures) figures[figure] = value;
  return {{"row", name},
          {"scale", kScaleNames[static_cast<int>(options.scale)]},
          {"seed", options.seed},
          {"property", result.property},
          {"demanded", result.demanded},
          {"measured", result.measured},
          {"passed", result.faults.empty()},
          {"figures", figures},
          {"faults", result.faults},
          {"seconds", absl::ToDoubleSeconds(took)}};
}

// A folder of the row's own.
class Workspace {
 public:
  Workspace() {
    std::string name =
        (std::filesystem::temp_directory_path() / "reliability_XXXXXX")
            .string();
    path_ = mkdtemp(name.data());
  }
  ~Workspace() { std::filesystem::remove_all(path_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

int Run(const std::string& name, RowOptions options,
        const std::string& json_path) {
  const auto row = Rows().find(name);
  if (row == Rows().end()) {
    std::fprintf(stderr, "no such row: %s\n", name.c_str());
    return 2;
  }
  const Workspace workspace;
  options.folder = workspace.path();
  const absl::Time start = absl::Now();
  const RowResult result = row->second(options);
  const nlohmann::json json =
      ToJson(name, options, result, absl::Now() - start);
  if (!json_path.empty()) std::ofstream(json_path) << json.dump(2) << "\n";
  std::printf("%s: %s\n", name.c_str(), result.measured.c_str());
  for (const std::string& fault : result.faults) {
    std::printf("%s: FAULT %s\n", name.c_str(), fault.c_str());
  }
  return result.faults.empty() ? 0 : 1;
}

}  // namespace

void SayProgress(absl::string_view what) {
  std::fprintf(stderr, "  %s\n", std::string(what).c_str());
}

}  // namespace animate

int main(int argc, char** argv) {
  std::string row;
  std::string json_path;
  animate::RowOptions options;
  bool fine = true;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("--", 0) != 0) {
      row = word;
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (word == "--scale") {
      fine = fine && animate::ParseScale(value, options.scale);
    } else if (word == "--seed") {
      fine = fine && absl::SimpleAtoi(value, &options.seed);
    } else if (word == "--json") {
      json_path = value;
    } else {
      fine = false;
    }
  }
  if (!fine || row.empty()) {
    std::fprintf(stderr,
                 "usage: %s ROW [--scale smoke|short|nightly] [--seed N] "
                 "[--json FILE]\n",
                 argv[0]);
    return 2;
  }
  return animate::Run(row, options, json_path);
}
