#include "engine/nn/reference_features.h"

#include <c10/core/ScalarType.h>

namespace animate {

at::Tensor ReferenceFeatures::Find(const std::string& name) const {
  for (const Block& block : blocks) {
    if (block.name == name) return block.tokens;
  }
  return at::Tensor();
}

ReferenceFeatures ReferenceFeatures::RoundedToHalf() const {
  ReferenceFeatures rounded;
  rounded.blocks.reserve(blocks.size());
  for (const Block& block : blocks) {
    const c10::ScalarType dtype = block.tokens.scalar_type();
    rounded.blocks.push_back(
        {block.name, block.tokens.to(c10::ScalarType::Half).to(dtype)});
  }
  return rounded;
}

}  // namespace animate
