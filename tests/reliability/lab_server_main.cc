// The whole server with a PacedAnimator, as a process that rows can kill:
//   lab_server [NAME=VALUE]...
// prints the ports of gRPC and of /metrics on one line when it serves.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/base/log.h"
#include "server/server.h"
#include "server/stop_signals.h"
#include "tests/reliability/paced_animator.h"

namespace animate {
namespace {

class Settings {
 public:
  Settings(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      const size_t equals = argument.find('=');
      if (equals == std::string::npos) continue;
      values_[argument.substr(0, equals)] = argument.substr(equals + 1);
    }
  }
  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }
  int64_t Number(const std::string& name, int64_t otherwise) const {
    int64_t value = otherwise;
    if (!absl::SimpleAtoi(Text(name), &value)) return otherwise;
    return value;
  }
  absl::Duration Microseconds(const std::string& name, int64_t value) const {
    return absl::Microseconds(Number(name, value));
  }

 private:
  std::map<std::string, std::string> values_;
};

ServerConfig ConfigOf(const Settings& settings) {
  ServerConfig config;
  config.model_dir = "none";
  config.data_dir = settings.Text("data_dir");
  config.pose_detector = "none";
  config.max_crashes = 1'000'000;
  config.listen_address =
      absl::StrCat("127.0.0.1:", settings.Number("port", 0));
  config.metrics_address = "127.0.0.1:0";
  config.queue_capacity = static_cast<int>(settings.Number("capacity", 1000));
  config.output_budget_bytes =
      settings.Number("budget_bytes", int64_t{4} << 30);
  config.record_retention =
      absl::Seconds(settings.Number("retention_seconds", 3600));
  config.drain_pause = settings.Microseconds("drain_pause_us", 0);
  config.drain_timeout = settings.Microseconds("drain_timeout_us", 0);
  return config;
}

PacedAnimator::Pace PaceOf(const Settings& settings) {
  return {.prepare = settings.Microseconds("prepare_us", 0),
          .step = settings.Microseconds("step_us", 0),
          .frame = settings.Microseconds("frame_us", 0),
          .rounds_per_step = settings.Number("rounds", 0),
          .leak_bytes = settings.Number("leak_bytes", 0),
          .journal = settings.Text("journal")};
}

// At any point of whatever is going on then, start-up included.
void KillLater(absl::Duration delay) {
  std::thread([delay] {
    absl::SleepFor(delay);
    kill(getpid(), SIGKILL);
  }).detach();
}

int Serve(const Settings& settings) {
  // A row that dies takes its servers along.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!settings.Text("die_after_us").empty()) {
    KillLater(settings.Microseconds("die_after_us", 0));
  }
  SetMinLogSeverity(settings.Number("log", 0) == 1 ? LogSeverity::kInfo
                                                   : LogSeverity::kError);
  const auto make_animator =
      [&](const std::string&) -> absl::StatusOr<std::unique_ptr<Animator>> {
    return std::make_unique<PacedAnimator>(PaceOf(settings));
  };
  Server server(ConfigOf(settings), {.version = "1"},
                {.make_animator = make_animator, .load_pose_detector = {}});
  const StopSignals signals([&server] { server.RequestStop(); });
  absl::Status status = server.Listen();
  if (status.ok()) status = server.Load();
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return EXIT_FAILURE;
  }
  std::printf("%d %d\n", server.grpc_port(), server.http_port());
  std::fflush(stdout);
  server.ServeUntilStopped();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  animate::BlockStopSignals();
  return animate::Serve(animate::Settings(argc, argv));
}
