#include "server/service/frame_outbox.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

// Puts and takes the first event, as every stream does.
void Accept(FrameOutbox& outbox) {
  outbox.PutAccepted(Snapshot(JobState::kPending));
  ASSERT_TRUE(outbox.Next().has_value());
}

int IndexOf(const std::optional<FrameOutbox::Event>& event) {
  const auto* part = event ? std::get_if<FramePart>(&*event) : nullptr;
  return part == nullptr ? -1 : part->frame.index;
}

TEST(FrameOutboxTest, HoldsEverythingBackUntilTheJobIsAccepted) {
  FrameOutbox outbox(100);
  outbox.PutProgress(Step(1));
  outbox.PutFrame(Frame(0));
  outbox.PutFinal(Snapshot(JobState::kSucceeded));
  EXPECT_FALSE(outbox.Next().has_value());
  EXPECT_FALSE(outbox.done());

  outbox.PutAccepted(Snapshot(JobState::kPending));
  const auto first = outbox.Next();
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(std::holds_alternative<JobSnapshot>(*first));
  EXPECT_EQ(std::get<JobSnapshot>(*first).state, JobState::kPending);
  EXPECT_EQ(IndexOf(outbox.Next()), 0);
}

TEST(FrameOutboxTest, KeepsOnlyTheNewestProgress) {
  FrameOutbox outbox(100);
  Accept(outbox);
  for (int step = 1; step <= 5; ++step) outbox.PutProgress(Step(step));
  const auto event = outbox.Next();
  ASSERT_TRUE(event.has_value());
  ASSERT_TRUE(std::holds_alternative<JobProgress>(*event));
  EXPECT_EQ(std::get<JobProgress>(*event).step, 5);
  EXPECT_FALSE(outbox.Next().has_value());
}

TEST(FrameOutboxTest, NeverDropsFramesAndKeepsTheirOrder) {
  FrameOutbox outbox(100);
  Accept(outbox);
  for (int i = 0; i < 50; ++i) outbox.PutFrame(Frame(i));
  EXPECT_EQ(outbox.frames_waiting(), 50);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(IndexOf(outbox.Next()), i);
  EXPECT_EQ(outbox.frames_waiting(), 0);
}

TEST(FrameOutboxTest, ProgressDoesNotKeepFramesFromASlowReader) {
  FrameOutbox outbox(100);
  Accept(outbox);
  outbox.PutFrame(Frame(0));
  outbox.PutFrame(Frame(1));
  std::vector<int> indices;
  // The job reports between any two reads.
  for (int i = 0; i < 4; ++i) {
    outbox.PutProgress(Step(i + 1));
    indices.push_back(IndexOf(outbox.Next()));
  }
  EXPECT_EQ(indices, (std::vector<int>{-1, 0, -1, 1}));
}

TEST(FrameOutboxTest, SplitsLargeFramesIntoParts) {
  FrameOutbox outbox(4);
  Accept(outbox);
  outbox.PutFrame(Frame(0, "abcdefghij"));
  std::string joined;
  for (int i = 0; i < 3; ++i) {
    // Parts stay together whatever else waits.
    outbox.PutProgress(Step(i));
    auto event = outbox.Next();
    if (i == 0) event = outbox.Next();
    ASSERT_TRUE(event.has_value());
    const auto& part = std::get<FramePart>(*event);
    EXPECT_EQ(part.part, i);
    EXPECT_EQ(part.parts, 3);
    joined += std::string(part.data);
  }
  EXPECT_EQ(joined, "abcdefghij");
}

TEST(FrameOutboxTest, DoesNotSplitAFrameThatJustFits) {
  FrameOutbox outbox(4);
  Accept(outbox);
  outbox.PutFrame(Frame(0, "abcd"));
  const auto event = outbox.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(std::get<FramePart>(*event).parts, 1);
  EXPECT_FALSE(outbox.Next().has_value());
}

TEST(FrameOutboxTest, EndsWithTheFinalJobAfterAllFrames) {
  FrameOutbox outbox(100);
  Accept(outbox);
  outbox.PutFrame(Frame(0));
  outbox.PutProgress(Step(1));
  outbox.PutFinal(Snapshot(JobState::kFailed));
  EXPECT_EQ(IndexOf(outbox.Next()), 0);
  EXPECT_FALSE(outbox.done());
  const auto last = outbox.Next();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(std::get<JobSnapshot>(*last).state, JobState::kFailed);
  EXPECT_TRUE(outbox.done());
  outbox.PutHeartbeat();
  EXPECT_FALSE(outbox.Next().has_value());
}

TEST(FrameOutboxTest, SendsAHeartbeatOnlyWhenNothingElseWaits) {
  FrameOutbox outbox(100);
  Accept(outbox);
  outbox.PutHeartbeat();
  outbox.PutFrame(Frame(0));
  EXPECT_EQ(IndexOf(outbox.Next()), 0);
  const auto event = outbox.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_TRUE(std::holds_alternative<HeartbeatEvent>(*event));
  EXPECT_FALSE(outbox.Next().has_value());
}

TEST(FrameOutboxTest, LetsGoOfAFrameOnceItIsTaken) {
  FrameOutbox outbox(100);
  Accept(outbox);
  EncodedFrame frame = Frame(0);
  const std::weak_ptr<const std::string> data = frame.data;
  outbox.PutFrame(std::move(frame));
  EXPECT_FALSE(data.expired());
  outbox.Next();
  EXPECT_TRUE(data.expired());
}

TEST(FrameOutboxTest, AWriterNeverWaitsForAReader) {
  FrameOutbox outbox(100);
  constexpr int kFrames = 200;
  // The job is over before the reader begins.
  std::thread job([&] {
    for (int i = 0; i < kFrames; ++i) {
      outbox.PutProgress(Step(i));
      outbox.PutFrame(Frame(i));
    }
    outbox.PutFinal(Snapshot(JobState::kSucceeded));
  });
  job.join();
  Accept(outbox);
  int frames = 0;
  while (!outbox.done()) {
    if (IndexOf(outbox.Next()) >= 0) ++frames;
  }
  EXPECT_EQ(frames, kFrames);
}

TEST(FrameOutboxTest, MayBeUsedFromBothSidesAtOnce) {
  FrameOutbox outbox(3);
  constexpr int kFrames = 500;
  std::thread job([&] {
    for (int i = 0; i < kFrames; ++i) {
      outbox.PutProgress(Step(i));
      outbox.PutFrame(Frame(i, "four"));
      outbox.PutHeartbeat();
    }
    outbox.PutFinal(Snapshot(JobState::kSucceeded));
  });
  outbox.PutAccepted(Snapshot(JobState::kPending));
  std::vector<int> indices;
  while (!outbox.done()) {
    const auto event = outbox.Next();
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

}  // namespace
}  // namespace animate
