#include "engine/detector/ssd.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(Ssd, AnchorsLieInTheMiddleOfCellsRowByRow) {
  const std::vector<Point> anchors = SsdAnchors({{2, 2}, {1, 3}});
  ASSERT_EQ(anchors.size(), 11u);
  EXPECT_EQ(anchors[0].x, 0.25);
  EXPECT_EQ(anchors[1].x, 0.25);
  EXPECT_EQ(anchors[2].x, 0.75);
  EXPECT_EQ(anchors[2].y, 0.25);
  EXPECT_EQ(anchors[4].y, 0.75);
  EXPECT_EQ(anchors[10].x, 0.5);
}

TEST(Ssd, AnchorsOfTheNetworksAreAsManyAsTheirRows) {
  EXPECT_EQ(SsdAnchors({{28, 2}, {14, 2}, {7, 6}}).size(), 2254u);
  EXPECT_EQ(SsdAnchors({{16, 2}, {8, 6}}).size(), 896u);
}

TEST(Ssd, DecodesRelativeToTheAnchorBestFirst) {
  const std::vector<Point> anchors = {{0.5, 0.5}, {0.25, 0.75}, {0.5, 0.5}};
  const std::vector<float> raw = {10,  -20, 40, 20, 5, 6,  //
                                  0,   0,   10, 10, 1, 2,  //
                                  0.0, 0.0, 1,  1,  1, 1};
  const std::vector<float> logits = {0.0f, 1000.0f, -0.1f};
  const std::vector<SsdDetection> found = DecodeSsd(
      {.raw = raw, .logits = logits, .side = 100, .num_points = 1}, anchors);
  ASSERT_EQ(found.size(), 2u);  // the third is below 0.5
  EXPECT_NEAR(found[0].score, 1.0, 1e-12);
  EXPECT_NEAR(found[0].left, 0.20, 1e-6);
  EXPECT_NEAR(found[0].points[0].x, 0.26, 1e-6);
  EXPECT_EQ(found[1].score, 0.5);
  EXPECT_NEAR(found[1].left, 0.5 + 0.1 - 0.2, 1e-6);
  EXPECT_NEAR(found[1].top, 0.5 - 0.2 - 0.1, 1e-6);
  EXPECT_NEAR(found[1].right, 0.8, 1e-6);
  EXPECT_NEAR(found[1].points[0].y, 0.56, 1e-6);
}

SsdDetection Box(double left, double score) {
  return {.left = left,
          .top = 0.0,
          .right = left + 1.0,
          .bottom = 1.0,
          .points = {{left, 0.5}},
          .score = score};
}

TEST(Ssd, MergesWhatOverlapsByWeightsOfScores) {
  const auto merged =
      MergeOverlapping({Box(0.0, 0.9), Box(3.0, 0.8), Box(0.3, 0.6)});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[0].score, 0.9);
  EXPECT_NEAR(merged[0].left, 0.3 * 0.6 / 1.5, 1e-12);
  EXPECT_NEAR(merged[0].points[0].x, 0.12, 1e-12);
  EXPECT_EQ(merged[1].left, 3.0);
}

TEST(Ssd, KeepsWhatOverlapsLittle) {
  EXPECT_EQ(MergeOverlapping({Box(0.0, 0.9), Box(0.6, 0.8)}).size(), 2u);
  EXPECT_TRUE(MergeOverlapping({}).empty());
}

TEST(Ssd, BoxesWithoutAreaStayApartAndFinite) {
  SsdDetection flat = Box(0.0, 0.9);
  flat.right = flat.left;
  const auto merged = MergeOverlapping({flat, flat});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_TRUE(std::isfinite(merged[0].left));
}

}  // namespace
}  // namespace animate
