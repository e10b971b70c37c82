#include "engine/tensor/shape.h"

#include <c10/util/Exception.h>

#include <functional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace animate {

void Shapes::Expect(const at::Tensor& tensor, absl::string_view name,
                    absl::string_view pattern) {
  const std::vector<std::string> axes =
      absl::StrSplit(pattern, ' ', absl::SkipEmpty());
  const std::string got =
      tensor.defined()
          ? absl::StrCat("[", absl::StrJoin(tensor.sizes().vec(), ", "), "]")
          : "nothing";
  TORCH_CHECK(
      tensor.defined() && tensor.dim() == static_cast<int64_t>(axes.size()),
      std::string(name), " must be [", std::string(pattern), "]: got ", got);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t size = tensor.size(static_cast<int64_t>(i));
    int64_t want = 0;
    if (!absl::SimpleAtoi(axes[i], &want)) {
      want = sizes_.emplace(axes[i], size).first->second;
    }
    TORCH_CHECK(size == want, std::string(name), " must be [",
                std::string(pattern), "] with ", axes[i], " = ", want, ": got ",
                got);
  }
}

int64_t Shapes::operator[](absl::string_view axis) const {
  const auto found = sizes_.find(axis);
  TORCH_CHECK(found != sizes_.end(), "no axis ", std::string(axis));
  return found->second;
}

void ExpectShape(const at::Tensor& tensor, absl::string_view name,
                 absl::string_view pattern) {
  Shapes().Expect(tensor, name, pattern);
}

}  // namespace animate
