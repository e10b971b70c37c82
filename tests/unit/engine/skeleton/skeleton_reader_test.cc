#include "engine/skeleton/skeleton_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "engine/media/video_decoder.h"
#include "engine/media/video_encoder.h"
#include "engine/pose/body_bones.h"
#include "engine/raster/pillow_resize.h"
#include "tests/support/test_pictures.h"
#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

using testing::HasSubstr;

// Peak signal-to-noise ratio, dB.
double Psnr(const RgbImage& a, const RgbImage& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = a.pixels[i] - b.pixels[i];
    sum += difference * difference;
  }
  return 10.0 *
         std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) /
                    std::max(sum, 1.0));
}

RgbImage Redrawn(const PoseFrame& pose) {
  return RenderPose(pose, pose.width, pose.height);
}

// Mean distance of the joints of the body.
double BodyError(const PersonPose& found, const PersonPose& truth) {
  double sum = 0.0;
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    EXPECT_GT(found.body[i].confidence, 0.0) << i;
    sum += Distance(PointOf(found.body[i]), PointOf(truth.body[i]));
  }
  return sum / static_cast<double>(kNumBodyJoints);
}

PersonPose Everything() {
  PersonPose person = DrawnFace();
  const PersonPose hands = DrawnHands();
  person.left_hand = hands.left_hand;
  person.right_hand = hands.right_hand;
  return person;
}

TEST(ReadSkeletonTest, JointsComeBackToAFractionOfAPixel) {
  const PersonPose person = DrawnBody();
  const auto reading = ReadSkeleton(Drawing(person));
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->pose.people.size(), 1U);
  EXPECT_FALSE(reading->swapped);
  EXPECT_EQ(reading->stick_scale, 1.0);
  EXPECT_LT(BodyError(reading->pose.people[0], person), 0.55);
}

TEST(ReadSkeletonTest, WhatIsReadDrawsThePictureAgain) {
  const RgbImage drawing = Drawing(Everything());
  const auto reading = ReadSkeleton(drawing);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->pose.people.size(), 1U);
  const RgbImage redrawn = Redrawn(reading->pose);
  EXPECT_LT(MeanDifference(drawing, redrawn), 0.1);
  EXPECT_GT(Psnr(drawing, redrawn), 34.0);
}

TEST(ReadSkeletonTest, ExchangedRedAndBlueAreFoundOutAndReported) {
  const PersonPose person = Everything();
  const auto reading = ReadSkeleton(Swapped(Drawing(person)));
  ASSERT_TRUE(reading.ok()) << reading.status();
  EXPECT_TRUE(reading->swapped);
  ASSERT_EQ(reading->pose.people.size(), 1U);
  EXPECT_LT(BodyError(reading->pose.people[0], person), 2.0);
}

TEST(ReadSkeletonTest, AnOrderThatIsNamedIsNotQuestioned) {
  const RgbImage drawing = Drawing(DrawnBody());
  EXPECT_FALSE(ReadSkeleton(drawing, {.order = SkeletonOrder::kRgb})->swapped);
  const auto wrong = ReadSkeleton(drawing, {.order = SkeletonOrder::kBgr});
  ASSERT_TRUE(wrong.ok());
  EXPECT_TRUE(wrong->pose.people.empty() || wrong->swapped);
}

TEST(ReadSkeletonTest, ResizedDrawingsAreReadInTheirOwnPixels) {
  const PersonPose person = DrawnBody();
  for (const double factor : {0.5, 2.0}) {
    const auto reading = ReadSkeleton(PillowResize(
        Drawing(person), static_cast<int>(kDrawnWidth * factor),
        static_cast<int>(kDrawnHeight * factor), ResampleFilter::kLanczos));
    ASSERT_TRUE(reading.ok()) << reading.status();
    ASSERT_EQ(reading->pose.people.size(), 1U) << factor;
    EXPECT_NEAR(reading->stick_scale, factor, 0.01);
    PersonPose scaled = person;
    for (Keypoint& point : scaled.body) {
      point.x *= factor;
      point.y *= factor;
    }
    EXPECT_LT(BodyError(reading->pose.people[0], scaled), 2.0 * factor);
  }
}

TEST(ReadSkeletonTest, SurvivesTheCompressionOfH264) {
  const PersonPose person = Everything();
  const std::string path = TempPath("skeleton.mp4");
  auto encoder = VideoEncoder::Create(
      path, {.width = kDrawnWidth, .height = kDrawnHeight, .crf = 23});
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  ASSERT_TRUE((*encoder)->Add(Drawing(person)).ok());
  ASSERT_TRUE((*encoder)->Finish().ok());
  const auto video = DecodeVideo(ReadFile(path));
  ASSERT_TRUE(video.ok()) << video.status();
  const auto reading = ReadSkeleton(video->frames[0]);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->pose.people.size(), 1U);
  EXPECT_LT(BodyError(reading->pose.people[0], person), 1.5);
}

TEST(ReadSkeletonTest, HandsAndFaceCanBeLeftOut) {
  const auto reading =
      ReadSkeleton(Drawing(Everything()), {.hands = false, .face = false});
  ASSERT_TRUE(reading.ok());
  PersonPose body_only;
  body_only.body = reading->pose.people.at(0).body;
  EXPECT_EQ(reading->pose.people[0], body_only);
}

TEST(ReadSkeletonTest, OtherPicturesShowNobody) {
  for (const RgbImage& picture :
       {RgbImage(64, 64), NoiseImage(64, 64), MovingPicture(80, 60, 1),
        RgbImage(1, 1), RgbImage(1, 900), NoiseImage(3, 700)}) {
    const auto reading = ReadSkeleton(picture);
    ASSERT_TRUE(reading.ok()) << reading.status();
    EXPECT_TRUE(reading->pose.people.empty());
  }
  RgbImage white(64, 64);
  std::fill(white.pixels.begin(), white.pixels.end(), uint8_t{255});
  EXPECT_TRUE(ReadSkeleton(white)->pose.people.empty());
  EXPECT_EQ(ReadSkeleton(RgbImage()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ReadSkeletonTest, ReproducesAPictureOfTheReference) {
  const std::string path = SharedDataPath("real/pose-1.png");
  const std::string png = ReadFile(path);
  if (png.empty()) GTEST_SKIP() << "no " << path;
  const auto real = DecodeImage(png);
  ASSERT_TRUE(real.ok()) << real.status();
  const auto reading = ReadSkeleton(*real);
  ASSERT_TRUE(reading.ok()) << reading.status();
  ASSERT_EQ(reading->pose.people.size(), 1U);
  const RgbImage redrawn = Redrawn(reading->pose);
  RecordProperty("mean_difference",
                 std::to_string(MeanDifference(*real, redrawn)));
  EXPECT_LT(MeanDifference(*real, redrawn), 0.04);
  EXPECT_GT(Psnr(*real, redrawn), 40.0);
}

TEST(SkeletonClipReaderTest, RealClipsAreDrawnAgain) {
  for (const char* name :
       {"anyone-video-1_kps.mp4", "anyone-video-2_kps.mp4"}) {
    const std::string path = SharedDataPath(std::string("real/") + name);
    const std::string mp4 = ReadFile(path);
    if (mp4.empty()) GTEST_SKIP() << "no " << path;
    const auto video = DecodeVideo(mp4, {.max_frames = 3});
    ASSERT_TRUE(video.ok()) << video.status();
    SkeletonClipReader reader({.fps = video->info.fps});
    for (const RgbImage& frame : video->frames) {
      ASSERT_TRUE(reader.Push(frame).ok());
    }
    const auto clip = reader.Finish();
    ASSERT_TRUE(clip.ok()) << clip.status();
    EXPECT_FALSE(clip->swapped);
    EXPECT_EQ(clip->frames_without_skeleton, 0U);
    for (size_t i = 0; i < video->frames.size(); ++i) {
      const PoseFrame pose{
          clip->poses.width, clip->poses.height, {clip->poses.frames[i]}};
      const RgbImage redrawn = Redrawn(pose);
      EXPECT_LT(MeanDifference(video->frames[i], redrawn), 1.2) << name;
      EXPECT_GT(Psnr(video->frames[i], redrawn), 27.0) << name;
    }
  }
}

TEST(SkeletonClipReaderTest, GapsOfAFewFramesAreFilled) {
  PersonPose person = DrawnBody();
  SkeletonClipReader reader({.fps = 25.0});
  for (int i = 0; i < 5; ++i) {
    person.body[kRightWrist] = {120.5 + 4 * i, 340.5, i == 2 ? 0.0 : 1.0};
    ASSERT_TRUE(reader.Push(Drawing(person)).ok());
  }
  const auto clip = reader.Finish();
  ASSERT_TRUE(clip.ok()) << clip.status();
  ASSERT_EQ(clip->poses.frames.size(), 5U);
  EXPECT_EQ(clip->poses.fps, 25.0);
  EXPECT_NEAR(clip->poses.frames[2].body[kRightWrist].x, 128.5, 1.0);
  EXPECT_GT(clip->poses.frames[2].body[kRightWrist].confidence, 0.3);
}

TEST(SkeletonClipReaderTest, FramesWithoutASkeletonAreCountedNotRefused) {
  SkeletonClipReader reader({.repair = false});
  ASSERT_TRUE(reader.Push(RgbImage(kDrawnWidth, kDrawnHeight)).ok());
  ASSERT_TRUE(reader.Push(Drawing(DrawnBody())).ok());
  const auto clip = reader.Finish();
  ASSERT_TRUE(clip.ok()) << clip.status();
  EXPECT_EQ(clip->frames_without_skeleton, 1U);
  EXPECT_EQ(clip->poses.frames[0], PersonPose());
  EXPECT_FALSE(clip->poses.frames[1] == PersonPose());
}

TEST(SkeletonClipReaderTest, RefusesOtherSizesAndEmptyPictures) {
  SkeletonClipReader reader;
  ASSERT_TRUE(reader.Push(Drawing(DrawnBody())).ok());
  const absl::Status other = reader.Push(RgbImage(64, 64));
  EXPECT_EQ(other.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(other.message()), HasSubstr("frame 1"));
  EXPECT_THAT(std::string(other.message()), HasSubstr("64x64"));
  EXPECT_FALSE(reader.Push(RgbImage()).ok());
}

TEST(SkeletonClipReaderTest, AClipWithoutSkeletonsIsAnError) {
  SkeletonClipReader reader;
  ASSERT_TRUE(reader.Push(NoiseImage(64, 64)).ok());
  const absl::Status status = reader.Finish().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(status), kNoSkeletonFound);
  SkeletonClipReader empty;
  EXPECT_EQ(GetErrorReason(empty.Finish().status()), kNoSkeletonFound);
}

}  // namespace
}  // namespace animate
