#include "server/metrics/process_families.h"

#include <prometheus/metric_family.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace animate {
namespace {

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Fields of /proc/self/stat, counted from 0 after the command name, which is
// in parentheses and may hold anything. See proc(5).
enum StatField {
  kUserTicks = 11,
  kSystemTicks = 12,
  kThreads = 17,
  kStartTicks = 19,
  kVirtualBytes = 20,
  kResidentPages = 21,
};

std::vector<double> ReadStat() {
  const std::string text = ReadAll("/proc/self/stat");
  const size_t name_end = text.rfind(") ");
  std::vector<double> fields;
  if (name_end == std::string::npos) return fields;
  for (const absl::string_view word :
       absl::StrSplit(text.substr(name_end + 2), ' ', absl::SkipEmpty())) {
    double value = 0;
    if (!absl::SimpleAtod(word, &value)) value = 0;  // the state letter
    fields.push_back(value);
  }
  return fields;
}

// Unix time at which the machine started.
std::optional<double> BootTime() {
  const std::string text = ReadAll("/proc/stat");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double seconds = 0;
    if (words.size() == 2 && words[0] == "btime" &&
        absl::SimpleAtod(words[1], &seconds)) {
      return seconds;
    }
  }
  return std::nullopt;
}

std::optional<double> CountOpenFiles() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  // Without the one that this listing itself has open.
  return static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

prometheus::MetricFamily Single(std::string name, std::string help,
                                prometheus::MetricType type, double value) {
  prometheus::ClientMetric series;
  if (type == prometheus::MetricType::Counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
  return {std::move(name), std::move(help), type, {std::move(series)}};
}

prometheus::MetricFamily Gauge(std::string name, std::string help,
                               double value) {
  return Single(std::move(name), std::move(help), prometheus::MetricType::Gauge,
                value);
}

void AddStat(std::vector<prometheus::MetricFamily>& families) {
  const std::vector<double> stat = ReadStat();
  if (stat.size() <= kResidentPages) return;
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  families.push_back(
      Single("process_cpu_seconds_total", "User and system CPU time.",
             prometheus::MetricType::Counter,
             (stat[kUserTicks] + stat[kSystemTicks]) / ticks_per_second));
  families.push_back(
      Gauge("process_resident_memory_bytes", "Resident memory.",
            stat[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE))));
  families.push_back(Gauge("process_virtual_memory_bytes", "Virtual memory.",
                           stat[kVirtualBytes]));
  families.push_back(
      Gauge("process_threads", "Operating system threads.", stat[kThreads]));
  if (const std::optional<double> boot_time = BootTime()) {
    families.push_back(
        Gauge("process_start_time_seconds", "Unix time of the start.",
              *boot_time + stat[kStartTicks] / ticks_per_second));
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessFamilies() {
  std::vector<prometheus::MetricFamily> families;
  AddStat(families);
  if (const std::optional<double> open_files = CountOpenFiles()) {
    families.push_back(
        Gauge("process_open_fds", "Open file descriptors.", *open_files));
  }
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(Gauge("process_max_fds",
                             "File descriptors that may be open at once.",
                             static_cast<double>(limit.rlim_cur)));
  }
  return families;
}

}  // namespace animate
