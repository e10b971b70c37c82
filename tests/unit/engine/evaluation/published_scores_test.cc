#include "engine/evaluation/published_scores.h"

#include <gmock/gmock.h>

#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

TEST(PublishedScoresTest, AreThoseOfTheScriptThatPapersUse) {
  const EvaluationGoldens goldens;
  for (const char* pair : EvaluationGoldens::kPairs) {
    const PublishedScores scores = *ScoreAsPublished(
        goldens.Picture(pair, "a"), goldens.Picture(pair, "b"));
    const nlohmann::json& want = goldens.figures()["published"][pair];
    EXPECT_NEAR(scores.psnr, want["psnr"], 1e-9) << pair;
    EXPECT_NEAR(scores.ssim, want["ssim"], 1e-9) << pair;
    EXPECT_NEAR(scores.l1, want["l1"], 1e-12) << pair;
  }
}

TEST(PublishedScoresTest, EqualPicturesHaveThePsnrOfTheScript) {
  const PublishedScores scores =
      *ScoreAsPublished(Plain(8, 8, 9), Plain(8, 8, 9));
  EXPECT_EQ(scores.psnr, 100.0);
  EXPECT_DOUBLE_EQ(scores.ssim, 1.0);
  EXPECT_EQ(scores.l1, 0.0);
}

TEST(PublishedScoresTest, RefusesPicturesThatDoNotFit) {
  EXPECT_FALSE(ScoreAsPublished(Plain(8, 8, 0), Plain(8, 9, 0)).ok());
  EXPECT_FALSE(ScoreAsPublished(Plain(6, 6, 0), Plain(6, 6, 0)).ok());
}

}  // namespace
}  // namespace animate
