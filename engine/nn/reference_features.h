#ifndef ANIMATE_ENGINE_NN_REFERENCE_FEATURES_H_
#define ANIMATE_ENGINE_NN_REFERENCE_FEATURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace animate {

// In DenoisingUnetInputs::reference_rows: this row attends to itself only.
inline constexpr int64_t kNoReference = -1;

// What the ReferenceNet passes to the denoising UNet: for every spatial
// transformer block the output of its norm1, the tokens the block's own
// self-attention sees. The denoising UNet appends them to the keys and values
// of the block with the same name, through its own to_k and to_v.
//
// Blocks are in order of execution (down_blocks, mid_block, up_blocks). The
// reference implementation sorts both networks' blocks by width and pairs them
// by position; that pairing is the identity by name, so the name is the key
// here.
//
// A value: copying copies handles. Safe to share while nobody changes it.
struct ReferenceFeatures {
  struct Block {
    std::string name;   // "down_blocks.0.attentions.0.transformer_blocks.0"
    at::Tensor tokens;  // [B, N, C]; N = h*w of the level, row-major
  };
  std::vector<Block> blocks;

  bool empty() const { return blocks.empty(); }

  // Returns the tokens of block `name`; an undefined tensor when there is no
  // such block.
  at::Tensor Find(const std::string& name) const;

  // Returns the features after a round trip through float16. The reference
  // pipeline stores them as float16 whatever the networks' type, so an fp32
  // run that wants its numbers must see the same rounding (it shifts the final
  // latents by some 4e-4 rms). Gradients pass through it, rounded likewise.
  ReferenceFeatures RoundedToHalf() const;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_NN_REFERENCE_FEATURES_H_
