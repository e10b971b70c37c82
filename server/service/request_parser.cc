#include "server/service/request_parser.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/service/manifest_parser.h"
#include "server/service/pose_conversion.h"
#include "server/service/proto_conversion.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr size_t kMaxLabelKeyBytes = 63;
constexpr size_t kMaxLabelValueBytes = 256;
constexpr uint32_t kMaxPageSize = 1000;
constexpr absl::Duration kDefaultGrace = absl::Seconds(30);
constexpr absl::Duration kMaxGrace = absl::Hours(1);

// Large values stay too large instead of turning negative.
int ToInt(uint32_t value) {
  return static_cast<int>(
      std::min<uint32_t>(value, std::numeric_limits<int>::max()));
}

absl::Status Unsupported(absl::string_view field, absl::string_view what,
                         absl::string_view reason = "CAPABILITY_UNSUPPORTED") {
  const std::string description =
      absl::StrCat(what, " is not something this server can do");
  return MakeError(absl::StatusCode::kUnimplemented,
                   absl::StrCat(field, ": ", description),
                   {.reason = std::string(reason),
                    .field_violations = {{std::string(field), description}}});
}

absl::StatusOr<absl::Duration> ParsePositiveDuration(
    absl::string_view field, const google::protobuf::Duration& duration) {
  constexpr int64_t kMaxSeconds = 315'576'000'000;  // Duration's own range
  const bool valid = duration.seconds() >= 0 &&
                     duration.seconds() <= kMaxSeconds &&
                     duration.nanos() >= 0 && duration.nanos() < 1'000'000'000;
  const absl::Duration value =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (!valid || value <= absl::ZeroDuration()) {
    return FieldError(
        field, absl::StrCat("must be > 0 and valid, got ", duration.seconds(),
                            " s ", duration.nanos(), " ns"));
  }
  return value;
}

absl::Status CheckRequestId(const std::string& id) {
  if (id.empty()) return absl::OkStatus();
  bool valid = id.size() == 36;
  for (size_t i = 0; valid && i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    valid = dash ? id[i] == '-'
                 : absl::ascii_isxdigit(static_cast<unsigned char>(id[i]));
  }
  return valid ? absl::OkStatus() : FieldError("request_id", "must be a UUID");
}

// The features of the contract that come with later versions of the server.
absl::Status CheckCapabilities(const v1::JobSpec& spec) {
  if (spec.has_preview()) return Unsupported("spec.preview", "a preview");
  return absl::OkStatus();
}

absl::Status ParseDisconnect(const v1::JobSpec& spec, JobSpec& out) {
  switch (spec.on_disconnect()) {
    case v1::ON_DISCONNECT_UNSPECIFIED:
    case v1::ON_DISCONNECT_CANCEL:
      out.on_disconnect = OnDisconnect::kCancel;
      break;
    case v1::ON_DISCONNECT_DETACH:
      out.on_disconnect = OnDisconnect::kDetach;
      break;
    default:
      return FieldError("spec.on_disconnect",
                        absl::StrCat("unknown value ", spec.on_disconnect()));
  }
  out.disconnect_grace = kDefaultGrace;
  if (!spec.has_disconnect_grace()) return absl::OkStatus();
  const google::protobuf::Duration& grace = spec.disconnect_grace();
  out.disconnect_grace =
      absl::Seconds(grace.seconds()) + absl::Nanoseconds(grace.nanos());
  if (out.disconnect_grace < absl::ZeroDuration() ||
      out.disconnect_grace > kMaxGrace) {
    return FieldError(
        "spec.disconnect_grace",
        absl::StrCat("must be in [0, ", absl::FormatDuration(kMaxGrace),
                     "], got ", grace.seconds(), " s ", grace.nanos(), " ns"),
        "LIMIT_EXCEEDED");
  }
  return absl::OkStatus();
}

// Which of the models is asked for.
absl::StatusOr<const ModelInfo*> ChooseModel(const std::string& name,
                                             const Offer& offer) {
  for (const ModelInfo& model : offer.models) {
    if (name.empty() || model.name == name) return &model;
  }
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("spec.model: there is no model \"", name, "\""),
                   {.reason = "MODEL_NOT_FOUND",
                    .field_violations = {
                        {"spec.model", "not one of GetServerInfo's models"}}});
}

absl::StatusOr<BetaSchedule> ParseBetaSchedule(v1::BetaSchedule schedule,
                                               const ModelInfo& model) {
  switch (schedule) {
    case v1::BETA_SCHEDULE_UNSPECIFIED:
      return model.beta_schedule;
    case v1::BETA_SCHEDULE_LINEAR:
      return BetaSchedule::kLinear;
    case v1::BETA_SCHEDULE_SCALED_LINEAR:
      return BetaSchedule::kScaledLinear;
    default:
      return FieldError("spec.sampler.beta_schedule",
                        absl::StrCat("unknown value ", schedule));
  }
}

absl::StatusOr<ContextSchedule> ParseContextSchedule(
    v1::ContextSchedule schedule, const ModelInfo& model) {
  switch (schedule) {
    case v1::CONTEXT_SCHEDULE_UNSPECIFIED:
      return model.context_schedule;
    case v1::CONTEXT_SCHEDULE_CLOSED:
      return ContextSchedule::kClosed;
    case v1::CONTEXT_SCHEDULE_OPEN:
      return ContextSchedule::kOpen;
    case v1::CONTEXT_SCHEDULE_EDGE:
      return ContextSchedule::kEdge;
    default:
      return FieldError("spec.sampler.context_schedule",
                        absl::StrCat("unknown value ", schedule));
  }
}

absl::StatusOr<NoiseMode> ParseNoiseMode(v1::NoiseMode mode,
                                         const ModelInfo& model) {
  switch (mode) {
    case v1::NOISE_MODE_UNSPECIFIED:
      return model.noise_mode;
    case v1::NOISE_MODE_PER_FRAME:
      return NoiseMode::kPerFrame;
    case v1::NOISE_MODE_SHARED:
      return NoiseMode::kShared;
    default:
      return FieldError("spec.sampler.noise_mode",
                        absl::StrCat("unknown value ", mode));
  }
}

absl::StatusOr<AnimationSpec> ParseAnimation(const v1::JobSpec& spec,
                                             const Limits& limits,
                                             const ModelInfo& model,
                                             uint64_t seed) {
  // The model's own values are filled in here, so that they are checked
  // against each other and echoed.
  AnimationParameters p = DefaultParameters(model);
  if (spec.has_width()) p.width = ToInt(spec.width());
  if (spec.has_height()) p.height = ToInt(spec.height());
  p.num_frames = ToInt(spec.frame_count());
  if (spec.has_fps()) p.fps = static_cast<double>(spec.fps());
  if (spec.has_steps()) p.num_inference_steps = ToInt(spec.steps());
  if (spec.has_guidance_scale()) {
    p.guidance_scale = static_cast<double>(spec.guidance_scale());
  }
  p.seed = spec.has_seed() ? spec.seed() : seed;
  ANIMATE_ASSIGN_OR_RETURN(
      p.beta_schedule,
      ParseBetaSchedule(spec.sampler().beta_schedule(), model));
  ANIMATE_ASSIGN_OR_RETURN(p.noise_mode,
                           ParseNoiseMode(spec.sampler().noise_mode(), model));
  p.context_frames = spec.sampler().has_context_frames()
                         ? ToInt(spec.sampler().context_frames())
                         : model.context_frames;
  ANIMATE_ASSIGN_OR_RETURN(
      p.context_schedule,
      ParseContextSchedule(spec.sampler().context_schedule(), model));
  const int own_overlap = p.context_schedule == ContextSchedule::kEdge
                              ? *p.context_frames / 2
                              : model.context_overlap;
  p.context_overlap = spec.sampler().has_context_overlap()
                          ? ToInt(spec.sampler().context_overlap())
                          : std::clamp(*p.context_frames - 1, 0, own_overlap);
  return AnimationSpec::Create(p, limits);
}

absl::Status ParseOutput(const v1::JobSpec& spec, JobSpec& out) {
  const std::optional<OutputFormat> format = FromProto(spec.output_format());
  if (!format.has_value()) {
    return FieldError("spec.output_format",
                      absl::StrCat("unknown value ", spec.output_format()));
  }
  out.output_format = *format;
  if (spec.has_quality()) {
    if (spec.quality() < 1 || spec.quality() > 100) {
      return FieldError(
          "spec.quality",
          absl::StrCat("must be in [1, 100], got ", spec.quality()),
          "LIMIT_EXCEEDED");
    }
    out.quality = ToInt(spec.quality());
  }
  return absl::OkStatus();
}

absl::Status ParseScheduling(const v1::JobSpec& spec, JobSpec& out) {
  const std::optional<Priority> priority = FromProto(spec.priority());
  if (!priority.has_value()) {
    return FieldError("spec.priority",
                      absl::StrCat("unknown value ", spec.priority()));
  }
  out.priority = *priority;
  if (spec.has_queue_timeout()) {
    ANIMATE_ASSIGN_OR_RETURN(
        out.queue_timeout,
        ParsePositiveDuration("spec.queue_timeout", spec.queue_timeout()));
  }
  if (spec.has_execution_timeout()) {
    ANIMATE_ASSIGN_OR_RETURN(out.execution_timeout,
                             ParsePositiveDuration("spec.execution_timeout",
                                                   spec.execution_timeout()));
  }
  if (spec.has_ttl()) {
    ANIMATE_ASSIGN_OR_RETURN(out.ttl,
                             ParsePositiveDuration("spec.ttl", spec.ttl()));
  }
  return absl::OkStatus();
}

absl::Status ParseLabels(const v1::JobSpec& spec, JobSpec& out) {
  if (spec.labels_size() > kMaxLabels) {
    return FieldError("spec.labels",
                      absl::StrCat("must be at most ", kMaxLabels, ", got ",
                                   spec.labels_size()),
                      "LIMIT_EXCEEDED");
  }
  for (const auto& [key, value] : spec.labels()) {
    if (key.empty() || key.size() > kMaxLabelKeyBytes ||
        value.size() > kMaxLabelValueBytes) {
      return FieldError(
          "spec.labels",
          absl::StrCat("keys must have 1 to ", kMaxLabelKeyBytes,
                       " bytes and values at most ", kMaxLabelValueBytes),
          "LIMIT_EXCEEDED");
    }
    out.labels[key] = value;
  }
  return absl::OkStatus();
}

absl::StatusOr<JobSpec> ParseSpec(const v1::JobSpec& spec, const Offer& offer,
                                  uint64_t seed) {
  ANIMATE_RETURN_IF_ERROR(CheckCapabilities(spec));
  ANIMATE_ASSIGN_OR_RETURN(const ModelInfo* model,
                           ChooseModel(spec.model(), offer));
  ANIMATE_ASSIGN_OR_RETURN(AnimationSpec animation,
                           ParseAnimation(spec, offer.limits, *model, seed));
  JobSpec out{.animation = animation};
  out.model = model->name;
  ANIMATE_RETURN_IF_ERROR(ParseOutput(spec, out));
  ANIMATE_RETURN_IF_ERROR(ParseScheduling(spec, out));
  ANIMATE_RETURN_IF_ERROR(ParseDisconnect(spec, out));
  ANIMATE_RETURN_IF_ERROR(ParseLabels(spec, out));
  if (spec.has_retarget()) {
    ANIMATE_ASSIGN_OR_RETURN(
        out.retarget,
        ParseRetarget(spec.retarget(), out.animation->num_frames));
  }
  return out;
}

// Whether the reference's pose can be had, where it must be.
absl::Status CheckReferencePose(const JobSpec& spec, const Offer& offer) {
  if (!spec.retarget.has_value()) return absl::OkStatus();
  const RetargetSpec& retarget = *spec.retarget;
  const bool needed = retarget.mode_named &&
                      retarget.options.mode != RetargetMode::kNone &&
                      !retarget.reference_pose.has_value();
  if (!needed || !offer.pose_detector.empty()) return absl::OkStatus();
  constexpr char kField[] = "spec.retarget.reference_pose";
  const std::string description =
      absl::StrCat("is required here: ", kNoPoseDetector);
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(kField, ": ", description),
                   {.reason = "POSE_DETECTOR_MISSING",
                    .field_violations = {{kField, description}}});
}

}  // namespace

absl::StatusOr<ParsedStart> ParseStart(const v1::AnimateRequest::Start& start,
                                       const Offer& offer, uint64_t seed) {
  ANIMATE_RETURN_IF_ERROR(CheckRequestId(start.request_id()));
  if (!start.has_spec()) return FieldError("spec", "is required");
  if (!start.has_inputs()) return FieldError("inputs", "is required");
  ANIMATE_ASSIGN_OR_RETURN(JobSpec spec, ParseSpec(start.spec(), offer, seed));
  spec.request.id = start.request_id();
  ANIMATE_ASSIGN_OR_RETURN(
      UploadManifest manifest,
      ParseManifest(start.inputs(), spec.animation->num_frames, offer));
  ANIMATE_RETURN_IF_ERROR(CheckReferencePose(spec, offer));
  return ParsedStart{std::move(spec), std::move(manifest)};
}

absl::StatusOr<JobManager::ListOptions> ParseListJobs(
    const v1::ListJobsRequest& request) {
  JobManager::ListOptions options;
  if (request.page_size() > 0) {
    options.page_size = ToInt(std::min(request.page_size(), kMaxPageSize));
  }
  options.page_token = request.page_token();
  if (request.filter().empty()) return options;
  const std::vector<absl::string_view> sides =
      absl::StrSplit(request.filter(), absl::MaxSplits('=', 1));
  v1::Job::State state = v1::Job::STATE_UNSPECIFIED;
  if (sides.size() != 2 || absl::StripAsciiWhitespace(sides[0]) != "state" ||
      !v1::Job::State_Parse(
          absl::StrCat("STATE_", absl::StripAsciiWhitespace(sides[1])),
          &state) ||
      state == v1::Job::STATE_UNSPECIFIED) {
    return FieldError("filter",
                      absl::StrCat("must read \"state = RUNNING\", or another "
                                   "state, got \"",
                                   request.filter(), "\""));
  }
  options.state = FromProto(state);
  return options;
}

uint64_t RandomSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | uint64_t{device()};
}

}  // namespace animate
