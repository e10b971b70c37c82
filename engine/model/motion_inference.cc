#include "engine/model/motion_inference.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace animate {
namespace {

Scope TransformerOf(const Scope& block) {
  return block / "motion_modules" / 0 / "temporal_transformer";
}

bool HasMotion(const Scope& block) {
  return TransformerOf(block).Has("norm.weight");
}

int64_t CountWhile(const Scope& scope, const char* key) {
  int count = 0;
  while ((scope / count).Has(key)) ++count;
  return count;
}

// Reads what all motion modules have in common off one of them.
void ReadShape(const Scope& transformer, MotionConfig& motion) {
  const Scope blocks = transformer / "transformer_blocks";
  const Scope attentions = blocks / 0 / "attention_blocks";
  motion.num_transformer_block = CountWhile(blocks, "ff_norm.weight");
  motion.num_attention_blocks = CountWhile(attentions, "to_q.weight");
  motion.temporal_position_encoding = (attentions / 0).Has("pos_encoder.pe");
  const std::vector<int64_t> proj_in = transformer.Shape("proj_in.weight");
  if (proj_in.size() == 2 && proj_in[0] > 0) {  // [C/div, C]
    motion.temporal_attention_dim_div = proj_in[1] / proj_in[0];
  }
}

}  // namespace

MotionConfig InferMotionConfig(const Scope& scope, const UnetConfig& unet,
                               const MotionConfig& motion) {
  MotionConfig found = motion;
  const int levels = unet.num_levels();
  std::optional<Scope> example;
  bool in_down_blocks = false;
  found.motion_module_resolutions.clear();
  for (int level = 0; level < levels; ++level) {
    const Scope up = scope / "up_blocks" / (levels - 1 - level);
    if (!HasMotion(up)) continue;
    example = up;
    found.motion_module_resolutions.push_back(int64_t{1} << level);
    in_down_blocks |= HasMotion(scope / "down_blocks" / level);
  }
  found.motion_module_mid_block = HasMotion(scope / "mid_block");
  if (found.motion_module_mid_block) example = scope / "mid_block";
  if (!example.has_value()) return motion;

  found.use_motion_module = true;
  found.motion_module_decoder_only = !in_down_blocks;
  ReadShape(TransformerOf(*example), found);
  return found;
}

}  // namespace animate
