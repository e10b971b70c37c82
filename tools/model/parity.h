#ifndef ANIMATE_TOOLS_MODEL_PARITY_H_
#define ANIMATE_TOOLS_MODEL_PARITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "tools/model/parity_report.h"

namespace animate {

// Whether to run pipelines with the reference's bug of not dividing the sum of
// overlapping windows by their count when there is no guidance. Recorded
// results contain it, so kAuto turns it on for pipelines without guidance; it
// makes a difference only where there is more than one window.
enum class CountDivisionBug { kAuto, kOn, kOff };

struct ParityOptions {
  std::string model_dir;   // see ModelFolder
  std::string golden_dir;  // see GoldenData
  std::string filter;      // only rows whose name contains this
  std::string device = "cpu";
  std::string dtype = "float32";  // recorded tolerances are for float32
  CountDivisionBug count_division_bug = CountDivisionBug::kAuto;
};

// Compares everything recorded in a golden folder with what the engine computes
// from the model folder: one row per recorded tensor, named "file/tensor".
// Files that cannot be read, that nothing here computes or that the index does
// not describe, tensors that are missing or that nothing computes: failed rows.
// "full.*" rows are skipped when the photo they were made from is not there.
// Errors: model or golden folder cannot be opened at all.
absl::StatusOr<ParityReport> RunParity(const ParityOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_PARITY_H_
