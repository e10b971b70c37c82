#ifndef ANIMATE_ENGINE_TENSOR_SHAPE_H_
#define ANIMATE_ENGINE_TENSOR_SHAPE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace animate {

// Checks the shapes of several tensors that share sizes. A pattern is one word
// per axis: a number must be that size; a name stands for any size, the same
// wherever the name occurs.
//   Shapes shapes;
//   shapes.Expect(latents, "latents", "B 4 F h w");
//   shapes.Expect(pose, "pose_features", "B C F h w");
//   shapes["F"]
class Shapes {
 public:
  // Throws c10::Error that names the tensor, its shape, the pattern and the
  // axis that does not fit.
  void Expect(const at::Tensor& tensor, absl::string_view name,
              absl::string_view pattern);

  // Returns the size a name stands for; throws for one that has not occurred.
  int64_t operator[](absl::string_view axis) const;

 private:
  std::map<std::string, int64_t, std::less<>> sizes_;
};

// Checks a single tensor; see Shapes::Expect.
void ExpectShape(const at::Tensor& tensor, absl::string_view name,
                 absl::string_view pattern);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_SHAPE_H_
