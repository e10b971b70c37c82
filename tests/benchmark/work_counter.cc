#include "tests/benchmark/work_counter.h"

#include <string>

namespace animate {
namespace {

double Product(double a, int64_t b, int64_t c) {
  return a * static_cast<double>(b) * static_cast<double>(c);
}

}  // namespace

void WorkCounter::Add(absl::string_view group, double flops, double elements) {
  work_.push_back({std::string(group), flops, elements * element_size_});
}

void WorkCounter::Conv(absl::string_view group, double images,
                       int64_t in_channels, int64_t out_channels,
                       int64_t kernel_size, const WorkSize& in,
                       const WorkSize& out, double share) {
  const double weights = Product(1, in_channels, out_channels) *
                         Product(1, kernel_size, kernel_size);
  Add(group, 2 * weights * images * out.pixels() * share,
      images * (in.pixels() * static_cast<double>(in_channels) +
                out.pixels() * static_cast<double>(out_channels)) +
          weights);
}

void WorkCounter::Linear(absl::string_view group, double tokens,
                         int64_t in_features, int64_t out_features) {
  Add(group, 2 * Product(tokens, in_features, out_features),
      tokens * static_cast<double>(in_features + out_features) +
          Product(1, in_features, out_features));
}

void WorkCounter::Attention(absl::string_view group, double rows,
                            double queries, double keys, int64_t channels,
                            double key_rows) {
  const double width = static_cast<double>(channels);
  Add(group, 4 * rows * queries * keys * width,
      2 * rows * queries * width + 2 * key_rows * keys * width);
}

void WorkCounter::GroupNorm(double elements) { Add("norm", 0, 3 * elements); }

void WorkCounter::LayerNorm(double elements) { Add("norm", 0, 2 * elements); }

void WorkCounter::Resnet(double images, int64_t in_channels,
                         int64_t out_channels, const WorkSize& size) {
  GroupNorm(images * size.pixels() * static_cast<double>(in_channels));
  Conv("resnet conv3x3", images, in_channels, out_channels, 3, size, size);
  GroupNorm(images * size.pixels() * static_cast<double>(out_channels));
  Conv("resnet conv3x3", images, out_channels, out_channels, 3, size, size);
  if (in_channels != out_channels) {
    Conv("resnet shortcut", images, in_channels, out_channels, 1, size, size);
  }
}

void WorkCounter::FeedForward(absl::string_view group, double tokens,
                              int64_t channels) {
  LayerNorm(tokens * static_cast<double>(channels));
  Linear(group, tokens, channels, 8 * channels);
  Linear(group, tokens, 4 * channels, channels);
}

}  // namespace animate
