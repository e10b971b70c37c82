// Quotas and owners as the manager keeps to them.
#include "server/queue/principal_quota.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/error.h"
#include "server/queue/space_budget.h"
#include "tests/support/fake_clock.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"

namespace animate {
namespace {

JobSpec SpecOf(const std::string& principal, const std::string& id = "") {
  JobSpec spec = SmallJobSpec();
  spec.request = {.principal = principal, .id = id, .digest = "digest"};
  return spec;
}

StoredJobManager::Options WithQuotas(
    std::map<std::string, PrincipalQuota> quotas) {
  StoredJobManager::Options options;
  options.quota_of = [quotas = std::move(quotas)](const std::string& name) {
    const auto quota = quotas.find(name);
    return quota == quotas.end() ? PrincipalQuota() : quota->second;
  };
  return options;
}

absl::Status Submit(StoredJobManager& jobs, const std::string& principal,
                    const std::string& id = "") {
  return jobs.Submit(SpecOf(principal, id), {}, nullptr).status();
}

void RunOne(StoredJobManager& jobs, const absl::Status& outcome = {}) {
  std::unique_ptr<Job> job = jobs.Take();
  EncodedFrame frame;
  frame.data = std::make_shared<const std::string>(1000, 'x');
  ASSERT_TRUE(jobs.ReportFrame(*job, frame).ok());
  jobs.Finish(std::move(job), outcome, JobUsage());
}

TEST(PrincipalQuotaTest, WaitingJobsAreLimitedPerPrincipal) {
  MemoryJobs jobs(WithQuotas({{"alice", {.waiting = 1}}}));
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  EXPECT_EQ(GetErrorReason(Submit(jobs, "alice")), "QUOTA");
  EXPECT_TRUE(Submit(jobs, "bob").ok());
  EXPECT_TRUE(Submit(jobs, "bob").ok());
  std::unique_ptr<Job> running = jobs.Take();
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  jobs.Finish(std::move(running), absl::OkStatus(), JobUsage());
  EXPECT_EQ(jobs.stats().refused.at("QUOTA"), 1);
}

TEST(PrincipalQuotaTest, RunningJobsCountAsUnfinished) {
  MemoryJobs jobs(WithQuotas({{"alice", {.unfinished = 1}}}));
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  std::unique_ptr<Job> running = jobs.Take();
  EXPECT_EQ(GetErrorReason(Submit(jobs, "alice")), "QUOTA");
  jobs.Finish(std::move(running), absl::OkStatus(), JobUsage());
  EXPECT_TRUE(Submit(jobs, "alice").ok());
}

TEST(PrincipalQuotaTest, BytesArePromisedToJobsAndKeptByTheirFrames) {
  const int64_t need = MaxOutputBytes(SmallJobSpec());
  ASSERT_GT(need, 1000);
  MemoryJobs jobs(WithQuotas({{"alice", {.bytes = need + 1500}}}));
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  EXPECT_EQ(GetErrorReason(Submit(jobs, "alice")), "QUOTA");
  RunOne(jobs);  // leaves 1000 bytes
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  RunOne(jobs);  // 2000
  const absl::Status refusal = Submit(jobs, "alice");
  EXPECT_EQ(GetErrorReason(refusal), "QUOTA");
  EXPECT_FALSE(GetErrorDetails(refusal)->retry_after.has_value());
  const auto page = jobs.List({.principal = "alice"});
  ASSERT_TRUE(jobs.Delete(page->jobs.front().name, std::nullopt).ok());
  EXPECT_TRUE(Submit(jobs, "alice").ok());
}

TEST(PrincipalQuotaTest, ARateIsLimitedByTheClock) {
  FakeClock clock;
  MemoryJobs jobs(WithQuotas({{"alice", {.per_minute = 2}}}), clock);
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  EXPECT_TRUE(Submit(jobs, "alice").ok());
  EXPECT_EQ(GetErrorDetails(Submit(jobs, "alice"))->retry_after,
            absl::Seconds(30));
  clock.Advance(absl::Seconds(30));
  EXPECT_TRUE(Submit(jobs, "alice").ok());
}

TEST(PrincipalQuotaTest, ARepetitionIsNoFurtherJob) {
  MemoryJobs jobs(WithQuotas({{"alice", {.waiting = 1, .per_minute = 1}}}));
  EXPECT_TRUE(Submit(jobs, "alice", "id").ok());
  EXPECT_TRUE(Submit(jobs, "alice", "id").ok());
}

TEST(PrincipalQuotaTest, RequestIdsAreThePrincipalsOwn) {
  MemoryJobs jobs(StoredJobManager::Options{});
  const auto alice = jobs.Submit(SpecOf("alice", "id"), {}, nullptr);
  JobSpec other = SpecOf("bob", "id");
  other.request.digest = "another digest";
  const auto bob = jobs.Submit(std::move(other), {}, nullptr);
  ASSERT_TRUE(bob.ok()) << bob.status();
  EXPECT_NE(alice->name, bob->name);
}

TEST(PrincipalQuotaTest, JobsKnowTheirOwnerAndAreListedByIt) {
  MemoryJobs jobs(StoredJobManager::Options{});
  const auto alice = jobs.Submit(SpecOf("alice"), {}, nullptr);
  ASSERT_TRUE(Submit(jobs, "bob").ok());
  EXPECT_EQ(alice->principal, "alice");
  EXPECT_EQ(jobs.Get(alice->name)->principal, "alice");
  const auto own = jobs.List({.principal = "alice"});
  ASSERT_EQ(own->jobs.size(), 1u);
  EXPECT_EQ(own->jobs.front().name, alice->name);
  EXPECT_TRUE(jobs.List({.principal = ""})->jobs.empty());
  EXPECT_EQ(jobs.List({})->jobs.size(), 2u);
}

TEST(PrincipalQuotaTest, OwnersAndWhatTheyHoldSurviveARestart) {
  const int64_t need = MaxOutputBytes(SmallJobSpec());
  const auto options = WithQuotas({{"alice", {.bytes = need + 500}}});
  MemoryJobStore store;
  std::string name;
  {
    StoredJobManager jobs(options, store);
    name = jobs.Submit(SpecOf("alice"), {}, nullptr)->name;
    RunOne(jobs);
  }
  StoredJobManager jobs(options, store);
  ASSERT_TRUE(jobs.Recover().ok());
  EXPECT_EQ(jobs.Get(name)->principal, "alice");
  EXPECT_EQ(GetErrorReason(Submit(jobs, "alice")), "QUOTA");
  EXPECT_TRUE(Submit(jobs, "bob").ok());
}

}  // namespace
}  // namespace animate
