#ifndef ANIMATE_ENGINE_POSE_RETARGET_H_
#define ANIMATE_ENGINE_POSE_RETARGET_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/pose/body_ratios.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// How the driving body becomes the reference's.
enum class RetargetMode {
  kNone,         // the motion is used as it is, on its own canvas
  kSimilarity,   // one scale and one shift for the whole clip
  kAnchorFrame,  // every bone gets the reference's length, measured in one
                 // frame
  kSequence,     // every class of bones does, measured over the clip
};

// "none", "similarity", "anchor_frame", "sequence": for logs and reports.
absl::string_view RetargetModeName(RetargetMode mode);

struct RetargetOptions {
  RetargetMode mode = RetargetMode::kSequence;
  // The driving frame that is put where the reference stands, < frames. The
  // next frame that shows the root is taken. Default: the first such.
  std::optional<size_t> anchor_frame;
  // Moves each frame up or down so that the lower ankle is as far above the
  // reference's ground as the driver's is above its own, scaled: feet neither
  // sink nor float. Needs hips and ankles of both.
  bool ground_lock = false;
  // Points up to this confidence take no part in measurements, [0, 1].
  double confidence_threshold = kMinKeypointConfidence;
  RatioClamps clamps;  // kSequence only
};

// The character to be driven, in pixels of the picture to be made.
struct ReferencePose {
  int width = 0;
  int height = 0;
  PersonPose person;
};

// What the fitting did.
struct RetargetReport {
  double global_scale = 1.0;            // reference over driver
  std::map<std::string, double> ratio;  // as BodyRatios::by_name
  std::vector<std::string> clamped;
  std::string root = "none";  // "mid_hip", "neck": what was put in place
  size_t anchor_frame = 0;
  bool ground_locked = false;
  // Part of the seen joints of the body that are outside the canvas.
  double outside = 0.0;
  std::vector<std::string> warnings;  // one sentence each
};

struct RetargetResult {
  PoseSequence poses;  // on the reference's canvas (kNone: the driver's)
  RetargetReport report;
};

// Fits the motion of `driving` to the body of `reference`: directions of bones
// and what is seen stay as they are, lengths become the reference's, places
// start at the reference's root and move by its legs' length. The paper
// asks for this without saying how; the method (lengths of classes of bones
// over the whole sequence, clamped) is described in docs/pose.md.
//
// A reference or driver of which neither hips nor neck are seen cannot be
// measured: the motion is then fitted into the canvas as a whole, with a
// warning. Points that end up farther than kMaxCoordinate become missing.
// Deterministic; O(frames). Returns INVALID_ARGUMENT when driving, reference or
// options are not valid; the result always is.
absl::StatusOr<RetargetResult> Retarget(const PoseSequence& driving,
                                        const ReferencePose& reference,
                                        const RetargetOptions& options);

}  // namespace animate

#endif  // ANIMATE_ENGINE_POSE_RETARGET_H_
