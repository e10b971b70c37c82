#ifndef ANIMATE_TOOLS_MODEL_VERIFY_H_
#define ANIMATE_TOOLS_MODEL_VERIFY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/parameters.h"

namespace animate {

// How one file of weights differs from what its network needs.
struct NetworkVerdict {
  std::string network;  // "denoising UNet"
  std::string file;     // Relative to the folder.
  // When not OK, why the file cannot be read; the rest is then empty.
  absl::Status status;
  int64_t keys = 0;
  int64_t parameters = 0;  // Elements of floating-point tensors.
  // Tensors by dtype, as safetensors names them: {"F16": 682}.
  std::map<std::string, int64_t> dtypes;
  ParameterDifferences differences;
  std::vector<std::string> wrong_dtype;  // "<key>: is I8, expected F16"
  std::vector<std::string> not_finite;   // "<key>: 3 of 320 values"

  bool ok() const {
    return status.ok() && differences.empty() && wrong_dtype.empty() &&
           not_finite.empty();
  }
};

struct VerifyReport {
  std::string path;
  std::string config;  // What the model was compared with.
  std::vector<NetworkVerdict> networks;
  // What concerns more than one file: "unet cross_attention_dim is 768, ...".
  std::vector<std::string> disagreements;

  bool ok() const;
};

struct VerifyOptions {
  // A name or folder for FindTopologyConfig; empty: the model's own.
  std::string config;
  // When set, the type every floating-point tensor must have.
  std::optional<c10::ScalarType> dtype;
  // Looks for infinities and NaN, which reads every byte.
  bool values = true;
};

// Compares the model folder at `path` with its configuration: which keys are
// missing, unexpected or of another shape, as the engine would say on loading
// it. Memory stays at about one tensor. Unreadable files are reported in their
// place; errors are those of FindModelFolder and FindTopologyConfig.
absl::StatusOr<VerifyReport> VerifyModel(const std::string& path,
                                         const VerifyOptions& options = {});

// Returns `report` as text for people; at most `max_lines` differences of each
// kind, the rest as a count.
std::string VerifyText(const VerifyReport& report, size_t max_lines = 20);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_VERIFY_H_
