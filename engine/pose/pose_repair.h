#ifndef ANIMATE_ENGINE_POSE_POSE_REPAIR_H_
#define ANIMATE_ENGINE_POSE_POSE_REPAIR_H_

#include <cstddef>

#include "engine/pose/pose_sequence.h"

namespace animate {

// Mends what detectors get wrong. In this order, before smoothing. Points up to
// kMinKeypointConfidence count as missing. O(frames).

// Exchanges left and right of arms (with hands), legs (with feet) or head where
// they are swapped for at most 3 frames and exchanging them halves the way that
// the points have to go there and back. Returns the number of frames and parts
// changed.
size_t RepairSwaps(PoseSequence& sequence);

// Removes points that jump: farther from the median of the 5 frames around
// than 3 deviations (1.4826 times the median of the distances from it) and
// than 5 % of the torso's length, in x or y (Hampel's filter). Returns how
// many.
size_t RejectOutliers(PoseSequence& sequence);

// Fills points that are missing for at most `max_gap` frames on a straight line
// between the frames around, with 0.8 times the lower confidence of the two.
// Returns how many.
size_t FillGaps(PoseSequence& sequence, size_t max_gap = 5);

// All three. Returns how many points and parts were changed.
size_t RepairPoses(PoseSequence& sequence);

// Returns the median length of the torso (neck to the middle of the hips) over
// the frames that show it, else a quarter of the canvas's height.
double TorsoLength(const PoseSequence& sequence);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_POSE_REPAIR_H_
