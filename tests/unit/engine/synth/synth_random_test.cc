#include "engine/synth/synth_random.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace animate {
namespace {

TEST(SynthRandomTest, EverySeedGivesTheSameNumbersEverywhere) {
  SynthRandom random(42);
  EXPECT_EQ(random.Next(), 3439216124U);
  EXPECT_EQ(random.Next(), 1628798302U);
  EXPECT_EQ(random.Next(), 1759583451U);
}

TEST(SynthRandomTest, NeighbouringSeedsAndStreamsAreUnrelated) {
  SynthRandom a(1);
  SynthRandom b(2);
  SynthRandom c(1, 1);
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint32_t x = a.Next() >> 28U;
    same += x == (b.Next() >> 28U) ? 1 : 0;
    same += x == (c.Next() >> 28U) ? 1 : 0;
  }
  EXPECT_NEAR(same, 2000 / 16, 50);
}

TEST(SynthRandomTest, UniformFillsItsRangeEvenly) {
  SynthRandom random(3);
  std::array<int, 10> counts{};
  for (int i = 0; i < 10'000; ++i) {
    const double v = random.Uniform(-2.0, 3.0);
    ASSERT_GE(v, -2.0);
    ASSERT_LT(v, 3.0);
    ++counts[static_cast<size_t>(2.0 * (v + 2.0))];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(SynthRandomTest, IndexReachesAllAndNoMore) {
  SynthRandom random(4);
  std::array<int, 7> counts{};
  for (int i = 0; i < 7000; ++i) ++counts.at(random.Index(7));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace animate
