#ifndef ANIMATE_SERVER_SERVER_H_
#define ANIMATE_SERVER_SERVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "engine/detector/pose_detector.h"
#include "server/job_metrics.h"
#include "server/metrics/http_endpoint.h"
#include "server/metrics/prometheus_recorder.h"
#include "server/protection.h"
#include "server/queue/job_store.h"
#include "server/queue/stored_job_manager.h"
#include "server/server_config.h"
#include "server/service/grpc_frontend.h"
#include "server/worker/worker.h"

namespace animate {

// Builds the parts in order, owns them, and takes them down in order. Call
// Listen, Load and ServeUntilStopped one after the other, on one thread; the
// rest is thread-safe. Writes nothing to disk but to config.data_dir.
class Server {
 public:
  // Makes the animator of one device: "auto", "cpu", "cuda:0".
  using AnimatorFactory =
      std::function<absl::StatusOr<std::unique_ptr<Animator>>(
          const std::string& device)>;

  // Loads and tries what finds poses.
  using PoseDetectorFactory =
      std::function<absl::StatusOr<std::unique_ptr<PoseDetector>>(
          const PoseDetectorOptions& options)>;

  struct Factories {
    AnimatorFactory make_animator;
    PoseDetectorFactory load_pose_detector;
  };

  Server(const ServerConfig& config, const BuildIdentity& build,
         Factories factories, const Clock& clock = Clock::Real());

  // Stops what is left of the jobs; those in a data_dir go on with the next
  // start.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the store and takes up the jobs in it, then opens both ports, so that
  // probes are answered while the model loads: alive, not ready, NOT_SERVING.
  // FAILED_PRECONDITION, reason LISTEN_FAILED, when an address cannot be had;
  // errors of OpenProtection, SqliteJobStore::Open and
  // StoredJobManager::Recover.
  absl::Status Listen();

  // Loads the pose detector, makes and warms up one animator per device, starts
  // the workers, and says SERVING. Errors are those of the factories, or of the
  // warm-up with the device named; a detector that nobody asked for by name or
  // folder may be missing. Returns OK early, not ready, once a stop is
  // requested.
  absl::Status Load();

  // Waits for RequestStop, then drains: NOT_SERVING; the drain pause, while
  // new jobs are still accepted; new jobs refused, accepted ones (with a
  // data_dir: those that run) finished for up to the drain timeout; the rest
  // stopped, with a data_dir until the next start; streams flushed.
  void ServeUntilStopped();

  // The first call begins the drain; the second skips what is left of its
  // waiting and cancels the jobs. Returns whether the server had not become
  // ready yet; then it never will, and the process may just as well exit.
  bool RequestStop();

  bool ready() const { return ready_; }

  // The ports in use; 0 before Listen.
  int grpc_port() const;
  int http_port() const;
  int health_port() const;  // 0 also without one

 private:
  absl::Status OpenStore();
  absl::Status LoadDetector();
  absl::StatusOr<std::unique_ptr<Animator>> LoadOne(const std::string& device,
                                                    const Limits& limits);
  void BecomeReady(const Limits& limits);
  std::vector<DeviceMemoryReading> ReadDeviceMemory() const;
  std::vector<ReferenceCacheReading> ReadReferenceCaches() const;
  void Drain();

  // Waits until `done` holds, a second stop is requested or `timeout` is over.
  void WaitForDrain(absl::Duration timeout, const std::function<bool()>& done);

  const ServerConfig config_;
  const BuildIdentity build_;
  const Factories factories_;
  const Clock& clock_;

  std::atomic<bool> ready_{false};
  CancellationToken warm_up_token_;
  Mutex mutex_;
  CondVar stop_or_job_finished_;
  int stop_requests_ ABSL_GUARDED_BY(mutex_) = 0;
  bool loaded_ ABSL_GUARDED_BY(mutex_) = false;

  // In the order in which they may use each other.
  PrometheusRecorder recorder_;
  JobMetrics job_metrics_;
  Protection protection_;
  std::unique_ptr<JobStore> store_;         // null before Listen
  std::unique_ptr<StoredJobManager> jobs_;  // null before Listen
  std::unique_ptr<PoseDetector> detector_;  // null: none
  std::vector<std::unique_ptr<Animator>> animators_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<GrpcFrontend> frontend_;
  std::unique_ptr<HttpEndpoint> http_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVER_H_
