#include "engine/base/mutex.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace animate {
namespace {

TEST(MutexTest, GuardsAcrossThreads) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        MutexLock lock(mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 4000);
}

TEST(CondVarTest, WaitWakesWhenSignalled) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread other([&] {
    MutexLock lock(mutex);
    ready = true;
    changed.SignalAll();
  });
  {
    MutexLock lock(mutex);
    while (!ready) changed.Wait(mutex);
    EXPECT_TRUE(ready);
  }
  other.join();
}

TEST(CondVarTest, InfiniteTimeoutWaitsForTheSignal) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread other([&] {
    MutexLock lock(mutex);
    ready = true;
    changed.Signal();
  });
  {
    MutexLock lock(mutex);
    while (!ready) {
      EXPECT_TRUE(changed.WaitWithTimeout(mutex, absl::InfiniteDuration()));
    }
  }
  other.join();
}

TEST(CondVarTest, AHugeTimeoutDoesNotOverflowIntoThePast) {
  Mutex mutex;
  CondVar changed;
  bool waiting = false;
  bool ready = false;
  std::thread other([&] {
    MutexLock lock(mutex);
    while (!waiting) changed.Wait(mutex);
    ready = true;
    changed.SignalAll();
  });
  {
    MutexLock lock(mutex);
    waiting = true;
    changed.SignalAll();
    // Hundreds of years: beyond the nanoseconds that 64 bits can count from
    // now.
    while (!ready) {
      EXPECT_TRUE(changed.WaitWithTimeout(mutex, absl::Hours(24 * 365 * 291)));
    }
  }
  other.join();
}

TEST(CondVarTest, ANegativeTimeoutIsOverAtOnce) {
  Mutex mutex;
  CondVar changed;
  MutexLock lock(mutex);
  while (changed.WaitWithTimeout(mutex, -absl::InfiniteDuration())) {
  }
}

TEST(CondVarTest, TimeoutReturnsFalseAndHoldsTheMutex) {
  Mutex mutex;
  CondVar changed;
  {
    MutexLock lock(mutex);
    while (changed.WaitWithTimeout(mutex, absl::ZeroDuration())) {
    }
  }
  MutexLock again(mutex);  // the first lock was given back properly
}

}  // namespace
}  // namespace animate
