#ifndef ANIMATE_SERVER_WORKER_WORKER_H_
#define ANIMATE_SERVER_WORKER_WORKER_H_

#include <memory>
#include <thread>

#include "server/worker/job_run.h"

namespace animate {

// The thread of one device: takes jobs, runs them, reports them finished, until
// the manager has no more. Nothing a job does ends it.
class Worker {
 public:
  // Starts at once. Everything in `environment` must outlive the worker; the
  // animator is used by this worker alone.
  explicit Worker(const JobRun::Environment& environment);

  // Waits until JobManager::Take has returned null: call Drain or Shutdown of
  // the manager before.
  ~Worker();

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  void Run();
  void RunJob(std::unique_ptr<Job> job);

  JobRun::Environment environment_;
  std::thread thread_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_WORKER_WORKER_H_
