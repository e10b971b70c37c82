#include "engine/synth/character.h"

#include <cstddef>
#include <initializer_list>
#include <iterator>

#include "engine/synth/synth_random.h"

namespace animate {
namespace {

constexpr Color kSkins[] = {{255, 224, 196}, {250, 208, 176}, {240, 190, 150},
                            {222, 168, 124}, {198, 140, 98},  {164, 108, 72},
                            {126, 80, 54},   {96, 60, 44}};
constexpr Color kHairs[] = {{38, 32, 40},    {66, 44, 36},   {98, 62, 40},
                            {140, 88, 48},   {186, 122, 62}, {232, 188, 104},
                            {246, 218, 150}, {196, 84, 44},  {150, 150, 162},
                            {236, 110, 150}, {92, 168, 226}, {126, 96, 206},
                            {84, 186, 128}};
constexpr size_t kNaturalHairs = 9;
// Colours of clothes that go together.
constexpr Color kCloths[] = {
    {230, 72, 70},   {242, 120, 62},  {250, 186, 62},  {252, 222, 104},
    {134, 196, 76},  {62, 160, 96},   {40, 140, 140},  {70, 178, 206},
    {62, 122, 214},  {52, 74, 150},   {108, 86, 190},  {168, 104, 208},
    {226, 100, 166}, {248, 156, 178}, {146, 60, 70},   {122, 84, 62},
    {196, 158, 112}, {246, 240, 226}, {226, 230, 236}, {128, 140, 156},
    {66, 72, 88},    {40, 42, 54}};
constexpr Color kIrises[] = {{84, 52, 34},  {50, 110, 170}, {60, 132, 84},
                             {120, 84, 40}, {96, 70, 150},  {40, 40, 52}};

template <size_t kCount>
const Color& Choose(SynthRandom& random, const Color (&colors)[kCount]) {
  return colors[random.Index(kCount)];
}

// Half from the palette, half anything: what a model should see.
Color DrawCloth(SynthRandom& random) {
  if (random.Chance(0.65)) return Choose(random, kCloths);
  const double hue = random.Uniform(0.0, 1.0);
  const double saturation = random.Uniform(0.35, 0.85);
  return FromHsv(hue, saturation, random.Uniform(0.45, 0.98));
}

// Draws a colour that differs from all of `others` by at least `distance`, or
// after some tries the one that differs most.
Color DrawDistinct(SynthRandom& random, std::initializer_list<Color> others,
                   float distance) {
  Color best;
  float best_distance = -1.0F;
  for (int attempt = 0; attempt < 24; ++attempt) {
    const Color color = DrawCloth(random);
    float nearest = 1e9F;
    for (const Color& other : others) {
      nearest = std::min(nearest, ColorDistance(color, other));
    }
    if (nearest > best_distance) {
      best_distance = nearest;
      best = color;
    }
    if (nearest >= distance) break;
  }
  return best;
}

// The element of `values` at which `weights`, which add up to 1, get there.
template <typename T, size_t kCount>
T Weighted(SynthRandom& random, const T (&values)[kCount],
           const double (&weights)[kCount]) {
  double u = random.Uniform(0.0, 1.0);
  for (size_t i = 0; i + 1 < kCount; ++i) {
    if (u < weights[i]) return values[i];
    u -= weights[i];
  }
  return values[kCount - 1];
}

void DrawHair(SynthRandom& random, CharacterLook& look) {
  constexpr HairStyle kStyles[] = {HairStyle::kBald,  HairStyle::kShort,
                                   HairStyle::kSpiky, HairStyle::kBob,
                                   HairStyle::kLong,  HairStyle::kPonytail,
                                   HairStyle::kBun,   HairStyle::kTwinTails,
                                   HairStyle::kAfro,  HairStyle::kCurly};
  constexpr double kWeights[] = {0.04, 0.18, 0.14, 0.13, 0.13,
                                 0.10, 0.07, 0.07, 0.06, 0.08};
  look.hair = random.Chance(0.8) ? kHairs[random.Index(kNaturalHairs)]
                                 : Choose(random, kHairs);
  for (int i = 0; i < 8 && ColorDistance(look.hair, look.skin) < 60; ++i) {
    look.hair = Choose(random, kHairs);
  }
  look.hair_style = Weighted(random, kStyles, kWeights);
  look.hair_volume = random.Uniform(0.85, 1.2);
  look.fringe = static_cast<Fringe>(random.Index(5));
  const bool flat = look.hair_style == HairStyle::kShort ||
                    look.hair_style == HairStyle::kBob ||
                    look.hair_style == HairStyle::kLong ||
                    look.hair_style == HairStyle::kPonytail ||
                    look.hair_style == HairStyle::kBald;
  if (flat && random.Chance(0.22)) {
    look.hat = random.Chance(0.5) ? HatStyle::kCap : HatStyle::kBeanie;
  }
}

void DrawFace(SynthRandom& random, bool grown_up, CharacterLook& look) {
  FaceLook& face = look.face;
  constexpr EyeStyle kStyles[] = {EyeStyle::kRound, EyeStyle::kTall,
                                  EyeStyle::kDots};
  constexpr double kWeights[] = {0.40, 0.36, 0.24};
  face.eyes = Weighted(random, kStyles, kWeights);
  face.eye_size = random.Uniform(0.9, 1.15) * (grown_up ? 0.95 : 1.08);
  face.eye_spacing = random.Uniform(0.92, 1.1);
  face.iris = Choose(random, kIrises);
  face.brow_tilt = random.Uniform(-14.0, 10.0);
  face.brow_weight = random.Uniform(0.7, 1.5);
  face.mouth_width = random.Uniform(0.8, 1.25);
  face.blush = random.Chance(0.55);
  face.freckles = random.Chance(0.12);
  face.glasses = random.Chance(0.16);
  face.glasses_color =
      random.Chance(0.6) ? Color{44, 44, 56} : DrawCloth(random);
  const bool hairy = grown_up && (look.hair_style == HairStyle::kShort ||
                                  look.hair_style == HairStyle::kBald ||
                                  look.hair_style == HairStyle::kSpiky);
  face.beard = hairy && random.Chance(0.22);
  face.moustache = hairy && random.Chance(0.18);
}

void DrawTop(SynthRandom& random, CharacterLook& look) {
  constexpr Pattern kPatterns[] = {Pattern::kPlain,  Pattern::kStripes,
                                   Pattern::kBars,   Pattern::kDots,
                                   Pattern::kChecks, Pattern::kBlocks};
  constexpr double kWeights[] = {0.42, 0.18, 0.08, 0.12, 0.10, 0.10};
  look.shirt.color = DrawDistinct(random, {look.skin, look.hair}, 80);
  look.shirt.second = DrawDistinct(random, {look.shirt.color, look.skin}, 110);
  look.shirt.pattern = Weighted(random, kPatterns, kWeights);
  look.shirt.period = random.Uniform(0.045, 0.07);
  if (look.shirt.pattern == Pattern::kPlain && random.Chance(0.65)) {
    look.emblem = static_cast<Emblem>(1 + random.Index(4));
    look.emblem_color = look.shirt.second;
  }
  look.sleeve = look.shirt;
  if (look.shirt.pattern == Pattern::kBlocks) {
    look.sleeve.pattern = Pattern::kPlain;
  }
  if (random.Chance(0.25)) {
    look.sleeve = {.color = look.shirt.second, .second = look.shirt.color};
  }
  constexpr double kEnds[] = {0.0, 0.62, 1.0, 1.88};
  constexpr double kEndWeights[] = {0.12, 0.38, 0.05, 0.45};
  look.sleeve_end = Weighted(random, kEnds, kEndWeights);
  if (look.sleeve_end > 0.0 && look.sleeve_end < 1.0) {
    look.sleeve_end *= random.Uniform(0.85, 1.15);
  }
}

void DrawBottom(SynthRandom& random, CharacterLook& look) {
  constexpr Bottoms kKinds[] = {Bottoms::kTrousers, Bottoms::kShorts,
                                Bottoms::kSkirt, Bottoms::kDress};
  constexpr double kWeights[] = {0.46, 0.22, 0.20, 0.12};
  look.bottoms = Weighted(random, kKinds, kWeights);
  look.legs.color =
      DrawDistinct(random, {look.shirt.color, look.skin, look.hair}, 75);
  look.legs.second = DrawDistinct(random, {look.legs.color}, 90);
  look.legs.period = random.Uniform(0.04, 0.06);
  if (random.Chance(0.14)) {
    look.legs.pattern = random.Chance(0.5) ? Pattern::kBars : Pattern::kChecks;
  }
  switch (look.bottoms) {
    case Bottoms::kTrousers:
      look.legs_end = random.Uniform(1.72, 1.92);
      break;
    case Bottoms::kShorts:
      look.legs_end = random.Uniform(0.55, 0.98);
      break;
    case Bottoms::kSkirt:
      look.legs_end = random.Uniform(0.55, 0.95);
      break;
    case Bottoms::kDress:
      look.legs_end = random.Uniform(0.7, 1.3);
      look.legs = look.shirt;
      if (look.legs.pattern == Pattern::kBlocks) {
        look.legs.pattern = Pattern::kPlain;
      }
      break;
  }
  look.belt =
      look.bottoms != Bottoms::kDress ? random.Chance(0.3) : random.Chance(0.6);
  look.belt_color =
      DrawDistinct(random, {look.legs.color, look.shirt.color}, 80);
}

void DrawExtras(SynthRandom& random, CharacterLook& look) {
  look.shoe = DrawDistinct(random, {look.legs.color, look.skin}, 70);
  look.sole = random.Chance(0.7) ? Color{246, 244, 238} : ShadeOf(look.shoe);
  if (look.legs_end < 1.6 && random.Chance(0.6)) {
    look.sock_start = random.Chance(0.3) ? random.Uniform(1.05, 1.3)
                                         : random.Uniform(1.55, 1.75);
    look.sock = random.Chance(0.6) ? Color{248, 248, 248} : DrawCloth(random);
  }
  look.gloves = random.Chance(0.08);
  look.glove = DrawDistinct(random, {look.sleeve.color, look.skin}, 80);
  look.hat_color = DrawDistinct(random, {look.hair, look.skin}, 80);
}

}  // namespace

Character Character::FromSeed(uint64_t seed) {
  Character character;
  character.seed = seed;
  SynthRandom shape(seed, 1);
  character.body = Proportions::Draw(shape);
  character.stature = shape.Uniform(0.76, 0.84);
  SynthRandom style(seed, 2);
  CharacterLook& look = character.look;
  look.skin = Choose(style, kSkins);
  DrawHair(style, look);
  const bool grown_up = character.body.type != BodyType::kChild &&
                        character.body.type != BodyType::kChibi;
  DrawFace(style, grown_up, look);
  DrawTop(style, look);
  DrawBottom(style, look);
  DrawExtras(style, look);
  return character;
}

}  // namespace animate
