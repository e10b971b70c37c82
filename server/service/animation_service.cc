#include "server/service/animation_service.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/service/animate_reactor.h"
#include "server/service/caller_identity.h"
#include "server/service/caller_jobs.h"
#include "server/service/create_job_parser.h"
#include "server/service/grpc_status.h"
#include "server/service/proto_conversion.h"
#include "server/service/reject_reason.h"
#include "server/service/request_digest.h"
#include "server/service/request_parser.h"
#include "server/service/stream_frames_reactor.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr size_t kMaxReasonBytes = 256;

// Runs one unary RPC on the thread that delivered it (all of them are short)
// and records it. `handle` gets the jobs of its caller, fills the response and
// returns the outcome.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext& context,
                                 const ServiceEnvironment& environment,
                                 absl::string_view name, const Request& request,
                                 Response& response, Handler handle) {
  const std::string method = absl::StrCat(kServiceName, "/", name);
  const absl::Duration start = environment.clock.Monotonic();
  environment.recorder.RpcStarted(method);
  const absl::StatusOr<Caller> caller = IdentifyCaller(context, environment);
  const absl::Status status =
      caller.ok() ? handle(CallerJobs(environment.jobs, *caller))
                  : caller.status();
  environment.recorder.RpcFinished(
      method, absl::StatusCodeToString(status.code()),
      environment.clock.Monotonic() - start,
      status.ok() ? static_cast<int64_t>(response.ByteSizeLong()) : 0,
      static_cast<int64_t>(request.ByteSizeLong()));
  grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
  reactor->Finish(ToGrpcStatus(status, context));
  return reactor;
}

// The revision that an etag stands for; any other text is no etag of ours.
absl::StatusOr<std::optional<uint64_t>> ParseEtag(const std::string& etag) {
  uint64_t revision = 0;
  if (etag.empty()) return std::optional<uint64_t>();
  if (!absl::SimpleAtoi(etag, &revision)) {
    return FieldError("etag", "must be the etag of a Job");
  }
  return std::optional(revision);
}

absl::StatusOr<JobSnapshot> CreateJob(const ServiceEnvironment& environment,
                                      const CallerJobs& jobs,
                                      const v1::CreateJobRequest& request) {
  const absl::Status admission = environment.serving.Admission();
  absl::StatusOr<ParsedJob> job =
      admission.ok()
          ? ParseCreateJob(request, *environment.serving.offer(), RandomSeed())
          : admission;
  if (!job.ok()) {
    environment.recorder.JobRejected(ToRejectReason(job.status()));
    return job.status();
  }
  if (!job->spec.request.id.empty()) {
    job->spec.request.digest = RequestDigest(request.spec(), job->inputs);
  }
  return jobs.Submit(std::move(job->spec), std::move(job->inputs), nullptr);
}

void FillServerInfo(const ServiceEnvironment& environment,
                    v1::GetServerInfoResponse& response) {
  const std::shared_ptr<const Offer> offer = environment.serving.offer();
  v1::ServerLimits& limits = *response.mutable_limits();
  limits = ToProto(offer->limits);
  limits.set_max_response_bytes(kMaxMessageBytes);
  *limits.mutable_upload_timeout() = ToProto(environment.upload_timeout);
  for (const ModelInfo& model : offer->models) {
    *response.add_models() = ToProto(model);
  }
  v1::ServerVersions& versions = *response.mutable_versions();
  versions.set_server(environment.server_version);
  versions.set_revision(environment.revision);
  versions.set_libtorch(environment.libtorch_version);
  versions.set_grpc(grpc::Version());
  for (const v1::PoseKind kind :
       {v1::POSE_KIND_IMAGES, v1::POSE_KIND_VIDEO, v1::POSE_KIND_KEYPOINTS}) {
    response.add_pose_kinds(kind);
  }
  if (!offer->pose_detector.empty()) {
    response.add_pose_kinds(v1::POSE_KIND_DRIVING_VIDEO);
  }
  for (const v1::Capability capability :
       {v1::CAPABILITY_IDEMPOTENT_REQUESTS, v1::CAPABILITY_INLINE_INPUTS,
        v1::CAPABILITY_DETACHED_JOBS, v1::CAPABILITY_RESUMABLE_STREAMS,
        v1::CAPABILITY_DELETE_JOB, v1::CAPABILITY_RETARGETING,
        v1::CAPABILITY_CHANNEL_ORDER}) {
    response.add_capabilities(capability);
  }
  response.set_pose_detector(offer->pose_detector);
  for (const v1::OutputFormat format :
       {v1::OUTPUT_FORMAT_JPEG, v1::OUTPUT_FORMAT_PNG, v1::OUTPUT_FORMAT_WEBP,
        v1::OUTPUT_FORMAT_RAW_RGB8}) {
    response.add_output_formats(format);
  }
  const JobManager::Counts counts = environment.jobs.counts();
  v1::ServerLoad& load = *response.mutable_load();
  load.set_jobs_waiting(static_cast<uint32_t>(counts.waiting));
  load.set_jobs_running(static_cast<uint32_t>(counts.running));
}

}  // namespace

AnimationService::AnimationService(const ServiceEnvironment& environment)
    : environment_(environment) {}

grpc::ServerBidiReactor<v1::AnimateRequest, v1::AnimateResponse>*
AnimationService::Animate(grpc::CallbackServerContext* context) {
  return AnimateReactor::Create(*context, environment_);
}

grpc::ServerUnaryReactor* AnimationService::GetJob(
    grpc::CallbackServerContext* context, const v1::GetJobRequest* request,
    v1::GetJobResponse* response) {
  return Answer(*context, environment_, "GetJob", *request, *response,
                [&](const CallerJobs& jobs) -> absl::Status {
                  ANIMATE_ASSIGN_OR_RETURN(const JobSnapshot job,
                                           jobs.Get(request->name()));
                  *response->mutable_job() = ToProto(job);
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* AnimationService::ListJobs(
    grpc::CallbackServerContext* context, const v1::ListJobsRequest* request,
    v1::ListJobsResponse* response) {
  return Answer(*context, environment_, "ListJobs", *request, *response,
                [&](const CallerJobs& jobs) -> absl::Status {
                  ANIMATE_ASSIGN_OR_RETURN(
                      const JobManager::ListOptions options,
                      ParseListJobs(*request));
                  ANIMATE_ASSIGN_OR_RETURN(const JobManager::JobPage page,
                                           jobs.List(options));
                  for (const JobSnapshot& job : page.jobs) {
                    *response->add_jobs() = ToProto(job);
                  }
                  response->set_next_page_token(page.next_page_token);
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* AnimationService::CancelJob(
    grpc::CallbackServerContext* context, const v1::CancelJobRequest* request,
    v1::CancelJobResponse* response) {
  return Answer(*context, environment_, "CancelJob", *request, *response,
                [&](const CallerJobs& jobs) -> absl::Status {
                  if (request->reason().size() > kMaxReasonBytes) {
                    return FieldError(
                        "reason",
                        absl::StrCat("must have at most ", kMaxReasonBytes,
                                     " bytes, got ", request->reason().size()),
                        "LIMIT_EXCEEDED");
                  }
                  ANIMATE_ASSIGN_OR_RETURN(
                      const JobSnapshot job,
                      jobs.Cancel(request->name(), request->reason()));
                  *response->mutable_job() = ToProto(job);
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* AnimationService::GetServerInfo(
    grpc::CallbackServerContext* context,
    const v1::GetServerInfoRequest* request,
    v1::GetServerInfoResponse* response) {
  return Answer(*context, environment_, "GetServerInfo", *request, *response,
                [&](const CallerJobs&) -> absl::Status {
                  FillServerInfo(environment_, *response);
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* AnimationService::CreateJob(
    grpc::CallbackServerContext* context, const v1::CreateJobRequest* request,
    v1::CreateJobResponse* response) {
  return Answer(*context, environment_, "CreateJob", *request, *response,
                [&](const CallerJobs& jobs) -> absl::Status {
                  ANIMATE_ASSIGN_OR_RETURN(
                      const JobSnapshot job,
                      animate::CreateJob(environment_, jobs, *request));
                  *response->mutable_job() = ToProto(job);
                  return absl::OkStatus();
                });
}

grpc::ServerUnaryReactor* AnimationService::DeleteJob(
    grpc::CallbackServerContext* context, const v1::DeleteJobRequest* request,
    v1::DeleteJobResponse* response) {
  return Answer(*context, environment_, "DeleteJob", *request, *response,
                [&](const CallerJobs& jobs) -> absl::Status {
                  ANIMATE_ASSIGN_OR_RETURN(
                      const std::optional<uint64_t> revision,
                      ParseEtag(request->etag()));
                  return jobs.Delete(request->name(), revision);
                });
}

grpc::ServerBidiReactor<v1::StreamFramesRequest, v1::StreamFramesResponse>*
AnimationService::StreamFrames(grpc::CallbackServerContext* context) {
  return StreamFramesReactor::Create(*context, environment_);
}

}  // namespace animate
