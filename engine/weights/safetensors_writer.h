#ifndef ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_
#define ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/atomic_file.h"

namespace animate {

// A tensor to be written.
struct TensorSpec {
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;
};

// Writes a safetensors file tensor by tensor, so that no two need be in memory
// at a time. The file replaces `path` in one step when it is complete (see
// AtomicFile). The same input gives the same bytes; every tensor is aligned to
// its element size. Thread-compatible.
class SafetensorsWriter {
 public:
  // Writes the header. INVALID_ARGUMENT for a dtype the format lacks, a name
  // that occurs twice, the name "__metadata__" or text that is not UTF-8;
  // otherwise what writing can meet.
  static absl::StatusOr<std::unique_ptr<SafetensorsWriter>> Create(
      const std::string& path, std::vector<TensorSpec> tensors,
      const std::map<std::string, std::string>& metadata = {});

  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  // The tensors in the order in which they must be written: as given to Create,
  // but those with wider elements first.
  const std::vector<TensorSpec>& order() const { return order_; }

  // Appends the next tensor of order(), from any device and with any strides.
  // INVALID_ARGUMENT when its dtype or shape differ or it is one too many.
  absl::Status Append(const at::Tensor& tensor);

  // Makes the file appear. FAILED_PRECONDITION while tensors are missing.
  absl::Status Commit();

  // The size of the whole file.
  uint64_t size_bytes() const { return size_bytes_; }

 private:
  SafetensorsWriter(std::unique_ptr<AtomicFile> file,
                    std::vector<TensorSpec> order)
      : file_(std::move(file)), order_(std::move(order)) {}

  const std::unique_ptr<AtomicFile> file_;
  const std::vector<TensorSpec> order_;
  size_t next_ = 0;
  uint64_t size_bytes_ = 0;
};

// Writes `tensors`, which are in memory, with a SafetensorsWriter.
absl::Status SaveSafetensors(
    const std::string& path, const StateDict& tensors,
    const std::map<std::string, std::string>& metadata = {});

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_SAFETENSORS_WRITER_H_
