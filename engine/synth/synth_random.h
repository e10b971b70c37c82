#ifndef ANIMATE_ENGINE_SYNTH_SYNTH_RANDOM_H_
#define ANIMATE_ENGINE_SYNTH_SYNTH_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace animate {

// Random numbers that are the same everywhere: PCG-XSH-RR 64/32 (O'Neill,
// pcg-random.org) and own distributions, as those of the standard library
// differ between implementations. Thread-compatible.
class SynthRandom {
 public:
  // `stream` makes sequences of one seed independent of each other.
  explicit SynthRandom(uint64_t seed, uint64_t stream = 0)
      : increment_((stream << 1U) | 1U) {
    Next();
    // Neighbouring seeds would begin with similar states.
    state_ += Scramble(seed);
    Next();
  }

  // Uniform in [0, 2^32).
  uint32_t Next() {
    const uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + increment_;
    const auto shifted = static_cast<uint32_t>(((old >> 18U) ^ old) >> 27U);
    const auto turn = static_cast<uint32_t>(old >> 59U);
    return (shifted >> turn) | (shifted << ((32U - turn) & 31U));
  }

  // Uniform in [low, high).
  double Uniform(double low, double high) {
    return low + (high - low) * (Next() * 0x1p-32);
  }

  // Uniform in [0, count). REQUIRES: count > 0.
  size_t Index(size_t count) {
    return static_cast<size_t>((uint64_t{Next()} * count) >> 32U);
  }

  bool Chance(double probability) { return Uniform(0.0, 1.0) < probability; }

  // +1 or -1.
  double Sign() { return Chance(0.5) ? 1.0 : -1.0; }

 private:
  // SplitMix64's finaliser.
  static uint64_t Scramble(uint64_t v) {
    v += 0x9e3779b97f4a7c15ULL;
    v = (v ^ (v >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    v = (v ^ (v >> 27U)) * 0x94d049bb133111ebULL;
    return v ^ (v >> 31U);
  }

  uint64_t state_ = 0;
  uint64_t increment_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_SYNTH_RANDOM_H_
