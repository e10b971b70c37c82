#include "client/pose_summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"

namespace animate {
namespace {

// Means over the frames that show the person.
struct SeenPoints {
  size_t frames = 0;
  double body = 0.0;
  double hands = 0.0;  // of both
  double face = 0.0;
  double feet = 0.0;
};

double CountSeen(absl::Span<const Keypoint> points) {
  return static_cast<double>(
      std::count_if(points.begin(), points.end(), [](const Keypoint& point) {
        return point.confidence >= kMinKeypointConfidence;
      }));
}

SeenPoints CountPoints(const PoseSequence& poses) {
  SeenPoints seen;
  for (const PersonPose& person : poses.frames) {
    if (person == PersonPose()) continue;
    ++seen.frames;
    seen.body += CountSeen(person.body);
    seen.hands += CountSeen(person.left_hand) + CountSeen(person.right_hand);
    seen.face += CountSeen(person.face);
    seen.feet += CountSeen(person.feet);
  }
  const double scale =
      1.0 / static_cast<double>(std::max<size_t>(seen.frames, 1));
  for (double* sum : {&seen.body, &seen.hands, &seen.face, &seen.feet}) {
    *sum *= scale;
  }
  return seen;
}

}  // namespace

nlohmann::json PoseSummaryJson(const PoseSequence& poses) {
  const SeenPoints seen = CountPoints(poses);
  return {{"frames", poses.frames.size()},
          {"width", poses.width},
          {"height", poses.height},
          {"fps", poses.fps},
          {"frames_with_person", seen.frames},
          {"body", seen.body},
          {"hands", seen.hands},
          {"face", seen.face},
          {"feet", seen.feet}};
}

std::string PoseSummaryText(const PoseSequence& poses) {
  const SeenPoints seen = CountPoints(poses);
  std::string text = absl::StrFormat("%d frame%s, %dx%d", poses.frames.size(),
                                     poses.frames.size() == 1 ? "" : "s",
                                     poses.width, poses.height);
  if (poses.fps > 0.0) absl::StrAppendFormat(&text, ", %.4g fps", poses.fps);
  if (seen.frames < poses.frames.size()) {
    absl::StrAppendFormat(&text, ", person in %d", seen.frames);
  }
  absl::StrAppendFormat(&text,
                        "; seen on average: body %.1f of 18, hands %.1f of 42, "
                        "face %.1f of 68, feet %.1f of 6",
                        seen.body, seen.hands, seen.face, seen.feet);
  return text;
}

std::vector<std::string> PoseSourceNotes(const LoadedPoses& loaded) {
  std::vector<std::string> notes;
  if (loaded.swapped) {
    notes.emplace_back(
        "red and blue are exchanged in these drawings; they were read the "
        "right way round");
  }
  if (loaded.frames_without_skeleton > 0) {
    notes.push_back(absl::StrFormat("%d of %d frames show no skeleton",
                                    loaded.frames_without_skeleton,
                                    loaded.poses.frames.size()));
  }
  return notes;
}

void PrintPoseResult(bool json, const nlohmann::json& result,
                     const std::string& text, const Console& console) {
  console.out << (json ? result.dump() : text) << std::endl;
}

ExitCode ReportLocalFault(const absl::Status& status, bool json,
                          const Console& console) {
  ReportError(status, json, console);
  return ExitCode::kLocalFailure;
}

}  // namespace animate
