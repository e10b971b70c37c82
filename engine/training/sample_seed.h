#ifndef ANIMATE_ENGINE_TRAINING_SAMPLE_SEED_H_
#define ANIMATE_ENGINE_TRAINING_SAMPLE_SEED_H_

#include <cstdint>

namespace animate {

// Returns the seed of a generator for one purpose out of several: neighbouring
// seeds and purposes give unrelated sequences (SplitMix64's finaliser, Steele
// et al. 2014).
inline uint64_t MixSeeds(uint64_t seed, uint64_t purpose) {
  uint64_t mixed = seed + 0x9e3779b97f4a7c15ULL * (purpose + 1);
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31U);
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_SAMPLE_SEED_H_
