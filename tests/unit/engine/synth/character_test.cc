#include "engine/synth/character.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>

#include "engine/synth/color.h"

namespace animate {
namespace {

TEST(CharacterTest, TheSameSeedIsTheSamePerson) {
  const Character a = Character::FromSeed(7);
  const Character b = Character::FromSeed(7);
  EXPECT_EQ(a.body.thigh, b.body.thigh);
  EXPECT_EQ(a.look.shirt.color, b.look.shirt.color);
  EXPECT_EQ(a.look.hair_style, b.look.hair_style);
  EXPECT_EQ(a.stature, b.stature);
}

TEST(CharacterTest, ManySeedsShowAllThatThereIs) {
  std::set<BodyType> bodies;
  std::set<HairStyle> hair;
  std::set<HatStyle> hats;
  std::set<EyeStyle> eyes;
  std::set<Pattern> patterns;
  std::set<Bottoms> bottoms;
  std::set<Emblem> emblems;
  int long_sleeves = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const Character c = Character::FromSeed(seed);
    bodies.insert(c.body.type);
    hair.insert(c.look.hair_style);
    hats.insert(c.look.hat);
    eyes.insert(c.look.face.eyes);
    patterns.insert(c.look.shirt.pattern);
    bottoms.insert(c.look.bottoms);
    emblems.insert(c.look.emblem);
    long_sleeves += c.look.sleeve_end > 1.5 ? 1 : 0;
  }
  EXPECT_EQ(bodies.size(), 5U);
  EXPECT_EQ(hair.size(), 10U);
  EXPECT_EQ(hats.size(), 3U);
  EXPECT_EQ(eyes.size(), 3U);
  EXPECT_EQ(patterns.size(), 6U);
  EXPECT_EQ(bottoms.size(), 4U);
  EXPECT_EQ(emblems.size(), 5U);
  EXPECT_NEAR(long_sleeves, 180, 50);
}

TEST(CharacterTest, NoTwoOfManySeedsLookAlike) {
  std::set<double> thighs;
  std::map<double, int> colors;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const Character c = Character::FromSeed(seed);
    thighs.insert(c.body.thigh);
  }
  EXPECT_EQ(thighs.size(), 1000U);
}

TEST(CharacterTest, TheSecondColorOfAShirtIsNotTheFirst) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const CharacterLook look = Character::FromSeed(seed).look;
    EXPECT_GT(ColorDistance(look.shirt.color, look.shirt.second), 60) << seed;
    EXPECT_GT(look.shirt.period, 0.0);
    EXPECT_GT(look.legs.period, 0.0);
  }
}

TEST(ProportionsTest, ThePartsAddUpToTheHeight) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Proportions p = Character::FromSeed(seed).body;
    EXPECT_NEAR(
        p.ankle_height + p.shin + p.thigh + p.torso + p.neck + p.head_height,
        1.0, 1e-12);
    EXPECT_GT(p.upper_arm, 0.05);
    EXPECT_GT(p.shin, 0.05);
  }
}

TEST(ProportionsTest, ChibisHaveBigHeadsAndShortLegs) {
  SynthRandom random(1);
  const Proportions chibi = Proportions::Draw(BodyType::kChibi, random);
  const Proportions tall = Proportions::Draw(BodyType::kTall, random);
  EXPECT_EQ(chibi.type, BodyType::kChibi);
  EXPECT_GT(chibi.head_height, 1.8 * tall.head_height);
  EXPECT_LT(chibi.leg(), 0.6 * tall.leg());
}

}  // namespace
}  // namespace animate
