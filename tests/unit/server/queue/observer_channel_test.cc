#include "server/queue/observer_channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/support/recording_observer.h"
#include "tests/support/slow_observer.h"

namespace animate {
namespace {

EncodedFrame ChannelFrame(int index) {
  EncodedFrame frame;
  frame.index = index;
  return frame;
}

TEST(ObserverChannelTest, NothingIsDeliveredBeforeDeliver) {
  RecordingObserver observer;
  ObserverChannel channel(&observer);
  channel.PostFrame(ChannelFrame(0));
  EXPECT_TRUE(observer.frames().empty());
  channel.Deliver();
  EXPECT_EQ(observer.frames().size(), 1u);
}

TEST(ObserverChannelTest, ReplacesUndeliveredProgressButNeverFrames) {
  RecordingObserver observer;
  ObserverChannel channel(&observer);
  channel.PostProgress({.step = 1});
  channel.PostProgress({.step = 2});
  channel.PostFrame(ChannelFrame(0));
  channel.PostFrame(ChannelFrame(1));
  channel.PostProgress({.step = 3});
  channel.Deliver();
  ASSERT_EQ(observer.progress().size(), 2u);
  EXPECT_EQ(observer.progress()[0].step, 2);
  EXPECT_EQ(observer.progress()[1].step, 3);
  EXPECT_EQ(observer.frames().size(), 2u);
}

TEST(ObserverChannelTest, NothingFollowsTheEnd) {
  RecordingObserver observer;
  ObserverChannel channel(&observer);
  channel.PostFinished(JobSnapshot{});
  channel.Deliver();
  channel.PostProgress({.step = 1});
  channel.PostFrame(ChannelFrame(0));
  channel.Deliver();
  EXPECT_TRUE(observer.ended());
  EXPECT_EQ(observer.breaches(), 0);
}

TEST(ObserverChannelTest, WithoutAnObserverEventsAreDropped) {
  ObserverChannel channel(nullptr);
  channel.PostProgress({});
  channel.PostFrame(ChannelFrame(0));
  channel.PostFinished(JobSnapshot{});
  channel.Deliver();
}

// Posts and delivers from inside a call, as an observer that cancels would.
class ReentrantObserver : public JobObserver {
 public:
  void OnProgress(const JobProgress& progress) override {
    if (progress.step == 1) {
      channel->PostFinished(JobSnapshot{});
      channel->Deliver();
      EXPECT_FALSE(ended);  // only after this call has returned
    }
  }
  void OnFrame(const EncodedFrame&) override {}
  void OnFinished(const JobSnapshot&) override { ended = true; }

  ObserverChannel* channel = nullptr;
  bool ended = false;
};

TEST(ObserverChannelTest, EventsPostedFromInsideACallComeAfterIt) {
  ReentrantObserver observer;
  ObserverChannel channel(&observer);
  observer.channel = &channel;
  channel.PostProgress({.step = 1});
  channel.Deliver();
  EXPECT_TRUE(observer.ended);
}

TEST(ObserverChannelTest, AClosedChannelCallsNobody) {
  RecordingObserver observer;
  ObserverChannel channel(&observer);
  channel.PostProgress({.step = 1});
  channel.Close();
  channel.PostFrame(ChannelFrame(0));
  channel.PostFinished({});
  channel.Deliver();
  EXPECT_TRUE(observer.progress().empty());
  EXPECT_TRUE(observer.frames().empty());
  EXPECT_FALSE(observer.ended());
}

TEST(ObserverChannelTest, ClosingWaitsForACallUnderWay) {
  SlowObserver observer;
  ObserverChannel channel(&observer);
  channel.PostProgress({.step = 1});
  std::thread worker([&] { channel.Deliver(); });
  while (!observer.entered) std::this_thread::yield();
  std::thread closer([&] {
    channel.Close();
    EXPECT_TRUE(observer.left);
  });
  absl::SleepFor(absl::Milliseconds(20));  // for a Close that does not wait
  EXPECT_FALSE(channel.over());
  observer.let_go = true;
  closer.join();
  worker.join();
  EXPECT_TRUE(channel.over());
}

// Leaves as soon as it hears anything.
class LeavingObserver : public JobObserver {
 public:
  void OnProgress(const JobProgress&) override {
    ++calls;
    channel->Close();
  }
  void OnFrame(const EncodedFrame&) override { ++calls; }
  void OnFinished(const JobSnapshot&) override { ++calls; }

  ObserverChannel* channel = nullptr;
  int calls = 0;
};

TEST(ObserverChannelTest, MayBeClosedFromInsideACall) {
  LeavingObserver observer;
  ObserverChannel channel(&observer);
  observer.channel = &channel;
  channel.PostProgress({.step = 1});
  channel.PostFinished({});
  channel.Deliver();
  EXPECT_EQ(observer.calls, 1);
}

TEST(ObserverChannelTest, ManyThreadsDeliverEachFrameOnce) {
  constexpr int kThreads = 8;
  constexpr int kFrames = 200;
  RecordingObserver observer;
  ObserverChannel channel(&observer);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kFrames; ++i) {
        channel.PostFrame(ChannelFrame(i));
        channel.Deliver();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  channel.Deliver();
  EXPECT_EQ(observer.frames().size(), static_cast<size_t>(kThreads * kFrames));
}

}  // namespace
}  // namespace animate
