#ifndef ANIMATE_TESTS_UNIT_ENGINE_POSE_PLANAR_BODY_H_
#define ANIMATE_TESTS_UNIT_ENGINE_POSE_PLANAR_BODY_H_

#include <array>
#include <cstdint>

#include "engine/pose/pose_sequence.h"
#include "engine/pose/retarget.h"

namespace animate {

// A body that moves in the plane of the picture: all that there is to know
// about it, so that tests have an exact answer. Lengths in pixels.
struct PlanarBody {
  double torso, shoulder, pelvis, neck, head;
  double upper_arm, forearm, hand;
  double thigh, shin, foot;

  double leg() const { return thigh + shin; }
  // Of the standing body, ground to nose.
  double height() const { return leg() + torso + neck; }
};

PlanarBody TallBody();
PlanarBody ChibiBody();
PlanarBody Scaled(PlanarBody body, double factor);

// How a body is posed: angles in radians from hanging straight down, right
// side first, positive towards the right of the picture. The rest is in lengths
// of the leg, so that bodies of other proportions do the same.
struct PlanarPose {
  double torso = 0.0;
  double head = 0.0;
  std::array<double, 2> upper_arm{-0.2, 0.2};
  std::array<double, 2> forearm{-0.1, 0.1};
  std::array<double, 2> thigh{-0.05, 0.05};
  std::array<double, 2> shin{-0.05, 0.05};
  double hips_x = 0.0;  // to the right
  double jump = 0.0;    // of the lower ankle above the ground
};

// Forward kinematics: all 134 points, confidence 0.9. `at` is where the hips
// are when hips_x is 0, and the ground.
struct Stage {
  double x = 0.0;
  double ground = 0.0;
};
PersonPose PlacePlanar(const PlanarBody& body, const PlanarPose& pose,
                       const Stage& stage);

// Dances, squats and jumps. Frame 0 stands.
PlanarPose DancePose(int frame);

// 72 frames of DancePose on a canvas of 1024x1024, 24 frames per second.
PoseSequence Dance(const PlanarBody& body, const Stage& stage, int frames = 72);

// The body standing as in frame 0, on a canvas of 512x768.
ReferencePose Standing(const PlanarBody& body, const Stage& stage);

// Clamps that never act.
RatioClamps NoClamps();

// The largest distance, in pixels, between points of the same name; infinite
// when one has a point that the other has not, or a coordinate is not finite.
double LargestDifference(const PersonPose& a, const PersonPose& b);
double LargestDifference(const PoseSequence& a, const PoseSequence& b);

// Turns all seen points by x -> factor * x + (dx, dy).
PersonPose Moved(PersonPose person, double factor, double dx, double dy);

// Numbers that are the same everywhere.
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next();
  double Uniform();  // [0, 1)
  double Normal();   // mean 0, deviation 1

 private:
  uint64_t state_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_POSE_PLANAR_BODY_H_
