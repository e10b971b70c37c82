#ifndef ANIMATE_ENGINE_DETECTOR_CLIP_TRACKER_H_
#define ANIMATE_ENGINE_DETECTOR_CLIP_TRACKER_H_

#include <array>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"
#include "engine/detector/landmark_filter.h"
#include "engine/detector/person_networks.h"
#include "engine/detector/pose_detector.h"

namespace animate {

// Follows a person from region to region, and searches the whole picture where
// that fails. The search for small people, which takes seconds, runs in the
// first frame and then every kSmallSearchInterval frames without anybody.
class ClipTracker : public PoseTracker {
 public:
  static constexpr size_t kSmallSearchInterval = 24;

  // `networks` are used while `turn` is held. Both must outlive the tracker.
  ClipTracker(const TrackOptions& options, Mutex& turn,
              PersonNetworks& networks) ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn);

  absl::StatusOr<PersonPose> Push(const RgbImage& frame) override;
  absl::StatusOr<PoseSequence> Finish() override;

 private:
  absl::Status CheckFrame(const RgbImage& frame) const;
  // Returns the person in `frame`, nullopt when not seen.
  absl::StatusOr<std::optional<Sighting>> Locate(const RgbImage& frame) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::StatusOr<std::optional<Sighting>> Search(const RgbImage& frame) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  PersonPose Accept(const Sighting& sighting)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  PersonPose AcceptMissing();
  void SmoothConfidences(PersonPose& person);
  void SmoothFrames(PoseSequence& sequence) const;

  const TrackOptions options_;
  Mutex& turn_;
  PersonNetworks* const networks_ ABSL_PT_GUARDED_BY(turn_);
  const SmoothingTraits traits_;

  int width_ = 0;
  int height_ = 0;
  std::optional<Region> region_;  // where to look next
  std::optional<Region> last_;    // where the person was seen last
  size_t missing_ = 0;            // frames since then
  LandmarkFilter points_filter_;
  LandmarkFilter axis_filter_;
  // Of body and feet in the last frame; nothing after a gap.
  std::vector<double> confidences_;
  std::vector<PersonPose> frames_;  // coordinates as found
  std::vector<double> sizes_;       // of the person in each frame; 0 missing
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_CLIP_TRACKER_H_
