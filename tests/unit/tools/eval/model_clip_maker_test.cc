#include "tools/eval/model_clip_maker.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "engine/evaluation/clip_scores.h"
#include "engine/pipeline/load_animator.h"
#include "tests/support/golden_folder.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::SizeIs;

std::unique_ptr<ModelClipMaker> NanoMaker(bool temporal_layers = true) {
  SetComputeThreads(1);
  absl::StatusOr<std::unique_ptr<ModelClipMaker>> maker = ModelClipMaker::Load(
      {.model_dir = *GoldenFolder("nano") + "/pretrained_weights",
       .device = "cpu",
       .temporal_layers = temporal_layers});
  EXPECT_TRUE(maker.ok()) << maker.status();
  return *std::move(maker);
}

TEST(ModelClipMakerTest, AnimatesInTheSizeOfThePoses) {
  const std::unique_ptr<ModelClipMaker> maker = NanoMaker();
  const ProceduralCase made = *ProceduralSet::Create(SmallSet())->Make(0);
  EXPECT_EQ(maker->info().dtype, "float32");
  EXPECT_GT(maker->info().steps, 0);
  const ClipRequest request{.reference = made.reference,
                            .poses = made.poses,
                            .seed = 3,
                            .sampling = {.steps = 1, .guidance = 1.0}};
  const absl::StatusOr<std::vector<RgbImage>> frames = maker->Make(request);
  ASSERT_TRUE(frames.ok()) << frames.status();
  ASSERT_THAT(*frames, SizeIs(3));
  EXPECT_EQ((*frames)[0].width, 64);
  EXPECT_EQ((*frames)[0].height, 96);

  ClipRequest shared = request;
  shared.sampling.noise_mode = NoiseMode::kShared;
  EXPECT_NE(*maker->Make(shared), *frames);
  ClipRequest more = request;
  more.sampling.steps = 2;
  EXPECT_NE(*maker->Make(more), *frames);
}

// How the first frame changes when others follow it: most of all values.
int ChangeByCompany(ModelClipMaker& maker) {
  const ProceduralCase made = *ProceduralSet::Create(SmallSet())->Make(0);
  ClipRequest request{
      .reference = made.reference,
      .poses = made.poses,
      .sampling = {
          .steps = 1, .guidance = 1.0, .noise_mode = NoiseMode::kShared}};
  const RgbImage among_others = maker.Make(request).value().front();
  request.poses = request.poses.first(1);
  const RgbImage alone = maker.Make(request).value().front();
  int change = 0;
  for (size_t i = 0; i < alone.pixels.size(); ++i) {
    change = std::max(change,
                      std::abs(int{alone.pixels[i]} - among_others.pixels[i]));
  }
  return change;
}

TEST(ModelClipMakerTest, WithoutTemporalLayersFramesAreAlone) {
  EXPECT_GT(ChangeByCompany(*NanoMaker()), 2);
  EXPECT_LE(ChangeByCompany(*NanoMaker(false)), 1);
}

TEST(ModelClipMakerTest, ReconstructsPicturesOfTheirSize) {
  const ProceduralCase made = *ProceduralSet::Create(SmallSet())->Make(0);
  const absl::StatusOr<std::vector<RgbImage>> pictures =
      NanoMaker()->Reconstruct(made.truth);
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  EXPECT_TRUE(ScoreClip({.generated = *pictures, .truth = made.truth}).ok());
}

TEST(ModelClipMakerTest, RefusesWhatTheModelCannotDo) {
  const std::unique_ptr<ModelClipMaker> maker = NanoMaker();
  const RgbImage picture = Grey(68, 96, 0);
  const std::vector<RgbImage> poses = {picture};
  EXPECT_EQ(maker->Make({.reference = picture, .poses = poses}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(maker->Make({.reference = picture}).ok());
  EXPECT_FALSE(ModelClipMaker::Load({.model_dir = "none"}).ok());
}

}  // namespace
}  // namespace animate
