#include "server/queue/job.h"

#include <numeric>

namespace animate {

bool IsTerminal(JobState state) {
  switch (state) {
    case JobState::kPending:
    case JobState::kRunning:
    case JobState::kCancelling:
      return false;
    case JobState::kSucceeded:
    case JobState::kFailed:
    case JobState::kCancelled:
    case JobState::kExpired:
      return true;
  }
  return true;
}

absl::string_view JobStateName(JobState state) {
  switch (state) {
    case JobState::kPending:
      return "pending";
    case JobState::kRunning:
      return "running";
    case JobState::kCancelling:
      return "cancelling";
    case JobState::kSucceeded:
      return "succeeded";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
    case JobState::kExpired:
      return "expired";
  }
  return "unknown";
}

absl::string_view PriorityName(Priority priority) {
  switch (priority) {
    case Priority::kInteractive:
      return "interactive";
    case Priority::kNormal:
      return "normal";
    case Priority::kBatch:
      return "batch";
  }
  return "unknown";
}

absl::string_view PoseKindName(PoseKind kind) {
  switch (kind) {
    case PoseKind::kImages:
      return "images";
    case PoseKind::kVideo:
      return "video";
    case PoseKind::kKeypoints:
      return "keypoints";
    case PoseKind::kDrivingVideo:
      return "driving_video";
  }
  return "unknown";
}

int64_t EncodedInputs::bytes() const {
  const size_t other =
      reference.size() + keypoints.frames.size() * sizeof(PersonPose);
  return std::accumulate(poses.begin(), poses.end(),
                         static_cast<int64_t>(other),
                         [](int64_t sum, const std::string& pose) {
                           return sum + static_cast<int64_t>(pose.size());
                         });
}

}  // namespace animate
