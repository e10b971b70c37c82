#include "client/jobs_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "nlohmann/json.hpp"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

v1::Job RunningJob(const std::string& name) {
  v1::Job job;
  job.set_name(name);
  job.set_state(v1::Job::STATE_RUNNING);
  job.mutable_progress()->set_stage(v1::STAGE_DENOISING);
  job.mutable_progress()->set_step(3);
  job.mutable_progress()->set_steps(25);
  job.mutable_spec()->set_width(512);
  job.mutable_spec()->set_height(768);
  return job;
}

struct Output {
  std::ostringstream out;
  std::ostringstream err;
  Console console() { return {.out = out, .err = err}; }
};

TEST(JobsCommandTest, ListsEveryPageOneLineAJob) {
  FakeAnimationService service;
  service.jobs = {RunningJob("jobs/2"), RunningJob("jobs/1")};
  Output output;
  EXPECT_EQ(
      ListJobs({.server = service.address()}, "running", 50, output.console()),
      ExitCode::kOk);
  EXPECT_THAT(output.out.str(), HasSubstr("jobs/2"));
  EXPECT_THAT(output.out.str(), HasSubstr("jobs/1"));
  EXPECT_THAT(output.out.str(), HasSubstr("step 3/25"));
  EXPECT_EQ(service.list_filter, "state = RUNNING");
}

TEST(JobsCommandTest, ALineEndsWithWhoseTheJobIs) {
  v1::Job job = RunningJob("jobs/2");
  EXPECT_THAT(JobLine(job), Not(EndsWith(" ")));
  job.set_principal("alice");
  EXPECT_THAT(JobLine(job), EndsWith("  alice"));
}

TEST(JobsCommandTest, StopsAtTheLimit) {
  FakeAnimationService service;
  service.jobs = {RunningJob("jobs/2"), RunningJob("jobs/1")};
  Output output;
  ListJobs({.server = service.address()}, "", 1, output.console());
  EXPECT_THAT(output.out.str(), Not(HasSubstr("jobs/1")));
}

TEST(JobsCommandTest, GetTakesTheNameWithOrWithoutItsPrefix) {
  FakeAnimationService service;
  service.jobs = {RunningJob("jobs/2")};
  for (const char* name : {"2", "jobs/2"}) {
    Output output;
    EXPECT_EQ(GetJob({.server = service.address()}, name, output.console()),
              ExitCode::kOk);
    EXPECT_THAT(output.out.str(), HasSubstr("512x768"));
  }
}

TEST(JobsCommandTest, AnUnknownJobIsReportedOnStandardError) {
  FakeAnimationService service;
  Output output;
  EXPECT_EQ(GetJob({.server = service.address()}, "9", output.console()),
            ExitCode::kRefused);
  EXPECT_THAT(output.err.str(), HasSubstr("NOT_FOUND: no such job: jobs/9"));
  EXPECT_EQ(output.out.str(), "");
}

TEST(JobsCommandTest, WithJsonResultsAndErrorsAreObjects) {
  FakeAnimationService service;
  service.jobs = {RunningJob("jobs/2")};
  const CommonOptions options{.server = service.address(), .json = true};
  Output good;
  GetJob(options, "2", good.console());
  EXPECT_EQ(nlohmann::json::parse(good.out.str())["state"], "STATE_RUNNING");
  Output bad;
  GetJob(options, "9", bad.console());
  EXPECT_EQ(nlohmann::json::parse(bad.out.str())["error"]["code"], "NOT_FOUND");
}

TEST(JobsCommandTest, CancelTellsTheServer) {
  FakeAnimationService service;
  Output output;
  EXPECT_EQ(CancelJob({.server = service.address()}, "2", output.console()),
            ExitCode::kOk);
  EXPECT_EQ(service.cancelled(), std::vector<std::string>{"jobs/2"});
  EXPECT_THAT(output.out.str(), HasSubstr("CANCELLING"));
}

TEST(JobTextTest, SaysWhyAJobFailed) {
  v1::Job job = RunningJob("jobs/2");
  job.set_state(v1::Job::STATE_FAILED);
  job.mutable_error()->set_code(13);
  job.mutable_error()->set_message("out of luck");
  EXPECT_THAT(JobText(job), HasSubstr("INTERNAL: out of luck"));
  EXPECT_THAT(JobText(job), Not(HasSubstr("step 3/25")));
}

}  // namespace
}  // namespace animate
