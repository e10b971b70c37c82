#ifndef ANIMATE_TESTS_SUPPORT_STANDING_PERSON_H_
#define ANIMATE_TESTS_SUPPORT_STANDING_PERSON_H_

#include <array>
#include <utility>

#include "engine/pose/pose_sequence.h"

namespace animate {

// Somebody who stands upright: the 18 joints of the body, confidence 0.9, the
// rest missing. `x` is the middle of the hips, `ground` the ankles, pixels.
inline PersonPose StandingPerson(double x, double ground, double height) {
  // Parts of the height, from the middle and from the ground up.
  constexpr std::array<std::pair<double, double>, kNumBodyJoints> kJoints = {{
      {0.00, 0.92},    // nose
      {0.00, 0.82},    // neck
      {-0.11, 0.82},   // right shoulder: on the left of the picture
      {-0.16, 0.65},   // right elbow
      {-0.18, 0.50},   // right wrist
      {0.11, 0.82},    // left shoulder
      {0.16, 0.65},    // left elbow
      {0.18, 0.50},    // left wrist
      {-0.06, 0.50},   // right hip
      {-0.07, 0.26},   // right knee
      {-0.07, 0.00},   // right ankle
      {0.06, 0.50},    // left hip
      {0.07, 0.26},    // left knee
      {0.07, 0.00},    // left ankle
      {-0.02, 0.945},  // right eye
      {0.02, 0.945},   // left eye
      {-0.04, 0.93},   // right ear
      {0.04, 0.93},    // left ear
  }};
  PersonPose person;
  for (size_t joint = 0; joint < kJoints.size(); ++joint) {
    person.body[joint] = {.x = x + kJoints[joint].first * height,
                          .y = ground - kJoints[joint].second * height,
                          .confidence = 0.9};
  }
  return person;
}

// `frames` frames of somebody who walks to the right, two pixels per frame.
inline PoseSequence WalkingPerson(int width, int height, int frames) {
  PoseSequence motion{.width = width, .height = height, .fps = 24.0};
  for (int i = 0; i < frames; ++i) {
    motion.frames.push_back(
        StandingPerson(width * 0.4 + 2 * i, height * 0.95, height * 0.8));
  }
  return motion;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_STANDING_PERSON_H_
