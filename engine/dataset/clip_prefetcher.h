#ifndef ANIMATE_ENGINE_DATASET_CLIP_PREFETCHER_H_
#define ANIMATE_ENGINE_DATASET_CLIP_PREFETCHER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "engine/dataset/training_clip.h"

namespace animate {

struct PrefetchOptions {
  // The samples first_index, first_index + stride, …: of `stride` processes,
  // each takes another first_index. stride > 0.
  int64_t first_index = 0;
  int64_t stride = 1;

  // Threads that draw; 0 draws when asked, on the thread that asks.
  int threads = 1;

  // At most this many samples are drawn or being drawn before they are asked
  // for, > 0: what bounds the memory.
  int ahead = 8;
};

// Draws the samples of a dataset before they are needed. Which they are does
// not depend on the threads. Next() may be called by any thread.
class ClipPrefetcher {
 public:
  // `dataset` must outlive the prefetcher.
  ClipPrefetcher(const ClipDataset& dataset, const PrefetchOptions& options);
  ClipPrefetcher(const ClipPrefetcher&) = delete;
  ClipPrefetcher& operator=(const ClipPrefetcher&) = delete;
  // Drops what nobody asked for; waits for the samples that are just being
  // drawn, not for those that would follow.
  ~ClipPrefetcher();

  // Returns the next sample in order, waiting for it; an error of the dataset
  // stands in the place of its sample.
  absl::StatusOr<TrainingClip> Next();

 private:
  using Slot = std::optional<absl::StatusOr<TrainingClip>>;

  int64_t IndexOf(int64_t place) const {
    return options_.first_index + place * options_.stride;
  }
  void Run();
  // Whether a thread may begin another sample.
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return static_cast<int64_t>(slots_.size()) < options_.ahead;
  }

  const ClipDataset& dataset_;
  const PrefetchOptions options_;

  Mutex mutex_;
  CondVar changed_;
  // The samples from place next_ on that somebody has begun; empty while they
  // are being drawn.
  std::deque<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  int64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_CLIP_PREFETCHER_H_
