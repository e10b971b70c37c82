#include "tools/eval/comparison_sheet.h"

#include <gmock/gmock.h>

#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::SizeIs;

ComparedClip FourShades(int frames) {
  ComparedClip clip{.reference = Grey(8, 12, 10)};
  for (int i = 0; i < frames; ++i) {
    const auto step = static_cast<uint8_t>(i);
    clip.poses.push_back(Grey(8, 12, static_cast<uint8_t>(50 + step)));
    clip.generated.push_back(Grey(8, 12, static_cast<uint8_t>(100 + step)));
    clip.truth.push_back(Grey(8, 12, static_cast<uint8_t>(200 + step)));
  }
  return clip;
}

TEST(ComparisonSheetTest, KeepsFramesFromTheFirstToTheLast) {
  const ComparedClip kept = KeepSome(FourShades(9), 3);
  ASSERT_THAT(kept.truth, SizeIs(3));
  EXPECT_EQ(kept.truth[0].pixels[0], 200);
  EXPECT_EQ(kept.generated[1].pixels[0], 104);
  EXPECT_EQ(kept.poses[2].pixels[0], 58);
}

TEST(ComparisonSheetTest, ShowsReferencePoseGeneratedAndTruthSideBySide) {
  const std::vector<ComparedClip> clips = {FourShades(2), FourShades(2)};
  const RgbImage sheet = ComparisonSheet(clips, 20);
  // Twice as large: 16 x 24 pixels a picture, all of them in the first row.
  const int middle = 14 + 12;
  std::vector<int> shades;
  for (int x = 0; x < sheet.width; ++x) {
    const int shade = *sheet.at(x, middle);
    if (shade == 250 || (!shades.empty() && shades.back() == shade)) continue;
    shades.push_back(shade);
  }
  EXPECT_THAT(shades, testing::ElementsAre(10, 50, 100, 200, 51, 101, 201));
  EXPECT_EQ(*sheet.at(14, 14 + 24 + 14 + 12), 10);
  EXPECT_EQ(sheet.height, 14 + 2 * (24 + 14));
}

TEST(ComparisonSheetTest, NoClipsGiveNoPicture) {
  EXPECT_TRUE(ComparisonSheet({}).empty());
}

}  // namespace
}  // namespace animate
