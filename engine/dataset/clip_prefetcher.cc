#include "engine/dataset/clip_prefetcher.h"

#include <utility>

namespace animate {

ClipPrefetcher::ClipPrefetcher(const ClipDataset& dataset,
                               const PrefetchOptions& options)
    : dataset_(dataset), options_(options) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

ClipPrefetcher::~ClipPrefetcher() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.SignalAll();
  for (std::thread& thread : threads_) thread.join();
}

absl::StatusOr<TrainingClip> ClipPrefetcher::Next() {
  if (threads_.empty()) {
    int64_t place = 0;
    {
      const MutexLock lock(mutex_);
      place = next_++;
    }
    return dataset_.Draw(IndexOf(place));
  }
  Slot slot;
  {
    const MutexLock lock(mutex_);
    while (slots_.empty() || !slots_.front().has_value()) {
      changed_.Wait(mutex_);
    }
    slot = std::move(slots_.front());
    slots_.pop_front();
    ++next_;
  }
  changed_.SignalAll();
  return *std::move(slot);
}

void ClipPrefetcher::Run() {
  while (true) {
    int64_t place = 0;
    {
      const MutexLock lock(mutex_);
      while (!stopping_ && !HasRoom()) changed_.Wait(mutex_);
      if (stopping_) return;
      place = next_ + static_cast<int64_t>(slots_.size());
      slots_.emplace_back();
    }
    absl::StatusOr<TrainingClip> clip = dataset_.Draw(IndexOf(place));
    {
      const MutexLock lock(mutex_);
      // Only the front is ever taken away, and only when it is there.
      slots_[static_cast<size_t>(place - next_)] = std::move(clip);
    }
    changed_.SignalAll();
  }
}

}  // namespace animate
