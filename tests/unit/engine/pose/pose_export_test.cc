#include "engine/pose/pose_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pose/pose_json.h"
#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(PoseExportTest, IsReadBackExactly) {
  PoseSequence sequence = Dance(TallBody(), {.x = 500, .ground = 900}, 5);
  sequence.frames[1] = {};
  sequence.frames[2].face = {};
  sequence.frames[2].feet = {};
  sequence.frames[3].body[kNose] = {};
  sequence.frames[4].body[kNose] = {-3.25, 1.0 / 3.0, 0.123456789};
  const std::string text = ExportPoseKeypointJson(sequence);
  const auto content = ParsePoseJson({&text, 1});
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->space, CoordinateSpace::kPixel);
  EXPECT_EQ(FollowPerson(content->people), sequence);
}

TEST(PoseExportTest, HasThePartsThatEditorsExpect) {
  const std::string text =
      ExportPoseKeypointJson(Dance(TallBody(), {.x = 500, .ground = 900}, 1));
  EXPECT_THAT(text, HasSubstr("\"canvas_width\":1024"));
  // A face of 70 ends with the pupils.
  PoseSequence sequence{.width = 9, .height = 9, .frames = {{}}};
  sequence.frames[0].face[0] = {1, 2, 1};
  sequence.frames[0].body[kLeftEye] = {5, 6, 1};
  EXPECT_THAT(ExportPoseKeypointJson(sequence), HasSubstr("5.0,6.0,1.0]"));
}

TEST(PoseExportTest, NormalizedCoordinatesSayThatTheyAre) {
  const PoseSequence sequence = Dance(TallBody(), {.x = 500, .ground = 900}, 2);
  const std::string text =
      ExportPoseKeypointJson(sequence, CoordinateSpace::kNormalized);
  const auto content = ParsePoseJson({&text, 1});
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->space, CoordinateSpace::kNormalized);
  EXPECT_DOUBLE_EQ(content->people.frames[1][0].body[kNeck].x,
                   sequence.frames[1].body[kNeck].x / sequence.width);
}

TEST(PoseExportTest, OpenPoseHasABodyOf25WithTheMiddleOfTheHips) {
  PoseSequence sequence = Dance(TallBody(), {.x = 500, .ground = 900}, 1);
  PersonPose& person = sequence.frames[0];
  person.feet[2] = {7, 8, 1};
  const std::string text = ExportOpenPoseJson(person);
  const auto content = ParsePoseJson({&text, 1});
  ASSERT_TRUE(content.ok()) << content.status();
  EXPECT_EQ(content->format, PoseFormat::kOpenPoseJson);
  EXPECT_EQ(content->people.frames.at(0).at(0), person);
  EXPECT_THAT(ExportOpenPoseJson({}), HasSubstr("\"people\":[]"));
}

}  // namespace
}  // namespace animate
