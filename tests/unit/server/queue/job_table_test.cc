#include "server/queue/job_table.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

JobRecord Named(int number, JobState state = JobState::kPending) {
  JobRecord record;
  record.number = static_cast<uint64_t>(number);
  record.snapshot.name = absl::StrCat("jobs/", number);
  record.snapshot.state = state;
  return record;
}

std::vector<std::string> Names(const JobManager::JobPage& page) {
  std::vector<std::string> names;
  for (const JobSnapshot& job : page.jobs) names.push_back(job.name);
  return names;
}

TEST(JobTableTest, FindsByNameUntilForgotten) {
  JobTable table;
  JobRecord& record = table.Add(Named(1));
  EXPECT_EQ(table.Find("jobs/1"), &record);
  EXPECT_EQ(table.Find("jobs/2"), nullptr);
  record.forget_time = absl::Seconds(10);
  table.Retire(record);
  EXPECT_EQ(table.next_forget_time(), absl::Seconds(10));
  EXPECT_TRUE(table.Forgettable(absl::Seconds(9), 100).empty());
  EXPECT_EQ(table.Forgettable(absl::Seconds(10), 100),
            std::vector<uint64_t>{1});
  table.Forget(1);
  EXPECT_EQ(table.Find("jobs/1"), nullptr);
  EXPECT_EQ(table.next_forget_time(), absl::InfiniteDuration());
}

TEST(JobTableTest, ForgetsTheOldestFinishedJobsBeyondTheCapOnly) {
  JobTable table;
  for (int i = 1; i <= 4; ++i) table.Add(Named(i));
  for (int i : {3, 1, 4}) {
    table.Retire(*table.Find(absl::StrCat("jobs/", i)));
  }
  EXPECT_EQ(table.Forgettable(absl::ZeroDuration(), 2),
            std::vector<uint64_t>{3});
}

TEST(JobTableTest, ForgetsOutOfTheOrderOfEnding) {
  JobTable table;
  for (int i = 1; i <= 2; ++i) table.Add(Named(i));
  table.Get(2).forget_time = absl::Seconds(1);  // its caller wanted it so
  table.Get(1).forget_time = absl::Seconds(9);
  table.Retire(table.Get(1));
  table.Retire(table.Get(2));
  EXPECT_EQ(table.next_forget_time(), absl::Seconds(1));
  EXPECT_EQ(table.Forgettable(absl::Seconds(1), 100), std::vector<uint64_t>{2});
}

TEST(JobTableTest, KnowsTheOldestThatNobodyReads) {
  JobTable table;
  JobObserver* const reader = reinterpret_cast<JobObserver*>(8);
  for (int i = 1; i <= 2; ++i) table.Retire(table.Add(Named(i)));
  table.Get(1).readers.Add(reader);
  EXPECT_EQ(table.OldestUnread(), 2u);
  table.Get(1).readers.Remove(reader);
  EXPECT_EQ(table.OldestUnread(), 1u);
}

TEST(JobTableTest, KnowsReadersOfForgottenJobsWhoMayStillBeCalled) {
  JobTable table;
  JobObserver* const told = reinterpret_cast<JobObserver*>(8);
  JobObserver* const gone = reinterpret_cast<JobObserver*>(16);
  JobRecord& record = table.Add(Named(1));
  const auto channel = record.readers.Add(told);
  record.readers.Add(gone)->Close();
  table.Retire(record);
  table.Forget(1);
  EXPECT_EQ(table.RemoveReader("jobs/1", gone), nullptr);
  EXPECT_EQ(table.RemoveReader("jobs/2", told), nullptr);
  EXPECT_EQ(table.RemoveReader("jobs/1", told), channel);
  EXPECT_EQ(table.RemoveReader("jobs/1", told), nullptr);
}

TEST(JobTableTest, FindsARequestOfItsPrincipalUntilForgotten) {
  JobTable table;
  JobRecord record = Named(1);
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = "ada", .id = "r"};
  record.snapshot.spec = std::make_shared<const JobSpec>(spec);
  const JobRecord& added = table.Add(std::move(record));
  EXPECT_EQ(table.FindRequest(spec.request), &added);
  EXPECT_EQ(table.FindRequest({.principal = "grace", .id = "r"}), nullptr);
  EXPECT_EQ(table.FindRequest({.principal = "ada", .id = ""}), nullptr);
  table.Forget(1);
  EXPECT_EQ(table.FindRequest(spec.request), nullptr);
}

TEST(JobTableTest, ListsNewestFirstInPages) {
  JobTable table;
  for (int i = 1; i <= 5; ++i) table.Add(Named(i));
  const auto first = table.List({.page_size = 2});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Names(*first), (std::vector<std::string>{"jobs/5", "jobs/4"}));
  table.Add(Named(6));  // does not disturb the pages begun
  const auto second =
      table.List({.page_size = 2, .page_token = first->next_page_token});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(Names(*second), (std::vector<std::string>{"jobs/3", "jobs/2"}));
  const auto third =
      table.List({.page_size = 2, .page_token = second->next_page_token});
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(Names(*third), std::vector<std::string>{"jobs/1"});
  EXPECT_EQ(third->next_page_token, "");
}

TEST(JobTableTest, AFullLastPageHasNoNextPage) {
  JobTable table;
  for (int i = 1; i <= 2; ++i) table.Add(Named(i));
  const auto page = table.List({.page_size = 2});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next_page_token, "");
}

TEST(JobTableTest, ListsOneStateOnly) {
  JobTable table;
  table.Add(Named(1, JobState::kFailed));
  table.Add(Named(2, JobState::kRunning));
  table.Add(Named(3, JobState::kFailed));
  const auto page = table.List({.state = JobState::kFailed});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(Names(*page), (std::vector<std::string>{"jobs/3", "jobs/1"}));
}

TEST(JobTableTest, RefusesBadPaging) {
  const JobTable table;
  for (const int page_size : {0, -1, 1001}) {
    const absl::Status status = table.List({.page_size = page_size}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(GetErrorDetails(status)->field_violations[0].field, "page_size");
  }
  const absl::Status status = table.List({.page_token = "bogus"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(status)->field_violations[0].field, "page_token");
}

}  // namespace
}  // namespace animate
