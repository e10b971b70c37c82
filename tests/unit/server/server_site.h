#ifndef ANIMATE_TESTS_UNIT_SERVER_SERVER_SITE_H_
#define ANIMATE_TESTS_UNIT_SERVER_SERVER_SITE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "animate/v1/animation.grpc.pb.h"
#include "engine/base/log.h"
#include "server/server.h"
#include "tests/support/fake_animator.h"
#include "tests/support/fake_pose_detector.h"

namespace animate {

// Free ports, no model, and a drain without a pause.
inline ServerConfig SiteConfig() {
  ServerConfig config;
  config.model_dir = "unused";
  config.listen_address = "127.0.0.1:0";
  config.metrics_address = "127.0.0.1:0";
  config.drain_pause = absl::ZeroDuration();
  return config;
}

// A server whose animators have no networks, and clients of both its ports.
class ServerSite {
 public:
  explicit ServerSite(const ServerConfig& config = SiteConfig())
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
    stub_ = animate::v1::AnimationService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_.grpc_port()),
                            grpc::InsecureChannelCredentials()));
  }

  ~ServerSite() {
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
    animate::v1::GetJobResponse response;
    do {
      grpc::ClientContext context;
      animate::v1::GetJobRequest request;
      request.set_name(name);
      ASSERT_TRUE(stub_->GetJob(&context, request, &response).ok());
    } while (response.job().state() != animate::v1::Job::STATE_CANCELLING);
  }

  Server& server() { return server_; }
  animate::v1::AnimationService::Stub& stub() { return *stub_; }
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
  std::unique_ptr<animate::v1::AnimationService::Stub> stub_;
  std::thread serving_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_SERVER_SERVER_SITE_H_
