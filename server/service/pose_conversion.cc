#include "server/service/pose_conversion.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pose/keypoint_layout.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr char kLimitExceeded[] = "LIMIT_EXCEEDED";
constexpr char kBadPoseInput[] = "BAD_POSE_INPUT";
constexpr uint32_t kMaxRationalPart = std::numeric_limits<int32_t>::max();

// What the points of a frame are and count.
struct PointFormat {
  KeypointLayout layout = KeypointLayout::kOpenPose18;
  // Factors to pixels.
  double scale_x = 1.0;
  double scale_y = 1.0;
};

template <typename Value>
absl::Status OutOfRange(const std::string& field, Value value,
                        absl::string_view range) {
  return FieldError(field, absl::StrCat("must be ", range, ", got ", value),
                    kLimitExceeded);
}

absl::StatusOr<KeypointLayout> ParseLayout(v1::KeypointLayout layout,
                                           const std::string& field) {
  switch (layout) {
    case v1::KEYPOINT_LAYOUT_OPENPOSE_18:
      return KeypointLayout::kOpenPose18;
    case v1::KEYPOINT_LAYOUT_OPENPOSE_BODY_25:
      return KeypointLayout::kOpenPoseBody25;
    case v1::KEYPOINT_LAYOUT_COCO_17:
      return KeypointLayout::kCoco17;
    case v1::KEYPOINT_LAYOUT_COCO_WHOLEBODY_133:
      return KeypointLayout::kCocoWholeBody133;
    case v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134:
      return KeypointLayout::kDwposeWholeBody134;
    case v1::KEYPOINT_LAYOUT_OPENPOSE_18_HANDS_FACE_128:
      return KeypointLayout::kOpenPose18HandsFace128;
    case v1::KEYPOINT_LAYOUT_UNSPECIFIED:
      return FieldError(field, "is required");
    default:
      return FieldError(field, absl::StrCat("unknown value ", layout));
  }
}

// Whether coordinates are parts of the canvas, not pixels.
absl::StatusOr<bool> ParseNormalized(v1::CoordinateSpace space,
                                     const std::string& field) {
  switch (space) {
    case v1::COORDINATE_SPACE_PIXEL:
      return false;
    case v1::COORDINATE_SPACE_NORMALIZED:
      return true;
    case v1::COORDINATE_SPACE_UNSPECIFIED:
      return FieldError(field, "is required");
    default:
      return FieldError(field, absl::StrCat("unknown value ", space));
  }
}

// Reads one coordinate of a point that is there.
absl::StatusOr<double> ParseCoordinate(float value, double scale,
                                       const std::string& field) {
  const double pixels = static_cast<double>(value) * scale;
  if (std::isfinite(value) && std::abs(pixels) <= kMaxCoordinate) {
    return pixels;
  }
  const absl::string_view unit =
      scale == 1.0 ? "" : " pixels of the canvas after scaling";
  return OutOfRange(field, value,
                    absl::StrCat("finite and within +-", kMaxCoordinate, unit));
}

absl::Status CheckCounts(const v1::PoseFrame& frame, size_t count,
                         const std::string& field) {
  if (frame.xy_size() != static_cast<int>(2 * count)) {
    return FieldError(absl::StrCat(field, ".xy"),
                      absl::StrCat("must have ", 2 * count,
                                   " values, two for each point of the "
                                   "layout, got ",
                                   frame.xy_size()));
  }
  if (frame.confidence_size() != 0 &&
      frame.confidence_size() != static_cast<int>(count)) {
    return FieldError(absl::StrCat(field, ".confidence"),
                      absl::StrCat("must have no values or ", count,
                                   ", one for each point of the layout, got ",
                                   frame.confidence_size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<PersonPose> ParsePerson(const v1::PoseFrame& frame,
                                       const PointFormat& format,
                                       const std::string& field) {
  const size_t count = KeypointCount(format.layout);
  ANIMATE_RETURN_IF_ERROR(CheckCounts(frame, count, field));
  std::vector<Keypoint> points(count);
  for (int i = 0; i < static_cast<int>(count); ++i) {
    const float confidence =
        frame.confidence_size() == 0 ? 1.0f : frame.confidence(i);
    // Written so that NaN fails, too.
    if (!(confidence <= 1.0f && std::isfinite(confidence))) {
      return OutOfRange(absl::StrCat(field, ".confidence[", i, "]"), confidence,
                        "finite and at most 1");
    }
    if (confidence <= 0.0f) continue;
    Keypoint& point = points[static_cast<size_t>(i)];
    point.confidence = static_cast<double>(confidence);
    ANIMATE_ASSIGN_OR_RETURN(
        point.x, ParseCoordinate(frame.xy(2 * i), format.scale_x,
                                 absl::StrCat(field, ".xy[", 2 * i, "]")));
    ANIMATE_ASSIGN_OR_RETURN(
        point.y, ParseCoordinate(frame.xy(2 * i + 1), format.scale_y,
                                 absl::StrCat(field, ".xy[", 2 * i + 1, "]")));
  }
  return PersonFromLayout(format.layout, points);
}

bool ShowsSomebody(const PersonPose& person) {
  bool seen = false;
  ForEachKeypoint(person, [&seen](const Keypoint& point) {
    seen = seen || point.confidence > 0.0;
  });
  return seen;
}

// Frames in a serialized PoseSequence, without unpacking them; nullopt when it
// cannot be read.
std::optional<size_t> CountFrames(absl::string_view bytes) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(bytes.data()),
      static_cast<int>(bytes.size()));
  size_t frames = 0;
  while (const uint32_t tag = input.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) ==
        v1::PoseSequence::kFramesFieldNumber) {
      ++frames;
    }
    if (!WireFormatLite::SkipField(&input, tag)) return std::nullopt;
  }
  return input.ConsumedEntireMessage() ? std::optional(frames) : std::nullopt;
}

absl::StatusOr<v1::PoseSequence> ParseMessage(absl::string_view bytes,
                                              const std::string& field) {
  if (bytes.size() > kMaxPoseSequenceBytes) {
    return OutOfRange(
        field, bytes.size(),
        absl::StrCat("at most ", kMaxPoseSequenceBytes, " bytes"));
  }
  // An empty frame is two bytes here and a hundred in memory.
  const std::optional<size_t> frames = CountFrames(bytes);
  if (frames.value_or(0) > kMaxPoseFrames) {
    return OutOfRange(absl::StrCat(field, ".frames"), *frames,
                      absl::StrCat("at most ", kMaxPoseFrames));
  }
  v1::PoseSequence message;
  if (!frames.has_value() ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return FieldError(field, "is not a serialized animate.v1.PoseSequence",
                      kBadPoseInput);
  }
  return message;
}

absl::StatusOr<double> ParseFps(const v1::PoseSequence& message,
                                const std::string& field, double standard) {
  if (!message.has_fps()) return standard;
  const auto check = [&](uint32_t part, const char* name) {
    return part >= 1 && part <= kMaxRationalPart
               ? absl::OkStatus()
               : OutOfRange(absl::StrCat(field, ".fps.", name), part,
                            absl::StrCat("in [1, ", kMaxRationalPart, "]"));
  };
  ANIMATE_RETURN_IF_ERROR(check(message.fps().numerator(), "numerator"));
  ANIMATE_RETURN_IF_ERROR(check(message.fps().denominator(), "denominator"));
  const double fps = static_cast<double>(message.fps().numerator()) /
                     static_cast<double>(message.fps().denominator());
  if (fps > kMaxPoseFps) {
    return OutOfRange(absl::StrCat(field, ".fps"), fps,
                      absl::StrCat("at most ", kMaxPoseFps, " per second"));
  }
  return fps;
}

absl::StatusOr<int> ParseSide(uint32_t side, const std::string& field) {
  if (side < 1 || side > static_cast<uint32_t>(kMaxPoseSide)) {
    return OutOfRange(field, side, absl::StrCat("in [1, ", kMaxPoseSide, "]"));
  }
  return static_cast<int>(side);
}

absl::Status CheckTimes(const v1::PoseSequence& message,
                        const std::string& field) {
  std::optional<int64_t> last;
  for (int i = 0; i < message.frames_size(); ++i) {
    const v1::PoseFrame& frame = message.frames(i);
    if (!frame.has_pts_us()) continue;
    if (frame.pts_us() < 0 || frame.pts_us() <= last.value_or(-1)) {
      return FieldError(
          absl::StrCat(field, ".frames[", i, "].pts_us"),
          absl::StrCat("must be >= 0 and ascend, got ", frame.pts_us()));
    }
    last = frame.pts_us();
  }
  return absl::OkStatus();
}

absl::StatusOr<RetargetMode> ParseMode(v1::RetargetOptions::Mode mode) {
  switch (mode) {
    case v1::RetargetOptions::MODE_NONE:
      return RetargetMode::kNone;
    case v1::RetargetOptions::MODE_SIMILARITY:
      return RetargetMode::kSimilarity;
    case v1::RetargetOptions::MODE_ANCHOR_FRAME:
      return RetargetMode::kAnchorFrame;
    case v1::RetargetOptions::MODE_UNSPECIFIED:
    case v1::RetargetOptions::MODE_SEQUENCE:
      return RetargetMode::kSequence;
    default:
      return FieldError("spec.retarget.mode",
                        absl::StrCat("unknown value ", mode));
  }
}

v1::RetargetOptions::Mode ModeMessage(RetargetMode mode) {
  switch (mode) {
    case RetargetMode::kNone:
      return v1::RetargetOptions::MODE_NONE;
    case RetargetMode::kSimilarity:
      return v1::RetargetOptions::MODE_SIMILARITY;
    case RetargetMode::kAnchorFrame:
      return v1::RetargetOptions::MODE_ANCHOR_FRAME;
    case RetargetMode::kSequence:
      return v1::RetargetOptions::MODE_SEQUENCE;
  }
  return v1::RetargetOptions::MODE_UNSPECIFIED;
}

absl::Status ParseReferencePose(const v1::RetargetOptions& retarget,
                                RetargetSpec& out) {
  const std::string field = "spec.retarget.reference_pose";
  PointFormat format;
  ANIMATE_ASSIGN_OR_RETURN(format.layout,
                           ParseLayout(retarget.reference_layout(),
                                       "spec.retarget.reference_layout"));
  ANIMATE_ASSIGN_OR_RETURN(out.reference_normalized,
                           ParseNormalized(retarget.reference_space(),
                                           "spec.retarget.reference_space"));
  // The size of the reference picture is not known yet.
  ANIMATE_ASSIGN_OR_RETURN(
      const PersonPose person,
      ParsePerson(retarget.reference_pose(), format, field));
  if (!ShowsSomebody(person)) {
    return FieldError(field, "has no point of confidence > 0");
  }
  out.reference_pose = person;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PoseSequence> ParsePoseSequence(absl::string_view bytes,
                                               const std::string& field,
                                               const PoseSequenceUse& use) {
  ANIMATE_ASSIGN_OR_RETURN(const v1::PoseSequence message,
                           ParseMessage(bytes, field));
  PoseSequence sequence;
  PointFormat format;
  ANIMATE_ASSIGN_OR_RETURN(
      format.layout,
      ParseLayout(message.layout(), absl::StrCat(field, ".layout")));
  ANIMATE_ASSIGN_OR_RETURN(
      const bool normalized,
      ParseNormalized(message.space(), absl::StrCat(field, ".space")));
  ANIMATE_ASSIGN_OR_RETURN(
      sequence.width,
      ParseSide(message.width(), absl::StrCat(field, ".width")));
  ANIMATE_ASSIGN_OR_RETURN(
      sequence.height,
      ParseSide(message.height(), absl::StrCat(field, ".height")));
  ANIMATE_ASSIGN_OR_RETURN(sequence.fps, ParseFps(message, field, use.fps));
  if (message.frames_size() < use.num_frames) {
    return FieldError(
        absl::StrCat(field, ".frames"),
        absl::StrCat("must be at least spec.frame_count = ", use.num_frames,
                     ", got ", message.frames_size()),
        "POSE_COUNT_MISMATCH");
  }
  ANIMATE_RETURN_IF_ERROR(CheckTimes(message, field));
  if (normalized) {
    format.scale_x = sequence.width;
    format.scale_y = sequence.height;
  }
  bool somebody = false;
  sequence.frames.reserve(static_cast<size_t>(use.num_frames));
  for (int i = 0; i < message.frames_size(); ++i) {
    ANIMATE_ASSIGN_OR_RETURN(
        const PersonPose person,
        ParsePerson(message.frames(i), format,
                    absl::StrCat(field, ".frames[", i, "]")));
    if (i >= use.num_frames) continue;
    somebody = somebody || ShowsSomebody(person);
    sequence.frames.push_back(person);
  }
  if (!somebody) {
    return FieldError(absl::StrCat(field, ".frames"),
                      "nobody is in them: no point has a confidence > 0",
                      kBadPoseInput);
  }
  return sequence;
}

absl::StatusOr<RetargetSpec> ParseRetarget(const v1::RetargetOptions& retarget,
                                           int num_frames) {
  RetargetSpec out;
  ANIMATE_ASSIGN_OR_RETURN(out.options.mode, ParseMode(retarget.mode()));
  out.mode_named = retarget.mode() != v1::RetargetOptions::MODE_UNSPECIFIED;
  if (retarget.anchor_frame() >= static_cast<uint32_t>(num_frames)) {
    return OutOfRange(
        "spec.retarget.anchor_frame", retarget.anchor_frame(),
        absl::StrCat("less than spec.frame_count = ", num_frames));
  }
  out.options.anchor_frame = retarget.anchor_frame();
  out.options.ground_lock = retarget.ground_lock();
  if (retarget.has_confidence_threshold()) {
    const float threshold = retarget.confidence_threshold();
    if (!(threshold >= 0.0f && threshold <= 1.0f)) {
      return OutOfRange("spec.retarget.confidence_threshold", threshold,
                        "in [0, 1]");
    }
    out.options.confidence_threshold = static_cast<double>(threshold);
  }
  if (retarget.has_reference_pose()) {
    ANIMATE_RETURN_IF_ERROR(ParseReferencePose(retarget, out));
  }
  return out;
}

v1::RetargetOptions ToProto(const RetargetSpec& retarget) {
  v1::RetargetOptions out;
  const RetargetOptions& options = retarget.options;
  out.set_mode(ModeMessage(options.mode));
  out.set_anchor_frame(static_cast<uint32_t>(options.anchor_frame.value_or(0)));
  out.set_ground_lock(options.ground_lock);
  out.set_confidence_threshold(
      static_cast<float>(options.confidence_threshold));
  return out;
}

v1::RetargetReport ToProto(const RetargetOutcome& outcome) {
  const RetargetReport& report = outcome.report;
  v1::RetargetReport out;
  out.set_global_scale(static_cast<float>(report.global_scale));
  for (const auto& [name, ratio] : report.ratio) {
    (*out.mutable_ratio())[name] = static_cast<float>(ratio);
  }
  for (const std::string& name : report.clamped) out.add_clamped(name);
  out.set_root(report.root);
  for (const std::string& warning : report.warnings) out.add_warnings(warning);
  out.set_mode(ModeMessage(outcome.mode));
  out.set_anchor_frame(static_cast<uint32_t>(report.anchor_frame));
  out.set_ground_locked(report.ground_locked);
  out.set_outside(static_cast<float>(report.outside));
  out.set_reference_detected(outcome.reference_detected);
  return out;
}

}  // namespace animate
