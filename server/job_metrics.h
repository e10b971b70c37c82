#ifndef ANIMATE_SERVER_JOB_METRICS_H_
#define ANIMATE_SERVER_JOB_METRICS_H_

#include <functional>

#include "server/metrics/job_accounting.h"
#include "server/metrics/recorder.h"
#include "server/queue/job_listener.h"
#include "server/queue/queue_stats.h"

namespace animate {

// The queue's books in the words of the metrics: reasons of the API become the
// few labels that operators see.
JobAccounting ToJobAccounting(const QueueStats& stats);

// Turns what happens to jobs into metrics and log lines. Thread-safe.
class JobMetrics : public JobListener {
 public:
  // `recorder` must outlive this. `on_finished` is called after each job.
  JobMetrics(Recorder& recorder, std::function<void()> on_finished);

  void OnSubmitted(const JobSnapshot& job) override;
  void OnRecovered(const JobSnapshot& job, RecoveryOutcome outcome) override;
  void OnWorkLost(const JobSnapshot& job, absl::Duration lost) override;
  void OnPaused(const JobSnapshot& job) override;
  void OnRefused(const absl::Status& why) override;
  void OnStarted(const JobSnapshot& job, absl::Duration waited) override;
  void OnFirstFrame(const JobSnapshot& job,
                    absl::Duration since_submission) override;
  void OnFinished(const JobSnapshot& job,
                  absl::Duration since_submission) override;

 private:
  Recorder& recorder_;
  const std::function<void()> on_finished_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_JOB_METRICS_H_
