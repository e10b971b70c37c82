#ifndef ANIMATE_SERVER_METRICS_REFERENCE_CACHE_READING_H_
#define ANIMATE_SERVER_METRICS_REFERENCE_CACHE_READING_H_

#include <string>

#include "engine/animation/animator.h"

namespace animate {

// The cache of references of one device at one moment.
struct ReferenceCacheReading {
  std::string device;  // "cuda:0"
  ReferenceCacheStats stats;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_METRICS_REFERENCE_CACHE_READING_H_
