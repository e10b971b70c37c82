#ifndef ANIMATE_ENGINE_DETECTOR_NETWORK_H_
#define ANIMATE_ENGINE_DETECTOR_NETWORK_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace animate {

// Numbers in rows, the last dimension fastest.
struct NetworkTensor {
  std::string name;
  std::vector<int> shape;
  std::vector<float> values;
};

// Returns the tensor called `name`; nullptr when there is none.
const NetworkTensor* FindTensor(absl::Span<const NetworkTensor> tensors,
                                absl::string_view name);

// An ONNX network with one input, run on the CPU by OpenCV. Thread-compatible:
// not even two calls of Run at once.
class Network {
 public:
  // `name` is for messages. INTERNAL when OpenCV cannot read it.
  static absl::StatusOr<Network> FromBytes(std::string name,
                                           absl::string_view onnx);
  static absl::StatusOr<Network> FromFile(std::string name,
                                          const std::string& path);

  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  // Returns all outputs. INTERNAL when OpenCV refuses the input, or something
  // that is no finite number comes out.
  absl::StatusOr<std::vector<NetworkTensor>> Run(const NetworkTensor& input);

  const std::string& name() const { return name_; }

 private:
  struct Impl;
  Network(std::string name, std::unique_ptr<Impl> impl);

  std::string name_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_NETWORK_H_
