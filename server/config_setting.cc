#include "server/config_setting.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "engine/base/byte_size.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr char kModel[] = "Model and devices";
constexpr char kNetwork[] = "Network";
constexpr char kSecurity[] = "Security";
constexpr char kQueue[] = "Queue and memory";
constexpr char kLimits[] = "Limits of one request";
constexpr char kLife[] = "Shutdown and logging";

absl::Status Bad(const std::string& text, const std::string& want) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not ", want));
}

// --- Values ----------------------------------------------------------------

absl::StatusOr<int64_t> ParseBytes(const std::string& text) {
  const std::optional<int64_t> bytes = ParseByteSize(text);
  if (!bytes.has_value()) return Bad(text, kByteSizeExample);
  return *bytes;
}

absl::StatusOr<std::vector<std::string>> ParseDevices(const std::string& text) {
  constexpr char kWant[] =
      "auto, cpu or cuda:N, or a list of different ones (cuda:0,cuda:1)";
  std::vector<std::string> devices = absl::StrSplit(text, ',');
  std::set<std::string> seen;
  for (std::string& device : devices) {
    absl::StripAsciiWhitespace(&device);
    absl::string_view index = device;
    int number = 0;
    const bool cuda = absl::ConsumePrefix(&index, "cuda:") &&
                      absl::SimpleAtoi(index, &number) && number >= 0;
    if (device != "auto" && device != "cpu" && !cuda) return Bad(text, kWant);
    if (!seen.insert(device).second) return Bad(text, kWant);
  }
  if (seen.contains("auto") && seen.size() > 1) return Bad(text, kWant);
  return devices;
}

absl::StatusOr<LogSeverity> ParseSeverity(const std::string& text) {
  if (text == "debug") return LogSeverity::kDebug;
  if (text == "info") return LogSeverity::kInfo;
  if (text == "warning") return LogSeverity::kWarning;
  if (text == "error") return LogSeverity::kError;
  return Bad(text, "debug, info, warning or error");
}

std::string FormatSeverity(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::kDebug:
      return "debug";
    case LogSeverity::kInfo:
      return "info";
    case LogSeverity::kWarning:
      return "warning";
    case LogSeverity::kError:
      return "error";
  }
  return "info";
}

// --- Kinds of settings -------------------------------------------------------

// Finds the member in a ServerConfig.
template <typename T>
using Member = std::function<T&(ServerConfig&)>;

// By value: the member functions want a config that may change.
template <typename T>
T Get(const Member<T>& member, ServerConfig config) {
  return member(config);
}

ConfigSetting Text(std::string name, const char* group, std::string value,
                   std::string help, const Member<std::string>& member,
                   const std::vector<std::string>& allowed = {}) {
  const auto read = [member, allowed](const std::string& text,
                                      ServerConfig& config) -> absl::Status {
    if (text.empty()) return absl::InvalidArgumentError("must not be empty");
    if (!allowed.empty() &&
        std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
      return Bad(text, absl::StrCat("one of ", absl::StrJoin(allowed, ", ")));
    }
    member(config) = text;
    return absl::OkStatus();
  };
  const auto write = [member](const ServerConfig& config) {
    return Get(member, config);
  };
  return {std::move(name), group, std::move(value), std::move(help), read,
          write,           true};
}

template <typename T>
ConfigSetting Number(std::string name, const char* group, std::string help,
                     Member<T> member, T least, T most) {
  const auto read = [member, least, most](
                        const std::string& text,
                        ServerConfig& config) -> absl::Status {
    T number = 0;
    bool parsed = false;
    if constexpr (std::is_floating_point_v<T>) {
      parsed = absl::SimpleAtod(text, &number);
    } else {
      parsed = absl::SimpleAtoi(text, &number);
    }
    if (!parsed || !(number >= least && number <= most)) {
      return Bad(text, absl::StrCat("a number in [", least, ", ", most, "]"));
    }
    member(config) = number;
    return absl::OkStatus();
  };
  const auto write = [member](const ServerConfig& config) {
    return absl::StrCat(Get(member, config));
  };
  return {std::move(name), group, "N", std::move(help), read, write};
}

ConfigSetting Flag(std::string name, const char* group, std::string help,
                   const Member<bool>& member) {
  const auto read = [member](const std::string& text,
                             ServerConfig& config) -> absl::Status {
    if (text != "true" && text != "false") return Bad(text, "true or false");
    member(config) = text == "true";
    return absl::OkStatus();
  };
  const auto write = [member](const ServerConfig& config) {
    return std::string(Get(member, config) ? "true" : "false");
  };
  return {std::move(name), group, "BOOL", std::move(help), read, write};
}

ConfigSetting Bytes(std::string name, const char* group, std::string help,
                    const Member<int64_t>& member) {
  const auto read = [member](const std::string& text,
                             ServerConfig& config) -> absl::Status {
    ANIMATE_ASSIGN_OR_RETURN(member(config), ParseBytes(text));
    return absl::OkStatus();
  };
  const auto write = [member](const ServerConfig& config) {
    return FormatByteSize(Get(member, config));
  };
  return {std::move(name), group, "SIZE", std::move(help), read, write, true};
}

ConfigSetting Time(std::string name, const char* group, std::string help,
                   const Member<absl::Duration>& member) {
  const auto read = [member](const std::string& text,
                             ServerConfig& config) -> absl::Status {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) ||
        duration < absl::ZeroDuration() ||
        duration == absl::InfiniteDuration()) {
      return Bad(text, "a duration such as 500ms, 30s or 5m");
    }
    member(config) = duration;
    return absl::OkStatus();
  };
  const auto write = [member](const ServerConfig& config) {
    return absl::FormatDuration(Get(member, config));
  };
  return {std::move(name), group, "TIME", std::move(help), read, write, true};
}

ConfigSetting DeviceSetting() {
  return {"device",
          kModel,
          "LIST",
          "auto, cpu or cuda:N; several as cuda:0,cuda:1. One worker each.",
          [](const std::string& text, ServerConfig& config) -> absl::Status {
            ANIMATE_ASSIGN_OR_RETURN(config.devices, ParseDevices(text));
            return absl::OkStatus();
          },
          [](const ServerConfig& config) {
            return absl::StrJoin(config.devices, ",");
          },
          true};
}

ConfigSetting LogLevelSetting() {
  return {"log-level",
          kLife,
          "LEVEL",
          "debug, info, warning or error.",
          [](const std::string& text, ServerConfig& config) -> absl::Status {
            ANIMATE_ASSIGN_OR_RETURN(config.log_level, ParseSeverity(text));
            return absl::OkStatus();
          },
          [](const ServerConfig& config) {
            return FormatSeverity(config.log_level);
          },
          true};
}

// NOLINTNEXTLINE(readability-function-size): one table
std::vector<ConfigSetting> MakeSettings() {
  using C = ServerConfig;
  constexpr int kMany = 1'000'000;
  return {
      Text("model-dir", kModel, "DIR",
           "Folder of the model: its weights and config.json files. Required.",
           [](C& c) -> std::string& { return c.model_dir; }),
      DeviceSetting(),
      Text("dtype", kModel, "TYPE",
           "auto (float32 on a CPU, float16 on a GPU), float32, bfloat16 or "
           "float16.",
           [](C& c) -> std::string& { return c.dtype; },
           {"auto", "float32", "bfloat16", "float16"}),
      Number<int>(
          "cpu-threads", kModel,
          "CPU threads of the computation; 0 takes as many as there are cores.",
          [](C& c) -> int& { return c.cpu_threads; }, 0, 1024),
      Text("context-schedule", kModel, "NAME",
           "How windows cover long clips where a job does not say: closed, "
           "open or edge; model as the model says, else closed.",
           [](C& c) -> std::string& { return c.context_schedule; },
           {"model", "closed", "open", "edge"}),
      Number<int>(
          "reference-cache-mib", kModel,
          "Device memory of each worker, MiB, for references of earlier jobs; "
          "0 keeps none.",
          [](C& c) -> int& { return c.reference_cache_mib; }, 0, 1 << 20),

      Text("pose-detector", kModel, "NAME",
           "What finds poses in driving videos and reference pictures: "
           "blazepose, dwpose, none; auto takes blazepose where its files are.",
           [](C& c) -> std::string& { return c.pose_detector; },
           {"auto", "blazepose", "dwpose", "none"}),
      Text("pose-detector-dir", kModel, "DIR",
           "Folder of the detector's networks; without it that of the "
           "installation.",
           [](C& c) -> std::string& { return c.pose_detector_dir; }),

      Text("listen-address", kNetwork, "HOST:PORT",
           "Where gRPC listens. Port 0 takes a free one and logs it.",
           [](C& c) -> std::string& { return c.listen_address; }),
      Text("metrics-address", kNetwork, "HOST:PORT",
           "Where plain HTTP serves /metrics, /healthz and /readyz.",
           [](C& c) -> std::string& { return c.metrics_address; }),
      Text("health-address", kNetwork, "HOST:PORT",
           "Where grpc.health.v1 alone is served in plain text and to anybody, "
           "for probes that know neither TLS nor tokens. Not set: nowhere.",
           [](C& c) -> std::string& { return c.health_address; }),
      Flag("reflection", kNetwork, "Whether gRPC reflection is offered.",
           [](C& c) -> bool& { return c.reflection; }),
      Time("upload-timeout", kNetwork,
           "How long a client may take to upload a request.",
           [](C& c) -> absl::Duration& { return c.upload_timeout; }),
      Number<int64_t>(
          "min-upload-rate", kNetwork,
          "Bytes per second at which an upload must come on average, from its "
          "tenth second on; 0 allows any.",
          [](C& c) -> int64_t& { return c.min_upload_rate; }, 0,
          int64_t{1} << 40),

      Text("tls-cert", kSecurity, "FILE",
           "Certificate of the server, PEM, with intermediates; turns on TLS. "
           "New files are taken without a restart.",
           [](C& c) -> std::string& { return c.tls.certificate; }),
      Text("tls-key", kSecurity, "FILE", "Its private key, PEM, not encrypted.",
           [](C& c) -> std::string& { return c.tls.key; }),
      Text("tls-client-ca", kSecurity, "FILE",
           "Authorities of client certificates, PEM; clients must show one "
           "then (mTLS).",
           [](C& c) -> std::string& { return c.tls.client_ca; }),
      Text("auth-file", kSecurity, "FILE",
           "Who may call: principals, hashes of their tokens, quotas. "
           "`animate-server token NAME` makes a line. A new file is taken "
           "without a restart. Not set: anybody, or with tls-client-ca anybody "
           "with a certificate.",
           [](C& c) -> std::string& { return c.auth_file; }),
      Flag("insecure-tokens", kSecurity,
           "Allows auth-file without TLS on an address that is not this "
           "machine's own: where something else encrypts.",
           [](C& c) -> bool& { return c.insecure_tokens; }),

      Number<int>(
          "queue-capacity", kQueue,
          "Jobs that may wait; more are refused with RESOURCE_EXHAUSTED.",
          [](C& c) -> int& { return c.queue_capacity; }, 1, kMany),
      Text("data-dir", kQueue, "DIR",
           "Folder for jobs, their inputs and frames: what was accepted "
           "survives a crash. One server per folder. Without it jobs are kept "
           "in memory and end with the server.",
           [](C& c) -> std::string& { return c.data_dir; }),
      Number<int>(
          "max-crashes", kQueue,
          "A job that ran so often in a row when the server died is not tried "
          "again. Matters with data-dir.",
          [](C& c) -> int& { return c.max_crashes; }, 1, kMany),
      Time("checkpoint-interval", kQueue,
           "How often a running job is stored while it is denoised, so that "
           "after a crash it goes on there; 0s: only after denoising. Matters "
           "with data-dir.",
           [](C& c) -> absl::Duration& { return c.checkpoint_interval; }),
      Bytes("output-budget", kQueue,
            "Memory, or with data-dir disk, for the inputs and frames of all "
            "jobs; reserved when a job is accepted.",
            [](C& c) -> int64_t& { return c.output_budget_bytes; }),
      Bytes("upload-budget", kQueue, "Memory for uploads in progress.",
            [](C& c) -> int64_t& { return c.upload_budget_bytes; }),
      Time("record-retention", kQueue,
           "How long finished jobs and their frames can be had; for less time "
           "when memory is short.",
           [](C& c) -> absl::Duration& { return c.record_retention; }),

      Number<int>(
          "max-side", kLimits, "Largest width and height of a result, pixels.",
          [](C& c) -> int& { return c.limits.max_side; }, 64, 16384),
      Number<int64_t>(
          "max-pixels", kLimits, "Largest width * height of a result.",
          [](C& c) -> int64_t& { return c.limits.max_pixels; }, 4096,
          int64_t{1} << 28),
      Number<int>(
          "max-frames", kLimits, "Most frames of a result.",
          [](C& c) -> int& { return c.limits.max_frames; }, 1, kMany),
      Number<int>(
          "max-steps", kLimits, "Most denoising steps.",
          [](C& c) -> int& { return c.limits.max_steps; }, 1, 1000),
      Number<double>(
          "max-guidance-scale", kLimits, "Largest guidance scale.",
          [](C& c) -> double& { return c.limits.max_guidance_scale; }, 1.0,
          1000.0),
      Number<int64_t>(
          "max-input-pixels", kLimits,
          "Largest width * height of an uploaded picture or clip.",
          [](C& c) -> int64_t& { return c.limits.max_input_pixels; }, 4096,
          int64_t{1} << 30),
      Bytes("max-upload-bytes", kLimits, "Largest upload of one request.",
            [](C& c) -> int64_t& { return c.limits.max_upload_bytes; }),

      Time("drain-pause", kLife,
           "After SIGTERM, how long new jobs are still accepted while load "
           "balancers take note.",
           [](C& c) -> absl::Duration& { return c.drain_pause; }),
      Time("drain-timeout", kLife,
           "After the pause, how long accepted jobs may take to finish.",
           [](C& c) -> absl::Duration& { return c.drain_timeout; }),
      LogLevelSetting(),
  };
}

}  // namespace

const std::vector<ConfigSetting>& ConfigSettings() {
  static const auto* const settings =
      new std::vector<ConfigSetting>(MakeSettings());
  return *settings;
}

std::string EnvironmentName(const std::string& setting) {
  return absl::StrCat("ANIMATE_", absl::AsciiStrToUpper(absl::StrReplaceAll(
                                      setting, {{"-", "_"}})));
}

}  // namespace animate
