#include "server/queue/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/queue/job_name.h"

namespace animate {
namespace {

TEST(JobStateTest, OnlyEndedStatesAreTerminal) {
  EXPECT_FALSE(IsTerminal(JobState::kPending));
  EXPECT_FALSE(IsTerminal(JobState::kRunning));
  EXPECT_FALSE(IsTerminal(JobState::kCancelling));
  EXPECT_TRUE(IsTerminal(JobState::kSucceeded));
  EXPECT_TRUE(IsTerminal(JobState::kFailed));
  EXPECT_TRUE(IsTerminal(JobState::kCancelled));
  EXPECT_TRUE(IsTerminal(JobState::kExpired));
}

TEST(EncodedInputsTest, CountsTheBytesOfAllItems) {
  EncodedInputs inputs;
  inputs.reference = "1234";
  inputs.poses = {"12", "345"};
  EXPECT_EQ(inputs.bytes(), 9);
  inputs.keypoints.frames.resize(2);
  EXPECT_EQ(inputs.bytes(), 9 + 2 * static_cast<int64_t>(sizeof(PersonPose)));
}

TEST(NewJobNameTest, IsARandomVersion4Uuid) {
  const char* const form =
      "jobs/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
      "[0-9a-f]{12}";
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) {
    const std::string name = NewJobName();
    EXPECT_THAT(name, ::testing::MatchesRegex(form));
    names.insert(name);
  }
  EXPECT_EQ(names.size(), 100u);
}

}  // namespace
}  // namespace animate
