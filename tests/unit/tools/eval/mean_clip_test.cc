#include "tools/eval/mean_clip.h"

#include <gmock/gmock.h>

#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MeanClipTest, IsTheMeanOfEachSampleRounded) {
  MeanClip mean;
  ASSERT_TRUE(mean.Add({Grey(2, 1, 10), Grey(2, 1, 0)}).ok());
  ASSERT_TRUE(mean.Add({Grey(2, 1, 13), Grey(2, 1, 1)}).ok());
  EXPECT_THAT(mean.Frames(), ElementsAre(Grey(2, 1, 12), Grey(2, 1, 1)));
  ASSERT_TRUE(mean.Add({Grey(2, 1, 13), Grey(2, 1, 0)}).ok());
  EXPECT_THAT(mean.Frames(), ElementsAre(Grey(2, 1, 12), Grey(2, 1, 0)));
}

TEST(MeanClipTest, OfManyWhiteFramesIsWhite) {
  MeanClip mean;
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(mean.Add({Grey(1, 1, 255)}).ok());
  EXPECT_THAT(mean.Frames(), ElementsAre(Grey(1, 1, 255)));
}

TEST(MeanClipTest, ClipsOfOtherShapesAreRefusedAndLeftOut) {
  MeanClip mean;
  EXPECT_THAT(mean.Frames(), IsEmpty());
  ASSERT_TRUE(mean.Add({Grey(2, 1, 10), Grey(2, 1, 10)}).ok());
  EXPECT_THAT(mean.Add({Grey(2, 1, 90)}).message(),
              HasSubstr("clips of 2 and 1 frames"));
  EXPECT_THAT(mean.Add({Grey(2, 1, 90), Grey(1, 2, 90)}).message(),
              HasSubstr("frame 1 is 2x1 and 1x2"));
  EXPECT_THAT(mean.Frames(), ElementsAre(Grey(2, 1, 10), Grey(2, 1, 10)));
}

}  // namespace
}  // namespace animate
