#include "client/jobs_command.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/animation_client.h"
#include "client/connection.h"
#include "client/error_report.h"
#include "client/grpc_error.h"
#include "client/message_json.h"

namespace animate {
namespace {

std::string WithPrefix(const std::string& name) {
  return absl::StartsWith(name, "jobs/") ? name : absl::StrCat("jobs/", name);
}

std::string StateName(v1::Job::State state) {
  return std::string(absl::StripPrefix(v1::Job::State_Name(state), "STATE_"));
}

std::string LocalTime(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixSeconds(time.seconds()),
                          absl::LocalTimeZone());
}

std::string ProgressText(const v1::Progress& progress) {
  switch (progress.stage()) {
    case v1::STAGE_QUEUED:
      return absl::StrCat("place ", progress.queue_position());
    case v1::STAGE_DENOISING:
      return absl::StrCat("step ", progress.step(), "/", progress.steps());
    case v1::STAGE_DECODING:
      return absl::StrCat("frame ", progress.frames_done(), "/",
                          progress.frames_total());
    default:
      return "preparing";
  }
}

bool IsFinal(v1::Job::State state) {
  return state != v1::Job::STATE_PENDING && state != v1::Job::STATE_RUNNING &&
         state != v1::Job::STATE_CANCELLING;
}

ExitCode PrintJob(const absl::StatusOr<v1::Job>& job,
                  const CommonOptions& options, const Console& console) {
  if (!job.ok()) {
    return ReportError(job.status(), options.json, console);
  }
  console.out << (options.json ? MessageJson(*job) : JobText(*job))
              << std::endl;
  return ExitCode::kOk;
}

}  // namespace

std::string JobLine(const v1::Job& job) {
  std::string line =
      absl::StrFormat("%-41s  %-10s  %-12s  %dx%d  %d frames  %s", job.name(),
                      StateName(job.state()),
                      IsFinal(job.state()) ? "" : ProgressText(job.progress()),
                      job.spec().width(), job.spec().height(),
                      job.spec().frame_count(), LocalTime(job.create_time()));
  if (!job.principal().empty()) absl::StrAppend(&line, "  ", job.principal());
  return line;
}

std::string JobText(const v1::Job& job) {
  std::string text = JobLine(job);
  absl::StrAppendFormat(&text, "\n  %d steps, guidance %g, seed %d",
                        job.spec().steps(), job.spec().guidance_scale(),
                        job.spec().seed());
  if (job.has_start_time()) {
    absl::StrAppend(&text, "\n  started ", LocalTime(job.start_time()));
  }
  if (job.has_end_time()) {
    absl::StrAppend(&text, "\n  ended ", LocalTime(job.end_time()));
  }
  absl::StrAppendFormat(&text, "\n  %.1f s of device time, %.1f s wasted",
                        job.usage().gpu_seconds(),
                        job.usage().wasted_gpu_seconds());
  if (job.has_error()) {
    absl::StrAppend(&text, "\n  ", ErrorText(StatusFromProto(job.error())));
  }
  return text;
}

ExitCode ListJobs(const CommonOptions& options, const std::string& state,
                  int limit, const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  v1::ListJobsRequest request;
  if (!state.empty()) {
    request.set_filter(absl::StrCat("state = ", absl::AsciiStrToUpper(state)));
  }
  int left = limit;
  do {
    request.set_page_size(static_cast<uint32_t>(std::min(left, 1000)));
    const absl::StatusOr<v1::ListJobsResponse> page = client.ListJobs(request);
    if (!page.ok()) {
      return ReportError(page.status(), options.json, console);
    }
    for (const v1::Job& job : page->jobs()) {
      console.out << (options.json ? MessageJson(job) : JobLine(job))
                  << std::endl;
    }
    left -= page->jobs_size();
    request.set_page_token(page->next_page_token());
  } while (left > 0 && !request.page_token().empty());
  return ExitCode::kOk;
}

ExitCode GetJob(const CommonOptions& options, const std::string& name,
                const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  return PrintJob(client.GetJob(WithPrefix(name)), options, console);
}

ExitCode DeleteJob(const CommonOptions& options, const std::string& name,
                   const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  const absl::Status status = client.DeleteJob(WithPrefix(name));
  if (!status.ok()) {
    return ReportError(status, options.json, console);
  }
  console.out << (options.json
                      ? absl::StrCat("{\"deleted\":\"", WithPrefix(name), "\"}")
                      : absl::StrCat(WithPrefix(name), " deleted"))
              << std::endl;
  return ExitCode::kOk;
}

ExitCode CancelJob(const CommonOptions& options, const std::string& name,
                   const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  return PrintJob(
      client.CancelJob(WithPrefix(name), "asked for on the command line"),
      options, console);
}

}  // namespace animate
