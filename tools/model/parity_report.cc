#include "tools/model/parity_report.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isfinite.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace animate {
namespace {

std::string ShapeOf(const at::Tensor& tensor) {
  return absl::StrCat("[", absl::StrJoin(tensor.sizes().vec(), ", "), "]");
}

absl::string_view OutcomeName(ParityOutcome outcome) {
  switch (outcome) {
    case ParityOutcome::kPass:
      return "pass";
    case ParityOutcome::kFail:
      return "FAIL";
    case ParityOutcome::kSkip:
      return "SKIP";
  }
  return "FAIL";
}

double MeanSquare(const at::Tensor& values) {
  return values.square().mean().item<double>();
}

}  // namespace

ParityRow CompareTensors(absl::string_view name, const at::Tensor& got,
                         const at::Tensor& want, const Tolerance& tolerance) {
  ParityRow row;
  row.name = std::string(name);
  row.tolerance = tolerance;
  if (got.sizes() != want.sizes()) {
    row.note =
        absl::StrCat("shape is ", ShapeOf(got), ", want ", ShapeOf(want));
    return row;
  }
  if (want.numel() == 0) {
    row.note = "the recorded tensor is empty";
    return row;
  }
  const at::Tensor values = want.to(at::kCPU, at::kDouble);
  const at::Tensor difference = got.to(at::kCPU, at::kDouble) - values;
  if (!at::isfinite(difference).all().item<bool>()) {
    row.max_abs = INFINITY;
    row.rms_diff_over_rms = INFINITY;
    row.note = "holds values that are not finite";
    return row;
  }
  row.max_abs = difference.abs().max().item<double>();
  const double scale = MeanSquare(values);
  row.rms_diff_over_rms =
      std::sqrt(MeanSquare(difference) / (scale > 0.0 ? scale : 1.0));
  const bool pass = row.max_abs <= tolerance.max_abs &&
                    row.rms_diff_over_rms <= tolerance.rms_diff_over_rms;
  row.outcome = pass ? ParityOutcome::kPass : ParityOutcome::kFail;
  return row;
}

int ParityReport::Count(ParityOutcome outcome) const {
  return static_cast<int>(std::count_if(
      rows.begin(), rows.end(),
      [&](const ParityRow& row) { return row.outcome == outcome; }));
}

bool ParityReport::ok() const {
  return Count(ParityOutcome::kPass) > 0 && Count(ParityOutcome::kFail) == 0;
}

void PrintTable(const ParityReport& report, std::ostream& out) {
  size_t width = 4;
  for (const ParityRow& row : report.rows) {
    width = std::max(width, row.name.size());
  }
  const int name_width = static_cast<int>(width);
  out << absl::StrFormat("%-*s  %9s  %9s  %9s  %9s  %s\n", name_width, "name",
                         "max abs", "rms/rms", "tol abs", "tol rms", "result");
  for (const ParityRow& row : report.rows) {
    out << absl::StrFormat("%-*s  ", name_width, row.name);
    if (row.tolerance.has_value()) {
      out << absl::StrFormat("%9.2e  %9.2e  %9.2e  %9.2e  ", row.max_abs,
                             row.rms_diff_over_rms, row.tolerance->max_abs,
                             row.tolerance->rms_diff_over_rms);
    } else {
      out << absl::StrFormat("%9s  %9s  %9s  %9s  ", "-", "-", "-", "-");
    }
    out << OutcomeName(row.outcome);
    if (!row.note.empty()) out << "  (" << row.note << ")";
    out << "\n";
  }
  out << absl::StrFormat("parity: %d of %d rows pass, %d fail, %d skipped\n",
                         report.Count(ParityOutcome::kPass), report.rows.size(),
                         report.Count(ParityOutcome::kFail),
                         report.Count(ParityOutcome::kSkip));
}

void PrintJson(const ParityReport& report, std::ostream& out) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const ParityRow& row : report.rows) {
    nlohmann::ordered_json entry = {
        {"name", row.name}, {"result", std::string(OutcomeName(row.outcome))}};
    if (row.tolerance.has_value()) {
      entry["max_abs"] = row.max_abs;
      entry["rms_diff_over_rms"] = row.rms_diff_over_rms;
      entry["tolerance"] = {
          {"max_abs", row.tolerance->max_abs},
          {"rms_diff_over_rms", row.tolerance->rms_diff_over_rms}};
    }
    if (!row.note.empty()) entry["note"] = row.note;
    rows.push_back(std::move(entry));
  }
  const nlohmann::ordered_json document = {
      {"ok", report.ok()},
      {"passed", report.Count(ParityOutcome::kPass)},
      {"failed", report.Count(ParityOutcome::kFail)},
      {"skipped", report.Count(ParityOutcome::kSkip)},
      {"rows", std::move(rows)}};
  out << document.dump(1) << "\n";
}

}  // namespace animate
