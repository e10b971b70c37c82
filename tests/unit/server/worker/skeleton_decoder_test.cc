#include "server/worker/skeleton_decoder.h"

#include <gtest/gtest.h>

#include <utility>

#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "tests/support/job_inputs.h"
#include "tests/support/job_specs.h"
#include "tests/support/standing_person.h"

namespace animate {
namespace {

constexpr int kCanvas = 512;

RgbImage DrawnPerson(double x) {
  return DrawPose({.width = kCanvas,
                   .height = kCanvas,
                   .people = {StandingPerson(x, 490, 440)}},
                  kCanvas, kCanvas);
}

std::string SwappedPng(RgbImage image) {
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
  return *EncodeImage(image);
}

EncodedInputs DrawnInputs() {
  EncodedInputs inputs = GreyInputs(0);
  inputs.poses.push_back(*EncodeImage(DrawnPerson(250)));
  inputs.poses.push_back(*EncodeImage(DrawnPerson(260)));
  return inputs;
}

struct Sources {
  Sources() : inputs(DrawnInputs()), spec(SmallAnimationSpec()) {}

  EncodedInputs inputs;
  AnimationSpec spec;
  Limits limits;
  CancellationToken token;

  SkeletonSource source() const {
    return {.inputs = inputs, .spec = spec, .limits = limits, .token = token};
  }
};

TEST(ReadSkeletonsTest, ReadsKeypointsBackInPixelsOfThePictures) {
  const Sources sources;
  const auto motion = ReadSkeletons(sources.source());
  ASSERT_TRUE(motion.ok()) << motion.status();
  EXPECT_EQ(motion->width, kCanvas);
  ASSERT_EQ(motion->frames.size(), 2u);
  const PersonPose drawn = StandingPerson(260, 490, 440);
  for (const BodyJoint joint : {kNeck, kLeftKnee, kRightWrist}) {
    EXPECT_NEAR(motion->frames[1].body[joint].x, drawn.body[joint].x, 2.0);
    EXPECT_NEAR(motion->frames[1].body[joint].y, drawn.body[joint].y, 2.0);
  }
}

TEST(ReadSkeletonsTest, SaysWhenThereIsNone) {
  Sources sources;
  sources.inputs = GreyInputs(2);
  EXPECT_EQ(GetErrorReason(ReadSkeletons(sources.source()).status()),
            "NO_SKELETON_FOUND");
}

TEST(ReadSkeletonsTest, NamesThePictureOfAnotherSize) {
  Sources sources;
  sources.inputs.poses[1] = GreyPng(64, 64, 0);
  const absl::Status status = ReadSkeletons(sources.source()).status();
  EXPECT_EQ(GetErrorReason(status), "BAD_POSE_IMAGE");
  EXPECT_EQ(GetErrorDetails(status)->field_violations.at(0).field,
            "inputs.poses[1]");
}

TEST(DecodeSkeletonsTest, FindsOutWhetherRedAndBlueAreSwapped) {
  Sources right;
  Sources swapped;
  swapped.inputs.poses[0] = SwappedPng(DrawnPerson(250));
  swapped.inputs.poses[1] = SwappedPng(DrawnPerson(260));
  const auto expected = DecodeSkeletons(right.source());
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_NE(*DecodeSkeletons(swapped.source()), *expected);
  for (Sources* sources : {&right, &swapped}) {
    sources->inputs.channels = SkeletonChannels::kAuto;
    const auto pictures = DecodeSkeletons(sources->source());
    ASSERT_TRUE(pictures.ok()) << pictures.status();
    EXPECT_EQ(*pictures, *expected);
  }
}

}  // namespace
}  // namespace animate
