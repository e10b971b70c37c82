#include "server/server.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "engine/base/error.h"
#include "server/store/sqlite_database.h"
#include "server/store/sqlite_job_store.h"
#include "tests/integration/animate_stream.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_pose_detector.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Point = FakeAnimator::Point;

ServerConfig TestConfig() {
  ServerConfig config;
  config.model_dir = "unused";
  config.listen_address = "127.0.0.1:0";
  config.metrics_address = "127.0.0.1:0";
  config.drain_pause = absl::ZeroDuration();
  return config;
}

// A server whose animators have no networks, and clients of both its ports.
class Site {
 public:
  explicit Site(const ServerConfig& config = TestConfig())
      : server_(config, {.version = "1"},
                {.make_animator =
                     [this](const std::string& device) { return Make(device); },
                 .load_pose_detector =
                     [this](const PoseDetectorOptions& options) {
                       return MakeDetector(options);
                     }}) {
    SetLogSink([](absl::string_view) {});
    const absl::Status status = server_.Listen();
    EXPECT_TRUE(status.ok()) << status;
    stub_ = v1::AnimationService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_.grpc_port()),
                            grpc::InsecureChannelCredentials()));
  }

  ~Site() {
    if (serving_.joinable()) {
      server_.RequestStop();
      server_.RequestStop();
      if (animator_ != nullptr) animator_->Release();
      serving_.join();
    }
    SetLogSink(nullptr);
  }

  // Loads, and serves on a thread.
  void Serve() {
    const absl::Status status = server_.Load();
    ASSERT_TRUE(status.ok()) << status;
    serving_ = std::thread([this] { server_.ServeUntilStopped(); });
  }

  void AwaitStopped() { serving_.join(); }

  int Get(const std::string& path) {
    httplib::Client client("127.0.0.1", server_.http_port());
    return client.Get(path)->status;
  }

  // The value of one series.
  double Metric(const std::string& series) {
    httplib::Client client("127.0.0.1", server_.http_port());
    const std::string text = client.Get("/metrics")->body;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      double value = 0;
      if (absl::StartsWith(line, series + " ") &&
          absl::SimpleAtod(line.substr(series.size() + 1), &value)) {
        return value;
      }
    }
    return -1;
  }

  // Waits until the running job has been asked to stop.
  void AwaitCancelling(const std::string& name) {
    v1::GetJobResponse response;
    do {
      grpc::ClientContext context;
      v1::GetJobRequest request;
      request.set_name(name);
      ASSERT_TRUE(stub_->GetJob(&context, request, &response).ok());
    } while (response.job().state() != v1::Job::STATE_CANCELLING);
  }

  Server& server() { return server_; }
  v1::AnimationService::Stub& stub() { return *stub_; }
  FakeAnimator& animator() { return *animator_; }

  std::vector<std::string> devices_made;
  std::vector<PoseDetectorOptions> detectors_made;
  absl::Status detector_error;
  absl::Status factory_error;
  std::function<void()> while_loading;

 private:
  absl::StatusOr<std::unique_ptr<Animator>> Make(const std::string& device) {
    devices_made.push_back(device);
    if (while_loading) while_loading();
    if (!factory_error.ok()) return factory_error;
    ModelInfo info = FakeAnimator::DefaultInfo();
    info.device = device;
    auto animator = std::make_unique<FakeAnimator>(info);
    animator_ = animator.get();
    return animator;
  }

  absl::StatusOr<std::unique_ptr<PoseDetector>> MakeDetector(
      const PoseDetectorOptions& options) {
    detectors_made.push_back(options);
    if (!detector_error.ok()) return detector_error;
    return std::make_unique<FakePoseDetector>();
  }

  FakeAnimator* animator_ = nullptr;
  Server server_;
  std::unique_ptr<v1::AnimationService::Stub> stub_;
  std::thread serving_;
};

TEST(ServerTest, AnswersProbesBeforeTheModelIsLoaded) {
  Site site;
  EXPECT_EQ(site.Get("/healthz"), 200);
  EXPECT_EQ(site.Get("/readyz"), 503);
  EXPECT_EQ(site.Metric("animate_ready"), 0);
  const Received received = Animate(site.stub(), SmallUpload());
  EXPECT_EQ(received.status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, ServesOnceLoadedAndWarm) {
  Site site;
  site.Serve();
  EXPECT_EQ(site.animator().runs_started(), 1);  // the warm-up
  EXPECT_EQ(site.Get("/readyz"), 200);
  EXPECT_EQ(site.Metric("animate_ready"), 1);
  EXPECT_EQ(site.Metric("animate_job_slots"), 1);
  const Received received = Animate(site.stub(), SmallUpload());
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 2u);
  EXPECT_EQ(site.Metric("animate_jobs_finished_total{state=\"succeeded\","
                        "reason=\"none\"}"),
            1);
  EXPECT_EQ(site.Metric("animate_jobs_submitted_total"), 1);
  EXPECT_EQ(site.Metric("animate_frames_delivered_total"), 2);
}

TEST(ServerTest, MakesOneWorkerPerDevice) {
  ServerConfig config = TestConfig();
  config.devices = {"cpu", "cuda:0"};
  Site site(config);
  site.Serve();
  EXPECT_EQ(site.devices_made, config.devices);
  EXPECT_EQ(site.Metric("animate_job_slots"), 2);
}

TEST(ServerTest, AModelThatDoesNotLoadIsAnErrorThatNamesTheDevice) {
  Site site;
  site.factory_error = MakeError(absl::StatusCode::kFailedPrecondition,
                                 "no such folder", {.reason = "NO_MODEL"});
  const absl::Status status = site.server().Load();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "device auto: no such folder");
  EXPECT_EQ(GetErrorReason(status), "NO_MODEL");
  EXPECT_FALSE(site.server().ready());
}

absl::Status DetectorMissing() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "no networks there",
                   {.reason = kPoseDetectorMissing});
}

v1::GetServerInfoResponse Info(Site& site) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse info;
  EXPECT_TRUE(site.stub()
                  .GetServerInfo(&context, v1::GetServerInfoRequest(), &info)
                  .ok());
  return info;
}

TEST(ServerTest, LoadsTheDetectorThatIsAskedForAndPublishesIt) {
  ServerConfig config = TestConfig();
  config.pose_detector = "dwpose";
  config.pose_detector_dir = "/networks";
  Site site(config);
  site.Serve();
  ASSERT_EQ(site.detectors_made.size(), 1u);
  EXPECT_EQ(site.detectors_made[0].backend, PoseBackend::kDwPose);
  EXPECT_EQ(site.detectors_made[0].folder, "/networks");
  EXPECT_EQ(Info(site).pose_detector(), "dwpose");
  EXPECT_EQ(Info(site).pose_kinds_size(), 4);
}

TEST(ServerTest, DoesWithoutADetectorThatNobodyAskedFor) {
  Site site;
  site.detector_error = DetectorMissing();
  site.Serve();
  EXPECT_EQ(Info(site).pose_detector(), "");
  EXPECT_EQ(Info(site).pose_kinds_size(), 3);
}

TEST(ServerTest, NeverLoadsADetectorThatIsSwitchedOff) {
  ServerConfig config = TestConfig();
  config.pose_detector = "none";
  Site site(config);
  site.Serve();
  EXPECT_TRUE(site.detectors_made.empty());
  EXPECT_EQ(Info(site).pose_detector(), "");
}

TEST(ServerTest, ADetectorThatWasAskedForAndIsMissingStopsTheStart) {
  ServerConfig by_name = TestConfig();
  by_name.pose_detector = "blazepose";
  ServerConfig by_folder = TestConfig();
  by_folder.pose_detector_dir = "/networks";
  for (const ServerConfig& config : {by_name, by_folder}) {
    Site site(config);
    site.detector_error = DetectorMissing();
    const absl::Status status = site.server().Load();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), "no networks there");
    EXPECT_TRUE(site.devices_made.empty()) << "before the model is read";
  }
}

TEST(ServerTest, ADamagedDetectorStopsTheStart) {
  Site site;
  site.detector_error =
      MakeError(absl::StatusCode::kFailedPrecondition, "wrong checksum",
                {.reason = kPoseDetectorDamaged});
  EXPECT_FALSE(site.server().Load().ok());
}

TEST(ServerTest, PublishesTheMemoryOfDevicesThatHaveTheirOwn) {
  ServerConfig config = TestConfig();
  config.devices = {"cpu", "cuda:0"};
  Site site(config);
  site.Serve();
  const std::string series =
      "animate_gpu_memory_bytes{device=\"cuda:0\",kind=\"used\"}";
  EXPECT_EQ(site.Metric(series), -1) << "a device that cannot say";
  site.animator().SetDeviceMemory({.total_bytes = 1000, .used_bytes = 300});
  EXPECT_EQ(site.Metric(series), 300);
  EXPECT_EQ(
      site.Metric("animate_gpu_memory_bytes{device=\"cpu\",kind=\"used\"}"),
      -1);
}

TEST(ServerTest, APortInUseIsAnError) {
  Site first;
  const auto listen = [](const ServerConfig& config) {
    Server server(config, {}, {});
    return server.Listen();
  };
  ServerConfig config = TestConfig();
  config.listen_address =
      absl::StrCat("127.0.0.1:", first.server().grpc_port());
  EXPECT_EQ(GetErrorReason(listen(config)), "LISTEN_FAILED");
  config = TestConfig();
  config.metrics_address =
      absl::StrCat("127.0.0.1:", first.server().http_port());
  EXPECT_EQ(GetErrorReason(listen(config)), "LISTEN_FAILED");
}

TEST(ServerTest, AStoreThatItMustNotTouchStopsTheStart) {
  const TemporaryFolder data;
  ServerConfig config = TestConfig();
  config.data_dir = data.path();
  const auto start = [&config] {
    Server server(config, {}, {});
    return GetErrorReason(server.Listen());
  };
  {
    const auto other = SqliteJobStore::Open(data.path());
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(start(), "STORE_LOCKED");
  }
  {
    const auto database = SqliteDatabase::Open(data / "jobs.sqlite");
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=99").ok());
  }
  const std::string before = data.Read("jobs.sqlite");
  EXPECT_EQ(start(), "STORE_TOO_NEW");
  EXPECT_EQ(data.Read("jobs.sqlite"), before) << "a newer server may want it";
}

TEST(ServerTest, PublishesWhatItsStoreAndItsStreamsDo) {
  const TemporaryFolder data;
  ServerConfig config = TestConfig();
  config.data_dir = data.path();
  Site site(config);
  site.Serve();
  const Received received = Animate(site.stub(), SmallUpload(3));
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(
      site.Metric("animate_store_commit_seconds_count{operation=\"insert\"}"),
      1);
  EXPECT_EQ(
      site.Metric("animate_store_commit_seconds_count{operation=\"frame\"}"),
      3);
  EXPECT_GE(
      site.Metric("animate_store_commit_seconds_count{operation=\"state\"}"),
      2);
  EXPECT_EQ(site.Metric("animate_store_errors_total{reason=\"sync\"}"), 0);
  EXPECT_GT(site.Metric("animate_spool_bytes{tier=\"disk\"}"), 0);
  EXPECT_EQ(site.Metric("animate_streams_opened_total"), 1);
  EXPECT_EQ(site.Metric("animate_reference_cache_hits_total{device=\"cpu\"}"),
            -1)
      << "an animator without a cache";
}

TEST(ServerTest, PublishesWhenTheCertificateInForceExpires) {
  const TestAuthority authority("authority");
  const TemporaryFolder folder;
  ServerConfig config = TestConfig();
  const auto put_certificate = [&](absl::Duration lasts) {
    const TestIdentity identity =
        authority.Issue({.common_name = "server", .lasts = lasts});
    config.tls = {.certificate = folder.Write("tls.crt", identity.certificate),
                  .key = folder.Write("tls.key", identity.key)};
  };
  put_certificate(absl::Hours(1));
  Site site(config);
  const auto hours_left = [&] {
    return (site.Metric("animate_tls_certificate_expiry_timestamp_seconds") -
            static_cast<double>(absl::ToUnixSeconds(absl::Now()))) /
           3600;
  };
  EXPECT_NEAR(hours_left(), 1, 0.5);
  put_certificate(absl::Hours(48));
  EXPECT_NEAR(hours_left(), 48, 0.5);
}

TEST(ServerTest, AStopWhileLoadingMeansItNeverBecomesReady) {
  Site site;
  bool was_loading = false;
  site.while_loading = [&] { was_loading = site.server().RequestStop(); };
  EXPECT_TRUE(site.server().Load().ok());
  EXPECT_TRUE(was_loading);
  EXPECT_FALSE(site.server().ready());
  site.server().ServeUntilStopped();  // returns at once
}

TEST(ServerTest, DrainingFinishesAcceptedJobsAndRefusesNewOnes) {
  Site site;
  site.Serve();
  site.animator().HoldAt(Point::kStep, 2);
  AnimateStream accepted(site.stub());
  ASSERT_TRUE(accepted.Send(SmallUpload()));
  accepted.HalfClose();
  site.animator().AwaitHeld();

  EXPECT_FALSE(site.server().RequestStop());
  Received refused;
  do {
    refused = Animate(site.stub(), SmallUpload());
  } while (refused.status.ok());
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(site.Get("/readyz"), 503);
  EXPECT_EQ(site.Metric("animate_draining"), 1);

  site.animator().Release();
  const Received received = accepted.ReadAll();
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 2u);
  site.AwaitStopped();
}

TEST(ServerTest, JobsAreStillAcceptedDuringTheDrainPause) {
  ServerConfig config = TestConfig();
  config.drain_pause = absl::Hours(1);
  Site site(config);
  site.Serve();
  site.server().RequestStop();
  while (site.Get("/readyz") != 503) std::this_thread::yield();
  EXPECT_TRUE(Animate(site.stub(), SmallUpload()).status.ok());
  site.server().RequestStop();  // skips the rest of the pause
  site.AwaitStopped();
}

TEST(ServerTest, ASecondStopCancelsWhatIsRunning) {
  Site site;
  site.Serve();
  site.animator().HoldAt(Point::kStep, 2);
  AnimateStream stream(site.stub());
  ASSERT_TRUE(stream.Send(SmallUpload()));
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  site.animator().AwaitHeld();
  site.server().RequestStop();
  site.server().RequestStop();
  site.AwaitCancelling(name);
  site.animator().Release();
  EXPECT_EQ(stream.ReadAll().status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
  site.AwaitStopped();
}

TEST(ServerTest, TheDrainTimeoutCancelsWhatIsRunning) {
  ServerConfig config = TestConfig();
  config.drain_timeout = absl::Milliseconds(1);
  Site site(config);
  site.Serve();
  site.animator().HoldAt(Point::kStep, 2);
  AnimateStream stream(site.stub());
  ASSERT_TRUE(stream.Send(SmallUpload()));
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  site.animator().AwaitHeld();
  site.server().RequestStop();
  site.AwaitCancelling(name);
  site.animator().Release();
  EXPECT_EQ(stream.ReadAll().status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
  site.AwaitStopped();
}

}  // namespace
}  // namespace animate
