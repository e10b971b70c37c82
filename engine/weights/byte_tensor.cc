#include "engine/weights/byte_tensor.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "absl/strings/str_cat.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/weights_error.h"

namespace animate {

std::optional<int64_t> ElementCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) {
      return std::nullopt;
    }
  }
  return count;
}

std::optional<int64_t> ByteCount(int64_t count, at::ScalarType dtype) {
  int64_t bytes = 0;
  if (count < 0 ||
      __builtin_mul_overflow(
          count, static_cast<int64_t>(c10::elementSize(dtype)), &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

absl::StatusOr<at::Tensor> TensorOverBytes(const SharedBytes& bytes,
                                           int64_t begin,
                                           const std::vector<int64_t>& shape,
                                           at::ScalarType dtype) {
  const std::optional<int64_t> count = ElementCount(shape);
  const std::optional<int64_t> size =
      count ? ByteCount(*count, dtype) : std::nullopt;
  const int64_t available = static_cast<int64_t>(bytes.bytes.size());
  if (!size || begin < 0 || begin > available || *size > available - begin) {
    return WeightsError(
        absl::StrCat("a tensor reaches beyond the file: ", size.value_or(-1),
                     " bytes at ", begin, " of ", available));
  }
  uint8_t* data = bytes.bytes.data() + begin;
  // Other values of a bool are undefined behaviour wherever it is read.
  if (dtype == at::kBool &&
      std::any_of(data, data + *size, [](uint8_t b) { return b > 1; })) {
    return WeightsError("a boolean tensor holds a byte that is not 0 or 1");
  }
  const bool aligned =
      reinterpret_cast<uintptr_t>(data) % c10::elementSize(dtype) == 0;
  return CallTorch("read tensor", [&]() -> at::Tensor {
    if (aligned && *size > 0) {
      return at::from_blob(
          data, shape, [owner = bytes.owner](void*) {},
          at::TensorOptions(dtype));
    }
    at::Tensor copy = at::empty(shape, at::TensorOptions(dtype));
    if (*size > 0) {
      std::memcpy(copy.mutable_data_ptr(), data, static_cast<size_t>(*size));
    }
    return copy;
  });
}

}  // namespace animate
