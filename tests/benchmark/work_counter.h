#ifndef ANIMATE_TESTS_BENCHMARK_WORK_COUNTER_H_
#define ANIMATE_TESTS_BENCHMARK_WORK_COUNTER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "tests/benchmark/work_model.h"

namespace animate {

// Pixels along both sides of a feature map.
struct WorkSize {
  int64_t height = 0;
  int64_t width = 0;

  double pixels() const {
    return static_cast<double>(height) * static_cast<double>(width);
  }
  // After a convolution of stride 2 and padding 1.
  WorkSize Halved() const { return {(height + 1) / 2, (width + 1) / 2}; }
};

// Adds up the operators of a network; the rules of the count in one place.
class WorkCounter {
 public:
  explicit WorkCounter(int64_t element_size)
      : element_size_(static_cast<double>(element_size)) {}

  const WorkList& work() const { return work_; }

  // `images` pictures of `in` to pictures of `out`. `share`: the part of the
  // multiplications that is needed (4/9 as four 2x2 convolutions).
  void Conv(absl::string_view group, double images, int64_t in_channels,
            int64_t out_channels, int64_t kernel_size, const WorkSize& in,
            const WorkSize& out, double share = 1.0);

  void Linear(absl::string_view group, double tokens, int64_t in_features,
              int64_t out_features);

  // All heads together. `key_rows`: how many sets of `keys` tokens are stored.
  void Attention(absl::string_view group, double rows, double queries,
                 double keys, int64_t channels, double key_rows);

  // Two reads (statistics, result) and a write.
  void GroupNorm(double elements);
  // A read and a write.
  void LayerNorm(double elements);

  // Two 3x3 convolutions with their norms, and the shortcut.
  void Resnet(double images, int64_t in_channels, int64_t out_channels,
              const WorkSize& size);

  // To 8 times the width and, gated, back.
  void FeedForward(absl::string_view group, double tokens, int64_t channels);

 private:
  void Add(absl::string_view group, double flops, double elements);

  double element_size_;
  WorkList work_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_BENCHMARK_WORK_COUNTER_H_
