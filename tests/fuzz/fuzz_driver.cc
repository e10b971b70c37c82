// Runs a fuzz target without libFuzzer: once on every file of the corpus, then
// on seeded mutations of those files. The same seed gives the same inputs, so
// a failure is repeated with the numbers printed at its end:
//   TARGET --seed S --first I --runs 1 [--save FILE] CORPUS...
// Longer than as a test: --runs 1000000000 --seconds 600.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

// Present when a sanitizer is linked in.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(
    void (*callback)());

namespace {

struct Options {
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t runs = 10000;
  uint64_t seconds = 0;  // 0: as long as `runs` take.
  std::string save;
  std::vector<std::string> corpus;
};

// What a failure prints; the handler may not allocate.
char current_run[128];

void PrintCurrentRun() {
  const ssize_t written = write(STDERR_FILENO, current_run,
                                strnlen(current_run, sizeof(current_run)));
  static_cast<void>(written);
}

extern "C" void OnSignal(int signal_number) {
  PrintCurrentRun();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void InstallHandlers() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(PrintCurrentRun);
    return;
  }
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL}) {
    signal(number, OnSignal);
  }
}

bool ParseOptions(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("--", 0) != 0) {
      options.corpus.push_back(argument);
      continue;
    }
    if (i + 1 == argc) {
      return false;
    }
    const char* value = argv[++i];
    if (argument == "--seed") {
      options.seed = std::strtoull(value, nullptr, 10);
    } else if (argument == "--first") {
      options.first = std::strtoull(value, nullptr, 10);
    } else if (argument == "--runs") {
      options.runs = std::strtoull(value, nullptr, 10);
    } else if (argument == "--seconds") {
      options.seconds = std::strtoull(value, nullptr, 10);
    } else if (argument == "--save") {
      options.save = value;
    } else {
      return false;
    }
  }
  return !options.corpus.empty();
}

// Reads every file of the folders, in the order of their names.
std::vector<std::string> ReadCorpus(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.is_regular_file()) {
        paths.push_back(entry.path());
      }
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> contents;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    contents.emplace_back(std::istreambuf_iterator<char>(file),
                          std::istreambuf_iterator<char>());
  }
  return contents;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& corpus, uint64_t seed)
      : corpus_(corpus), random_(seed) {}

  std::string Next() {
    std::string input = corpus_[Below(corpus_.size())];
    const size_t changes = size_t{1} << Below(5);
    for (size_t i = 0; i < changes; ++i) {
      Change(input);
    }
    return input;
  }

 private:
  size_t Below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void Change(std::string& input) {
    const size_t at = Below(input.size() + 1);
    const size_t length = Below(std::min<size_t>(32, input.size() - at) + 1);
    switch (Below(8)) {
      case 0:  // Flip a bit.
        if (at < input.size()) {
          input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
        }
        break;
      case 1:
        if (at < input.size()) {
          input[at] = static_cast<char>(Below(256));
        }
        break;
      case 2:
        input.insert(at, 1, static_cast<char>(Below(256)));
        break;
      case 3:
        input.erase(at, length);
        break;
      case 4:
        input.insert(Below(input.size() + 1), input.substr(at, length));
        break;
      case 5:
        OverwriteWithEdgeNumber(input, at);
        break;
      case 6:
        if (Below(4) == 0) {
          input.resize(at);
        }
        break;
      case 7:
        Splice(input, at);
        break;
    }
  }

  // Sizes and offsets are where parsers go wrong.
  void OverwriteWithEdgeNumber(std::string& input, size_t at) {
    const uint64_t kEdges[] = {0,          1,          0x7f,
                               0x80,       0xff,       0x7fff,
                               0xffff,     0x7fffffff, 0x80000000,
                               0xffffffff, 1ull << 62, 0x7fffffffffffffff,
                               1ull << 63, ~0ull,      input.size()};
    const uint64_t number = kEdges[Below(std::size(kEdges))];
    const size_t width = size_t{1} << Below(4);
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    const size_t fits = std::min(width, input.size() - at);
    input.replace(at, fits, bytes, fits);
  }

  void Splice(std::string& input, size_t at) {
    const std::string& other = corpus_[Below(corpus_.size())];
    const size_t from = Below(other.size() + 1);
    input.replace(at, Below(65), other, from, Below(65));
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_;
};

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                         input.size());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!ParseOptions(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--seed S] [--first I] [--runs N] [--seconds N] "
                 "[--save FILE] CORPUS...\n",
                 argv[0]);
    return 2;
  }
  const std::vector<std::string> corpus = ReadCorpus(options.corpus);
  if (corpus.empty()) {
    std::fprintf(stderr, "the corpus is empty\n");
    return 2;
  }
  InstallHandlers();
  for (size_t i = 0; i < corpus.size(); ++i) {
    std::snprintf(current_run, sizeof(current_run), "file %zu of the corpus\n",
                  i);
    Run(corpus[i]);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto seconds_since_start = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start)
        .count();
  };
  uint64_t done = 0;
  for (uint64_t i = options.first; done < options.runs; ++i, ++done) {
    if (options.seconds > 0 &&
        seconds_since_start() >= static_cast<double>(options.seconds)) {
      break;
    }
    std::snprintf(current_run, sizeof(current_run),
                  "repeat with: --seed %llu --first %llu --runs 1\n",
                  static_cast<unsigned long long>(options.seed),
                  static_cast<unsigned long long>(i));
    const std::string input =
        Mutator(corpus, options.seed * 0x9e3779b97f4a7c15ull + i).Next();
    if (!options.save.empty()) {
      std::ofstream(options.save, std::ios::binary) << input;
    }
    Run(input);
  }
  std::printf("%zu files and %llu mutations in %.1f s\n", corpus.size(),
              static_cast<unsigned long long>(done), seconds_since_start());
  return 0;
}
