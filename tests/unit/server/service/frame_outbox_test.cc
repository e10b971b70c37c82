#include "server/service/frame_outbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/error.h"

namespace animate {
namespace {

EncodedFrame Frame(int index, std::string data = "data") {
  return {.index = index,
          .data = std::make_shared<const std::string>(std::move(data))};
}

JobSnapshot Snapshot(JobState state) {
  JobSnapshot job;
  job.name = "jobs/1";
  job.state = state;
  return job;
}

JobProgress Step(int step) { return {.step = step}; }

using Event = std::optional<FrameOutbox::Event>;

// An outbox with the store it reads from.
class Site {
 public:
  explicit Site(size_t max_part_bytes)
      : outbox(max_part_bytes, [this](int, int index) { return Read(index); }) {
  }

  void PutFrame(EncodedFrame frame) {
    int frames = 0;
    {
      MutexLock lock(mutex_);
      frames_.push_back(std::move(frame));
      frames = static_cast<int>(frames_.size());
    }
    outbox.PutFrames(frames);
  }

  // Puts and takes the first event, as every stream does.
  void Accept(const Reading& reading = {}, JobSnapshot job = Running()) {
    outbox.PutAccepted(std::move(job), reading);
    ASSERT_TRUE(Next().has_value());
  }

  Event Next() {
    auto event = outbox.Next();
    EXPECT_TRUE(event.ok()) << event.status();
    return *std::move(event);
  }

  static JobSnapshot Running() { return Snapshot(JobState::kPending); }

  FrameOutbox outbox;

 private:
  absl::StatusOr<EncodedFrame> Read(int index) {
    MutexLock lock(mutex_);
    if (index >= static_cast<int>(frames_.size())) {
      return absl::DataLossError("gone");
    }
    return frames_[static_cast<size_t>(index)];
  }

  Mutex mutex_;
  std::vector<EncodedFrame> frames_ ABSL_GUARDED_BY(mutex_);
};

int IndexOf(const Event& event) {
  const auto* part = event ? std::get_if<FramePart>(&*event) : nullptr;
  return part == nullptr ? -1 : part->frame.index;
}

TEST(FrameOutboxTest, HoldsEverythingBackUntilTheJobIsAccepted) {
  Site site(100);
  site.outbox.PutProgress(Step(1));
  site.PutFrame(Frame(0));
  site.outbox.PutFinal(Snapshot(JobState::kSucceeded));
  EXPECT_FALSE(site.Next().has_value());
  EXPECT_FALSE(site.outbox.done());

  site.outbox.PutAccepted(Snapshot(JobState::kPending), {});
  const auto first = site.Next();
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(std::holds_alternative<JobSnapshot>(*first));
  EXPECT_EQ(std::get<JobSnapshot>(*first).state, JobState::kPending);
  EXPECT_EQ(IndexOf(site.Next()), 0);
}

TEST(FrameOutboxTest, KeepsOnlyTheNewestProgress) {
  Site site(100);
  site.Accept();
  for (int step = 1; step <= 5; ++step) site.outbox.PutProgress(Step(step));
  const auto event = site.Next();
  ASSERT_TRUE(event.has_value());
  ASSERT_TRUE(std::holds_alternative<JobProgress>(*event));
  EXPECT_EQ(std::get<JobProgress>(*event).step, 5);
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, NeverDropsFramesAndKeepsTheirOrder) {
  Site site(100);
  site.Accept();
  for (int i = 0; i < 50; ++i) site.PutFrame(Frame(i));
  EXPECT_EQ(site.outbox.frames_waiting(), 50);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(IndexOf(site.Next()), i);
  EXPECT_EQ(site.outbox.frames_waiting(), 0);
}

TEST(FrameOutboxTest, ProgressDoesNotKeepFramesFromASlowReader) {
  Site site(100);
  site.Accept();
  site.PutFrame(Frame(0));
  site.PutFrame(Frame(1));
  std::vector<int> indices;
  // The job reports between any two reads.
  for (int i = 0; i < 4; ++i) {
    site.outbox.PutProgress(Step(i + 1));
    indices.push_back(IndexOf(site.Next()));
  }
  EXPECT_EQ(indices, (std::vector<int>{-1, 0, -1, 1}));
}

TEST(FrameOutboxTest, SplitsLargeFramesIntoParts) {
  Site site(4);
  site.Accept();
  site.PutFrame(Frame(0, "abcdefghij"));
  std::string joined;
  for (int i = 0; i < 3; ++i) {
    // Parts stay together whatever else waits.
    site.outbox.PutProgress(Step(i));
    auto event = site.Next();
    if (i == 0) event = site.Next();
    ASSERT_TRUE(event.has_value());
    const auto& part = std::get<FramePart>(*event);
    EXPECT_EQ(part.part, i);
    EXPECT_EQ(part.parts, 3);
    joined += std::string(part.data);
  }
  EXPECT_EQ(joined, "abcdefghij");
}

TEST(FrameOutboxTest, DoesNotSplitAFrameThatJustFits) {
  Site site(4);
  site.Accept();
  site.PutFrame(Frame(0, "abcd"));
  const auto event = site.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(std::get<FramePart>(*event).parts, 1);
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, EndsWithTheFinalJobAfterAllFrames) {
  Site site(100);
  site.Accept();
  site.PutFrame(Frame(0));
  site.outbox.PutProgress(Step(1));
  site.outbox.PutFinal(Snapshot(JobState::kFailed));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  EXPECT_FALSE(site.outbox.done());
  const auto last = site.Next();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(std::get<JobSnapshot>(*last).state, JobState::kFailed);
  EXPECT_TRUE(site.outbox.done());
  site.outbox.PutHeartbeat();
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, SendsAHeartbeatOnlyWhenNothingElseWaits) {
  Site site(100);
  site.Accept();
  site.outbox.PutHeartbeat();
  site.PutFrame(Frame(0));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  const auto event = site.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_TRUE(std::holds_alternative<HeartbeatEvent>(*event));
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, AWriterNeverWaitsForAReader) {
  Site site(100);
  constexpr int kFrames = 200;
  // The job is over before the reader begins.
  std::thread job([&] {
    for (int i = 0; i < kFrames; ++i) {
      site.outbox.PutProgress(Step(i));
      site.PutFrame(Frame(i));
    }
    site.outbox.PutFinal(Snapshot(JobState::kSucceeded));
  });
  job.join();
  site.Accept();
  int frames = 0;
  while (!site.outbox.done()) {
    if (IndexOf(site.Next()) >= 0) ++frames;
  }
  EXPECT_EQ(frames, kFrames);
}

TEST(FrameOutboxTest, MayBeUsedFromBothSidesAtOnce) {
  Site site(3);
  constexpr int kFrames = 500;
  std::thread job([&] {
    for (int i = 0; i < kFrames; ++i) {
      site.outbox.PutProgress(Step(i));
      site.PutFrame(Frame(i, "four"));
      site.outbox.PutHeartbeat();
    }
    site.outbox.PutFinal(Snapshot(JobState::kSucceeded));
  });
  site.outbox.PutAccepted(Snapshot(JobState::kPending), {});
  std::vector<int> indices;
  while (!site.outbox.done()) {
    const auto event = site.Next();
    if (IndexOf(event) >= 0 && std::get<FramePart>(*event).part == 0) {
      indices.push_back(IndexOf(event));
    }
  }
  job.join();
  ASSERT_EQ(indices.size(), static_cast<size_t>(kFrames));
  for (int i = 0; i < kFrames; ++i) {
    EXPECT_EQ(indices[static_cast<size_t>(i)], i);
  }
}

Reading WithWindow(int window) { return {.window = window}; }

TEST(FrameOutboxTest, SendsNoMoreThanItsWindowBeyondTheAcknowledged) {
  Site site(100);
  site.Accept(WithWindow(2));
  for (int i = 0; i < 5; ++i) site.PutFrame(Frame(i));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  EXPECT_FALSE(site.outbox.window_full());
  EXPECT_EQ(IndexOf(site.Next()), 1);
  EXPECT_FALSE(site.Next().has_value());
  EXPECT_TRUE(site.outbox.window_full());
  EXPECT_EQ(site.outbox.resume_frame(), 0);
  ASSERT_TRUE(site.outbox.Acknowledge(1, 0).ok());
  EXPECT_EQ(IndexOf(site.Next()), 2);
  EXPECT_FALSE(site.Next().has_value());
  ASSERT_TRUE(site.outbox.Acknowledge(1, 2).ok());
  EXPECT_EQ(IndexOf(site.Next()), 3);
  EXPECT_EQ(IndexOf(site.Next()), 4);
  EXPECT_FALSE(site.outbox.window_full()) << "there is nothing more";
  EXPECT_EQ(site.outbox.resume_frame(), 3);
}

TEST(FrameOutboxTest, AFullWindowLetsProgressAndHeartbeatsPass) {
  Site site(100);
  site.Accept(WithWindow(1));
  for (int i = 0; i < 2; ++i) site.PutFrame(Frame(i));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  site.outbox.PutProgress(Step(1));
  site.outbox.PutHeartbeat();
  EXPECT_TRUE(std::holds_alternative<JobProgress>(*site.Next()));
  EXPECT_TRUE(std::holds_alternative<HeartbeatEvent>(*site.Next()));
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, TheEndWaitsForAFullWindow) {
  Site site(100);
  site.Accept(WithWindow(1));
  for (int i = 0; i < 2; ++i) site.PutFrame(Frame(i));
  site.outbox.PutFinal(Snapshot(JobState::kSucceeded));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  EXPECT_FALSE(site.Next().has_value());
  ASSERT_TRUE(site.outbox.Acknowledge(1, 0).ok());
  EXPECT_EQ(IndexOf(site.Next()), 1);
  EXPECT_TRUE(std::holds_alternative<JobSnapshot>(*site.Next()));
  EXPECT_TRUE(site.outbox.done()) << "the last need no acknowledgement";
}

TEST(FrameOutboxTest, RefusesImpossibleAcknowledgements) {
  Site site(4);
  JobSnapshot job = Site::Running();
  job.generation = 2;
  site.Accept({}, job);
  EXPECT_EQ(GetErrorReason(site.outbox.Acknowledge(2, 0)), "BAD_ACK");
  site.PutFrame(Frame(0, "in parts"));
  site.Next();
  EXPECT_EQ(GetErrorReason(site.outbox.Acknowledge(2, 0)), "BAD_ACK")
      << "only half of it was sent";
  EXPECT_EQ(std::get<FramePart>(*site.Next()).generation, 2);
  EXPECT_TRUE(site.outbox.Acknowledge(2, 0).ok());
  EXPECT_TRUE(site.outbox.Acknowledge(2, 0).ok()) << "again";
  EXPECT_TRUE(site.outbox.Acknowledge(1, 1000).ok()) << "of an older one";
  EXPECT_EQ(GetErrorReason(site.outbox.Acknowledge(3, 0)), "BAD_ACK");
  EXPECT_EQ(GetErrorReason(site.outbox.Acknowledge(0, 0)), "BAD_ACK");
  EXPECT_EQ(GetErrorReason(site.outbox.Acknowledge(2, 4294967295)), "BAD_ACK");
}

TEST(FrameOutboxTest, BeginsWhereTheReaderWants) {
  Site site(100);
  for (int i = 0; i < 4; ++i) site.PutFrame(Frame(i));
  site.Accept({.start_frame = 2, .window = 1});
  EXPECT_EQ(IndexOf(site.Next()), 2);
  EXPECT_FALSE(site.Next().has_value());
  ASSERT_TRUE(site.outbox.Acknowledge(1, 2).ok());
  EXPECT_EQ(IndexOf(site.Next()), 3);
}

TEST(FrameOutboxTest, AResetComesBeforeTheFrames) {
  Site site(100);
  site.PutFrame(Frame(0));
  site.Accept({.reset = ResetEvent{.generation = 3, .reason = "crash"}});
  const Event event = site.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(std::get<ResetEvent>(*event).generation, 3);
  EXPECT_EQ(IndexOf(site.Next()), 0);
}

TEST(FrameOutboxTest, WithoutFollowingItEndsWithWhatThereIs) {
  Site site(100);
  site.PutFrame(Frame(0));
  JobSnapshot job = Site::Running();
  job.frames = 1;
  site.Accept({.follow = false}, job);
  site.PutFrame(Frame(1));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  EXPECT_FALSE(site.outbox.done());
  EXPECT_FALSE(site.Next().has_value());
  EXPECT_TRUE(site.outbox.done());
}

TEST(FrameOutboxTest, WithoutFollowingAnEndedJobComesWhole) {
  Site site(100);
  site.PutFrame(Frame(0));
  JobSnapshot job = Snapshot(JobState::kSucceeded);
  job.frames = 1;
  site.Accept({.follow = false}, job);
  site.outbox.PutFinal(job);
  EXPECT_EQ(IndexOf(site.Next()), 0);
  EXPECT_TRUE(std::holds_alternative<JobSnapshot>(*site.Next()));
  EXPECT_TRUE(site.outbox.done());
}

TEST(FrameOutboxTest, AFrameThatCannotBeReadIsAnError) {
  Site site(100);
  site.Accept();
  site.outbox.PutFrames(1);
  EXPECT_EQ(site.outbox.Next().status().code(), absl::StatusCode::kDataLoss);
}

TEST(FrameOutboxTest, AResetVoidsWhatWasPutBefore) {
  Site site(100);
  site.Accept();
  for (int i = 0; i < 3; ++i) site.PutFrame(Frame(i));
  EXPECT_EQ(IndexOf(site.Next()), 0);
  site.outbox.PutReset(2, "why");
  const Event event = site.Next();
  ASSERT_TRUE(event.has_value());
  ASSERT_TRUE(std::holds_alternative<ResetEvent>(*event));
  EXPECT_EQ(std::get<ResetEvent>(*event).generation, 2);
  EXPECT_FALSE(site.Next().has_value()) << "frames 1 and 2 are void";
  site.outbox.PutFrames(1);
  const Event frame = site.Next();
  EXPECT_EQ(IndexOf(frame), 0);
  EXPECT_EQ(std::get<FramePart>(*frame).generation, 2);
}

TEST(FrameOutboxTest, AFrameBegunBeforeAResetIsSentToItsEnd) {
  Site site(4);
  site.Accept();
  site.PutFrame(Frame(0, "eightbyt"));
  EXPECT_EQ(std::get<FramePart>(*site.Next()).generation, 1);
  site.outbox.PutReset(2, "why");
  const Event rest = site.Next();
  ASSERT_EQ(IndexOf(rest), 0);
  EXPECT_EQ(std::get<FramePart>(*rest).part, 1);
  EXPECT_EQ(std::get<FramePart>(*rest).generation, 1);
  EXPECT_TRUE(std::holds_alternative<ResetEvent>(*site.Next()));
}

TEST(FrameOutboxTest, AResetMayBeQuickerThanTheJobItself) {
  Site site(100);
  site.outbox.PutReset(2, "why");
  JobSnapshot job = Site::Running();
  job.frames = 5;
  site.Accept({.start_frame = 3}, job);
  EXPECT_TRUE(std::holds_alternative<ResetEvent>(*site.Next()));
  EXPECT_FALSE(site.Next().has_value());
}

TEST(FrameOutboxTest, AFrameThatHasGoneWaitsForTheReset) {
  bool gone = true;
  FrameOutbox outbox(100, [&gone](int, int index) {
    return gone ? absl::StatusOr<EncodedFrame>(absl::OutOfRangeError("void"))
                : Frame(index);
  });
  outbox.PutAccepted(Site::Running(), {});
  ASSERT_TRUE(outbox.Next()->has_value());
  outbox.PutFrames(2);
  const auto none = outbox.Next();
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_FALSE(none->has_value());
  gone = false;
  EXPECT_FALSE(outbox.Next()->has_value());
  outbox.PutReset(2, "why");
  outbox.PutFrames(1);
  EXPECT_TRUE(std::holds_alternative<ResetEvent>(**outbox.Next()));
  EXPECT_EQ(IndexOf(*outbox.Next()), 0);
}

TEST(FrameOutboxTest, AFrameThatHasGoneFromAFinishedJobIsAnError) {
  FrameOutbox outbox(100, [](int, int) -> absl::StatusOr<EncodedFrame> {
    return absl::OutOfRangeError("void");
  });
  outbox.PutAccepted(Site::Running(), {});
  ASSERT_TRUE(outbox.Next()->has_value());
  outbox.PutFrames(2);
  EXPECT_FALSE(outbox.Next()->has_value());
  outbox.PutFinal(Snapshot(JobState::kSucceeded));
  EXPECT_TRUE(absl::IsOutOfRange(outbox.Next().status()));
}

}  // namespace
}  // namespace animate
