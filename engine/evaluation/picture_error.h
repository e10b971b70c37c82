#ifndef ANIMATE_ENGINE_EVALUATION_PICTURE_ERROR_H_
#define ANIMATE_ENGINE_EVALUATION_PICTURE_ERROR_H_

#include <cstdint>
#include <vector>

#include "engine/animation/image.h"

namespace animate {

// How far pictures of equal size are apart, in levels of 0 to 255 over all
// samples of all three channels. Thread-safe.
// REQUIRES of all: equal sizes, not empty.

// Mean of squared differences.
double MeanSquaredError(const RgbImage& a, const RgbImage& b);

// Mean of absolute differences: L1.
double MeanAbsoluteError(const RgbImage& a, const RgbImage& b);

// Peak signal-to-noise ratio in dB, as scikit-image's peak_signal_noise_ratio
// with data_range 255: infinite for equal pictures.
double Psnr(const RgbImage& a, const RgbImage& b);

// What equal pictures count for where PSNRs are averaged, dB.
inline constexpr double kMaxPsnr = 100.0;

// Which pixels differ by more than `threshold` levels in at least one channel:
// one byte per pixel, 0 or 1, rows from the top.
std::vector<uint8_t> ChangedPixels(const RgbImage& a, const RgbImage& b,
                                   int threshold = 20);

// A sum of absolute differences, and of how many samples.
struct ErrorSum {
  double sum = 0.0;
  int64_t samples = 0;

  double mean() const {
    return samples == 0 ? 0.0 : sum / static_cast<double>(samples);
  }
  ErrorSum& operator+=(const ErrorSum& other) {
    sum += other.sum;
    samples += other.samples;
    return *this;
  }
};

// The absolute differences where `mask` (one byte per pixel) is not 0.
ErrorSum MaskedAbsoluteError(const RgbImage& a, const RgbImage& b,
                             const std::vector<uint8_t>& mask);

}  // namespace animate

#endif  // ANIMATE_ENGINE_EVALUATION_PICTURE_ERROR_H_
