#include "server/worker/worker.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "engine/base/log.h"

namespace animate {

Worker::Worker(const JobRun::Environment& environment)
    : environment_(environment), thread_([this] { Run(); }) {}

Worker::~Worker() { thread_.join(); }

void Worker::Run() {
  while (std::unique_ptr<Job> job = environment_.jobs.Take()) {
    RunJob(std::move(job));
  }
}

void Worker::RunJob(std::unique_ptr<Job> job) {
  const std::string& device = environment_.animator.info().device;
  Log(LogSeverity::kInfo, "job_running",
      {{"job", job->name},
       {"device", device},
       {"poses", PoseKindName(job->inputs.pose_kind)}});
  absl::Status status;
  JobUsage usage;
  {
    JobRun run(environment_, *job);
    status = run.Run();
    usage = run.usage();
  }
  Log(LogSeverity::kInfo, "job_ran",
      {{"job", job->name},
       {"device", device},
       {"device_seconds", absl::ToDoubleSeconds(usage.device_time)},
       {"status", absl::StatusCodeToString(status.code())}});
  environment_.jobs.Finish(std::move(job), status, usage);
}

}  // namespace animate
