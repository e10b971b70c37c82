#ifndef ANIMATE_TOOLS_MODEL_PARITY_REPORT_H_
#define ANIMATE_TOOLS_MODEL_PARITY_REPORT_H_

#include <ATen/core/Tensor.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace animate {

// How far a value may be from the recorded one; both must hold.
struct Tolerance {
  double max_abs = 0.0;            // of any element
  double rms_diff_over_rms = 0.0;  // of the difference, relative to the values
};

enum class ParityOutcome { kPass, kFail, kSkip };

// One comparison.
struct ParityRow {
  std::string name;  // "denoising_unet/output"
  ParityOutcome outcome = ParityOutcome::kFail;
  double max_abs = 0.0;
  double rms_diff_over_rms = 0.0;
  std::optional<Tolerance> tolerance;  // unset: nothing was compared
  std::string note;                    // why it failed, was skipped, or differs
};

// Compares `got` with `want` in double precision. A shape or a non-finite
// value that differs fails; a tolerance of zero demands equality.
ParityRow CompareTensors(absl::string_view name, const at::Tensor& got,
                         const at::Tensor& want, const Tolerance& tolerance);

struct ParityReport {
  std::vector<ParityRow> rows;

  int Count(ParityOutcome outcome) const;
  // Whether something was compared and nothing failed.
  bool ok() const;
};

// Writes one line per row, then a summary line.
void PrintTable(const ParityReport& report, std::ostream& out);

// Writes one JSON object: {"ok", "passed", "failed", "skipped", "rows": […]}.
void PrintJson(const ParityReport& report, std::ostream& out);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_REPORT_H_
