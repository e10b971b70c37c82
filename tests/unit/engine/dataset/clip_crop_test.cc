#include "engine/dataset/clip_crop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

constexpr PictureSize kSquare = {.width = 64, .height = 64};

TEST(ClipCropTest, RandomPartsHaveTheAreaAndAspectAskedFor) {
  SynthRandom random(5);
  const ClipCropOptions options = {
      .min_scale = 0.3, .max_scale = 0.6, .min_ratio = 0.8, .max_ratio = 1.25};
  const PictureSize picture = {.width = 400, .height = 300};
  std::set<double> lefts;
  for (int i = 0; i < 500; ++i) {
    const ClipCrop crop = ChooseCrop(options, picture, kSquare, random);
    const double width = (crop.right - crop.left) * 400;
    const double height = (crop.bottom - crop.top) * 300;
    EXPECT_NEAR(width * height / (400 * 300), 0.45, 0.16);
    EXPECT_NEAR(width / height, 1.0, 0.26);
    EXPECT_GE(crop.left, 0.0);
    EXPECT_LE(crop.right, 1.0 + 1e-9);
    EXPECT_GE(crop.top, 0.0);
    EXPECT_LE(crop.bottom, 1.0 + 1e-9);
    lefts.insert(crop.left);
  }
  EXPECT_GT(lefts.size(), 50U);
}

// torchvision's way out, which is what portrait videos always get: 720x1280
// keeps the 800 rows in the middle.
TEST(ClipCropTest, WhatDoesNotFitFallsBackToTheMiddle) {
  SynthRandom random(6);
  const ClipCrop crop =
      ChooseCrop({}, {.width = 720, .height = 1280}, kSquare, random);
  EXPECT_DOUBLE_EQ(crop.left, 0.0);
  EXPECT_DOUBLE_EQ(crop.right, 1.0);
  EXPECT_DOUBLE_EQ(crop.top, 240.0 / 1280);
  EXPECT_DOUBLE_EQ(crop.bottom, 1040.0 / 1280);
}

// 0.9 to 1 of a portrait format is a portrait: nothing is squashed to a square.
TEST(ClipCropTest, RatiosAreOfTheFormat) {
  SynthRandom random(7);
  const ClipCrop crop =
      ChooseCrop({.min_ratio = 1.0}, {.width = 720, .height = 1280},
                 {.width = 96, .height = 144}, random);
  EXPECT_NEAR(
      720 * (crop.right - crop.left) / (1280 * (crop.bottom - crop.top)),
      96.0 / 144, 0.01);
}

TEST(ClipCropTest, CenterTakesAllThatHasTheShape) {
  SynthRandom random(8);
  const ClipCrop crop =
      ChooseCrop({.mode = CropMode::kCenter}, {.width = 200, .height = 100},
                 kSquare, random);
  EXPECT_DOUBLE_EQ(crop.left, 0.25);
  EXPECT_DOUBLE_EQ(crop.right, 0.75);
  EXPECT_DOUBLE_EQ(crop.top, 0.0);
  EXPECT_DOUBLE_EQ(crop.bottom, 1.0);
}

TEST(ClipCropTest, PadLeavesBlackAround) {
  SynthRandom random(9);
  RgbImage white(200, 100);
  for (uint8_t& value : white.pixels) value = 255;
  const ClipCrop crop = ChooseCrop(
      {.mode = CropMode::kPad}, {.width = 200, .height = 100}, kSquare, random);
  const RgbImage padded =
      CropPicture(white, crop, kSquare, ResampleFilter::kBilinear);
  ASSERT_EQ(padded.width, 64);
  ASSERT_EQ(padded.height, 64);
  EXPECT_EQ(padded.at(32, 15)[0], 0);
  EXPECT_EQ(padded.at(0, 16)[0], 255);
  EXPECT_EQ(padded.at(63, 47)[0], 255);
  EXPECT_EQ(padded.at(32, 48)[0], 0);
}

// A spot and a keypoint on it, in pictures of three sizes.
TEST(ClipCropTest, PicturesAndKeypointsOfAnySizeAgree) {
  SynthRandom random(10);
  for (const CropMode mode :
       {CropMode::kRandomResized, CropMode::kCenter, CropMode::kPad}) {
    const ClipCrop crop =
        ChooseCrop({.mode = mode, .min_scale = 0.5, .max_scale = 0.9},
                   {.width = 400, .height = 300}, kSquare, random);
    PersonPose person;
    person.body[kNose] = {.x = 0.51 * 1000, .y = 0.47 * 500, .confidence = 1};
    const Keypoint nose =
        CropPose(person, {.width = 1000, .height = 500}, crop).body[kNose];
    for (const PictureSize size : {PictureSize{400, 300}, PictureSize{224, 192},
                                   PictureSize{800, 600}}) {
      RgbImage image(size.width, size.height);
      double sum = 0.0;
      double sum_x = 0.0;
      double sum_y = 0.0;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          const double dx = (x + 0.5) / size.width - 0.51;
          const double dy = (y + 0.5) / size.height - 0.47;
          if (dx * dx + dy * dy < 0.004) image.at(x, y)[0] = 255;
        }
      }
      const RgbImage part =
          CropPicture(image, crop, kSquare, ResampleFilter::kBilinear);
      for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
          sum += part.at(x, y)[0];
          sum_x += part.at(x, y)[0] * (x + 0.5);
          sum_y += part.at(x, y)[0] * (y + 0.5);
        }
      }
      EXPECT_NEAR(sum_x / sum, nose.x, 0.15) << size.width;
      EXPECT_NEAR(sum_y / sum, nose.y, 0.15) << size.width;
    }
  }
}

TEST(ClipCropTest, LimitsOutOfRangeAreNamed) {
  EXPECT_TRUE(CheckCropOptions({}).ok());
  EXPECT_THAT(CheckCropOptions({.min_scale = 0.0}).message(),
              HasSubstr("crop_scale"));
  EXPECT_THAT(CheckCropOptions({.min_scale = 0.9, .max_scale = 0.8}).message(),
              HasSubstr("crop_scale"));
  EXPECT_THAT(CheckCropOptions({.max_ratio = 100.0}).message(),
              HasSubstr("crop_ratio"));
}

}  // namespace
}  // namespace animate
