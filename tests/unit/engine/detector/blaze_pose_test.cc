#include "engine/detector/blaze_pose.h"

#include <vector>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/detector/pose_detector.h"

namespace animate {
namespace {

TEST(OverlappingTiles, AreSquaresThatCoverThePictureInThreeSizes) {
  const std::vector<std::vector<Region>> rounds = OverlappingTiles(1280, 720);
  ASSERT_EQ(rounds.size(), 3u);
  const double sides[] = {720.0, 432.0, 288.0};
  for (size_t i = 0; i < rounds.size(); ++i) {
    double left = 1e9;
    double right = 0.0;
    double bottom = 0.0;
    for (const Region& tile : rounds[i]) {
      EXPECT_NEAR(tile.width, sides[i], 1e-9);
      EXPECT_NEAR(tile.width, tile.height, 1e-9);
      left = std::min(left, tile.center.x - tile.width / 2);
      right = std::max(right, tile.center.x + tile.width / 2);
      bottom = std::max(bottom, tile.center.y + tile.height / 2);
    }
    EXPECT_NEAR(left, 0.0, 1e-9);
    EXPECT_NEAR(right, 1280.0, 1e-9);
    EXPECT_NEAR(bottom, 720.0, 1e-9);
  }
}

TEST(OverlappingTiles, NeighboursShareHalf) {
  const std::vector<Region> round = OverlappingTiles(1280, 720)[2];
  EXPECT_LE(round[1].center.x - round[0].center.x, 288.0 / 2 + 1e-9);
}

TEST(OverlappingTiles, AreFewWhateverTheShape) {
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{
           {1, 1}, {8192, 8192}, {8192, 1}, {3, 8192}, {4000, 500}}) {
    size_t count = 0;
    for (const auto& round : OverlappingTiles(width, height)) {
      count += round.size();
    }
    EXPECT_LE(count, 128u) << width << "x" << height;
  }
  EXPECT_TRUE(OverlappingTiles(8192, 1).empty());
}

TEST(BlazePose, SaysWhatToDoWithoutItsFiles) {
  const auto networks = LoadBlazePose(testing::TempDir() + "/nowhere");
  EXPECT_EQ(networks.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(networks.status()), kPoseDetectorMissing);
  EXPECT_NE(networks.status().message().find("--pose-detector-dir"),
            std::string::npos);
}

}  // namespace
}  // namespace animate
