#include "client/interrupt_watcher.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "absl/synchronization/notification.h"

namespace animate {
namespace {

TEST(InterruptWatcherTest, TheFirstAndTheSecondSignalHaveTheirOwnActions) {
  BlockInterrupts();
  absl::Notification first;
  absl::Notification second;
  const InterruptWatcher watcher({.first = [&] { first.Notify(); },
                                  .second = [&] { second.Notify(); },
                                  .patience = absl::InfiniteDuration()});
  kill(getpid(), SIGINT);
  first.WaitForNotification();
  EXPECT_FALSE(second.HasBeenNotified());
  kill(getpid(), SIGTERM);
  second.WaitForNotification();
}

TEST(InterruptWatcherTest, TheSecondActionComesByItselfWhenPatienceEnds) {
  BlockInterrupts();
  absl::Notification second;
  const InterruptWatcher watcher({.first = [] {},
                                  .second = [&] { second.Notify(); },
                                  .patience = absl::Milliseconds(1)});
  kill(getpid(), SIGINT);
  second.WaitForNotification();
}

TEST(InterruptWatcherTest, WithoutASignalNothingHappens) {
  BlockInterrupts();
  bool called = false;
  {
    const InterruptWatcher watcher(
        {.first = [&] { called = true; }, .second = [&] { called = true; }});
  }
  EXPECT_FALSE(called);
}

TEST(InterruptWatcherTest, EndingAfterTheFirstSignalSkipsTheSecondAction) {
  BlockInterrupts();
  bool second = false;
  {
    absl::Notification first;
    const InterruptWatcher watcher({.first = [&] { first.Notify(); },
                                    .second = [&] { second = true; },
                                    .patience = absl::InfiniteDuration()});
    kill(getpid(), SIGINT);
    first.WaitForNotification();
  }
  EXPECT_FALSE(second);
}

}  // namespace
}  // namespace animate
