#include "server/service/open_parser.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace animate {
namespace {

using Open = animate::v1::StreamFramesRequest::Open;

JobSnapshot JobOfFrames(int frames, int generation) {
  JobSnapshot job;
  job.progress.frames_total = frames;
  job.generation = generation;
  return job;
}

std::string FieldAtFault(const Open& open) {
  const auto reading = ParseOpen(open, JobOfFrames(10, 2));
  EXPECT_EQ(reading.status().code(), absl::StatusCode::kInvalidArgument);
  return GetErrorDetails(reading.status())->field_violations[0].field;
}

TEST(ParseOpenTest, HasDefaults) {
  const auto reading = ParseOpen(Open(), JobOfFrames(10, 1));
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->start_frame, 0);
  EXPECT_EQ(reading->window, 8);
  EXPECT_FALSE(reading->follow);
  EXPECT_FALSE(reading->reset.has_value());
}

TEST(ParseOpenTest, TakesOverEveryField) {
  Open open;
  open.set_start_frame(10);
  open.set_generation(2);
  open.set_window_frames(64);
  open.set_follow(true);
  const auto reading = ParseOpen(open, JobOfFrames(10, 2));
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->start_frame, 10);
  EXPECT_EQ(reading->window, 64);
  EXPECT_TRUE(reading->follow);
  EXPECT_FALSE(reading->reset.has_value());
}

TEST(ParseOpenTest, FramesOfAnOlderGenerationAreReset) {
  Open open;
  open.set_start_frame(7);
  open.set_generation(1);
  const auto reading = ParseOpen(open, JobOfFrames(10, 2));
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->start_frame, 0);
  ASSERT_TRUE(reading->reset.has_value());
  EXPECT_EQ(reading->reset->generation, 2);
}

TEST(ParseOpenTest, NamesTheFieldAtFault) {
  Open open;
  open.set_window_frames(65);
  EXPECT_EQ(FieldAtFault(open), "open.window_frames");
  open.Clear();
  open.set_start_frame(11);
  EXPECT_EQ(FieldAtFault(open), "open.start_frame");
  open.set_start_frame(4294967295u);
  EXPECT_EQ(FieldAtFault(open), "open.start_frame");
  open.Clear();
  open.set_generation(3);
  EXPECT_EQ(FieldAtFault(open), "open.generation");
}

}  // namespace
}  // namespace animate
