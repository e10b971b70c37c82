#include "engine/evaluation/structural_similarity.h"

#include <gmock/gmock.h>

#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(StructuralSimilarityTest, IsThatOfScikitImageWithEitherWindow) {
  const EvaluationGoldens goldens;
  for (const char* pair : EvaluationGoldens::kPairs) {
    const RgbImage a = goldens.Picture(pair, "a");
    const RgbImage b = goldens.Picture(pair, "b");
    const nlohmann::json& want = goldens.figures()["pairs"][pair];
    EXPECT_NEAR(*StructuralSimilarity(a, b), want["ssim"], 1e-9) << pair;
    EXPECT_NEAR(*StructuralSimilarity(a, b, SsimWindow::kGaussian11),
                want["ssim_gaussian"], 1e-9)
        << pair;
  }
}

TEST(StructuralSimilarityTest, IsOneForEqualPictures) {
  const RgbImage picture = EvaluationGoldens().Picture("moved", "a");
  EXPECT_DOUBLE_EQ(*StructuralSimilarity(picture, picture), 1.0);
}

TEST(StructuralSimilarityTest, RefusesPicturesOfDifferentSize) {
  const absl::Status status =
      StructuralSimilarity(Plain(20, 20, 0), Plain(20, 21, 0)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("20x20 and 20x21"));
}

TEST(StructuralSimilarityTest, RefusesPicturesSmallerThanItsWindow) {
  EXPECT_TRUE(StructuralSimilarity(Plain(7, 7, 0), Plain(7, 7, 0)).ok());
  EXPECT_THAT(
      StructuralSimilarity(Plain(6, 9, 0), Plain(6, 9, 0)).status().message(),
      HasSubstr("at least 7x7"));
  EXPECT_THAT(StructuralSimilarity(Plain(10, 11, 0), Plain(10, 11, 0),
                                   SsimWindow::kGaussian11)
                  .status()
                  .message(),
              HasSubstr("at least 11x11"));
}

}  // namespace
}  // namespace animate
