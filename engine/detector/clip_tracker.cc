#include "engine/detector/clip_tracker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/detector/network_pose_detector.h"
#include "engine/detector/people_search.h"
#include "engine/detector/person_choice.h"
#include "engine/pose/pose_repair.h"
#include "engine/pose/pose_smoothing.h"

namespace animate {
namespace {

// Smooths the points of `person` of confidence > 0.
void SmoothPoints(double size, LandmarkFilter& filter, PersonPose& person) {
  std::vector<bool> valid;
  std::vector<Point> points;
  ForEachKeypoint(person, [&](const Keypoint& keypoint) {
    valid.push_back(keypoint.confidence > 0.0);
    points.push_back(PointOf(keypoint));
  });
  filter.Smooth(size, valid, absl::MakeSpan(points));
  size_t next = 0;
  ForEachKeypoint(person, [&](Keypoint& keypoint) {
    const Point& point = points[next++];
    keypoint.x = point.x;
    keypoint.y = point.y;
  });
}

// Takes back points that were repaired away and that nothing came to fill:
// those at the ends of the clip have no neighbour on one side.
void RestoreUnfilled(const std::vector<PersonPose>& found,
                     std::vector<PersonPose>& repaired) {
  for (size_t i = 0; i < found.size(); ++i) {
    for (size_t j = 0; j < kNumKeypoints; ++j) {
      Keypoint& point = KeypointAt(repaired[i], j);
      if (!(point.confidence > 0.0)) point = KeypointAt(found[i], j);
    }
  }
}

}  // namespace

ClipTracker::ClipTracker(const TrackOptions& options, Mutex& turn,
                         PersonNetworks& networks)
    : options_(options),
      turn_(turn),
      networks_(&networks),
      traits_(networks.smoothing()),
      points_filter_(options.fps, traits_.points),
      axis_filter_(options.fps, traits_.axis) {}

absl::Status ClipTracker::CheckFrame(const RgbImage& frame) const {
  ANIMATE_RETURN_IF_ERROR(CheckPicture(frame));
  if (frames_.size() >= kMaxPoseFrames) {
    return absl::InvalidArgumentError(
        absl::StrCat("a clip may have ", kMaxPoseFrames, " frames at most"));
  }
  if (!frames_.empty() && (frame.width != width_ || frame.height != height_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("frame ", frames_.size(), " is ", frame.width, "x",
                     frame.height, ", the first one ", width_, "x", height_));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Sighting>> ClipTracker::Search(
    const RgbImage& frame) const {
  const bool small_people = options_.detect.search_small_people &&
                            missing_ % kSmallSearchInterval == 0;
  ANIMATE_ASSIGN_OR_RETURN(
      std::vector<Sighting> people,
      SearchPeople(frame,
                   {.small_people = small_people,
                    .cancellation = options_.detect.cancellation},
                   *networks_));
  const std::optional<size_t> chosen =
      last_ ? NearestPerson(people, *last_)
            : ChoosePerson(people, options_.detect.choice, frame.width,
                           frame.height);
  if (!chosen) return std::nullopt;
  return std::move(people[*chosen]);
}

absl::StatusOr<std::optional<Sighting>> ClipTracker::Locate(
    const RgbImage& frame) const {
  std::optional<Sighting> sighting;
  if (region_ && IsUsable(*region_)) {
    ANIMATE_RETURN_IF_ERROR(CheckCancellation(options_.detect.cancellation));
    ANIMATE_ASSIGN_OR_RETURN(sighting, networks_->FindBody(frame, *region_));
    if (sighting) {
      PersonPose inside = sighting->person;
      FinishPerson(frame.width, frame.height, inside);
      if (!ShowsSomebody(inside)) sighting.reset();
    }
  }
  if (!sighting) {
    ANIMATE_ASSIGN_OR_RETURN(sighting, Search(frame));
  }
  if (sighting) {
    ANIMATE_RETURN_IF_ERROR(CheckCancellation(options_.detect.cancellation));
    ANIMATE_RETURN_IF_ERROR(
        networks_->AddParts(frame, PartsOf(options_.detect), *sighting));
  }
  return sighting;
}

absl::StatusOr<PersonPose> ClipTracker::Push(const RgbImage& frame) {
  ANIMATE_RETURN_IF_ERROR(CheckFrame(frame));
  MutexLock turn(turn_);
  ANIMATE_ASSIGN_OR_RETURN(const std::optional<Sighting> sighting,
                           Locate(frame));
  width_ = frame.width;
  height_ = frame.height;
  return sighting ? Accept(*sighting) : AcceptMissing();
}

PersonPose ClipTracker::AcceptMissing() {
  region_.reset();
  ++missing_;
  points_filter_.Reset();
  axis_filter_.Reset();
  confidences_.clear();
  frames_.emplace_back();
  sizes_.push_back(0.0);
  return {};
}

void ClipTracker::SmoothConfidences(PersonPose& person) {
  const bool first = confidences_.empty();
  const double alpha = first ? 1.0 : traits_.confidence_alpha;
  confidences_.resize(kNumBodyJoints + kNumFootPoints);
  for (size_t i = 0; i < confidences_.size(); ++i) {
    double& confidence = KeypointAt(person, i).confidence;
    confidences_[i] = alpha * confidence + (1.0 - alpha) * confidences_[i];
    confidence = confidences_[i];
  }
}

PersonPose ClipTracker::Accept(const Sighting& sighting) {
  PersonPose person = sighting.person;
  std::array<Point, 2> axis = sighting.axis;
  PersonPose smooth = person;
  if (options_.smoothing != PoseSmoothing::kNone) {
    SmoothConfidences(person);
    smooth = person;
    if (options_.smoothing == PoseSmoothing::kOneEuro) {
      SmoothPoints(sighting.size, points_filter_, smooth);
    }
    axis_filter_.Smooth(sighting.size, {true, true}, absl::MakeSpan(axis));
  }
  FinishPerson(width_, height_, person);
  FinishPerson(width_, height_, smooth);
  region_ = networks_->RegionOf(axis);
  last_ = sighting.region;
  missing_ = 0;
  frames_.push_back(person);
  sizes_.push_back(sighting.size);
  return smooth;
}

void ClipTracker::SmoothFrames(PoseSequence& sequence) const {
  if (options_.smoothing == PoseSmoothing::kSavitzkyGolay) {
    SmoothSavitzkyGolay(sequence);
  }
  if (options_.smoothing != PoseSmoothing::kOneEuro) return;
  LandmarkFilter filter(options_.fps, traits_.points);
  double size = 0.0;
  for (size_t i = 0; i < sequence.frames.size(); ++i) {
    if (sizes_[i] > 0.0) size = sizes_[i];  // a filled gap has none
    SmoothPoints(size, filter, sequence.frames[i]);
  }
}

absl::StatusOr<PoseSequence> ClipTracker::Finish() {
  PoseSequence sequence{.width = width_,
                        .height = height_,
                        .fps = options_.fps,
                        .frames = frames_};
  if (!last_) {
    return NoPersonFound(absl::StrCat("no person was found in the ",
                                      frames_.size(), " frames of the clip"));
  }
  if (options_.repair) {
    RepairPoses(sequence);
    RestoreUnfilled(frames_, sequence.frames);
  }
  SmoothFrames(sequence);
  return sequence;
}

}  // namespace animate
