#include "engine/synth/clip_synthesizer.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/synth/figure_keypoints.h"
#include "engine/synth/scene.h"

namespace animate {
namespace {

absl::Status CheckRange(absl::string_view field, double value, double low,
                        double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(
      field, absl::StrCat("must be ", low, " to ", high, ", got ", value));
}

absl::Status CheckOptions(const ClipOptions& options) {
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("width", options.width, kMinSynthSide, kMaxSynthSide));
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("height", options.height, kMinSynthSide, kMaxSynthSide));
  ANIMATE_RETURN_IF_ERROR(
      CheckRange("frames", options.frames, 1, kMaxSynthFrames));
  ANIMATE_RETURN_IF_ERROR(CheckRange("fps", options.fps, 1.0, 240.0));
  return CheckRange("yaw_degrees", options.yaw_degrees.value_or(0.0), -3600.0,
                    3600.0);
}

// A file can send a body anywhere.
bool IsFinite(const Figure& figure) {
  double sum = figure.head.position.x + figure.pelvis.position.y + figure.lag.x;
  for (int side = 0; side < 2; ++side) {
    for (const Vector3& at : {figure.hand[side][12], figure.big_toe[side]}) {
      sum += at.x + at.y + at.z;
    }
  }
  return std::isfinite(sum);
}

}  // namespace

ClipSynthesizer::ClipSynthesizer(const Character& character, const Scene& scene,
                                 const View& view)
    : character_(character),
      renderer_(character, scene, view.width(), view.height()),
      view_(view) {}

absl::StatusOr<ClipSynthesizer> ClipSynthesizer::Create(
    const ClipOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(
      const CharacterMotion motion,
      CharacterMotion::Open(options.motion, options.motion_seed));
  const Character character = Character::FromSeed(options.character);
  return Create(character, Scene::ForCharacter(character, options.character),
                motion, options);
}

absl::StatusOr<ClipSynthesizer> ClipSynthesizer::Create(
    const Character& character, const Scene& scene,
    const CharacterMotion& motion, const ClipOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckOptions(options));
  const double yaw = options.yaw_degrees.value_or(motion.yaw_degrees());
  std::vector<Figure> figures;
  for (int i = 0; i < options.frames; ++i) {
    figures.push_back(PlaceFigure(character.body, motion, i / options.fps));
    if (!IsFinite(figures.back())) {
      return FieldError("motion",
                        absl::StrCat("leaves all bounds in frame ", i));
    }
  }
  // Turned so that it faces the camera, wherever that stands.
  MotionFrame neutral = CharacterMotion::Neutral();
  neutral.posture.root = AboutY(yaw * M_PI / 180.0) * neutral.posture.root;
  figures.push_back(PlaceFigure(character.body, neutral));
  const View view = View::Fit(
      character, figures,
      {.width = options.width, .height = options.height, .yaw_degrees = yaw});
  constexpr double kMinHeight = 16.0;  // pixels of the character
  if (!(view.scale() >= kMinHeight)) {
    return FieldError("motion", "goes too far to be seen in one picture");
  }
  ClipSynthesizer clip(character, scene, view);
  clip.fps_ = options.fps;
  clip.neutral_ = figures.back();
  figures.pop_back();
  clip.figures_ = std::move(figures);
  return clip;
}

RenderedFrame ClipSynthesizer::Reference() const {
  return renderer_.Render(neutral_, view_);
}

RenderedFrame ClipSynthesizer::Frame(int index) const {
  return renderer_.Render(figures_[static_cast<size_t>(index)], view_);
}

PersonPose ClipSynthesizer::ReferenceKeypoints() const {
  return FigureKeypoints(character_, neutral_, view_);
}

PersonPose ClipSynthesizer::Keypoints(int index) const {
  return FigureKeypoints(character_, figures_[static_cast<size_t>(index)],
                         view_);
}

}  // namespace animate
