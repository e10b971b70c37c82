#include "tools/model/inspect_print.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace animate {
namespace {

using Row = std::vector<std::string>;

// 1234567 -> "1,234,567".
std::string Thousands(int64_t number) {
  std::string text = absl::StrCat(number);
  for (size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, 1, ',');
  }
  return text;
}

std::string HumanSize(uint64_t bytes) {
  const double size = static_cast<double>(bytes);
  if (size < 1e3) {
    return absl::StrCat(bytes, " B");
  }
  if (size < 1e6) {
    return absl::StrFormat("%.1f kB", size / 1e3);
  }
  if (size < 1e9) {
    return absl::StrFormat("%.1f MB", size / 1e6);
  }
  return absl::StrFormat("%.2f GB", size / 1e9);
}

std::string Shape(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

std::string Heading(const std::string& text, bool colour) {
  return colour ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : text;
}

// Lays `rows` out in columns; those in `right` are flush right. Characters
// are taken to be one byte wide.
std::string Table(const std::vector<Row>& rows, const std::vector<bool>& right,
                  absl::string_view indent) {
  std::vector<size_t> widths(right.size(), 0);
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      absl::StrAppend(&line, i == 0 ? "" : "  ", right[i] ? padding : "",
                      row[i], right[i] ? "" : padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string Dtypes(const NetworkReport& network) {
  return absl::StrJoin(
      network.elements_by_dtype, " ",
      [](std::string* out, const std::pair<const std::string, int64_t>& dtype) {
        absl::StrAppend(out, dtype.first);
      });
}

std::string NetworkTable(const ModelReport& report) {
  std::vector<Row> rows = {
      {"Network", "File", "Format", "Keys", "Parameters", "Types", "Size"}};
  size_t keys = 0;
  int64_t parameters = 0;
  uint64_t size = 0;
  for (const NetworkReport& network : report.networks) {
    if (!network.status.ok()) {
      rows.push_back({network.network, network.file, "UNREADABLE"});
      continue;
    }
    rows.push_back({network.network, network.file, network.format,
                    Thousands(static_cast<int64_t>(network.tensors.size())),
                    Thousands(network.parameters), Dtypes(network),
                    HumanSize(network.size_bytes)});
    keys += network.tensors.size();
    parameters += network.parameters;
    size += network.size_bytes;
  }
  if (report.networks.size() > 1) {
    rows.push_back({"total", "", "", Thousands(static_cast<int64_t>(keys)),
                    Thousands(parameters), "", HumanSize(size)});
  }
  return Table(rows, {false, false, false, true, true, false, true}, "");
}

std::string ModuleTable(const NetworkReport& network) {
  std::vector<Row> rows;
  for (const ModuleReport& module : network.modules) {
    rows.push_back(
        {module.name,
         absl::StrCat(module.keys, module.keys == 1 ? " key " : " keys"),
         Thousands(module.parameters), module.largest.key,
         Shape(module.largest.shape)});
  }
  return Table(rows, {false, true, true, false, false}, "  ");
}

std::string KeyTable(const NetworkReport& network) {
  std::vector<Row> rows;
  for (const TensorReport& tensor : network.tensors) {
    rows.push_back({tensor.key, tensor.dtype, Shape(tensor.shape)});
  }
  return Table(rows, {false, false, false}, "  ");
}

nlohmann::json NetworkJson(const NetworkReport& network) {
  nlohmann::json json = {{"network", network.network}, {"file", network.file}};
  if (!network.status.ok()) {
    json["error"] = std::string(network.status.message());
    return json;
  }
  json["format"] = network.format;
  json["size_bytes"] = network.size_bytes;
  json["keys"] = network.tensors.size();
  json["parameters"] = network.parameters;
  json["elements_by_dtype"] = network.elements_by_dtype;
  json["modules"] = nlohmann::json::array();
  for (const ModuleReport& module : network.modules) {
    json["modules"].push_back({{"name", module.name},
                               {"keys", module.keys},
                               {"parameters", module.parameters}});
  }
  json["tensors"] = nlohmann::json::object();
  for (const TensorReport& tensor : network.tensors) {
    json["tensors"][tensor.key] = {{"dtype", tensor.dtype},
                                   {"shape", tensor.shape}};
  }
  return json;
}

}  // namespace

std::string ReportText(const ModelReport& report, const PrintOptions& options) {
  const auto heading = [&options](const std::string& text) {
    return Heading(text, options.colour);
  };
  std::string text =
      absl::StrCat(heading(report.path), "\n\n", NetworkTable(report));
  for (const NetworkReport& network : report.networks) {
    if (!network.status.ok()) {
      absl::StrAppend(&text, "\n", heading(network.network),
                      " cannot be read\n  ", network.status.message(), "\n");
    }
  }
  if (!report.configuration.empty()) {
    absl::StrAppend(&text, "\n", heading("Configuration"), "\n  ",
                    absl::StrJoin(report.configuration, "\n  "), "\n");
  }
  if (!report.digests.empty()) {
    absl::StrAppend(&text, "\n", heading("SHA-256"), "\n");
    for (const FileDigest& digest : report.digests) {
      absl::StrAppend(&text, digest.sha256, "  ", digest.file, "\n");
    }
    if (!report.model_digest.empty()) {
      absl::StrAppend(&text, report.model_digest, "  (model)\n");
    }
  }
  for (const NetworkReport& network : report.networks) {
    if (network.status.ok()) {
      absl::StrAppend(
          &text, "\n", heading(network.network),
          options.all_keys ? "" : ": parameters and largest tensor by module",
          "\n", options.all_keys ? KeyTable(network) : ModuleTable(network));
    }
  }
  return text;
}

std::string ReportJson(const ModelReport& report) {
  nlohmann::json json = {{"path", report.path},
                         {"ok", report.ok()},
                         {"configuration", report.configuration}};
  json["networks"] = nlohmann::json::array();
  for (const NetworkReport& network : report.networks) {
    json["networks"].push_back(NetworkJson(network));
  }
  if (!report.digests.empty()) {
    if (!report.model_digest.empty()) {
      json["model_digest"] = report.model_digest;
    }
    for (const FileDigest& digest : report.digests) {
      json["sha256"][digest.file] = digest.sha256;
    }
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace animate
