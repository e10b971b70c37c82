#include "engine/synth/scene.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>

#include "engine/synth/canvas.h"
#include "engine/synth/synth_random.h"

namespace animate {
namespace {

Color DrawPastel(SynthRandom& random) {
  const double hue = random.Uniform(0.0, 1.0);
  const double saturation = random.Uniform(0.06, 0.34);
  return FromHsv(hue, saturation, random.Uniform(0.82, 0.99));
}

Color DrawBackground(SynthRandom& random) {
  constexpr float kGreys[] = {255.0F, 238.0F, 128.0F, 40.0F};
  if (random.Chance(0.15)) {
    const float grey = kGreys[random.Index(4)];
    return {grey, grey, grey};
  }
  if (random.Chance(0.15)) {
    const double hue = random.Uniform(0.0, 1.0);
    return FromHsv(hue, random.Uniform(0.4, 0.7), random.Uniform(0.3, 0.6));
  }
  return DrawPastel(random);
}

void Put(uint8_t* pixel, const Color& color) {
  const auto byte = [](float v) {
    return static_cast<uint8_t>(std::clamp(v + 0.5F, 0.0F, 255.0F));
  };
  pixel[0] = byte(color.r);
  pixel[1] = byte(color.g);
  pixel[2] = byte(color.b);
}

}  // namespace

Scene Scene::ForCharacter(const Character& character, uint64_t seed) {
  const CharacterLook& look = character.look;
  SynthRandom random(seed, 3);
  Scene scene;
  scene.backdrop = static_cast<Backdrop>(random.Index(4));
  float best = -1.0F;
  for (int attempt = 0; attempt < 24 && best < 75.0F; ++attempt) {
    const Color color = DrawBackground(random);
    float nearest = 1e9F;
    for (const Color& other : {look.skin, look.hair, look.shirt.color,
                               look.sleeve.color, look.legs.color, look.shoe}) {
      nearest = std::min(nearest, ColorDistance(color, other));
    }
    if (nearest > best) {
      best = nearest;
      scene.top = color;
    }
  }
  switch (scene.backdrop) {
    case Backdrop::kPlain:
      scene.bottom = scene.top;
      break;
    case Backdrop::kGradient:
      scene.bottom = Mix(scene.top, Color{255, 255, 255}, 0.45F);
      break;
    case Backdrop::kWallAndFloor:
      scene.bottom = Mix(ShadeOf(scene.top), DrawPastel(random), 0.35F);
      break;
    case Backdrop::kSpot:
      scene.bottom = ShadeOf(scene.top);
      break;
  }
  scene.horizon = random.Uniform(0.76, 0.85);
  scene.shadow = random.Chance(0.85);
  return scene;
}

RgbImage PaintBackdrop(const Scene& scene, int width, int height) {
  RgbImage image(width, height);
  const auto w = static_cast<float>(width);
  const auto h = static_cast<float>(height);
  for (int y = 0; y < height; ++y) {
    const float v = (static_cast<float>(y) + 0.5F) / h;
    for (int x = 0; x < width; ++x) {
      Color color = scene.top;
      if (scene.backdrop == Backdrop::kGradient) {
        color = Mix(scene.top, scene.bottom, v);
      } else if (scene.backdrop == Backdrop::kWallAndFloor) {
        const auto horizon = static_cast<float>(scene.horizon);
        color = Mix(scene.bottom, scene.top, Coverage((v - horizon) * h));
      } else if (scene.backdrop == Backdrop::kSpot) {
        const float u = (static_cast<float>(x) + 0.5F - 0.5F * w) / h;
        const float away = std::sqrt(u * u + (v - 0.5F) * (v - 0.5F));
        color = Mix(scene.top, scene.bottom,
                    0.55F * SmoothStep(0.25F, 0.85F, away));
      }
      Put(image.at(x, y), color);
    }
  }
  return image;
}

}  // namespace animate
