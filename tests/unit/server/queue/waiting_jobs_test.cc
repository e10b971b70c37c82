#include "server/queue/waiting_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kNever = absl::InfiniteDuration();

TEST(WaitingJobsTest, TakesHigherPrioritiesFirstAndOlderOnesWithinOne) {
  WaitingJobs jobs(absl::Minutes(5));
  jobs.Add(1, Priority::kBatch, absl::Seconds(1), kNever);
  jobs.Add(2, Priority::kNormal, absl::Seconds(2), kNever);
  jobs.Add(3, Priority::kInteractive, absl::Seconds(3), kNever);
  jobs.Add(4, Priority::kNormal, absl::Seconds(4), kNever);
  jobs.Add(5, Priority::kInteractive, absl::Seconds(5), kNever);
  EXPECT_THAT(jobs.InOrder(), ElementsAre(3, 5, 2, 4, 1));
  EXPECT_EQ(jobs.TakeNext(), 3u);
  EXPECT_EQ(jobs.TakeNext(), 5u);
  EXPECT_EQ(jobs.size(), 3);
}

TEST(WaitingJobsTest, JobsOfTheSameInstantKeepTheirOrder) {
  WaitingJobs jobs(absl::Minutes(5));
  for (uint64_t job = 1; job <= 20; ++job) {
    jobs.Add(job, Priority::kNormal, absl::Seconds(1), kNever);
  }
  for (uint64_t job = 1; job <= 20; ++job) EXPECT_EQ(jobs.TakeNext(), job);
}

TEST(WaitingJobsTest, WaitingLongRaisesAJobAboveFreshOnesOfAHigherPriority) {
  WaitingJobs jobs(absl::Minutes(5));
  jobs.Add(1, Priority::kBatch, absl::ZeroDuration(), kNever);
  jobs.Add(2, Priority::kInteractive, absl::Minutes(9), kNever);
  jobs.Add(3, Priority::kInteractive, absl::Minutes(11), kNever);
  EXPECT_THAT(jobs.InOrder(), ElementsAre(2, 1, 3));
}

TEST(WaitingJobsTest, KnowsWhoWouldGoBeforeANewJob) {
  WaitingJobs jobs(absl::Minutes(5));
  jobs.Add(1, Priority::kNormal, absl::Seconds(1), kNever);
  jobs.Add(2, Priority::kBatch, absl::Seconds(1), kNever);
  const absl::Duration now = absl::Seconds(2);
  EXPECT_THAT(jobs.Before(Priority::kInteractive, now), IsEmpty());
  EXPECT_THAT(jobs.Before(Priority::kNormal, now), ElementsAre(1));
  EXPECT_THAT(jobs.Before(Priority::kBatch, now), ElementsAre(1, 2));
}

TEST(WaitingJobsTest, RemoveTakesAJobOutOnce) {
  WaitingJobs jobs(absl::Minutes(5));
  jobs.Add(1, Priority::kNormal, absl::Seconds(1), kNever);
  jobs.Add(2, Priority::kNormal, absl::Seconds(2), kNever);
  EXPECT_TRUE(jobs.Remove(1));
  EXPECT_FALSE(jobs.Remove(1));
  EXPECT_EQ(jobs.TakeNext(), 2u);
  EXPECT_EQ(jobs.TakeNext(), std::nullopt);
}

TEST(WaitingJobsTest, KnowsTheEarliestDeadlineAndTheOverdue) {
  WaitingJobs jobs(absl::Minutes(5));
  EXPECT_EQ(jobs.next_deadline(), kNever);
  jobs.Add(1, Priority::kNormal, absl::Seconds(1), absl::Seconds(30));
  jobs.Add(2, Priority::kNormal, absl::Seconds(1), absl::Seconds(10));
  jobs.Add(3, Priority::kNormal, absl::Seconds(1), kNever);
  EXPECT_EQ(jobs.next_deadline(), absl::Seconds(10));
  EXPECT_THAT(jobs.Overdue(absl::Seconds(9)), IsEmpty());
  EXPECT_THAT(jobs.Overdue(absl::Seconds(10)), ElementsAre(2));
  jobs.Remove(2);
  EXPECT_THAT(jobs.InOrder(), ElementsAre(1, 3));
  EXPECT_EQ(jobs.Next(), 1u);
}

}  // namespace
}  // namespace animate
