#ifndef ANIMATE_ENGINE_NN_ROWS_H_
#define ANIMATE_ENGINE_NN_ROWS_H_

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace animate::nn {

// Repeats each row of `x` [B, ...] equally often, one after another, so that
// the result has `rows` rows: what belongs to a clip is handed to each of its
// frames (row = b*F + f). Returns `x` itself when it already has `rows` rows;
// throws c10::Error unless `rows` is a multiple of B.
at::Tensor RepeatRows(const at::Tensor& x, int64_t rows);

}  // namespace animate::nn

#endif  // ANIMATE_ENGINE_NN_ROWS_H_
