#include "engine/model/prepared_conditioning.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <c10/util/Exception.h>

namespace animate {
namespace {

bool Consecutive(c10::ArrayRef<int64_t> frames) {
  for (size_t i = 1; i < frames.size(); ++i) {
    if (frames[i] != frames[i - 1] + 1) return false;
  }
  return true;
}

}  // namespace

FrameFeatures FrameFeatures::Select(c10::ArrayRef<int64_t> frames) const {
  TORCH_CHECK(!frames.empty(), "a selection needs at least one frame");
  if (Consecutive(frames)) {
    const int64_t count = static_cast<int64_t>(frames.size());
    return {.skip = skip.narrow(1, frames[0], count),
            .hidden = hidden.narrow(1, frames[0], count)};
  }
  const at::Tensor indices = at::tensor(frames).to(hidden.device());
  return {.skip = skip.index_select(1, indices),
          .hidden = hidden.index_select(1, indices)};
}

FrameFeatures FrameFeatures::Join(c10::ArrayRef<FrameFeatures> parts) {
  if (parts.size() == 1) return parts.front();
  std::vector<at::Tensor> skips, hiddens;
  for (const FrameFeatures& part : parts) {
    skips.push_back(part.skip);
    hiddens.push_back(part.hidden);
  }
  return {.skip = at::cat(skips, 1), .hidden = at::cat(hiddens, 1)};
}

}  // namespace animate
