#include "engine/pose/pose_sequence.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

// Mean distance of the joints that both have; infinite when there is none.
double MeanDistance(const PersonPose& a, const PersonPose& b) {
  double sum = 0.0;
  int count = 0;
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    const Keypoint& p = a.body[joint];
    const Keypoint& q = b.body[joint];
    if (p.confidence > kMinKeypointConfidence &&
        q.confidence > kMinKeypointConfidence) {
      sum += std::hypot(p.x - q.x, p.y - q.y);
      ++count;
    }
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::infinity();
}

const PersonPose& MostConfident(const std::vector<PersonPose>& people) {
  const PersonPose* best = &people[0];
  for (const PersonPose& person : people) {
    if (MeanBodyConfidence(person) > MeanBodyConfidence(*best)) best = &person;
  }
  return *best;
}

const PersonPose& Nearest(const std::vector<PersonPose>& people,
                          const PersonPose& last) {
  const PersonPose* nearest = nullptr;
  double smallest = std::numeric_limits<double>::infinity();
  for (const PersonPose& person : people) {
    const double distance = MeanDistance(person, last);
    if (distance < smallest) {
      smallest = distance;
      nearest = &person;
    }
  }
  return nearest != nullptr ? *nearest : MostConfident(people);
}

}  // namespace

absl::Status CheckCanvas(int width, int height) {
  if (width < 1 || height < 1 || width > kMaxPoseSide ||
      height > kMaxPoseSide) {
    return PoseError(absl::StrCat("the canvas of the poses must be 1 to ",
                                  kMaxPoseSide, " pixels wide and high, got ",
                                  width, "x", height));
  }
  return absl::OkStatus();
}

absl::Status CheckPerson(const PersonPose& person) {
  absl::Status status;
  size_t index = 0;
  ForEachKeypoint(person, [&](const Keypoint& point) {
    const bool usable =
        std::isfinite(point.confidence) &&
        (point.confidence <= 0.0 || (std::abs(point.x) <= kMaxCoordinate &&
                                     std::abs(point.y) <= kMaxCoordinate));
    if (!usable && status.ok()) {
      status = PoseError(absl::StrCat(
          "keypoint ", index, " is (", point.x, ", ", point.y,
          ") with confidence ", point.confidence,
          "; want finite numbers and coordinates within +-", kMaxCoordinate));
    }
    ++index;
  });
  return status;
}

absl::Status CheckPoseSequence(const PoseSequence& sequence) {
  ANIMATE_RETURN_IF_ERROR(CheckCanvas(sequence.width, sequence.height));
  if (!(sequence.fps >= 0.0 && sequence.fps <= kMaxPoseFps)) {
    return PoseError(absl::StrCat("the rate of the poses must be 0 to ",
                                  kMaxPoseFps, " frames per second, got ",
                                  sequence.fps));
  }
  if (sequence.frames.empty() || sequence.frames.size() > kMaxPoseFrames) {
    return PoseError(absl::StrCat("a pose sequence must have 1 to ",
                                  kMaxPoseFrames, " frames, got ",
                                  sequence.frames.size()));
  }
  for (size_t i = 0; i < sequence.frames.size(); ++i) {
    const absl::Status status = CheckPerson(sequence.frames[i]);
    if (!status.ok()) return PoseErrorAt(absl::StrCat("frame ", i), status);
  }
  return absl::OkStatus();
}

void ClearMissing(PersonPose& person) {
  ForEachKeypoint(person, [](Keypoint& point) {
    if (point.confidence <= 0.0) point = {};
  });
}

double MeanBodyConfidence(const PersonPose& person) {
  double sum = 0.0;
  for (const Keypoint& point : person.body) sum += point.confidence;
  return sum / static_cast<double>(kNumBodyJoints);
}

PoseSequence FollowPerson(const PeopleSequence& people,
                          std::optional<size_t> person) {
  PoseSequence sequence{
      .width = people.width, .height = people.height, .fps = people.fps};
  sequence.frames.resize(people.frames.size());
  const PersonPose* last = nullptr;
  for (size_t t = 0; t < people.frames.size(); ++t) {
    const std::vector<PersonPose>& frame = people.frames[t];
    if (person.has_value()) {
      if (*person < frame.size()) sequence.frames[t] = frame[*person];
      continue;
    }
    if (frame.empty()) continue;
    last = last == nullptr ? &MostConfident(frame) : &Nearest(frame, *last);
    sequence.frames[t] = *last;
  }
  return sequence;
}

}  // namespace animate
