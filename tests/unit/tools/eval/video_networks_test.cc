#include "tools/eval/video_networks.h"

#include <gmock/gmock.h>

#include "tests/support/golden_folder.h"
#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string NetworkFile() {
  return *GoldenFolder("evaluation") + "/video_features.pt";
}

std::vector<RgbImage> Shades(int frames, int from) {
  std::vector<RgbImage> clip;
  for (int i = 0; i < frames; ++i) {
    clip.push_back(Grey(16, 16, static_cast<uint8_t>(from + 20 * i)));
  }
  return clip;
}

TEST(VideoNetworksTest, CutsClipsIntoWindowsAndComparesTheirFeatures) {
  const VideoNetworks networks =
      *VideoNetworks::Load({.fvd = NetworkFile(), .window_frames = 3});
  CollectedFeatures truth;
  ASSERT_TRUE(networks.Collect(Shades(8, 0), truth).ok());
  EXPECT_THAT(truth.at("fvd"), SizeIs(2));
  CollectedFeatures generated;
  ASSERT_TRUE(networks.Collect(Shades(6, 90), generated).ok());
  EXPECT_NEAR(VideoNetworks::Distances(truth, truth)->at("fvd"), 0.0, 1e-6);
  EXPECT_GT(VideoNetworks::Distances(generated, truth)->at("fvd"), 0.01);
}

TEST(VideoNetworksTest, WithoutFilesThereIsNothingToMeasure) {
  const VideoNetworks networks = *VideoNetworks::Load({});
  CollectedFeatures features;
  EXPECT_TRUE(networks.Collect(Shades(1, 0), features).ok());
  EXPECT_TRUE(features.empty());
  ClipScores scores;
  EXPECT_TRUE(networks.AddLpips(Shades(1, 0), Shades(1, 9), scores).ok());
  EXPECT_FALSE(scores.lpips.has_value());
  EXPECT_TRUE(VideoNetworks::Distances(features, features)->empty());
}

TEST(VideoNetworksTest, ClipsShorterThanAWindowAndTooFewOfThemAreErrors) {
  const VideoNetworks networks =
      *VideoNetworks::Load({.fid_vid = NetworkFile(), .window_frames = 4});
  CollectedFeatures features;
  EXPECT_THAT(networks.Collect(Shades(3, 0), features).message(),
              HasSubstr("see 4 frames at once, the clip has 3"));
  ASSERT_TRUE(networks.Collect(Shades(4, 0), features).ok());
  EXPECT_THAT(VideoNetworks::Distances(features, features).status().message(),
              HasSubstr("at least two"));
}

TEST(VideoNetworksTest, FilesThatCannotBeReadAreNamed) {
  EXPECT_THAT(VideoNetworks::Load({.fvd = "none.pt"}).status().message(),
              HasSubstr("none.pt"));
  EXPECT_THAT(
      VideoNetworks::Load({.lpips = "none.safetensors"}).status().message(),
      HasSubstr("none.safetensors"));
  EXPECT_FALSE(VideoNetworks::Load({.window_frames = 0}).ok());
}

}  // namespace
}  // namespace animate
