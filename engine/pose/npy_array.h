#ifndef ANIMATE_ENGINE_POSE_NPY_ARRAY_H_
#define ANIMATE_ENGINE_POSE_NPY_ARRAY_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace animate {

// An array of a NumPy file: numbers, or one text.
struct NpyArray {
  std::vector<size_t> shape;   // empty for a scalar
  std::vector<double> values;  // row by row
  std::string text;            // of a scalar string; values is empty then
};

// Returns whether `bytes` begin as a .npy file.
bool IsNpy(absl::string_view bytes);

// Reads a .npy file of version 1 to 3: little-endian floats of 4 or 8 bytes,
// integers of 1 to 8 bytes, booleans, or a scalar text, in C order. Arrays of
// Python objects are pickles, whose loading runs code from the file: they are
// refused, as everything else is, with INVALID_ARGUMENT.
absl::StatusOr<NpyArray> ParseNpy(absl::string_view bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_NPY_ARRAY_H_
