#include "engine/dataset/clip_prefetcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "engine/base/mutex.h"

namespace animate {
namespace {

// Numbers instead of pictures. Fails where told to; holds its threads where
// told to.
class FakeClips : public ClipDataset {
 public:
  const ClipFormat& format() const override { return format_; }
  int64_t skipped() const override { return 0; }

  absl::StatusOr<TrainingClip> Draw(int64_t index) const override {
    {
      const MutexLock lock(mutex_);
      begun_.insert(index);
      changed_.SignalAll();
      while (held_) changed_.Wait(mutex_);
    }
    if (index == failing) return absl::DataLossError("nothing is left");
    return TrainingClip{.index = index,
                        .seed = static_cast<uint64_t>(index) * 3};
  }

  void Hold() {
    const MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    const MutexLock lock(mutex_);
    held_ = false;
    changed_.SignalAll();
  }
  // Waits until that many samples have been begun.
  std::set<int64_t> WaitForBegun(size_t count) {
    const MutexLock lock(mutex_);
    while (begun_.size() < count) changed_.Wait(mutex_);
    return begun_;
  }
  std::set<int64_t> begun() {
    const MutexLock lock(mutex_);
    return begun_;
  }

  int64_t failing = -1;

 private:
  ClipFormat format_;
  mutable Mutex mutex_;
  mutable CondVar changed_;
  mutable std::set<int64_t> begun_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(ClipPrefetcherTest, DeliversInOrderWhateverTheThreads) {
  for (const int threads : {0, 1, 4}) {
    const FakeClips clips;
    ClipPrefetcher prefetcher(
        clips, {.first_index = 7, .stride = 3, .threads = threads, .ahead = 5});
    for (int64_t i = 0; i < 200; ++i) {
      const auto clip = prefetcher.Next();
      ASSERT_TRUE(clip.ok());
      EXPECT_EQ(clip->index, 7 + 3 * i);
      EXPECT_EQ(clip->seed, static_cast<uint64_t>(3 * clip->index));
    }
  }
}

// Two processes together see what one sees.
TEST(ClipPrefetcherTest, StridesShareTheSamplesOut) {
  const FakeClips clips;
  std::set<int64_t> seen;
  for (const int64_t rank : {0, 1}) {
    ClipPrefetcher prefetcher(clips, {.first_index = rank, .stride = 2});
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(seen.insert(prefetcher.Next()->index).second);
    }
  }
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_EQ(*seen.rbegin(), 19);
}

TEST(ClipPrefetcherTest, DrawsNoFurtherAheadThanAllowed) {
  FakeClips clips;
  clips.Hold();
  {
    ClipPrefetcher prefetcher(clips, {.threads = 4, .ahead = 2});
    EXPECT_EQ(clips.WaitForBegun(2), (std::set<int64_t>{0, 1}));
    clips.Release();
    for (int64_t i = 0; i < 20; ++i) {
      EXPECT_EQ(prefetcher.Next()->index, i);
      EXPECT_LE(*clips.begun().rbegin(), i + 2);
    }
  }
}

TEST(ClipPrefetcherTest, NothingIsDrawnAheadWithoutThreads) {
  FakeClips clips;
  ClipPrefetcher prefetcher(clips, {.threads = 0});
  EXPECT_TRUE(prefetcher.Next().ok());
  EXPECT_EQ(clips.begun(), (std::set<int64_t>{0}));
}

TEST(ClipPrefetcherTest, ErrorsStandInThePlaceOfTheirSample) {
  FakeClips clips;
  clips.failing = 2;
  ClipPrefetcher prefetcher(clips, {.threads = 3});
  EXPECT_TRUE(prefetcher.Next().ok());
  EXPECT_TRUE(prefetcher.Next().ok());
  EXPECT_EQ(prefetcher.Next().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(prefetcher.Next()->index, 3);
}

TEST(ClipPrefetcherTest, EndsWithoutDrawingWhatIsLeft) {
  FakeClips clips;
  clips.Hold();
  std::thread release;
  {
    ClipPrefetcher prefetcher(clips, {.threads = 2, .ahead = 1'000'000});
    clips.WaitForBegun(2);
    release = std::thread([&] { clips.Release(); });
  }
  release.join();
  EXPECT_LT(clips.begun().size(), 1'000'000U);
}

TEST(ClipPrefetcherTest, SeveralThreadsMayAsk) {
  const FakeClips clips;
  ClipPrefetcher prefetcher(clips, {.threads = 2, .ahead = 3});
  Mutex mutex;
  std::vector<int64_t> seen;
  std::vector<std::thread> askers;
  for (int t = 0; t < 3; ++t) {
    askers.emplace_back([&] {
      for (int i = 0; i < 30; ++i) {
        const auto clip = prefetcher.Next();
        const MutexLock lock(mutex);
        seen.push_back(clip->index);
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), 90U);
  for (int64_t i = 0; i < 90; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], i);
}

}  // namespace
}  // namespace animate
