#ifndef ANIMATE_ENGINE_DETECTOR_POSE_DETECTOR_H_
#define ANIMATE_ENGINE_DETECTOR_POSE_DETECTOR_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/pose/pose_frame.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Reasons of errors (engine/base/error.h).
inline constexpr char kNoPersonFound[] = "NO_PERSON_FOUND";
inline constexpr char kPoseDetectorMissing[] = "POSE_DETECTOR_MISSING";
inline constexpr char kPoseDetectorDamaged[] = "POSE_DETECTOR_DAMAGED";

enum class PoseBackend {
  kBlazePose,  // in models/detector: Apache-2.0, comes with the programs
  kDwPose,     // YOLOX and DWPose, files of the user
};

struct PoseDetectorOptions {
  PoseBackend backend = PoseBackend::kBlazePose;
  // Folder of the networks; empty is DefaultPoseDetectorDir().
  std::string folder;
};

// Whom to take where several people are seen.
enum class PersonRule {
  kMostVisible,  // highest mean confidence of the body; of equals the larger
  kLargest,
  kMostCentral,
  kIndex,  // counted from the left, by the middle of the body
};

struct PersonChoice {
  PersonRule rule = PersonRule::kMostVisible;
  size_t index = 0;  // for kIndex
};

struct DetectOptions {
  PersonChoice choice;
  // Where nobody is found, look at parts of the picture: finds people down to
  // 0.15 of its height instead of 0.5. Takes time only then.
  bool search_small_people = true;
  bool hands = true;
  bool face = true;
  // Polled before every network; may be null. Must outlive the call, and a
  // tracker made with it.
  const CancellationToken* cancellation = nullptr;
};

enum class PoseSmoothing {
  kNone,
  kOneEuro,        // causal, as BlazePose's makers do it
  kSavitzkyGolay,  // without delay; only Finish can do it
};

struct TrackOptions {
  DetectOptions detect;
  double fps = 24.0;  // (0, kMaxPoseFps]
  PoseSmoothing smoothing = PoseSmoothing::kOneEuro;
  // Finish mends swaps, jumps and gaps (engine/pose/pose_repair.h).
  bool repair = true;
};

// Follows one person through a clip. The person is chosen where somebody is
// seen first; where the track is lost, whoever is nearest to the last place is
// followed. Thread-compatible.
class PoseTracker {
 public:
  virtual ~PoseTracker() = default;

  // Returns the person's pose in the next frame; all confidences are 0 where
  // the person is not seen, which is no error. INVALID_ARGUMENT for an empty
  // picture, another size than the first one's, or more than kMaxPoseFrames;
  // the reason of the cancellation. After an error the frame does not count.
  virtual absl::StatusOr<PersonPose> Push(const RgbImage& frame) = 0;

  // Returns the motion over all frames pushed so far, repaired and smoothed as
  // asked. INVALID_ARGUMENT with reason NO_PERSON_FOUND when no frame shows a
  // person.
  virtual absl::StatusOr<PoseSequence> Finish() = 0;
};

// Finds the keypoints of people in pictures, in pixels, in the canonical layout
// (docs/pose.md); points outside of the picture and parts that are not seen
// have confidence 0. Same picture, same result.
//
// Thread-safe; detector and trackers of it take turns, one picture at a time.
// Sides up to kMaxPoseSide. A picture takes a bounded time whatever it shows:
// on one core about 0.2 s per person, and 3 s (in panoramas up to 8 s) when the
// search for small people finds nobody.
class PoseDetector {
 public:
  virtual ~PoseDetector() = default;

  // Returns everybody found, from left to right; the choice is ignored.
  // Nobody is no error. INVALID_ARGUMENT for an empty or too large picture;
  // the reason of the cancellation.
  virtual absl::StatusOr<PoseFrame> DetectPeople(
      const RgbImage& image, const DetectOptions& options) = 0;

  // Returns the chosen person: one in `people`. As DetectPeople, and
  // INVALID_ARGUMENT with reason NO_PERSON_FOUND when there is none, or fewer
  // than choice.index + 1.
  virtual absl::StatusOr<PoseFrame> DetectPerson(
      const RgbImage& image, const DetectOptions& options) = 0;

  // Returns a tracker for one clip. The detector must outlive it.
  // INVALID_ARGUMENT for options out of range.
  virtual absl::StatusOr<std::unique_ptr<PoseTracker>> NewTracker(
      const TrackOptions& options) = 0;
};

// Loads the networks and tries them once. FAILED_PRECONDITION, with what to do
// in the message: reason POSE_DETECTOR_MISSING when files are not there,
// POSE_DETECTOR_DAMAGED when they are not what they should be. About 1 s and
// 150 MB. Networks run on OpenCV's threads; see SetPoseDetectorThreads.
absl::StatusOr<std::unique_ptr<PoseDetector>> LoadPoseDetector(
    const PoseDetectorOptions& options);

// Where the networks are when nobody says it: $ANIMATE_POSE_DETECTOR_DIR, else
// the first folder there is of share/animate/detector beside the program's
// folder, and models/detector beside the program's folder or above it (a
// build's). Empty when there is none.
std::string DefaultPoseDetectorDir();

// Limits the threads that OpenCV computes with, process-wide. REQUIRES:
// num_threads >= 1, and no call running.
void SetPoseDetectorThreads(int num_threads);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_POSE_DETECTOR_H_
