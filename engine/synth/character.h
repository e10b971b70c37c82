#ifndef ANIMATE_ENGINE_SYNTH_CHARACTER_H_
#define ANIMATE_ENGINE_SYNTH_CHARACTER_H_

#include <cstdint>

#include "engine/synth/color.h"
#include "engine/synth/proportions.h"

namespace animate {

enum class Pattern {
  kPlain,
  kStripes,  // around the body or limb
  kBars,     // along it
  kDots,
  kChecks,
  kBlocks,  // two-tone: upper and lower half
};

// Cloth with a pattern that is fixed to the limb it covers.
struct Fabric {
  Color color;
  Color second;
  Pattern pattern = Pattern::kPlain;
  double period = 0.05;  // of the pattern, in body heights, > 0
};

enum class Emblem { kNone, kDisc, kStar, kHeart, kBand };
enum class HairStyle {
  kBald,
  kShort,
  kSpiky,
  kBob,
  kLong,
  kPonytail,
  kTwinTails,
  kBun,
  kAfro,
  kCurly
};
enum class Fringe { kStraight, kSwept, kParted, kHigh, kZigzag };
enum class HatStyle { kNone, kCap, kBeanie };
enum class EyeStyle { kDots, kRound, kTall };
enum class Bottoms { kTrousers, kShorts, kSkirt, kDress };

struct FaceLook {
  EyeStyle eyes = EyeStyle::kRound;
  double eye_size = 1.0;     // factor
  double eye_spacing = 1.0;  // factor
  Color iris;
  double brow_tilt = 0.0;  // degrees, + is stern
  double brow_weight = 1.0;
  double mouth_width = 1.0;
  bool blush = false;
  bool freckles = false;
  bool glasses = false;
  bool moustache = false;
  bool beard = false;
  Color glasses_color;
};

// Everything about how a character looks besides its proportions.
struct CharacterLook {
  Color skin;
  Color hair;
  HairStyle hair_style = HairStyle::kShort;
  double hair_volume = 1.0;  // factor
  Fringe fringe = Fringe::kStraight;
  HatStyle hat = HatStyle::kNone;
  Color hat_color;
  FaceLook face;
  Fabric shirt;
  Fabric sleeve;
  // Along the arm: 0 shoulder, 1 elbow, 2 wrist; 0 means bare arms.
  double sleeve_end = 1.9;
  Emblem emblem = Emblem::kNone;
  Color emblem_color;
  Bottoms bottoms = Bottoms::kTrousers;
  Fabric legs;
  // Along the leg: 0 hip, 1 knee, 2 ankle; of skirts, the hem.
  double legs_end = 1.9;
  bool belt = false;
  Color belt_color;
  Color shoe;
  Color sole;
  double sock_start = 2.0;  // along the leg; 2: none
  Color sock;
  bool gloves = false;
  Color glove;
};

// An invented person, drawn like a cartoon. The same seed gives the same
// person on every machine.
struct Character {
  Proportions body;
  CharacterLook look;
  // Standing height as a part of the picture's, when the motion has room.
  double stature = 0.8;
  uint64_t seed = 0;

  static Character FromSeed(uint64_t seed);
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_CHARACTER_H_
