#include "engine/synth/scene.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace animate {
namespace {

TEST(SceneTest, SetsOffTheCharacter) {
  int near = 0;
  std::set<Backdrop> backdrops;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Character character = Character::FromSeed(seed);
    const Scene scene = Scene::ForCharacter(character, seed);
    backdrops.insert(scene.backdrop);
    for (const Color& color :
         {character.look.skin, character.look.shirt.color}) {
      near += ColorDistance(scene.top, color) < 40.0F ? 1 : 0;
    }
  }
  EXPECT_LE(near, 8);
  EXPECT_EQ(backdrops.size(), 4U);
}

TEST(SceneTest, TheSameSeedIsTheSameScene) {
  const Character character = Character::FromSeed(3);
  const Scene a = Scene::ForCharacter(character, 5);
  EXPECT_EQ(a.top, Scene::ForCharacter(character, 5).top);
  EXPECT_NE(a.top, Scene::ForCharacter(character, 6).top);
}

TEST(PaintBackdropTest, PaintsWhatTheSceneSays) {
  Scene scene{.backdrop = Backdrop::kWallAndFloor,
              .top = {200, 100, 50},
              .bottom = {10, 20, 30},
              .horizon = 0.75};
  const RgbImage room = PaintBackdrop(scene, 8, 40);
  EXPECT_EQ(room.at(3, 0)[0], 200);
  EXPECT_EQ(room.at(3, 29)[1], 100);
  EXPECT_EQ(room.at(3, 30)[1], 20);
  scene.backdrop = Backdrop::kGradient;
  const RgbImage sky = PaintBackdrop(scene, 8, 40);
  EXPECT_GT(sky.at(0, 5)[0], sky.at(0, 30)[0]);
  scene.backdrop = Backdrop::kPlain;
  const RgbImage plain = PaintBackdrop(scene, 3, 5);
  EXPECT_EQ(plain.at(2, 4)[2], 50);
  scene.backdrop = Backdrop::kSpot;
  const RgbImage spot = PaintBackdrop(scene, 40, 40);
  EXPECT_GT(spot.at(20, 20)[0], spot.at(0, 0)[0]);
}

}  // namespace
}  // namespace animate
