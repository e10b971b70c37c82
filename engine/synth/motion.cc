#include "engine/synth/motion.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/synth/bvh_motion.h"
#include "engine/synth/figure.h"
#include "engine/synth/mocap_clip.h"
#include "engine/synth/procedural_motion.h"
#include "engine/synth/wave_form.h"

namespace animate {
namespace {

constexpr MotionFamily kFamilies[] = {
    {"bow", false, MakeBow},
    {"box", false, MakeBox},
    {"clap", false, MakeClap},
    {"dance", true, MakeDance},
    {"idle", false, MakeIdle},
    {"jump", false, MakeJump},
    {"jumping_jack", true, MakeJumpingJack},
    {"kick", false, MakeKick},
    {"random", true, MakeRandom},
    {"run", false, MakeRun},
    {"squat", false, MakeSquat},
    {"sway", true, MakeSway},
    {"turn", false, MakeTurn},
    {"walk", false, MakeWalk},
    {"wave", true, MakeWave},
};

absl::Status UnknownMotion(absl::string_view name) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("there is no motion or file called '", name,
                   "'; motions are ", absl::StrJoin(MotionNames(), ", ")),
      {.reason = "UNKNOWN_MOTION"});
}

// Eyes close for a moment every few seconds.
double Blink(double seconds, double phase) {
  const double into = 3.1 * Wrap(seconds / 3.1 + phase);
  return std::clamp(2.2 - std::abs(into - 0.09) / 0.04, 0.0, 1.0);
}

// DeepMimic's humanoid, metres.
constexpr Proportions kHumanoid = {.head_height = 0.22,
                                   .neck = 0.06,
                                   .torso = 0.480,
                                   .shoulder_half_width = 0.183,
                                   .hip_half_width = 0.085,
                                   .upper_arm = 0.275,
                                   .forearm = 0.259,
                                   .hand = 0.10,
                                   .thigh = 0.422,
                                   .shin = 0.410,
                                   .ankle_height = 0.07,
                                   .foot = 0.20};

MotionFrame MocapFrame(const MocapClip& clip, double seconds) {
  MotionFrame frame;
  frame.posture = clip.At(seconds);
  const Vector3 start = clip.At(0.0).root_position;
  Vector3 place = frame.posture.root_position - start;
  place = place - seconds * clip.velocity();
  const double height = frame.posture.root_position.y;
  frame.posture.root_position = 1.0 / kHumanoid.leg() * place;
  // A clip's ground is a little above where its feet go.
  constexpr double kSlack = 0.04;
  const double above =
      height - ReachBelowHips(kHumanoid, frame.posture) - kSlack;
  frame.lift = std::max(0.0, above) / kHumanoid.leg();
  frame.face.blink = Blink(seconds, 0.5);
  for (HandShape& hand : frame.hand) {
    hand = {.curl = 0.3, .spread = 0.35, .twist = 30.0};
  }
  return frame;
}

}  // namespace

const std::vector<std::string>& MotionNames() {
  static const auto& names = *[] {
    auto* list = new std::vector<std::string>();
    for (const MotionFamily& family : kFamilies) {
      list->emplace_back(family.name);
    }
    return list;
  }();
  return names;
}

absl::StatusOr<CharacterMotion> CharacterMotion::Named(absl::string_view name,
                                                       uint64_t seed) {
  const auto* const family =
      std::find_if(std::begin(kFamilies), std::end(kFamilies),
                   [&](const MotionFamily& f) { return f.name == name; });
  if (family == std::end(kFamilies)) return UnknownMotion(name);
  const auto stream = static_cast<uint64_t>(family - std::begin(kFamilies));
  SynthRandom random(seed, 16 + stream);
  ProceduralMotion procedural = family->make(random);
  const double phase = random.Uniform(0.25, 0.85);
  CharacterMotion motion;
  // Begins where the reference stands.
  const JointAngles first = procedural.at(0.0);
  motion.at_ = [at = std::move(procedural.at), phase, first](double seconds) {
    JointAngles angles = at(seconds);
    angles.forward -= first.forward;
    angles.right -= first.right;
    angles.face.blink = std::max(angles.face.blink, Blink(seconds, phase));
    return Pose(angles);
  };
  motion.yaw_degrees_ = procedural.yaw_degrees;
  motion.duration_ = procedural.period;
  motion.planar_ = family->planar;
  return motion;
}

absl::StatusOr<CharacterMotion> CharacterMotion::Parse(absl::string_view text) {
  if (text.substr(0, 4096).find("HIERARCHY") != absl::string_view::npos) {
    ANIMATE_ASSIGN_OR_RETURN(BvhMotion bvh, BvhMotion::Parse(text));
    const auto shared = std::make_shared<const BvhMotion>(std::move(bvh));
    CharacterMotion motion;
    motion.duration_ = shared->duration();
    motion.at_ = [shared](double seconds) {
      MotionFrame frame = shared->At(seconds);
      frame.face.blink = Blink(seconds, 0.5);
      return frame;
    };
    return motion;
  }
  ANIMATE_ASSIGN_OR_RETURN(MocapClip clip, MocapClip::Parse(text));
  const auto shared = std::make_shared<const MocapClip>(std::move(clip));
  CharacterMotion motion;
  motion.duration_ = shared->duration();
  motion.yaw_degrees_ = 30.0;
  motion.at_ = [shared](double seconds) {
    return MocapFrame(*shared, seconds);
  };
  return motion;
}

absl::StatusOr<CharacterMotion> CharacterMotion::Open(const std::string& what,
                                                      uint64_t seed) {
  absl::StatusOr<CharacterMotion> named = Named(what, seed);
  if (named.ok()) return named;
  constexpr uintmax_t kMaxFileBytes = uintmax_t{1} << 28U;
  std::error_code error;
  if (!std::filesystem::is_regular_file(what, error)) return named;
  if (std::filesystem::file_size(what, error) > kMaxFileBytes) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(what, " is larger than 256 MiB"),
                     {.reason = "BAD_MOTION_FILE"});
  }
  std::ifstream file(what, std::ios::binary);
  if (!file) return named;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  absl::StatusOr<CharacterMotion> parsed = Parse(text);
  if (parsed.ok()) return parsed;
  return MakeError(parsed.status().code(),
                   absl::StrCat(what, ": ", parsed.status().message()),
                   {.reason = "BAD_MOTION_FILE"});
}

MotionFrame CharacterMotion::Neutral() { return Pose(NeutralAngles()); }

}  // namespace animate
