#ifndef ANIMATE_CLIENT_POSE_SUMMARY_H_
#define ANIMATE_CLIENT_POSE_SUMMARY_H_

#include <string>

#include "absl/status/status.h"
#include "client/command.h"
#include "client/pose_files.h"
#include "engine/pose/pose_sequence.h"
#include "nlohmann/json.hpp"

namespace animate {

// What is in a sequence of poses: {"frames", "width", "height", "fps",
// "frames_with_person", "body", "hands", "face", "feet" (points seen, on
// average of the frames with a person)}.
nlohmann::json PoseSummaryJson(const PoseSequence& poses);

// "136 frames, 512x768, 30 fps; person in all; body 18.0 of 18, …"
std::string PoseSummaryText(const PoseSequence& poses);

// What a person should know about how poses were read; often nothing. One
// sentence each.
std::vector<std::string> PoseSourceNotes(const LoadedPoses& loaded);

// Prints the result of a command: `json` as one line, else `text`.
void PrintPoseResult(bool json, const nlohmann::json& result,
                     const std::string& text, const Console& console);

// Reports a fault on this side of the wire, whatever it is.
ExitCode ReportLocalFault(const absl::Status& status, bool json,
                          const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_SUMMARY_H_
