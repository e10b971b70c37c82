#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/model/verify.h"

namespace animate {
namespace {

std::string Brackets(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// "F16", or "F16 680, F32 2" when there are several.
std::string DtypesText(const std::map<std::string, int64_t>& dtypes) {
  if (dtypes.size() == 1) return dtypes.begin()->first;
  return absl::StrJoin(dtypes, ", ", absl::PairFormatter(" "));
}

void AppendLines(absl::string_view kind, const std::vector<std::string>& lines,
                 size_t max_lines, std::string& text) {
  if (lines.empty()) return;
  absl::StrAppend(&text, "  ", lines.size(), " ", kind, ":\n");
  const size_t shown = std::min(lines.size(), max_lines);
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, "    ", lines[i], "\n");
  }
  if (shown < lines.size()) {
    absl::StrAppend(&text, "    and ", lines.size() - shown, " more\n");
  }
}

std::vector<std::string> Lines(const std::vector<ParameterRequest>& keys) {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  for (const ParameterRequest& key : keys) {
    lines.push_back(absl::StrCat(key.key, " ", Brackets(key.shape)));
  }
  return lines;
}

std::vector<std::string> Lines(
    const std::vector<ParameterDifferences::Misshapen>& keys) {
  std::vector<std::string> lines;
  lines.reserve(keys.size());
  for (const ParameterDifferences::Misshapen& key : keys) {
    lines.push_back(absl::StrCat(key.key, ": is ", Brackets(key.shape),
                                 ", expected ", Brackets(key.expected)));
  }
  return lines;
}

}  // namespace

std::string VerifyText(const VerifyReport& report, size_t max_lines) {
  std::string text =
      absl::StrCat(report.path, " against ", report.config, "\n\n");
  for (const NetworkVerdict& network : report.networks) {
    absl::StrAppendFormat(&text, "%-15s %5d keys %11d parameters  %-14s %s\n",
                          network.network, network.keys, network.parameters,
                          DtypesText(network.dtypes),
                          network.ok() ? "ok" : "WRONG");
  }
  for (const NetworkVerdict& network : report.networks) {
    if (network.ok()) continue;
    absl::StrAppend(&text, "\n", network.network, " (", network.file, ")\n");
    if (!network.status.ok()) {
      absl::StrAppend(&text, "  ", network.status.message(), "\n");
    }
    const ParameterDifferences& differences = network.differences;
    AppendLines("missing", Lines(differences.missing), max_lines, text);
    AppendLines("of another shape", Lines(differences.misshapen), max_lines,
                text);
    AppendLines("unexpected", Lines(differences.unexpected), max_lines, text);
    AppendLines("of another type", network.wrong_dtype, max_lines, text);
    AppendLines("with infinities or NaN", network.not_finite, max_lines, text);
  }
  for (const std::string& disagreement : report.disagreements) {
    absl::StrAppend(&text, "\nthe networks do not fit together: ", disagreement,
                    "\n");
  }
  absl::StrAppend(&text, "\n",
                  report.ok() ? "every key, shape and type is as it should be"
                              : "the model does not fit",
                  "\n");
  return text;
}

}  // namespace animate
