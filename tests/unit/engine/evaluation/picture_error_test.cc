#include "engine/evaluation/picture_error.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

TEST(PictureErrorTest, PsnrAndL1AreThoseOfScikitImage) {
  const EvaluationGoldens goldens;
  for (const char* pair : EvaluationGoldens::kPairs) {
    const RgbImage a = goldens.Picture(pair, "a");
    const RgbImage b = goldens.Picture(pair, "b");
    const nlohmann::json& want = goldens.figures()["pairs"][pair];
    EXPECT_NEAR(Psnr(a, b), want["psnr"], 1e-10) << pair;
    EXPECT_NEAR(MeanAbsoluteError(a, b), want["l1"], 1e-10) << pair;
  }
}

TEST(PictureErrorTest, EqualPicturesHaveNoErrorAndInfinitePsnr) {
  const RgbImage image = Plain(3, 2, 7);
  EXPECT_EQ(MeanSquaredError(image, image), 0.0);
  EXPECT_TRUE(std::isinf(Psnr(image, image)));
}

TEST(PictureErrorTest,
     APixelHasChangedWhenOneChannelHasByMoreThanTheThreshold) {
  const RgbImage a = Plain(3, 1, 100);
  RgbImage b = a;
  b.at(0, 0)[1] = 121;
  b.at(1, 0)[2] = 80;
  EXPECT_THAT(ChangedPixels(a, b), ElementsAre(1, 0, 0));
  EXPECT_THAT(ChangedPixels(a, b, 19), ElementsAre(1, 1, 0));
}

TEST(PictureErrorTest, AMaskLimitsTheErrorToItsPixels) {
  const RgbImage a = Plain(2, 1, 10);
  RgbImage b = a;
  b.at(0, 0)[0] = 100;  // outside the mask
  b.at(1, 0)[0] = 16;
  ErrorSum error = MaskedAbsoluteError(a, b, {0, 1});
  EXPECT_EQ(error.samples, 3);
  EXPECT_DOUBLE_EQ(error.mean(), 2.0);
  error += MaskedAbsoluteError(a, b, {1, 0});
  EXPECT_DOUBLE_EQ(error.mean(), 16.0);
  EXPECT_EQ(MaskedAbsoluteError(a, b, {0, 0}).mean(), 0.0);
}

}  // namespace
}  // namespace animate
