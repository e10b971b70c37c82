#include "server/server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/measured_job_store.h"
#include "server/pose_detector_choice.h"
#include "server/store/memory_job_store.h"
#include "server/store/sqlite_job_store.h"
#include "server/warm_up.h"

namespace animate {
namespace {

// For streams to send their last frames once the jobs are done.
constexpr absl::Duration kFlushTime = absl::Seconds(5);

StoredJobManager::Options JobManagerOptions(const ServerConfig& config) {
  return {.capacity = config.queue_capacity,
          .slots = static_cast<int>(config.devices.size()),
          .output_budget_bytes = config.output_budget_bytes,
          .retention = config.record_retention,
          .max_crashes = config.max_crashes};
}

// Of checkpoints: nobody else may go on with them.
std::string BuildName(const BuildIdentity& build) {
  return absl::StrCat(build.version, "+", build.commit,
                      " libtorch=", build.libtorch);
}

GrpcFrontendOptions FrontendOptions(const ServerConfig& config,
                                    const BuildIdentity& build) {
  GrpcFrontendOptions options;
  options.listen_address = config.listen_address;
  options.limits = config.limits;
  options.health_address = config.health_address;
  options.reflection = config.reflection;
  options.upload_memory = config.upload_budget_bytes;
  options.upload_timeout = config.upload_timeout;
  options.min_upload_rate = config.min_upload_rate;
  options.server_version = build.version;
  options.revision = build.commit;
  options.libtorch_version = build.libtorch;
  return options;
}

}  // namespace

Server::Server(const ServerConfig& config, const BuildIdentity& build,
               Factories factories, const Clock& clock)
    : config_(config),
      build_(build),
      factories_(std::move(factories)),
      clock_(clock),
      warm_up_token_(clock),
      recorder_(build),
      job_metrics_(recorder_, [this] {
        MutexLock lock(mutex_);
        stop_or_job_finished_.SignalAll();
      }) {}

Server::~Server() {
  if (jobs_ != nullptr) jobs_->Shutdown();
  workers_.clear();
  frontend_.reset();
  http_.reset();
}

absl::Status Server::OpenStore() {
  if (config_.data_dir.empty()) {
    store_ = std::make_unique<MemoryJobStore>();
  } else {
    ANIMATE_ASSIGN_OR_RETURN(store_, SqliteJobStore::Open(config_.data_dir));
  }
  store_ =
      std::make_unique<MeasuredJobStore>(std::move(store_), recorder_, clock_);
  StoredJobManager::Options options = JobManagerOptions(config_);
  if (protection_.authenticator != nullptr) {
    options.quota_of = [this](const std::string& principal) {
      return protection_.authenticator->QuotaOf(principal);
    };
  }
  jobs_ = std::make_unique<StoredJobManager>(options, *store_, clock_,
                                             &job_metrics_);
  ANIMATE_RETURN_IF_ERROR(jobs_->Recover());
  recorder_.SetJobAccounting(
      [this] { return ToJobAccounting(jobs_->stats()); });
  const JobManager::Counts counts = jobs_->counts();
  Log(LogSeverity::kInfo, "store_opened",
      {{"data_dir", config_.data_dir},
       {"bytes", store_->used_bytes()},
       {"waiting", counts.waiting}});
  return absl::OkStatus();
}

absl::Status Server::Listen() {
  // First: wrong files are found before anything is touched.
  ANIMATE_ASSIGN_OR_RETURN(protection_, OpenProtection(config_, clock_));
  ANIMATE_RETURN_IF_ERROR(OpenStore());
  recorder_.SetCertificateExpiry(
      [this] { return CertificateExpiry(protection_); });
  ANIMATE_ASSIGN_OR_RETURN(
      http_, HttpEndpoint::Start({
                 .listen_address = config_.metrics_address,
                 .render_metrics = [this] { return recorder_.Render(); },
                 .is_ready = [this] { return ready(); },
             }));
  Log(LogSeverity::kInfo, "metrics_listening",
      {{"address", config_.metrics_address}, {"port", http_->port()}});
  GrpcFrontendOptions options = FrontendOptions(config_, build_);
  options.certificates = protection_.certificates.get();
  options.authenticator = protection_.authenticator.get();
  ANIMATE_ASSIGN_OR_RETURN(
      frontend_, GrpcFrontend::Start(options, *jobs_, recorder_, clock_));
  return absl::OkStatus();
}

absl::Status Server::Load() {
  const absl::Duration start = clock_.Monotonic();
  // First: a wrong setting is found before the model is read.
  ANIMATE_RETURN_IF_ERROR(LoadDetector());
  Limits limits = config_.limits;
  limits.size_multiple = 1;  // the models know it
  for (const std::string& device : config_.devices) {
    absl::StatusOr<std::unique_ptr<Animator>> animator =
        LoadOne(device, limits);
    if (warm_up_token_.cancelled()) return absl::OkStatus();
    ANIMATE_RETURN_IF_ERROR(animator.status());
    limits = NarrowToModel(limits, (*animator)->info());
    animators_.push_back(*std::move(animator));
  }
  recorder_.SetModelLoadDuration(clock_.Monotonic() - start);
  BecomeReady(limits);
  return absl::OkStatus();
}

absl::Status Server::LoadDetector() {
  if (config_.pose_detector == "none") return absl::OkStatus();
  const absl::Duration start = clock_.Monotonic();
  absl::StatusOr<std::unique_ptr<PoseDetector>> detector =
      factories_.load_pose_detector(DetectorOptions(config_));
  if (!DetectorAskedFor(config_) &&
      GetErrorReason(detector.status()) == kPoseDetectorMissing) {
    Log(LogSeverity::kWarning, "no_pose_detector",
        {{"message", detector.status().message()}});
    return absl::OkStatus();
  }
  ANIMATE_RETURN_IF_ERROR(detector.status());
  detector_ = *std::move(detector);
  Log(LogSeverity::kInfo, "pose_detector_loaded",
      {{"detector", DetectorName(config_)},
       {"load_seconds", absl::ToDoubleSeconds(clock_.Monotonic() - start)}});
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Animator>> Server::LoadOne(
    const std::string& device, const Limits& limits) {
  const auto named = [&device](const absl::Status& status) {
    absl::Status result(
        status.code(), absl::StrCat("device ", device, ": ", status.message()));
    status.ForEachPayload(
        [&result](absl::string_view url, const absl::Cord& payload) {
          result.SetPayload(url, payload);
        });
    return result;
  };
  ANIMATE_RETURN_IF_ERROR(warm_up_token_.Check());
  const absl::Duration start = clock_.Monotonic();
  absl::StatusOr<std::unique_ptr<Animator>> animator =
      factories_.make_animator(device);
  if (!animator.ok()) return named(animator.status());
  const ModelInfo& info = (*animator)->info();
  const absl::Duration loaded = clock_.Monotonic();
  if (const absl::Status status =
          WarmUp(**animator, NarrowToModel(limits, info), warm_up_token_);
      !status.ok()) {
    return named(status);
  }
  Log(LogSeverity::kInfo, "model_loaded",
      {{"model", info.name},
       {"sha256", info.digest},
       {"device", info.device},
       {"dtype", info.dtype},
       {"parameters", info.parameters},
       {"load_seconds", absl::ToDoubleSeconds(loaded - start)},
       {"warm_up_seconds",
        absl::ToDoubleSeconds(clock_.Monotonic() - loaded)}});
  recorder_.AddModel(info);
  return animator;
}

void Server::BecomeReady(const Limits& limits) {
  // Under the lock: a stop either comes first, and then nothing is ever
  // accepted, or later, and then it drains.
  MutexLock lock(mutex_);
  if (stop_requests_ > 0) return;
  Offer offer{.limits = limits};
  if (detector_ != nullptr) offer.pose_detector = DetectorName(config_);
  for (const std::unique_ptr<Animator>& animator : animators_) {
    offer.models.push_back(animator->info());
    workers_.push_back(std::make_unique<Worker>(JobRun::Environment{
        .jobs = *jobs_,
        .animator = *animator,
        .recorder = recorder_,
        .clock = clock_,
        .limits = limits,
        .detector = detector_.get(),
        .build = BuildName(build_),
        .checkpoint_interval = config_.checkpoint_interval}));
  }
  recorder_.SetDeviceMemory([this] { return ReadDeviceMemory(); });
  recorder_.SetReferenceCaches([this] { return ReadReferenceCaches(); });
  recorder_.SetJobSlots(static_cast<int>(workers_.size()));
  recorder_.SetReady(true);
  loaded_ = true;
  ready_ = true;
  frontend_->MarkReady(std::move(offer));
  Log(LogSeverity::kInfo, "ready",
      {{"workers", static_cast<int>(workers_.size())}});
}

std::vector<DeviceMemoryReading> Server::ReadDeviceMemory() const {
  std::vector<DeviceMemoryReading> readings;
  for (const std::unique_ptr<Animator>& animator : animators_) {
    if (const auto memory = animator->device_memory(); memory.has_value()) {
      readings.push_back({animator->info().device, *memory});
    }
  }
  return readings;
}

std::vector<ReferenceCacheReading> Server::ReadReferenceCaches() const {
  std::vector<ReferenceCacheReading> readings;
  for (const std::unique_ptr<Animator>& animator : animators_) {
    if (const auto stats = animator->reference_cache(); stats.has_value()) {
      readings.push_back({animator->info().device, *stats});
    }
  }
  return readings;
}

void Server::ServeUntilStopped() {
  {
    MutexLock lock(mutex_);
    while (stop_requests_ == 0) stop_or_job_finished_.Wait(mutex_);
  }
  Drain();
}

bool Server::RequestStop() {
  warm_up_token_.Cancel(absl::CancelledError("the server is stopping"));
  MutexLock lock(mutex_);
  ++stop_requests_;
  stop_or_job_finished_.SignalAll();
  return !loaded_;
}

void Server::Drain() {
  const auto never = [] { return false; };
  const auto idle = [this] {
    const JobManager::Counts counts = jobs_->counts();
    return counts.running == 0 && (counts.waiting == 0 || store_->durable());
  };
  const bool was_ready = ready_.exchange(false);
  recorder_.SetReady(false);
  recorder_.SetDraining(true);
  frontend_->SetServing(false);
  const JobManager::Counts counts = jobs_->counts();
  Log(LogSeverity::kInfo, "draining",
      {{"waiting", counts.waiting}, {"running", counts.running}});
  if (was_ready) WaitForDrain(config_.drain_pause, never);

  jobs_->Drain();
  frontend_->StartDraining();
  WaitForDrain(config_.drain_timeout, idle);

  const JobManager::Counts left = jobs_->counts();
  jobs_->Shutdown();
  workers_.clear();
  frontend_->Shutdown(kFlushTime);
  Log(LogSeverity::kInfo, "stopped",
      {{"stopped_jobs", left.waiting + left.running},
       {"kept", store_->durable()}});
}

void Server::WaitForDrain(absl::Duration timeout,
                          const std::function<bool()>& done) {
  const absl::Duration deadline = clock_.Monotonic() + timeout;
  MutexLock lock(mutex_);
  while (stop_requests_ < 2 && !done()) {
    const absl::Duration left = deadline - clock_.Monotonic();
    if (left <= absl::ZeroDuration()) return;
    stop_or_job_finished_.WaitWithTimeout(mutex_, left);
  }
}

int Server::grpc_port() const {
  return frontend_ == nullptr ? 0 : frontend_->port();
}

int Server::health_port() const {
  return frontend_ == nullptr ? 0 : frontend_->health_port();
}

int Server::http_port() const { return http_ == nullptr ? 0 : http_->port(); }

}  // namespace animate
