// The whole server with an animator that has no networks, as a process that a
// test can kill:
//   fake_animate_server DATA_DIR HOLD_AT_FRAME PORT
// prints the port it serves on; PORT 0 takes a free one. Frames from
// HOLD_AT_FRAME on are never made; -1 holds none.
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

int Serve(const std::string& data_dir, int hold_at_frame,
          const std::string& port) {
  SetMinLogSeverity(LogSeverity::kError);
  ServerConfig config;
  config.model_dir = "none";
  config.data_dir = data_dir;
  config.pose_detector = "none";
  config.max_crashes = 1000;
  config.listen_address = "127.0.0.1:" + port;
  config.metrics_address = "127.0.0.1:0";
  config.drain_pause = absl::ZeroDuration();
  config.drain_timeout = absl::ZeroDuration();
  FakeAnimator* fake = nullptr;
  const auto make_animator =
      [&fake](const std::string&) -> absl::StatusOr<std::unique_ptr<Animator>> {
    auto animator = std::make_unique<FakeAnimator>();
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
  if (hold_at_frame >= 0) {
    fake->HoldAt(FakeAnimator::Point::kFrame, hold_at_frame);
  }
  std::printf("%d\n", server.grpc_port());
  std::fflush(stdout);
  server.ServeUntilStopped();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  animate::BlockStopSignals();
  return animate::Serve(argv[1], std::atoi(argv[2]), argv[3]);
}
