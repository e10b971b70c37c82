#include "tests/reliability/job_moment.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace animate {
namespace {

constexpr int kFrames = 6;
constexpr int kSteps = 6;

bool IsAt(const v1::Job& job, JobMoment moment) {
  const v1::Progress& progress = job.progress();
  switch (moment) {
    case JobMoment::kWaiting:
      return job.state() == v1::Job::STATE_PENDING;
    case JobMoment::kPreparing:
      return progress.stage() == v1::STAGE_PREPARING;
    case JobMoment::kDenoising:
      return progress.stage() == v1::STAGE_DENOISING;
    case JobMoment::kDecoding:
      return progress.stage() == v1::STAGE_DECODING;
    case JobMoment::kEncoding:
    case JobMoment::kStreaming:
      return progress.stage() == v1::STAGE_DECODING &&
             progress.frames_done() > 0;
  }
  return false;
}

}  // namespace

absl::string_view JobMomentName(JobMoment moment) {
  switch (moment) {
    case JobMoment::kWaiting:
      return "waiting";
    case JobMoment::kPreparing:
      return "preparing";
    case JobMoment::kDenoising:
      return "denoising";
    case JobMoment::kDecoding:
      return "decoding";
    case JobMoment::kEncoding:
      return "encoding";
    case JobMoment::kStreaming:
      return "streaming";
  }
  return "";
}

LabServer::Settings SettingsFor(JobMoment moment, absl::Duration step_time) {
  const std::string step = absl::StrCat(absl::ToInt64Microseconds(step_time));
  switch (moment) {
    case JobMoment::kPreparing:
      return {{"prepare_us", step}};
    case JobMoment::kWaiting:
    case JobMoment::kDenoising:
      return {{"step_us", step}};
    case JobMoment::kDecoding:
    case JobMoment::kStreaming:
      return {{"frame_us", step}};
    case JobMoment::kEncoding:
      return {};
  }
  return {};
}

LabJob JobFor(JobMoment moment, uint64_t seed) {
  LabJob job{.seed = seed, .frames = kFrames, .steps = kSteps};
  if (moment == JobMoment::kEncoding) {
    // Made at once, encoded one by one.
    job.side = 512;
    job.frames = 8 * kFrames;
  }
  return job;
}

bool AwaitMoment(v1::AnimationService::Stub& stub, const std::string& name,
                 JobMoment moment) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  v1::Job job;
  while (absl::Now() < give_up) {
    if (!Look(stub, name, job).ok()) return false;
    if (IsAt(job, moment)) return true;
    if (job.state() >= v1::Job::STATE_CANCELLING) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return false;
}

MomentReader::MomentReader(v1::AnimationService::Stub& stub,
                           const std::string& name)
    : thread_([this, &stub, name] {
        const auto stream = stub.StreamFrames(&context_);
        v1::StreamFramesRequest request;
        request.mutable_open()->set_name(name);
        request.mutable_open()->set_follow(true);
        stream->Write(request);
        v1::StreamFramesResponse response;
        while (stream->Read(&response)) absl::SleepFor(kStepTime);
        stream->Finish();
      }) {}

MomentReader::~MomentReader() {
  context_.TryCancel();
  thread_.join();
}

}  // namespace animate
