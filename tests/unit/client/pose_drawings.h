#ifndef ANIMATE_TESTS_UNIT_CLIENT_POSE_DRAWINGS_H_
#define ANIMATE_TESTS_UNIT_CLIENT_POSE_DRAWINGS_H_

#include "engine/media/pose_drawing.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Somebody who stands and moves an arm, `frames` frames of 256x384 at 12 per
// second.
inline PoseSequence StandingPoses(int frames) {
  constexpr Keypoint kBody[kNumBodyJoints] = {
      {128, 60, 1},  {128, 95, 1},  {100, 97, 1},  {80, 135, 1},  {60, 170, 1},
      {156, 97, 1},  {176, 135, 1}, {200, 165, 1}, {113, 185, 1}, {107, 260, 1},
      {103, 334, 1}, {143, 186, 1}, {150, 261, 1}, {155, 335, 1}, {119, 50, 1},
      {137, 50, 1},  {107, 56, 1},  {149, 56, 1}};
  PoseSequence poses{.width = 256, .height = 384, .fps = 12.0};
  for (int t = 0; t < frames; ++t) {
    PersonPose person;
    for (size_t i = 0; i < kNumBodyJoints; ++i) person.body[i] = kBody[i];
    person.body[kLeftWrist].y -= 4.0 * t;
    poses.frames.push_back(person);
  }
  return poses;
}

// Frame `t` as a skeleton on the reference's canvas.
inline RgbImage DrawnPose(const PoseSequence& poses, size_t t) {
  return RenderPose({.width = poses.width,
                     .height = poses.height,
                     .people = {poses.frames[t]}},
                    512, 768);
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_CLIENT_POSE_DRAWINGS_H_
