// Any bytes as a file of poses, and what can be read fitted to a body.
#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "engine/pose/pose_import.h"
#include "engine/pose/pose_repair.h"
#include "engine/pose/pose_smoothing.h"
#include "engine/pose/retarget.h"
#include "tests/fuzz/fuzz_target.h"

namespace animate {
namespace {

// Stops the process unless all is as the headers promise.
void CheckAll(const PoseSequence& sequence) {
  if (!CheckPoseSequence(sequence).ok()) std::abort();
  for (const PersonPose& person : sequence.frames) {
    ForEachKeypoint(person, [](const Keypoint& point) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) std::abort();
    });
  }
}

}  // namespace
}  // namespace animate

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const animate::PoseFile file{
      .name = "poses",
      .bytes = std::string(reinterpret_cast<const char*>(data), size)};
  absl::StatusOr<animate::PoseSequence> poses = animate::ImportPoses(
      {&file, 1}, {.width = 512, .height = 768, .fps = 24.0});
  if (!poses.ok()) return 0;
  animate::CheckAll(*poses);
  animate::RepairPoses(*poses);
  animate::SmoothSavitzkyGolay(*poses);
  animate::CheckAll(*poses);
  const absl::StatusOr<animate::RetargetResult> result = animate::Retarget(
      *poses, {.width = 512, .height = 512, .person = poses->frames.back()},
      {.ground_lock = true});
  if (!result.ok()) std::abort();
  animate::CheckAll(result->poses);
  return 0;
}
