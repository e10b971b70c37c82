// The whole server with an animator that has no networks, as a process that a
// test can kill:
//   fake_animate_server DATA_DIR PORT POINT NUMBER MODEL SEVERITY
// prints the port it serves on; PORT 0 takes a free one. Frames (POINT "frame")
// or steps ("step") from NUMBER on are never made; "none" holds nothing. MODEL
// is the digest of its model. Logs what is as severe as SEVERITY ("error",
// "info"). Every step is stored.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "engine/base/log.h"
#include "server/server.h"
#include "server/stop_signals.h"
#include "tests/support/fake_animator.h"

namespace animate {
namespace {

struct FakeServer {
  std::string data_dir;
  std::string port;
  std::string point;
  int number = 0;
  std::string model;
  std::string severity;
};

int Serve(const FakeServer& options) {
  SetMinLogSeverity(options.severity == "info" ? LogSeverity::kInfo
                                               : LogSeverity::kError);
  ServerConfig config;
  config.model_dir = "none";
  config.data_dir = options.data_dir;
  config.checkpoint_interval = absl::Nanoseconds(1);
  config.pose_detector = "none";
  config.max_crashes = 1000;
  config.listen_address = "127.0.0.1:" + options.port;
  config.metrics_address = "127.0.0.1:0";
  config.drain_pause = absl::ZeroDuration();
  config.drain_timeout = absl::ZeroDuration();
  FakeAnimator* fake = nullptr;
  const auto make_animator =
      [&](const std::string&) -> absl::StatusOr<std::unique_ptr<Animator>> {
    ModelInfo info = FakeAnimator::DefaultInfo();
    info.digest = options.model;
    auto animator = std::make_unique<FakeAnimator>(info);
    fake = animator.get();
    return animator;
  };
  Server server(config, {.version = "1"},
                {.make_animator = make_animator, .load_pose_detector = {}});
  const StopSignals signals([&server] { server.RequestStop(); });
  absl::Status status = server.Listen();
  if (status.ok()) status = server.Load();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return EXIT_FAILURE;
  }
  // Not before: the warm-up makes frames, too.
  fake->EndHoldWithToken();
  if (options.point == "frame") {
    fake->HoldAt(FakeAnimator::Point::kFrame, options.number);
  } else if (options.point == "step") {
    fake->HoldAt(FakeAnimator::Point::kStep, options.number);
  }
  std::printf("%d\n", server.grpc_port());
  std::fflush(stdout);
  server.ServeUntilStopped();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  animate::BlockStopSignals();
  return animate::Serve({.data_dir = argv[1],
                         .port = argv[2],
                         .point = argv[3],
                         .number = std::atoi(argv[4]),
                         .model = argv[5],
                         .severity = argv[6]});
}
