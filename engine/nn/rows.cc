#include "engine/nn/rows.h"

#include <c10/util/Exception.h>

namespace animate::nn {

at::Tensor RepeatRows(const at::Tensor& x, int64_t rows) {
  const int64_t given = x.size(0);
  if (given == rows) return x;
  TORCH_CHECK(given > 0 && rows % given == 0, "cannot hand ", given,
              " rows to ", rows, " rows in equal shares");
  return x.repeat_interleave(rows / given, 0);
}

}  // namespace animate::nn
