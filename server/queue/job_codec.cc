#include "server/queue/job_codec.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/queue/field_bytes.h"

namespace animate {
namespace {

constexpr uint64_t kSpecVersion = 1;
constexpr uint64_t kInputsVersion = 1;
constexpr uint64_t kRetargetOutcomeVersion = 1;

constexpr uint64_t kMaxVersion = 255;  // beyond is damage, not progress

constexpr size_t kLeastStringBytes = 8;
constexpr int kMaxInt = std::numeric_limits<int>::max();

absl::Status CorruptError(absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat(what, " in the store cannot be read"),
                   {.reason = "STORE_CORRUPT"});
}

absl::Status CheckVersion(absl::string_view what, FieldReader& fields,
                          uint64_t newest) {
  const uint64_t version = fields.TakeUint();
  if (!fields.ok() || version == 0 || version > kMaxVersion) {
    return CorruptError(what);
  }
  if (version <= newest) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(what, " in the store has format ", version,
                   "; this build knows formats up to ", newest,
                   ": use the newer server, or another store folder"),
      {.reason = "STORE_TOO_NEW"});
}

// Limits that let through whatever once was accepted.
Limits NoLimits() {
  return {.size_multiple = 1,
          .min_side = 1,
          .max_side = kMaxInt,
          .max_pixels = std::numeric_limits<int64_t>::max(),
          .max_frames = kMaxInt,
          .max_steps = kMaxInt,
          .max_guidance_scale = std::numeric_limits<double>::max(),
          .max_context_frames = kMaxInt};
}

void PutOptional(const std::optional<int>& value, FieldWriter& fields) {
  fields.PutBool(value.has_value());
  fields.PutInt(value.value_or(0));
}

std::optional<int> TakeOptionalInt(FieldReader& fields) {
  const bool there = fields.TakeBool();
  const int value = fields.TakeIntIn(-kMaxInt - 1, kMaxInt);
  return there ? std::optional(value) : std::nullopt;
}

template <typename Enum>
void PutOptionalEnum(const std::optional<Enum>& value, FieldWriter& fields) {
  fields.PutBool(value.has_value());
  fields.PutInt(value.has_value() ? static_cast<int>(*value) : 0);
}

template <typename Enum>
std::optional<Enum> TakeOptionalEnum(Enum last, FieldReader& fields) {
  const bool there = fields.TakeBool();
  const Enum value = fields.TakeEnum(last);
  return there ? std::optional(value) : std::nullopt;
}

void PutAnimation(const AnimationParameters& p, FieldWriter& fields) {
  fields.PutInt(p.width);
  fields.PutInt(p.height);
  fields.PutInt(p.num_frames);
  fields.PutDouble(p.fps);
  fields.PutInt(p.num_inference_steps);
  fields.PutDouble(p.guidance_scale);
  fields.PutUint(p.seed);
  PutOptionalEnum(p.beta_schedule, fields);
  PutOptional(p.context_frames, fields);
  PutOptional(p.context_overlap, fields);
  PutOptionalEnum(p.context_schedule, fields);
  PutOptionalEnum(p.noise_mode, fields);
}

AnimationParameters TakeAnimation(FieldReader& fields) {
  AnimationParameters p;
  p.width = fields.TakeIntIn(1, kMaxInt);
  p.height = fields.TakeIntIn(1, kMaxInt);
  p.num_frames = fields.TakeIntIn(1, kMaxInt);
  p.fps = fields.TakeDouble();
  p.num_inference_steps = fields.TakeIntIn(1, kMaxInt);
  p.guidance_scale = fields.TakeDouble();
  p.seed = fields.TakeUint();
  p.beta_schedule = TakeOptionalEnum(BetaSchedule::kScaledLinear, fields);
  p.context_frames = TakeOptionalInt(fields);
  p.context_overlap = TakeOptionalInt(fields);
  p.context_schedule = TakeOptionalEnum(ContextSchedule::kEdge, fields);
  p.noise_mode = TakeOptionalEnum(NoiseMode::kShared, fields);
  return p;
}

void PutPerson(const PersonPose& person, FieldWriter& fields) {
  ForEachKeypoint(person, [&fields](const Keypoint& keypoint) {
    fields.PutDouble(keypoint.x);
    fields.PutDouble(keypoint.y);
    fields.PutDouble(keypoint.confidence);
  });
}

PersonPose TakePerson(FieldReader& fields) {
  PersonPose person;
  ForEachKeypoint(person, [&fields](Keypoint& keypoint) {
    keypoint.x = fields.TakeDouble();
    keypoint.y = fields.TakeDouble();
    keypoint.confidence = fields.TakeDouble();
  });
  return person;
}

void PutRetarget(const RetargetSpec& retarget, FieldWriter& fields) {
  const RetargetOptions& options = retarget.options;
  fields.PutInt(static_cast<int>(options.mode));
  fields.PutBool(options.anchor_frame.has_value());
  fields.PutUint(options.anchor_frame.value_or(0));
  fields.PutBool(options.ground_lock);
  fields.PutDouble(options.confidence_threshold);
  for (const double clamp :
       {options.clamps.limb, options.clamps.width, options.clamps.neck,
        options.clamps.head, options.clamps.hand, options.clamps.foot}) {
    fields.PutDouble(clamp);
  }
  fields.PutBool(retarget.mode_named);
  fields.PutBool(retarget.reference_normalized);
  fields.PutBool(retarget.reference_pose.has_value());
  if (retarget.reference_pose.has_value()) {
    PutPerson(*retarget.reference_pose, fields);
  }
}

RetargetSpec TakeRetarget(FieldReader& fields) {
  RetargetSpec retarget;
  RetargetOptions& options = retarget.options;
  options.mode = fields.TakeEnum(RetargetMode::kSequence);
  const bool has_anchor = fields.TakeBool();
  const auto anchor = static_cast<size_t>(fields.TakeUint());
  if (has_anchor) options.anchor_frame = anchor;
  options.ground_lock = fields.TakeBool();
  options.confidence_threshold = fields.TakeDouble();
  for (double* clamp :
       {&options.clamps.limb, &options.clamps.width, &options.clamps.neck,
        &options.clamps.head, &options.clamps.hand, &options.clamps.foot}) {
    *clamp = fields.TakeDouble();
  }
  retarget.mode_named = fields.TakeBool();
  retarget.reference_normalized = fields.TakeBool();
  if (fields.TakeBool()) retarget.reference_pose = TakePerson(fields);
  return retarget;
}

void PutStrings(const std::vector<std::string>& strings, FieldWriter& fields) {
  fields.PutUint(strings.size());
  for (const std::string& text : strings) fields.PutString(text);
}

std::vector<std::string> TakeStrings(FieldReader& fields) {
  std::vector<std::string> strings(fields.TakeCount(kLeastStringBytes));
  for (std::string& text : strings) text = fields.TakeString();
  return strings;
}

}  // namespace

std::string EncodeJobSpec(const JobSpec& spec) {
  FieldWriter fields;
  fields.PutUint(kSpecVersion);
  PutAnimation(*spec.animation, fields);
  fields.PutInt(static_cast<int>(spec.output_format));
  fields.PutInt(spec.quality);
  fields.PutInt(static_cast<int>(spec.priority));
  fields.PutDuration(spec.queue_timeout);
  fields.PutDuration(spec.execution_timeout);
  fields.PutInt(static_cast<int>(spec.on_disconnect));
  fields.PutDuration(spec.disconnect_grace);
  fields.PutDuration(spec.ttl);
  fields.PutUint(spec.labels.size());
  for (const auto& [key, value] : spec.labels) {
    fields.PutString(key);
    fields.PutString(value);
  }
  fields.PutString(spec.model);
  fields.PutBool(spec.retarget.has_value());
  if (spec.retarget.has_value()) PutRetarget(*spec.retarget, fields);
  return fields.Take();
}

absl::StatusOr<JobSpec> DecodeJobSpec(absl::string_view bytes) {
  constexpr absl::string_view kWhat = "the description of a job";
  FieldReader fields(bytes);
  ANIMATE_RETURN_IF_ERROR(CheckVersion(kWhat, fields, kSpecVersion));
  const AnimationParameters parameters = TakeAnimation(fields);
  if (!fields.ok()) return CorruptError(kWhat);
  absl::StatusOr<AnimationSpec> animation =
      AnimationSpec::Create(parameters, NoLimits());
  if (!animation.ok()) return CorruptError(kWhat);
  JobSpec spec{.animation = *animation};
  spec.output_format = fields.TakeEnum(OutputFormat::kRawRgb8);
  spec.quality = fields.TakeIntIn(1, 100);
  spec.priority = fields.TakeEnum(Priority::kBatch);
  spec.queue_timeout = fields.TakeDuration();
  spec.execution_timeout = fields.TakeDuration();
  spec.on_disconnect = fields.TakeEnum(OnDisconnect::kDetach);
  spec.disconnect_grace = fields.TakeDuration();
  spec.ttl = fields.TakeDuration();
  const size_t labels = fields.TakeCount(2 * kLeastStringBytes);
  for (size_t i = 0; i < labels; ++i) {
    std::string key = fields.TakeString();
    spec.labels[std::move(key)] = fields.TakeString();
  }
  spec.model = fields.TakeString();
  if (fields.TakeBool()) spec.retarget = TakeRetarget(fields);
  if (!fields.AtEnd()) return CorruptError(kWhat);
  return spec;
}

StoredInputs PackInputs(EncodedInputs inputs) {
  FieldWriter fields;
  fields.PutUint(kInputsVersion);
  fields.PutInt(static_cast<int>(inputs.pose_kind));
  fields.PutInt(static_cast<int>(inputs.channels));
  fields.PutInt(inputs.keypoints.width);
  fields.PutInt(inputs.keypoints.height);
  fields.PutDouble(inputs.keypoints.fps);
  fields.PutUint(inputs.keypoints.frames.size());
  for (const PersonPose& person : inputs.keypoints.frames) {
    PutPerson(person, fields);
  }
  StoredInputs parts;
  parts.reserve(2 + inputs.poses.size());
  parts.push_back(fields.Take());
  parts.push_back(std::move(inputs.reference));
  for (std::string& pose : inputs.poses) parts.push_back(std::move(pose));
  return parts;
}

absl::StatusOr<EncodedInputs> UnpackInputs(StoredInputs parts) {
  constexpr absl::string_view kWhat = "the input of a job";
  constexpr size_t kPersonBytes = kNumKeypoints * 3 * sizeof(double);
  if (parts.size() < 2) return CorruptError(kWhat);
  FieldReader fields(parts[0]);
  ANIMATE_RETURN_IF_ERROR(CheckVersion(kWhat, fields, kInputsVersion));
  EncodedInputs inputs;
  inputs.pose_kind = fields.TakeEnum(PoseKind::kDrivingVideo);
  inputs.channels = fields.TakeEnum(SkeletonChannels::kAuto);
  inputs.keypoints.width = fields.TakeIntIn(0, kMaxInt);
  inputs.keypoints.height = fields.TakeIntIn(0, kMaxInt);
  inputs.keypoints.fps = fields.TakeDouble();
  inputs.keypoints.frames.resize(fields.TakeCount(kPersonBytes));
  for (PersonPose& person : inputs.keypoints.frames) {
    person = TakePerson(fields);
  }
  if (!fields.AtEnd()) return CorruptError(kWhat);
  inputs.reference = std::move(parts[1]);
  for (size_t i = 2; i < parts.size(); ++i) {
    inputs.poses.push_back(std::move(parts[i]));
  }
  return inputs;
}

std::string EncodeRetargetOutcome(const RetargetOutcome& outcome) {
  const RetargetReport& report = outcome.report;
  FieldWriter fields;
  fields.PutUint(kRetargetOutcomeVersion);
  fields.PutInt(static_cast<int>(outcome.mode));
  fields.PutBool(outcome.reference_detected);
  fields.PutDouble(report.global_scale);
  fields.PutUint(report.ratio.size());
  for (const auto& [name, ratio] : report.ratio) {
    fields.PutString(name);
    fields.PutDouble(ratio);
  }
  PutStrings(report.clamped, fields);
  fields.PutString(report.root);
  fields.PutUint(report.anchor_frame);
  fields.PutBool(report.ground_locked);
  fields.PutDouble(report.outside);
  PutStrings(report.warnings, fields);
  return fields.Take();
}

absl::StatusOr<RetargetOutcome> DecodeRetargetOutcome(absl::string_view bytes) {
  constexpr absl::string_view kWhat = "the report on a fitted motion";
  FieldReader fields(bytes);
  ANIMATE_RETURN_IF_ERROR(CheckVersion(kWhat, fields, kRetargetOutcomeVersion));
  RetargetOutcome outcome;
  RetargetReport& report = outcome.report;
  outcome.mode = fields.TakeEnum(RetargetMode::kSequence);
  outcome.reference_detected = fields.TakeBool();
  report.global_scale = fields.TakeDouble();
  const size_t ratios = fields.TakeCount(kLeastStringBytes + sizeof(double));
  for (size_t i = 0; i < ratios; ++i) {
    std::string name = fields.TakeString();
    report.ratio[std::move(name)] = fields.TakeDouble();
  }
  report.clamped = TakeStrings(fields);
  report.root = fields.TakeString();
  report.anchor_frame = static_cast<size_t>(fields.TakeUint());
  report.ground_locked = fields.TakeBool();
  report.outside = fields.TakeDouble();
  report.warnings = TakeStrings(fields);
  if (!fields.AtEnd()) return CorruptError(kWhat);
  return outcome;
}

}  // namespace animate
