#ifndef ANIMATE_ENGINE_PIPELINE_REFERENCE_CACHE_H_
#define ANIMATE_ENGINE_PIPELINE_REFERENCE_CACHE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "engine/animation/image.h"
#include "engine/base/mutex.h"
#include "engine/model/prepared_conditioning.h"

namespace animate {

// Everything of a job that depends only on the reference picture, the size of
// the result, whether it is guided, and the model.
struct ReferenceConditioning {
  at::Tensor image_embeds;       // [1, D]
  at::Tensor reference_latents;  // [1, latent_channels, h, w]
  PreparedConditioning conditioning;

  // Memory held, bytes.
  int64_t bytes() const;
};

// Identifies a ReferenceConditioning of one model.
struct ReferenceKey {
  std::string digest;  // of the picture's size and pixels
  int width = 0;       // of the result, pixels
  int height = 0;
  bool guided = true;

  static ReferenceKey Of(const RgbImage& reference, int width, int height,
                         bool guided);

  // NOLINTNEXTLINE(modernize-use-nullptr): version 14 reads <=> as <= 0
  auto operator<=>(const ReferenceKey&) const = default;
};

// Keeps the most recently used references of one model within a budget of
// bytes, so that the second job with a picture skips CLIP, VAE encoder and
// ReferenceNet. Thread-safe. Values are shared, not copied, and must not be
// changed.
class ReferenceCache {
 public:
  struct Stats {
    int64_t hits = 0;
    int64_t misses = 0;
    int64_t evictions = 0;
    int64_t entries = 0;
    int64_t bytes = 0;
  };

  // A budget of 0 or less keeps nothing, and counts every look as a miss.
  explicit ReferenceCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // Returns what is kept under `key`, or null; counts a hit or a miss.
  std::shared_ptr<const ReferenceConditioning> Find(const ReferenceKey& key);

  // Keeps `value`, giving up the least recently used until it fits. One that is
  // larger than the whole budget is not kept.
  void Insert(const ReferenceKey& key,
              std::shared_ptr<const ReferenceConditioning> value);

  Stats stats() const;

 private:
  struct Entry {
    ReferenceKey key;
    std::shared_ptr<const ReferenceConditioning> value;
    int64_t bytes;
  };
  using Entries = std::list<Entry>;

  void Erase(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int64_t max_bytes_;
  mutable Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // most recently used first
  std::map<ReferenceKey, Entries::iterator> index_ ABSL_GUARDED_BY(mutex_);
  Stats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_PIPELINE_REFERENCE_CACHE_H_
