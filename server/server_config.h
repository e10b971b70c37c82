#ifndef ANIMATE_SERVER_SERVER_CONFIG_H_
#define ANIMATE_SERVER_SERVER_CONFIG_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/animation/animation_spec.h"
#include "engine/base/log.h"
#include "server/security/tls_material.h"

namespace animate {

// All settings of the server. docs/operations.md and --help explain them.
struct ServerConfig {
  std::string model_dir;

  // "auto", "cpu" or "cuda:N"; one worker each.
  std::vector<std::string> devices = {"auto"};
  std::string dtype = "auto";  // "auto", "float32", "bfloat16", "float16"
  int cpu_threads = 0;         // per worker; 0: as many as there are cores

  // Of jobs that do not say: "model" (the model's own), "closed", "open",
  // "edge".
  std::string context_schedule = "model";
  int reference_cache_mib = 256;  // per worker; 0: none

  // "auto" (BlazePose where its files are), "blazepose", "dwpose", "none".
  std::string pose_detector = "auto";
  std::string pose_detector_dir;  // "": where the programs bring it

  std::string listen_address = "0.0.0.0:50051";
  std::string metrics_address = "0.0.0.0:9400";
  std::string health_address;  // grpc.health.v1 alone, plain text; "": none
  bool reflection = true;

  TlsFiles tls;           // without a certificate: plain text
  std::string auth_file;  // see ParseAuthFile; "": nobody is asked
  // Tokens may cross a network in the clear.
  bool insecure_tokens = false;

  std::string data_dir;  // of the store; "": jobs are kept in memory only
  int max_crashes = 2;   // see StoredJobManager::Options
  absl::Duration checkpoint_interval = absl::Seconds(30);  // 0: after denoising
  int queue_capacity = 64;
  int64_t output_budget_bytes = int64_t{4} << 30;
  absl::Duration record_retention = absl::Hours(1);

  Limits limits;
  int64_t upload_budget_bytes = int64_t{1} << 30;
  absl::Duration upload_timeout = absl::Minutes(5);
  int64_t min_upload_rate = 1024;  // bytes per second; 0: any

  absl::Duration drain_pause = absl::Seconds(5);
  absl::Duration drain_timeout = absl::Minutes(5);

  LogSeverity log_level = LogSeverity::kInfo;
};

// What the command line asked for: to run with `config`, or to print `text`
// (--help, --version, --print-config) and stop.
struct ServerCommand {
  ServerConfig config;
  std::optional<std::string> text;
};

// Reads the settings: a flag beats the environment (ANIMATE_<FLAG>), which
// beats the file named by --config (TOML), which beats the default. Returns
// INVALID_ARGUMENT naming the source and the setting for whatever is unknown,
// malformed, out of range or missing.
//   args: without the program's name.
//   environment: returns a variable's value, null when it is not set.
absl::StatusOr<ServerCommand> ParseServerCommand(
    const std::vector<std::string>& args,
    const std::function<const char*(const std::string& name)>& environment,
    const std::string& version);

// The same for programs that look at things and do not serve: only settings,
// and the model may be missing.
absl::StatusOr<ServerConfig> ParseServerSettings(
    const std::vector<std::string>& args,
    const std::function<const char*(const std::string& name)>& environment);

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVER_CONFIG_H_
