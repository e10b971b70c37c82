// The work of both UNets.
#include <cstddef>
#include <functional>

#include "tests/benchmark/work_counter.h"
#include "tests/benchmark/work_model.h"

namespace animate {
namespace {

constexpr double kSubpixelShare = 4.0 / 9.0;

// What a row of the batch reads.
struct Rows {
  double conditional = 0;    // pictures that see the reference
  double unconditional = 0;  // pictures that do not
  double all() const { return conditional + unconditional; }
};

class UnetCounter {
 public:
  UnetCounter(const WorkNetworks& networks, const WorkShape& shape,
              const WorkShortcuts& shortcuts)
      : unet_(networks.unet),
        motion_(networks.motion),
        shape_(shape),
        shortcuts_(shortcuts),
        counter_(shape.element_size) {
    const int64_t factor = networks.vae.spatial_factor();
    sizes_.push_back({shape.height / factor, shape.width / factor});
    for (int level = 1; level < unet_.num_levels(); ++level) {
      sizes_.push_back(sizes_.back().Halved());
    }
  }

  WorkList Denoising() {
    const double frames = static_cast<double>(shape_.frames);
    rows_ = {frames, shape_.guided ? frames : 0};
    front_ = shortcuts_.shared_front ? rows_.conditional : rows_.all();
    Trunk([&](int level, int64_t c) { Transformer(level, c); },
          [&](int level, int64_t c) { MotionModule(level, c); });
    counter_.GroupNorm(rows_.all() * sizes_[0].pixels() *
                       static_cast<double>(Channels(0)));
    counter_.Conv("conv_in/out", rows_.all(), Channels(0), unet_.out_channels,
                  3, sizes_[0], sizes_[0]);
    return counter_.work();
  }

  WorkList Reference() {
    // The published pipeline runs a row without embedding, too.
    rows_ = {shortcuts_.core || !shape_.guided ? 1.0 : 2.0, 0};
    front_ = rows_.all();
    Trunk([&](int level, int64_t c) { ReferenceTransformer(level, c); },
          [](int, int64_t) {});
    return counter_.work();
  }

 private:
  using LayerCounter = std::function<void(int level, int64_t channels)>;

  int64_t Channels(int level) const {
    return unet_.block_out_channels[static_cast<size_t>(level)];
  }
  int64_t LayersPerBlock(int level) const {
    return unet_.layers_per_block[static_cast<size_t>(level)];
  }
  double Tokens(int level, double rows) const {
    return rows * sizes_[static_cast<size_t>(level)].pixels();
  }
  const WorkSize& SizeOf(int level) const {
    return sizes_[static_cast<size_t>(level)];
  }

  // Everything from conv_in to the last up block.
  void Trunk(const LayerCounter& transformer, const LayerCounter& motion) {
    const int levels = unet_.num_levels();
    counter_.Conv("conv_in/out", front_, unet_.in_channels, Channels(0), 3,
                  sizes_[0], sizes_[0]);
    int64_t below = Channels(0);
    for (int level = 0; level < levels; ++level) {
      const int64_t c = Channels(level);
      for (int64_t i = 0; i < LayersPerBlock(level); ++i) {
        counter_.Resnet(in_front_ ? front_ : rows_.all(), i == 0 ? below : c, c,
                        SizeOf(level));
        if (unet_.down_attention[static_cast<size_t>(level)]) {
          transformer(level, c);
        }
        in_front_ = false;
        if (motion_.InDownBlock(level)) motion(level, c);
      }
      if (level + 1 < levels) Resample(level, c, level + 1, 1.0);
      below = c;
    }
    counter_.Resnet(rows_.all(), below, below, SizeOf(levels - 1));
    transformer(levels - 1, below);
    if (motion_.InMidBlock()) motion(levels - 1, below);
    counter_.Resnet(rows_.all(), below, below, SizeOf(levels - 1));
    for (int level = levels - 1; level >= 0; --level) {
      const int64_t c = Channels(level);
      const int64_t last_skip = Channels(level > 0 ? level - 1 : 0);
      const int64_t layers = LayersPerBlock(level) + 1;
      for (int64_t i = 0; i < layers; ++i) {
        const int64_t skip = i + 1 == layers ? last_skip : c;
        counter_.Resnet(rows_.all(), (i == 0 ? below : c) + skip, c,
                        SizeOf(level));
        if (unet_.up_attention[static_cast<size_t>(level)]) {
          last_transformer_ = level == 0 && i + 1 == layers;
          transformer(level, c);
        }
        if (motion_.InUpBlock(level)) motion(level, c);
      }
      if (level > 0) {
        Resample(level, c, level - 1,
                 shortcuts_.subpixel_upsampling ? kSubpixelShare : 1.0);
      }
      below = c;
    }
  }

  void Resample(int from, int64_t c, int to, double share) {
    counter_.Conv("resample conv", rows_.all(), c, c, 3, SizeOf(from),
                  SizeOf(to), share);
  }

  int64_t TransformerLayers(int level) const {
    return unet_.transformer_layers_per_block[static_cast<size_t>(level)];
  }

  void Transformer(int level, int64_t c) {
    const double front = in_front_ ? front_ : rows_.all();
    const double channels = static_cast<double>(c);
    counter_.GroupNorm(Tokens(level, front) * channels);
    counter_.Linear("spatial proj", Tokens(level, front), c, c);
    for (int64_t i = 0; i < TransformerLayers(level); ++i) {
      const bool shared = in_front_ && i == 0 && front_ < rows_.all();
      counter_.LayerNorm(Tokens(level, shared ? front_ : rows_.all()) *
                         channels);
      if (shortcuts_.core) {
        SelfAttention(level, c, shared);
      } else {
        SelfAttentionOfReference(level, c);
        CrossAttention(level, c);
      }
      counter_.FeedForward("spatial ff", Tokens(level, rows_.all()), c);
    }
    counter_.Linear("spatial proj", Tokens(level, rows_.all()), c, c);
  }

  // Keys and values of the reference are at hand, once for all frames.
  void SelfAttention(int level, int64_t c, bool shared) {
    const double pixels = SizeOf(level).pixels();
    const double own = shared ? front_ : rows_.all();
    counter_.Linear("attn1 proj", Tokens(level, own), c, 3 * c);
    counter_.Attention("attn1 scores", own, pixels, pixels, c, own);
    counter_.Attention("attn1 scores", rows_.conditional, pixels, pixels, c, 1);
    counter_.Linear("attn1 proj", Tokens(level, rows_.all()), c, c);
  }

  // As the reference has it: every row against own and reference tokens, then
  // the unconditional rows once more without.
  void SelfAttentionOfReference(int level, int64_t c) {
    const double pixels = SizeOf(level).pixels();
    const double tokens = Tokens(level, rows_.all());
    counter_.Linear("attn1 proj", tokens, c, 2 * c);
    counter_.Linear("attn1 reference proj", 2 * tokens, c, 2 * c);
    counter_.Attention("attn1 scores", rows_.all(), pixels, 2 * pixels, c,
                       rows_.all());
    if (rows_.unconditional > 0) {
      const double again = Tokens(level, rows_.unconditional);
      counter_.Linear("attn1 again", again, c, 4 * c);
      counter_.Attention("attn1 again", rows_.unconditional, pixels, pixels, c,
                         rows_.unconditional);
    }
  }

  // To the one token of the image embedding.
  void CrossAttention(int level, int64_t c) {
    const double tokens = Tokens(level, rows_.all());
    counter_.LayerNorm(tokens * static_cast<double>(c));
    counter_.Linear("attn2", tokens, c, 2 * c);
    counter_.Linear("attn2", rows_.all(), unet_.cross_attention_dim, 2 * c);
    counter_.Attention("attn2", rows_.all(), SizeOf(level).pixels(), 1, c,
                       rows_.all());
  }

  void ReferenceTransformer(int level, int64_t c) {
    const double tokens = Tokens(level, rows_.all());
    const double pixels = SizeOf(level).pixels();
    const double channels = static_cast<double>(c);
    counter_.GroupNorm(tokens * channels);
    counter_.Linear("spatial proj", tokens, c, c);
    for (int64_t i = 0; i < TransformerLayers(level); ++i) {
      counter_.LayerNorm(tokens * channels);
      if (shortcuts_.core) {
        counter_.Linear("reference keys", tokens, c, 2 * c);
      }
      const bool last = last_transformer_ && i + 1 == TransformerLayers(level);
      if (shortcuts_.core && last) return;
      counter_.Linear("attn1 proj", tokens, c, 4 * c);
      counter_.Attention("attn1 scores", rows_.all(), pixels, pixels, c,
                         rows_.all());
      if (!shortcuts_.core) CrossAttention(level, c);
      counter_.FeedForward("spatial ff", tokens, c);
    }
    counter_.Linear("spatial proj", tokens, c, c);
  }

  void MotionModule(int level, int64_t c) {
    const double tokens = Tokens(level, rows_.all());
    const double frames = static_cast<double>(shape_.frames);
    const int64_t inner = c / motion_.temporal_attention_dim_div;
    counter_.GroupNorm(tokens * static_cast<double>(c));
    counter_.Linear("temporal proj", tokens, c, inner);
    for (int64_t i = 0; i < motion_.num_transformer_block; ++i) {
      for (int64_t j = 0; j < motion_.num_attention_blocks; ++j) {
        counter_.LayerNorm(tokens * static_cast<double>(inner));
        counter_.Linear("temporal qkvo", tokens, inner, 4 * inner);
        counter_.Attention("temporal scores", tokens / frames, frames, frames,
                           inner, tokens / frames);
      }
      counter_.FeedForward("temporal ff", tokens, inner);
    }
    counter_.Linear("temporal proj", tokens, inner, c);
  }

  const UnetConfig& unet_;
  const MotionConfig& motion_;
  const WorkShape& shape_;
  const WorkShortcuts shortcuts_;
  WorkCounter counter_;
  std::vector<WorkSize> sizes_;  // per level
  Rows rows_;
  double front_ = 0;               // pictures before the rows differ
  bool in_front_ = true;           // still before that point
  bool last_transformer_ = false;  // at the last one of the network
};

}  // namespace

WorkList DenoisingWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts) {
  return UnetCounter(networks, shape, shortcuts).Denoising();
}

WorkList ReferenceWork(const WorkNetworks& networks, const WorkShape& shape,
                       const WorkShortcuts& shortcuts) {
  return UnetCounter(networks, shape, shortcuts).Reference();
}

}  // namespace animate
