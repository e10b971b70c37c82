#ifndef ANIMATE_ENGINE_DATASET_SAMPLE_SEED_H_
#define ANIMATE_ENGINE_DATASET_SAMPLE_SEED_H_

#include <cstdint>

namespace animate {

// SplitMix64's finaliser (Steele et al. 2014).
inline uint64_t MixBits(uint64_t v) {
  v += 0x9e3779b97f4a7c15ULL;
  v = (v ^ (v >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  v = (v ^ (v >> 27U)) * 0x94d049bb133111ebULL;
  return v ^ (v >> 31U);
}

// The seed of sample `index` of the dataset with seed `dataset`: the same
// everywhere, unlike that of any other index.
inline uint64_t SampleSeed(uint64_t dataset, int64_t index) {
  return MixBits(MixBits(dataset) + static_cast<uint64_t>(index));
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_SAMPLE_SEED_H_
