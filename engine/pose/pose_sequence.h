#ifndef ANIMATE_ENGINE_POSE_POSE_SEQUENCE_H_
#define ANIMATE_ENGINE_POSE_POSE_SEQUENCE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "engine/pose/pose_frame.h"

namespace animate {

// The motion of one person on a canvas of width x height pixels with square
// pixels. A frame without the person has no keypoints of confidence > 0.
struct PoseSequence {
  int width = 0;
  int height = 0;
  double fps = 0.0;  // frames per second; 0 when it is not known
  std::vector<PersonPose> frames;
  friend bool operator==(const PoseSequence&, const PoseSequence&) = default;
};

// The people of a clip. Which is which may change from frame to frame.
struct PeopleSequence {
  int width = 0;
  int height = 0;
  double fps = 0.0;
  std::vector<std::vector<PersonPose>> frames;
};

inline constexpr int kMaxPoseSide = 8192;
inline constexpr size_t kMaxPoseFrames = 20'000;
inline constexpr double kMaxPoseFps = 1000.0;
inline constexpr double kMaxCoordinate = 1e5;  // pixels
inline constexpr size_t kMaxPeoplePerFrame = 100;

// Returns OK when both sides are in [1, kMaxPoseSide].
absl::Status CheckCanvas(int width, int height);

// Returns OK when the confidences of `person` are finite, and its points of
// confidence > 0 are finite and within +-kMaxCoordinate.
absl::Status CheckPerson(const PersonPose& person);

// Returns OK when canvas and rate are within the limits, there are 1 to
// kMaxPoseFrames frames, and each passes CheckPerson. The message names the
// first frame that does not.
absl::Status CheckPoseSequence(const PoseSequence& sequence);

// Sets points of confidence <= 0 to zero: their coordinates mean nothing.
void ClearMissing(PersonPose& person);

// Returns the mean confidence of the body.
double MeanBodyConfidence(const PersonPose& person);

// Follows one person through a clip. Without `person`, the one of the highest
// mean body confidence (the first of equals; Moore-AnimateAnyone's choice) in
// the first frame with anybody, and from there in each frame whoever is nearest
// to where that person was last, by the mean distance of the joints both
// have. With `person`, the one of that index in each frame; missing where there
// are fewer.
PoseSequence FollowPerson(const PeopleSequence& people,
                          std::optional<size_t> person = std::nullopt);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_SEQUENCE_H_
