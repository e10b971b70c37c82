#include "server/service/proto_conversion.h"

#include "absl/strings/str_cat.h"
#include "server/service/grpc_status.h"
#include "server/service/pose_conversion.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

uint32_t ToUint(int value) { return static_cast<uint32_t>(value); }

v1::OutputFormat ToProto(OutputFormat format) {
  switch (format) {
    case OutputFormat::kJpeg:
      return v1::OUTPUT_FORMAT_JPEG;
    case OutputFormat::kPng:
      return v1::OUTPUT_FORMAT_PNG;
    case OutputFormat::kWebp:
      return v1::OUTPUT_FORMAT_WEBP;
    case OutputFormat::kRawRgb8:
      return v1::OUTPUT_FORMAT_RAW_RGB8;
  }
  return v1::OUTPUT_FORMAT_UNSPECIFIED;
}

v1::Priority ToProto(Priority priority) {
  switch (priority) {
    case Priority::kInteractive:
      return v1::PRIORITY_INTERACTIVE;
    case Priority::kNormal:
      return v1::PRIORITY_NORMAL;
    case Priority::kBatch:
      return v1::PRIORITY_BATCH;
  }
  return v1::PRIORITY_UNSPECIFIED;
}

v1::Job::State ToProto(JobState state) {
  switch (state) {
    case JobState::kPending:
      return v1::Job::STATE_PENDING;
    case JobState::kRunning:
      return v1::Job::STATE_RUNNING;
    case JobState::kCancelling:
      return v1::Job::STATE_CANCELLING;
    case JobState::kSucceeded:
      return v1::Job::STATE_SUCCEEDED;
    case JobState::kFailed:
      return v1::Job::STATE_FAILED;
    case JobState::kCancelled:
      return v1::Job::STATE_CANCELLED;
    case JobState::kExpired:
      return v1::Job::STATE_EXPIRED;
  }
  return v1::Job::STATE_UNSPECIFIED;
}

v1::Stage ToProto(JobStage stage) {
  switch (stage) {
    case JobStage::kQueued:
      return v1::STAGE_QUEUED;
    case JobStage::kPreparing:
      return v1::STAGE_PREPARING;
    case JobStage::kDenoising:
      return v1::STAGE_DENOISING;
    case JobStage::kDecoding:
      return v1::STAGE_DECODING;
  }
  return v1::STAGE_UNSPECIFIED;
}

v1::BetaSchedule ToProto(BetaSchedule schedule) {
  switch (schedule) {
    case BetaSchedule::kLinear:
      return v1::BETA_SCHEDULE_LINEAR;
    case BetaSchedule::kScaledLinear:
      return v1::BETA_SCHEDULE_SCALED_LINEAR;
  }
  return v1::BETA_SCHEDULE_UNSPECIFIED;
}

v1::ContextSchedule ToProto(ContextSchedule schedule) {
  switch (schedule) {
    case ContextSchedule::kClosed:
      return v1::CONTEXT_SCHEDULE_CLOSED;
    case ContextSchedule::kOpen:
      return v1::CONTEXT_SCHEDULE_OPEN;
    case ContextSchedule::kEdge:
      return v1::CONTEXT_SCHEDULE_EDGE;
  }
  return v1::CONTEXT_SCHEDULE_UNSPECIFIED;
}

v1::NoiseMode ToProto(NoiseMode mode) {
  switch (mode) {
    case NoiseMode::kPerFrame:
      return v1::NOISE_MODE_PER_FRAME;
    case NoiseMode::kShared:
      return v1::NOISE_MODE_SHARED;
  }
  return v1::NOISE_MODE_UNSPECIFIED;
}

void SetSampler(const AnimationParameters& p, v1::SamplerSpec& sampler) {
  if (p.beta_schedule.has_value()) {
    sampler.set_beta_schedule(ToProto(*p.beta_schedule));
  }
  if (p.context_frames.has_value()) {
    sampler.set_context_frames(ToUint(*p.context_frames));
  }
  if (p.context_overlap.has_value()) {
    sampler.set_context_overlap(ToUint(*p.context_overlap));
  }
  if (p.context_schedule.has_value()) {
    sampler.set_context_schedule(ToProto(*p.context_schedule));
  }
  if (p.noise_mode.has_value()) {
    sampler.set_noise_mode(ToProto(*p.noise_mode));
  }
}

}  // namespace

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration out;
  const int64_t nanoseconds = absl::ToInt64Nanoseconds(duration);
  out.set_seconds(nanoseconds / 1'000'000'000);
  out.set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
  return out;
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

v1::JobSpec ToProto(const JobSpec& spec) {
  const AnimationParameters& p = *spec.animation;
  v1::JobSpec out;
  out.set_width(ToUint(p.width));
  out.set_height(ToUint(p.height));
  out.set_frame_count(ToUint(p.num_frames));
  out.set_fps(static_cast<float>(p.fps));
  out.set_steps(ToUint(p.num_inference_steps));
  out.set_guidance_scale(static_cast<float>(p.guidance_scale));
  out.set_seed(p.seed);
  out.set_model(spec.model);
  out.set_output_format(ToProto(spec.output_format));
  out.set_quality(ToUint(spec.quality));
  out.set_priority(ToProto(spec.priority));
  if (spec.queue_timeout != absl::InfiniteDuration()) {
    *out.mutable_queue_timeout() = ToProto(spec.queue_timeout);
  }
  if (spec.execution_timeout != absl::InfiniteDuration()) {
    *out.mutable_execution_timeout() = ToProto(spec.execution_timeout);
  }
  if (spec.on_disconnect == OnDisconnect::kDetach) {
    out.set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  } else {
    out.set_on_disconnect(v1::ON_DISCONNECT_CANCEL);
    *out.mutable_disconnect_grace() = ToProto(spec.disconnect_grace);
  }
  if (spec.ttl != absl::InfiniteDuration()) {
    *out.mutable_ttl() = ToProto(spec.ttl);
  }
  out.mutable_labels()->insert(spec.labels.begin(), spec.labels.end());
  SetSampler(p, *out.mutable_sampler());
  if (spec.retarget.has_value()) {
    *out.mutable_retarget() = ToProto(*spec.retarget);
  }
  return out;
}

v1::Progress ToProto(const JobProgress& progress) {
  v1::Progress out;
  out.set_stage(ToProto(progress.stage));
  out.set_step(ToUint(progress.step));
  out.set_steps(ToUint(progress.steps));
  out.set_frames_done(ToUint(progress.frames_done));
  out.set_frames_total(ToUint(progress.frames_total));
  out.set_queue_position(ToUint(progress.queue_position));
  if (progress.eta.has_value()) *out.mutable_eta() = ToProto(*progress.eta);
  return out;
}

v1::Job ToProto(const JobSnapshot& job) {
  v1::Job out;
  out.set_name(job.name);
  out.set_state(ToProto(job.state));
  if (job.spec != nullptr) *out.mutable_spec() = ToProto(*job.spec);
  *out.mutable_progress() = ToProto(job.progress);
  if (!job.error.ok() && IsTerminal(job.state)) {
    *out.mutable_error() = ToRpcStatus(job.error);
  }
  *out.mutable_create_time() = ToProto(job.create_time);
  if (job.start_time.has_value()) {
    *out.mutable_start_time() = ToProto(*job.start_time);
  }
  if (job.end_time.has_value()) {
    *out.mutable_end_time() = ToProto(*job.end_time);
  }
  if (job.expire_time.has_value()) {
    *out.mutable_expire_time() = ToProto(*job.expire_time);
  }
  out.set_attempt(ToUint(job.attempt));
  out.set_generation(ToUint(job.generation));
  out.set_etag(absl::StrCat(job.revision));
  out.mutable_usage()->set_gpu_seconds(
      absl::ToDoubleSeconds(job.usage.device_time));
  out.mutable_usage()->set_wasted_gpu_seconds(
      absl::ToDoubleSeconds(job.usage.wasted_device_time));
  if (job.retarget != nullptr) {
    *out.mutable_retarget_report() = ToProto(*job.retarget);
  }
  out.set_principal(job.principal);
  return out;
}

v1::Frame ToProto(const FramePart& part, double fps) {
  v1::Frame out;
  out.set_generation(ToUint(part.generation));
  out.set_index(ToUint(part.frame.index));
  *out.mutable_pts() = ToProto(absl::Seconds(part.frame.index / fps));
  out.set_format(ToProto(part.frame.format));
  out.set_width(ToUint(part.frame.width));
  out.set_height(ToUint(part.frame.height));
  out.set_part(ToUint(part.part));
  out.set_parts(ToUint(part.parts));
  out.set_data(part.data.data(), part.data.size());
  out.set_crc32c(part.frame.crc32c);
  return out;
}

v1::ServerLimits ToProto(const Limits& limits) {
  v1::ServerLimits out;
  out.set_size_multiple(ToUint(limits.size_multiple));
  out.set_min_side(ToUint(limits.min_side));
  out.set_max_side(ToUint(limits.max_side));
  out.set_max_pixels(static_cast<uint64_t>(limits.max_pixels));
  out.set_max_frames(ToUint(limits.max_frames));
  out.set_max_steps(ToUint(limits.max_steps));
  out.set_max_guidance_scale(limits.max_guidance_scale);
  out.set_max_context_frames(ToUint(limits.max_context_frames));
  out.set_max_input_pixels(static_cast<uint64_t>(limits.max_input_pixels));
  out.set_max_upload_bytes(static_cast<uint64_t>(limits.max_upload_bytes));
  out.set_max_chunk_bytes(ToUint(limits.max_chunk_bytes));
  out.set_max_labels(kMaxLabels);
  return out;
}

v1::ModelInfo ToProto(const ModelInfo& model) {
  v1::ModelInfo out;
  out.set_name(model.name);
  out.set_digest(model.digest);
  out.set_device(model.device);
  out.set_dtype(model.dtype);
  out.set_parameters(static_cast<uint64_t>(model.parameters));
  out.set_context_frames(ToUint(model.context_frames));
  out.set_context_overlap(ToUint(model.context_overlap));
  out.set_max_context_frames(ToUint(model.max_context_frames));
  out.set_num_train_timesteps(ToUint(model.num_train_timesteps));
  out.set_context_schedule(ToProto(model.context_schedule));
  out.set_steps(ToUint(model.num_inference_steps));
  out.set_guidance_scale(static_cast<float>(model.guidance_scale));
  out.set_noise_mode(ToProto(model.noise_mode));
  out.set_beta_schedule(ToProto(model.beta_schedule));
  out.set_width(ToUint(model.width));
  out.set_height(ToUint(model.height));
  return out;
}

std::optional<OutputFormat> FromProto(v1::OutputFormat format) {
  switch (format) {
    case v1::OUTPUT_FORMAT_UNSPECIFIED:
    case v1::OUTPUT_FORMAT_JPEG:
      return OutputFormat::kJpeg;
    case v1::OUTPUT_FORMAT_PNG:
      return OutputFormat::kPng;
    case v1::OUTPUT_FORMAT_WEBP:
      return OutputFormat::kWebp;
    case v1::OUTPUT_FORMAT_RAW_RGB8:
      return OutputFormat::kRawRgb8;
    default:
      return std::nullopt;
  }
}

std::optional<Priority> FromProto(v1::Priority priority) {
  switch (priority) {
    case v1::PRIORITY_INTERACTIVE:
      return Priority::kInteractive;
    case v1::PRIORITY_UNSPECIFIED:
    case v1::PRIORITY_NORMAL:
      return Priority::kNormal;
    case v1::PRIORITY_BATCH:
      return Priority::kBatch;
    default:
      return std::nullopt;
  }
}

std::optional<JobState> FromProto(v1::Job::State state) {
  for (const JobState candidate :
       {JobState::kPending, JobState::kRunning, JobState::kCancelling,
        JobState::kSucceeded, JobState::kFailed, JobState::kCancelled,
        JobState::kExpired}) {
    if (ToProto(candidate) == state) return candidate;
  }
  return std::nullopt;
}

}  // namespace animate
