#include "server/service/caller_jobs.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

class CallerJobsTest : public testing::Test {
 protected:
  MemoryJobs all_{StoredJobManager::Options()};
  CallerJobs alice_{all_, {.principal = "alice"}};
  CallerJobs bob_{all_, {.principal = "bob"}};
  CallerJobs nobody_{all_, {}};
  CallerJobs admin_{all_, {.principal = "ops", .admin = true}};
  std::string name_ = alice_.Submit(SmallJobSpec(), {}, nullptr)->name;
};

TEST_F(CallerJobsTest, AJobIsItsCallersWhateverTheSpecSays) {
  JobSpec spec = SmallJobSpec();
  spec.request.principal = "bob";
  EXPECT_EQ(alice_.Submit(std::move(spec), {}, nullptr)->principal, "alice");
}

TEST_F(CallerJobsTest, SomebodyElsesJobIsNotThere) {
  RecordingObserver observer;
  const absl::Status unknown = bob_.Get("jobs/unknown").status();
  for (const CallerJobs& other : {bob_, nobody_}) {
    for (const absl::Status& status :
         {other.Get(name_).status(), other.Cancel(name_, "").status(),
          other.Attach(name_, &observer).status(),
          other.Delete(name_, std::nullopt)}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
      EXPECT_EQ(GetErrorReason(status), GetErrorReason(unknown));
    }
    EXPECT_TRUE(other.List({})->jobs.empty());
    EXPECT_TRUE(other.List({.principal = "alice"})->jobs.empty());
  }
  EXPECT_EQ(alice_.Get(name_)->state, JobState::kPending);
}

TEST_F(CallerJobsTest, OnesOwnJobIsThere) {
  RecordingObserver observer;
  EXPECT_TRUE(alice_.Get(name_).ok());
  EXPECT_EQ(alice_.List({})->jobs.size(), 1u);
  EXPECT_TRUE(alice_.Attach(name_, &observer).ok());
  EXPECT_EQ(alice_.Cancel(name_, "")->state, JobState::kCancelled);
  all_.Detach(name_, &observer);
  EXPECT_TRUE(alice_.Delete(name_, std::nullopt).ok());
}

TEST_F(CallerJobsTest, AnAdminSeesAndStopsEverybodys) {
  ASSERT_TRUE(bob_.Submit(SmallJobSpec(), {}, nullptr).ok());
  EXPECT_EQ(admin_.List({})->jobs.size(), 2u);
  EXPECT_EQ(admin_.List({.principal = "alice"})->jobs.size(), 1u);
  EXPECT_EQ(admin_.Cancel(name_, "")->state, JobState::kCancelled);
  EXPECT_EQ(admin_.Submit(SmallJobSpec(), {}, nullptr)->principal, "ops");
}

}  // namespace
}  // namespace animate
