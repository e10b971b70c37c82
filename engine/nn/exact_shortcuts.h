#ifndef ANIMATE_ENGINE_NN_EXACT_SHORTCUTS_H_
#define ANIMATE_ENGINE_NN_EXACT_SHORTCUTS_H_

namespace animate {

// Ways to the same result with less work; only rounding differs. A network is
// built with a choice of them, all by default. Those that derive weights do so
// once, from the weights as they are at that moment: train with None(), which
// computes everything from the checkpoint's own tensors at every call. Layers
// whose weights require gradients when they are built stay plain in any case.
// The last is for training alone and gives time for memory.
struct ExactShortcuts {
  // Cross-attention to a single token is the same vector for every pixel: the
  // softmax over one key is 1.
  bool constant_cross_attention = true;

  // What blocks make of the job's conditions (the above, keys and values of the
  // reference) depends on no timestep, frame or window. Computed once per job.
  bool cached_reference = true;

  // The ReferenceNet ends at the last norm1 that anybody reads.
  bool stop_after_last_feature = true;

  // Attends to own and to reference tokens apart and merges by log-sum-exp
  // instead of copying both into one sequence per frame.
  bool split_attention = true;

  // Rows that differ in conditions only are one row until the first
  // condition is read.
  bool shared_front = true;

  // Nearest-neighbour enlargement and 3x3 convolution as four 2x2 convolutions
  // of the small picture.
  bool subpixel_upsampling = true;

  // Time shifts of a whole schedule computed at once and added to the bias of
  // conv1.
  bool folded_time_shifts = true;

  // One matrix product for queries, keys and values.
  bool fused_projections = true;

  // Pictures in memory as [N, H, W, C], convolution weights to match.
  bool channels_last = true;

  // The layers of the UNets keep their inputs for the gradient and compute
  // everything between again (see nn::Recompute).
  bool recomputed_activations = false;

  static constexpr ExactShortcuts None() {
    return {.constant_cross_attention = false,
            .cached_reference = false,
            .stop_after_last_feature = false,
            .split_attention = false,
            .shared_front = false,
            .subpixel_upsampling = false,
            .folded_time_shifts = false,
            .fused_projections = false,
            .channels_last = false,
            .recomputed_activations = false};
  }
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_NN_EXACT_SHORTCUTS_H_
