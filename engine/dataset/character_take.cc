#include "engine/dataset/character_take.h"

#include <cmath>

#include "engine/pose/rotation.h"

namespace animate {
namespace {

constexpr double kMinHeight = 16.0;  // pixels of the character

// Turns a body about the vertical through where it began.
Figure TurnFigure(const Rotation& turn, Figure figure) {
  const auto turn_joint = [&](JointFrame& joint) {
    joint.position = Rotate(turn, joint.position);
    joint.rotation = turn * joint.rotation;
  };
  turn_joint(figure.pelvis);
  turn_joint(figure.chest);
  turn_joint(figure.head);
  for (int side = 0; side < 2; ++side) {
    for (JointFrame* joint :
         {&figure.shoulder[side], &figure.elbow[side], &figure.wrist[side],
          &figure.hip[side], &figure.knee[side], &figure.ankle[side]}) {
      turn_joint(*joint);
    }
    for (Vector3& point : figure.hand[side]) point = Rotate(turn, point);
    for (Vector3* point :
         {&figure.big_toe[side], &figure.small_toe[side], &figure.heel[side]}) {
      *point = Rotate(turn, *point);
    }
  }
  figure.lag = Rotate(turn, figure.lag);
  return figure;
}

Rotation AboutVertical(double degrees) {
  return AboutY(degrees * M_PI / 180.0);
}

}  // namespace

CharacterTake PlaceTake(const Character& character,
                        absl::Span<const MotionWindow> windows,
                        const TakeOptions& options) {
  CharacterTake take;
  const double yaw = windows.front().motion.yaw_degrees();
  MotionFrame neutral = CharacterMotion::Neutral();
  neutral.posture.root = AboutVertical(yaw) * neutral.posture.root;
  take.neutral = PlaceFigure(character.body, neutral);
  std::vector<Figure> all;
  for (const MotionWindow& window : windows) {
    // Each motion is seen from its own side.
    const double turn = yaw - window.motion.yaw_degrees();
    for (int i = 0; i < options.frames; ++i) {
      Figure figure = PlaceFigure(character.body, window.motion,
                                  window.start + i / options.fps);
      if (turn != 0.0) figure = TurnFigure(AboutVertical(turn), figure);
      all.push_back(figure);
    }
  }
  all.push_back(take.neutral);
  take.view = View::Fit(
      character, all,
      {.width = options.width, .height = options.height, .yaw_degrees = yaw});
  all.pop_back();
  take.figures = std::move(all);
  // Also false for a file's motion that is not finite.
  take.visible = take.view.scale() >= kMinHeight;
  return take;
}

}  // namespace animate
