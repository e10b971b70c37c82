#include "tests/benchmark/bench_report.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace animate {
namespace {

constexpr double kGiga = 1e9;
constexpr double kMega = 1e6;
constexpr size_t kProfileRows = 20;
constexpr double kMebi = 1024.0 * 1024.0;

nlohmann::json PartJson(const PartResult& part) {
  const double wall = Median(part.wall_seconds);
  nlohmann::json json = {
      {"part", std::string(BenchPartName(part.part))},
      {"wall_seconds", part.wall_seconds},
      {"cpu_seconds", part.cpu_seconds},
      {"median_wall_seconds", wall},
      {"median_cpu_seconds", Median(part.cpu_seconds)},
      {"warm_up_seconds", part.warm_up_seconds},
      {"flops", part.flops},
      {"reference_flops", part.reference_flops},
      {"bytes", part.bytes},
      {"roofline_seconds", part.roofline_seconds},
      {"roofline_ratio", wall / part.roofline_seconds},
      {"peak_resident_bytes", part.peak_resident_bytes},
  };
  if (part.peak_device_bytes.has_value()) {
    json["peak_device_bytes"] = *part.peak_device_bytes;
  }
  for (const OpProfile::Op& op : part.ops) {
    json["ops"].push_back({{"name", op.name},
                           {"calls", op.calls},
                           {"self_seconds", op.self_seconds}});
  }
  for (const OpProfile::Copy& copy : part.copies) {
    json["copies"].push_back(
        {{"path", copy.path}, {"calls", copy.calls}, {"bytes", copy.bytes}});
  }
  return json;
}

void AppendProfile(const PartResult& part, std::string& table) {
  if (part.ops.empty()) return;
  absl::StrAppendFormat(
      &table, "\n%s\n| operator | calls | self s |\n|---|---:|---:|\n",
      BenchPartName(part.part));
  for (size_t i = 0; i < std::min(part.ops.size(), kProfileRows); ++i) {
    const OpProfile::Op& op = part.ops[i];
    absl::StrAppendFormat(&table, "| %s | %d | %.4f |\n", op.name, op.calls,
                          op.self_seconds);
  }
  absl::StrAppend(&table, "\n| copy | calls | MB |\n|---|---:|---:|\n");
  for (size_t i = 0; i < std::min(part.copies.size(), kProfileRows); ++i) {
    const OpProfile::Copy& copy = part.copies[i];
    absl::StrAppendFormat(&table, "| %s | %d | %.2f |\n", copy.path, copy.calls,
                          copy.bytes / kMega);
  }
}

int64_t PeakBytes(const PartResult& part) {
  return part.peak_device_bytes.value_or(part.peak_resident_bytes);
}

}  // namespace

std::string BenchJson(const BenchResult& result) {
  const BenchOptions& options = result.options;
  nlohmann::json parts = nlohmann::json::array();
  for (const PartResult& part : result.parts) parts.push_back(PartJson(part));
  const nlohmann::json json = {
      {"model", options.model_dir.empty() ? options.config : options.model_dir},
      {"width", options.width},
      {"height", options.height},
      {"frames", options.frames},
      {"steps", options.steps},
      {"guidance_scale", options.guidance_scale},
      {"repeat", options.repeat},
      {"processor", result.processor},
      {"libtorch", result.libtorch},
      {"device", result.device},
      {"dtype", result.dtype},
      {"threads", result.threads},
      {"parameters", result.parameters},
      {"load_seconds", result.load_seconds},
      {"resident_after_load_bytes", result.resident_after_load_bytes},
      {"peak_load_bytes", result.peak_load_bytes},
      {"probe_flops_per_second", result.roofline.flops_per_second},
      {"probe_bytes_per_second", result.roofline.bytes_per_second},
      {"parts", parts},
  };
  return json.dump(2) + "\n";
}

std::string BenchTable(const BenchResult& result) {
  const BenchOptions& options = result.options;
  std::string table = absl::StrFormat(
      "%s, %d threads, LibTorch %s, %s %s; %dx%d, %d frames, %d steps\n"
      "probe: %.1f GFLOP/s (matrix product), %.2f GB/s (copy); loaded in %.1f "
      "s, %.0f MiB resident\n\n"
      "| part | wall s | CPU s | GFLOP | reference GFLOP | GB | GFLOP/s | "
      "roofline s | wall / roofline | peak MiB |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
      result.processor, result.threads, result.libtorch, result.device,
      result.dtype, options.width, options.height, options.frames,
      options.steps, result.roofline.flops_per_second / kGiga,
      result.roofline.bytes_per_second / kGiga, result.load_seconds,
      static_cast<double>(result.resident_after_load_bytes) / kMebi);
  for (const PartResult& part : result.parts) {
    const double wall = Median(part.wall_seconds);
    absl::StrAppendFormat(
        &table,
        "| %s | %.4g | %.4g | %.4g | %.4g | %.4g | %.4g | %.4g | %.2f | %.0f "
        "|\n",
        BenchPartName(part.part), wall, Median(part.cpu_seconds),
        part.flops / kGiga, part.reference_flops / kGiga, part.bytes / kGiga,
        part.flops / wall / kGiga, part.roofline_seconds,
        wall / part.roofline_seconds,
        static_cast<double>(PeakBytes(part)) / kMebi);
  }
  for (const PartResult& part : result.parts) AppendProfile(part, table);
  return table;
}

}  // namespace animate
