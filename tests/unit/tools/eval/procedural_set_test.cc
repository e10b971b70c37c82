#include "tools/eval/procedural_set.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/tools/eval/small_set.h"

namespace animate {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ProceduralSetTest, MotionsTakeTurnsOverTheCharacters) {
  ProceduralSetOptions options = SmallSet();
  const ProceduralSet one = *ProceduralSet::Create(options);
  ASSERT_EQ(one.size(), 3u);
  EXPECT_EQ(one.Make(0)->name, "7-wave");
  EXPECT_EQ(one.Make(1)->name, "8-walk");
  EXPECT_EQ(one.Make(2)->name, "9-wave");
  options.motions_per_character = 2;
  const ProceduralSet two = *ProceduralSet::Create(options);
  ASSERT_EQ(two.size(), 6u);
  EXPECT_EQ(two.Make(1)->name, "7-walk");
  EXPECT_EQ(two.Make(2)->name, "8-wave");
}

TEST(ProceduralSetTest, ACaseHasReferencePosesTruthAndParts) {
  const ProceduralSet set = *ProceduralSet::Create(SmallSet());
  const ProceduralCase made = *set.Make(1);
  EXPECT_EQ(made.character, 8u);
  EXPECT_EQ(made.reference.width, 64);
  EXPECT_EQ(made.reference.height, 96);
  ASSERT_THAT(made.truth, SizeIs(3));
  EXPECT_THAT(made.poses, SizeIs(3));
  EXPECT_THAT(made.parts, SizeIs(3));
  EXPECT_THAT(made.parts, Each(SizeIs(64 * 96)));
  EXPECT_NE(made.truth[0], made.truth[2]);
  EXPECT_NE(made.truth[0], made.reference);
  // The figure is a part, the corner is not.
  EXPECT_EQ(made.parts[0].front(), 0);
  EXPECT_GT(*std::max_element(made.parts[0].begin(), made.parts[0].end()), 0);
}

TEST(ProceduralSetTest, IsTheSameEachTimeAndVariesWithItsSeed) {
  ProceduralSetOptions options = SmallSet();
  const ProceduralCase a = *ProceduralSet::Create(options)->Make(2);
  const ProceduralCase b = *ProceduralSet::Create(options)->Make(2);
  EXPECT_EQ(a.truth, b.truth);
  options.seed += 1;
  EXPECT_NE(ProceduralSet::Create(options)->Make(2)->truth, a.truth);
}

TEST(ProceduralSetTest, AStrangerIsAnotherCharacter) {
  ProceduralSetOptions options = SmallSet();
  options.motions_per_character = 2;
  const ProceduralSet set = *ProceduralSet::Create(options);
  for (size_t i = 0; i < set.size(); ++i) {
    EXPECT_NE(set.Make(set.StrangerOf(i))->character, set.Make(i)->character);
  }
  EXPECT_EQ(*set.Reference(3), set.Make(3)->reference);
}

TEST(ProceduralSetTest, RefusesOptionsOutOfRange) {
  const auto error = [](auto change) {
    ProceduralSetOptions options = SmallSet();
    change(options);
    return std::string(ProceduralSet::Create(options).status().message());
  };
  EXPECT_THAT(error([](auto& o) { o.last_character = 6; }),
              HasSubstr("characters"));
  EXPECT_THAT(error([](auto& o) { o.last_character = 1'000'000; }),
              HasSubstr("characters"));
  EXPECT_THAT(error([](auto& o) { o.width = 63; }), HasSubstr("width"));
  EXPECT_THAT(error([](auto& o) { o.height = 4096; }), HasSubstr("height"));
  EXPECT_THAT(error([](auto& o) { o.frames = 0; }), HasSubstr("frames"));
  EXPECT_THAT(error([](auto& o) { o.fps = 0.0; }), HasSubstr("fps"));
  EXPECT_THAT(error([](auto& o) { o.motions_per_character = 0; }),
              HasSubstr("motions_per_character"));
  EXPECT_THAT(error([](auto& o) { o.motions = {"fly"}; }), HasSubstr("fly"));
}

}  // namespace
}  // namespace animate
