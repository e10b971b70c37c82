#include "engine/evaluation/clip_scores.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/evaluation/picture_error.h"
#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(ClipScoresTest, AreMeansOverFrames) {
  const EvaluationGoldens goldens;
  const RgbImage a = goldens.Picture("moved", "a");
  const RgbImage b = goldens.Picture("moved", "b");
  const std::vector<RgbImage> truth = {a, b};
  const std::vector<RgbImage> generated = {b, b};
  const ClipScores scores =
      *ScoreClip({.generated = generated, .truth = truth, .reference = &a});
  EXPECT_EQ(scores.frames, 2);
  EXPECT_NEAR(scores.psnr, (Psnr(a, b) + kMaxPsnr) / 2, 1e-9);
  EXPECT_NEAR(scores.ssim, (*StructuralSimilarity(a, b) + 1) / 2, 1e-9);
  EXPECT_NEAR(scores.l1, MeanAbsoluteError(a, b) / 2, 1e-9);
  EXPECT_NEAR(scores.published.psnr, (ScoreAsPublished(a, b)->psnr + 100.0) / 2,
              1e-9);
  EXPECT_DOUBLE_EQ(scores.motion.generated, 0.0);
  EXPECT_NEAR(scores.motion.truth, MeanAbsoluteError(a, b), 1e-9);
  // Only frame 1 differs from the reference, and there the clip is right.
  EXPECT_EQ(scores.changed_mae, 0.0);
  EXPECT_FALSE(scores.identity.has_value());
}

TEST(ClipScoresTest, CopyingTheReferenceShowsInTheChangedPixels) {
  const EvaluationGoldens goldens;
  const RgbImage a = goldens.Picture("moved", "a");
  const RgbImage b = goldens.Picture("moved", "b");
  const std::vector<RgbImage> truth = {b};
  const std::vector<RgbImage> copied = {a};
  const ClipScores scores =
      *ScoreClip({.generated = copied, .truth = truth, .reference = &a});
  EXPECT_GT(*scores.changed_mae, 20.0 / 3);
  EXPECT_GT(*scores.changed_mae, 4 * scores.l1);
}

TEST(ClipScoresTest, WithoutChangeThereIsNoChangedError) {
  const std::vector<RgbImage> clip = {Plain(8, 8, 3)};
  EXPECT_FALSE(
      ScoreClip({.generated = clip, .truth = clip, .reference = &clip.front()})
          ->changed_mae.has_value());
}

TEST(ClipScoresTest, IdentityNeedsParts) {
  const std::vector<RgbImage> truth = {Plain(8, 8, 3)};
  const std::vector<RgbImage> generated = {Plain(8, 8, 200)};
  const std::vector<std::vector<uint8_t>> parts = {std::vector<uint8_t>(64, 1)};
  EXPECT_NEAR(*ScoreClip({.generated = truth, .truth = truth, .parts = parts})
                   ->identity,
              1.0, 1e-12);
  EXPECT_NEAR(
      *ScoreClip({.generated = generated, .truth = truth, .parts = parts})
           ->identity,
      0.0, 1e-12);
}

TEST(ClipScoresTest, RefusesWhatDoesNotFit) {
  const std::vector<RgbImage> none;
  const std::vector<RgbImage> one = {Plain(8, 8, 0)};
  const std::vector<RgbImage> two = {Plain(8, 8, 0), Plain(8, 8, 0)};
  const std::vector<RgbImage> uneven = {Plain(8, 8, 0), Plain(8, 9, 0)};
  const auto error = [](const ClipToScore& clip) {
    return std::string(ScoreClip(clip).status().message());
  };
  EXPECT_THAT(error({.generated = none, .truth = none}), HasSubstr("no frame"));
  EXPECT_THAT(error({.generated = one, .truth = two}),
              HasSubstr("1 generated frames, 2 true ones"));
  EXPECT_THAT(error({.generated = uneven, .truth = two}),
              HasSubstr("generated frame 1 is 8x9"));
  EXPECT_THAT(error({.generated = two, .truth = uneven}),
              HasSubstr("true frame 1 is 8x9"));
  EXPECT_THAT(error({.generated = one, .truth = one, .reference = &uneven[1]}),
              HasSubstr("the reference is 8x9"));
  const std::vector<std::vector<uint8_t>> parts = {{1, 2}};
  EXPECT_THAT(error({.generated = one, .truth = one, .parts = parts}),
              HasSubstr("parts"));
}

TEST(ClipScoresTest, TheMeanOfClipsLeavesOutWhatAClipDoesNotHave) {
  ClipScores a;
  a.frames = 2;
  a.psnr = 20.0;
  a.changed_mae = 8.0;
  a.motion = {.generated = 3.0, .truth = 2.0, .difference = 1.0};
  ClipScores b;
  b.frames = 3;
  b.psnr = 30.0;
  b.published.lpips = 0.5;
  b.motion = {.generated = 1.0, .truth = 2.0, .difference = 5.0};
  const std::vector<ClipScores> clips = {a, b};
  const ClipScores mean = MeanScores(clips);
  EXPECT_EQ(mean.frames, 5);
  EXPECT_DOUBLE_EQ(mean.psnr, 25.0);
  EXPECT_EQ(mean.changed_mae, 8.0);
  EXPECT_FALSE(mean.lpips.has_value());
  EXPECT_DOUBLE_EQ(mean.published.lpips, 0.25);
  EXPECT_DOUBLE_EQ(mean.motion.flicker_ratio(), 1.0);
  EXPECT_DOUBLE_EQ(mean.motion.difference, 3.0);
}

}  // namespace
}  // namespace animate
