// Several readers of one job, who come and go.
#include "server/queue/job_subscription.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"
#include "tests/support/recording_observer.h"
#include "tests/support/slow_observer.h"

namespace animate {
namespace {

EncodedFrame TextFrame(int index) {
  return {.index = index,
          .data = std::make_shared<const std::string>(
              absl::StrCat("frame ", index))};
}

JobSpec WithGrace(absl::Duration grace, int frames = 2) {
  JobSpec spec = SmallJobSpec({.num_frames = frames});
  spec.disconnect_grace = grace;
  return spec;
}

TEST(JobSubscriptionTest, ReadsEveryFrameFromAnywhereAtAnyTime) {
  constexpr int kFrames = 20;  // more than are kept beside the store
  MemoryJobs jobs({});
  const std::string name =
      jobs.Submit(SmallJobSpec({.num_frames = kFrames}), {}, nullptr)->name;
  std::unique_ptr<Job> job = jobs.Take();
  for (int i = 0; i < kFrames; ++i) {
    EXPECT_EQ(jobs.ReadFrame(name, i).status().code(),
              absl::StatusCode::kOutOfRange);
    ASSERT_TRUE(jobs.ReportFrame(*job, TextFrame(i)).ok());
    EXPECT_EQ(jobs.Get(name)->frames, i + 1);
    EXPECT_EQ(*jobs.ReadFrame(name, i)->data, absl::StrCat("frame ", i));
    EXPECT_EQ(*jobs.ReadFrame(name, 0)->data, "frame 0");
  }
  jobs.Finish(std::move(job), absl::OkStatus(), {});
  EXPECT_EQ(*jobs.ReadFrame(name, 7)->data, "frame 7");
  EXPECT_EQ(jobs.ReadFrame(name, kFrames).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(GetErrorReason(jobs.ReadFrame("jobs/x", 0).status()),
            "JOB_NOT_FOUND");
}

TEST(JobSubscriptionTest, WhoAttachesLaterHearsWhatComesAfter) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  const std::string name = jobs.Submit(SmallJobSpec(), {}, nullptr)->name;
  std::unique_ptr<Job> job = jobs.Take();
  ASSERT_TRUE(jobs.ReportFrame(*job, TextFrame(0)).ok());
  const auto attached = jobs.Attach(name, &observer);
  ASSERT_TRUE(attached.ok());
  EXPECT_EQ(attached->frames, 1);
  EXPECT_EQ(attached->state, JobState::kRunning);
  ASSERT_TRUE(jobs.ReportFrame(*job, TextFrame(1)).ok());
  jobs.Finish(std::move(job), absl::OkStatus(), {});
  EXPECT_EQ(observer.AwaitEnd().state, JobState::kSucceeded);
  ASSERT_EQ(observer.frames().size(), 1u);
  EXPECT_EQ(observer.frames()[0].index, 1);
}

TEST(JobSubscriptionTest, WhoAttachesAfterTheEndHearsIt) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  const std::string name = jobs.Submit(SmallJobSpec(), {}, nullptr)->name;
  jobs.Cancel(name, "").IgnoreError();
  EXPECT_EQ(jobs.Attach(name, &observer)->state, JobState::kCancelled);
  EXPECT_TRUE(observer.ended());
  EXPECT_EQ(GetErrorReason(jobs.Attach("jobs/x", &observer).status()),
            "JOB_NOT_FOUND");
}

TEST(JobSubscriptionTest, WhoHasLeftHearsNothing) {
  RecordingObserver left;
  RecordingObserver stays;
  MemoryJobs jobs({});
  const std::string name = jobs.Submit(SmallJobSpec(), {}, &stays)->name;
  {
    ASSERT_TRUE(jobs.Attach(name, &left).ok());
    const JobSubscription subscription(jobs, name, &left);
  }
  jobs.Cancel(name, "").IgnoreError();
  EXPECT_TRUE(stays.ended());
  EXPECT_FALSE(left.ended());
}

TEST(JobSubscriptionTest, WhoLeavesIsWaitedForAlthoughTheJobIsForgotten) {
  SlowObserver observer;
  MemoryJobs jobs({});
  const std::string name = jobs.Submit(SmallJobSpec(), {}, &observer)->name;
  std::unique_ptr<Job> job = jobs.Take();
  std::thread worker(
      [&] { jobs.Finish(std::move(job), absl::OkStatus(), {}); });
  while (!observer.entered) std::this_thread::yield();
  EXPECT_TRUE(jobs.Delete(name, std::nullopt).ok());
  std::thread leaver([&] {
    jobs.Detach(name, &observer);
    EXPECT_TRUE(observer.left);  // or it would be called after its death
  });
  absl::SleepFor(absl::Milliseconds(20));  // for a Detach that does not wait
  observer.let_go = true;
  leaver.join();
  worker.join();
}

TEST(JobSubscriptionTest, AJobThatNobodyReadsIsCancelledAfterItsGrace) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  const std::string name =
      jobs.Submit(WithGrace(absl::Seconds(30)), {}, &observer)->name;
  std::unique_ptr<Job> job = jobs.Take();
  jobs.Detach(name, &observer);
  clock.Advance(absl::Seconds(29));
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name)->state, JobState::kRunning);
  clock.Advance(absl::Seconds(1));
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name)->state, JobState::kCancelling);
  EXPECT_EQ(GetErrorReason(job->token->Check()), "DISCONNECTED");
  jobs.Finish(std::move(job), absl::CancelledError(""), {});
}

TEST(JobSubscriptionTest, ComingBackInTimeSavesTheJob) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  const std::string name =
      jobs.Submit(WithGrace(absl::Seconds(30)), {}, &observer)->name;
  for (int i = 0; i < 5; ++i) {
    jobs.Detach(name, &observer);
    clock.Advance(absl::Seconds(20));
    ASSERT_TRUE(jobs.Attach(name, &observer).ok());
    clock.Advance(absl::Seconds(20));
    jobs.Sweep();
    EXPECT_EQ(jobs.Get(name)->state, JobState::kPending);
  }
}

TEST(JobSubscriptionTest, AnotherReaderSavesTheJob) {
  FakeClock clock;
  RecordingObserver first;
  RecordingObserver second;
  MemoryJobs jobs({}, clock);
  const std::string name =
      jobs.Submit(WithGrace(absl::ZeroDuration()), {}, &first)->name;
  ASSERT_TRUE(jobs.Attach(name, &second).ok());
  jobs.Detach(name, &first);
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name)->state, JobState::kPending);
  jobs.Detach(name, &second);
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name)->state, JobState::kCancelled);
}

TEST(JobSubscriptionTest, ADetachedJobNeedsNobody) {
  FakeClock clock;
  RecordingObserver observer;
  MemoryJobs jobs({}, clock);
  JobSpec spec = WithGrace(absl::ZeroDuration());
  spec.on_disconnect = OnDisconnect::kDetach;
  const std::string name = jobs.Submit(spec, {}, &observer)->name;
  jobs.Detach(name, &observer);
  clock.Advance(absl::Hours(1));
  jobs.Sweep();
  EXPECT_EQ(jobs.Get(name)->state, JobState::kPending);
}

TEST(JobSubscriptionTest, TheGraceNeedsNobodyToAsk) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  const std::string name =
      jobs.Submit(WithGrace(absl::Milliseconds(5)), {}, &observer)->name;
  jobs.Detach(name, &observer);
  while (jobs.Get(name)->state != JobState::kCancelled) {
    std::this_thread::yield();
  }
}

TEST(JobRepetitionTest, TheSameRequestGetsTheSameJob) {
  RecordingObserver first;
  RecordingObserver second;
  MemoryJobs jobs({.capacity = 1});
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = "", .id = "r", .digest = "d"};
  const auto submitted = jobs.Submit(spec, {}, &first);
  const auto repeated = jobs.Submit(spec, {}, &second);
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_EQ(repeated->name, submitted->name);
  EXPECT_EQ(jobs.stats().submitted, 1);
  jobs.Cancel(submitted->name, "").IgnoreError();
  EXPECT_TRUE(first.ended());
  EXPECT_TRUE(second.ended());
  RecordingObserver third;
  EXPECT_EQ(jobs.Submit(spec, {}, &third)->state, JobState::kCancelled);
  EXPECT_TRUE(third.ended());
}

TEST(JobRepetitionTest, AnotherRequestOfTheSameIdIsRefused) {
  RecordingObserver observer;
  MemoryJobs jobs({});
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = "", .id = "r", .digest = "d"};
  ASSERT_TRUE(jobs.Submit(spec, {}, nullptr).ok());
  spec.request.digest = "other";
  const absl::Status refusal = jobs.Submit(spec, {}, &observer).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetErrorReason(refusal), "REQUEST_ID_REUSED");
  spec.request.principal = "somebody else";
  EXPECT_TRUE(jobs.Submit(spec, {}, nullptr).ok());
}

TEST(JobRepetitionTest, ManyAtOnceMakeOneJob) {
  MemoryJobs jobs({});
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = "", .id = "r", .digest = "d"};
  std::vector<std::thread> threads;
  std::vector<std::string> names(8);
  for (std::string& name : names) {
    threads.emplace_back([&] { name = jobs.Submit(spec, {}, nullptr)->name; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& name : names) EXPECT_EQ(name, names[0]);
  EXPECT_EQ(jobs.counts().waiting, 1);
}

TEST(JobDeletionTest, OnlyAnEndedJobOfTheRightEtagIsDeleted) {
  MemoryJobs jobs({});
  const std::string name = jobs.Submit(SmallJobSpec(), {}, nullptr)->name;
  EXPECT_EQ(GetErrorReason(jobs.Delete(name, std::nullopt)),
            "JOB_NOT_FINISHED");
  const uint64_t old = jobs.Get(name)->revision;
  const uint64_t now = jobs.Cancel(name, "")->revision;
  const absl::Status mismatch = jobs.Delete(name, old);
  EXPECT_EQ(mismatch.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(GetErrorReason(mismatch), "ETAG_MISMATCH");
  EXPECT_TRUE(jobs.Delete(name, now).ok());
  EXPECT_EQ(GetErrorReason(jobs.Get(name).status()), "JOB_NOT_FOUND");
  EXPECT_EQ(GetErrorReason(jobs.Delete(name, std::nullopt)), "JOB_NOT_FOUND");
}

TEST(JobEvictionTest, MemoryGoesToNewJobsRatherThanToThePast) {
  RecordingObserver reader;
  const int64_t one_job = MaxOutputBytes(SmallJobSpec());
  MemoryJobs jobs({.output_budget_bytes = one_job + 10});
  std::vector<std::string> names;
  for (int i = 0; i < 2; ++i) {
    names.push_back(jobs.Submit(SmallJobSpec(), {}, nullptr)->name);
    std::unique_ptr<Job> job = jobs.Take();
    ASSERT_TRUE(jobs.ReportFrame(*job, TextFrame(0)).ok());  // 7 bytes
    jobs.Finish(std::move(job), absl::OkStatus(), {});
  }
  // With both there were 14 bytes in the way.
  ASSERT_TRUE(jobs.Attach(names[0], &reader).ok());
  ASSERT_TRUE(jobs.Submit(SmallJobSpec(), {}, nullptr).ok());
  EXPECT_TRUE(jobs.Get(names[0]).ok()) << "somebody reads it";
  EXPECT_FALSE(jobs.Get(names[1]).ok());
}

TEST(JobRetentionTest, AJobIsForgottenWhenItsCallerWishedSo) {
  FakeClock clock;
  MemoryJobs jobs({.retention = absl::Hours(1)}, clock);
  JobSpec spec = SmallJobSpec();
  spec.ttl = absl::Minutes(1);
  const std::string brief = jobs.Submit(spec, {}, nullptr)->name;
  spec.ttl = absl::Hours(100);
  const std::string greedy = jobs.Submit(spec, {}, nullptr)->name;
  EXPECT_EQ(*jobs.Cancel(brief, "")->expire_time,
            clock.Now() + absl::Minutes(1));
  EXPECT_EQ(*jobs.Cancel(greedy, "")->expire_time,
            clock.Now() + absl::Hours(1));
  clock.Advance(absl::Minutes(1));
  jobs.Sweep();
  EXPECT_FALSE(jobs.Get(brief).ok());
  EXPECT_TRUE(jobs.Get(greedy).ok());
}

}  // namespace
}  // namespace animate
