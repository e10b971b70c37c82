#include "engine/training/vae_crops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

TEST(VaeCropsTest, ComeFromTheSeedOfTheClipAlone) {
  const VaeCropOptions options{.width = 16, .height = 16, .count = 6};
  TrainingClip other = BoxClip(1, 2);
  other.seed = 2;
  EXPECT_EQ(DrawCrops(BoxClip(1, 2), options),
            DrawCrops(BoxClip(1, 2), options));
  EXPECT_NE(DrawCrops(BoxClip(1, 2), options), DrawCrops(other, options));
}

TEST(VaeCropsTest, LieInsideOfThePicturesAndReachTheirEdges) {
  std::set<int> xs;
  std::set<int> ys;
  const VaeCropOptions options{.width = 24, .height = 40, .count = 20};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const VaeCrop& crop : DrawCrops(BoxClip(seed), options)) {
      xs.insert(crop.x);
      ys.insert(crop.y);
    }
  }
  EXPECT_EQ(*xs.begin(), 0);
  EXPECT_EQ(*xs.rbegin(), 8);
  EXPECT_EQ(*ys.begin(), 0);
  EXPECT_EQ(*ys.rbegin(), 8);
}

TEST(VaeCropsTest, UseEveryPictureBeforeOneTwice) {
  const VaeCropOptions options{.width = 8, .height = 8, .count = 3};
  std::set<size_t> all;
  for (const VaeCrop& crop : DrawCrops(BoxClip(5, 2), options)) {
    all.insert(crop.picture);
  }
  EXPECT_EQ(all, (std::set<size_t>{0, 1, 2}));
}

TEST(VaeCropsTest, LeaveTheReferenceOutAndKeepToAGridWhenAsked) {
  const VaeCropOptions options{.width = 8, .height = 8, .count = 50, .grid = 8};
  for (const VaeCrop& crop :
       DrawCrops(BoxClip(5, 2), options, CropPictures::kFrames)) {
    EXPECT_GE(crop.picture, 1U);
    EXPECT_EQ(crop.x % 8, 0);
    EXPECT_EQ(crop.y % 8, 0);
  }
}

TEST(VaeCropsTest, SeekContrastAmongCandidates) {
  TrainingClip clip = BoxClip(5);
  clip.reference = {};
  RgbImage& picture = clip.frames[0];
  picture = RgbImage(32, 48);
  *picture.at(30, 46) = 255;  // all there is to see
  const auto seen = [&clip](int candidates) {
    int count = 0;
    for (const VaeCrop& crop : DrawCrops(clip, {.width = 8,
                                               .height = 8,
                                               .count = 100,
                                               .grid = 8,
                                               .candidates = candidates})) {
      if (crop.x == 24 && crop.y == 40) ++count;
    }
    return count;
  };
  EXPECT_LT(seen(1), 12);
  EXPECT_GT(seen(32), 50);
}

TEST(VaeCropsTest, AreWholePicturesForASizeOfZero) {
  EXPECT_THAT(DrawCrops(BoxClip(1, 0 + 1), {.count = 1}),
              testing::Each(testing::AllOf(testing::Field(&VaeCrop::width, 32),
                                           testing::Field(&VaeCrop::height, 48),
                                           testing::Field(&VaeCrop::x, 0))));
}

TEST(VaeCropsTest, PicturesMustFitTheNetworkAndTheCrops) {
  EXPECT_TRUE(CheckPictures(BoxClip(1), {.width = 32, .height = 48}, 8).ok());
  EXPECT_THAT(CheckPictures(BoxClip(1), {.width = 64}, 8).message(),
              testing::HasSubstr("crops of 64x0"));
  EXPECT_THAT(CheckPictures(BoxClip(1), {}, 64).message(),
              testing::HasSubstr("multiples of 64"));
  TrainingClip uneven = BoxClip(1);
  uneven.reference = BoxPicture(16, 16, 1);
  EXPECT_THAT(CheckPictures(uneven, {}, 8).message(),
              testing::HasSubstr("32x48 and 16x16"));
  EXPECT_EQ(CheckPictures({}, {}, 8).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CropTensorTest, MapsBytesToMinusOneToOne) {
  RgbImage picture(4, 2);
  picture.at(3, 1)[0] = 255;
  picture.at(3, 1)[2] = 51;
  const at::Tensor crop =
      CropTensor(picture, {.x = 2, .y = 1, .width = 2, .height = 1});
  ASSERT_EQ(crop.sizes().vec(), (std::vector<int64_t>{1, 3, 1, 2}));
  EXPECT_FLOAT_EQ(crop[0][0][0][1].item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(crop[0][0][0][0].item<float>(), -1.0F);
  EXPECT_NEAR(crop[0][2][0][1].item<float>(), -0.6F, 1e-6);
}

}  // namespace
}  // namespace animate
