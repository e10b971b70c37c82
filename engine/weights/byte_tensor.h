#ifndef ANIMATE_ENGINE_WEIGHTS_BYTE_TENSOR_H_
#define ANIMATE_ENGINE_WEIGHTS_BYTE_TENSOR_H_

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/statusor.h"
#include "engine/weights/shared_bytes.h"

namespace animate {

// Returns the number of elements of `shape`; nullopt when an entry is negative
// or the product of the sizes does not fit in an int64.
std::optional<int64_t> ElementCount(const std::vector<int64_t>& shape);

// Returns the number of bytes `count` elements of `dtype` take; nullopt when
// that does not fit in an int64.
std::optional<int64_t> ByteCount(int64_t count, at::ScalarType dtype);

// Returns a contiguous CPU tensor over the bytes from `begin` on, which must
// hold all of its elements. Without a copy when `begin` is aligned to the
// element size; the tensor then keeps `bytes.owner` alive.
// FAILED_PRECONDITION when a boolean is neither 0 nor 1.
absl::StatusOr<at::Tensor> TensorOverBytes(const SharedBytes& bytes,
                                           int64_t begin,
                                           const std::vector<int64_t>& shape,
                                           at::ScalarType dtype);

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_BYTE_TENSOR_H_
