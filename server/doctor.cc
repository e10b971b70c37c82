#include "server/doctor.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "engine/base/cancellation.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/local_address.h"
#include "engine/base/log.h"
#include "server/pose_detector_choice.h"
#include "server/protection.h"
#include "server/security/tls_material.h"
#include "server/warm_up.h"

namespace animate {
namespace {

constexpr int kAllWell = 0;
constexpr int kSomethingFailed = 1;
constexpr int kWrongUsage = 2;

constexpr absl::Duration kCertificateWarning = absl::Hours(14 * 24);

constexpr char kHelp[] =
    "Usage: animate-server doctor [--json] [SETTING...]\n\n"
    "Looks through the store (--data-dir), certificates and tokens, the model\n"
    "(--model-dir), the pose detector and each --device, changing nothing. "
    "Takes the settings of\n"
    "the server, its environment and --config. What is not named is not\n"
    "looked at. A store that a server has open is read beside it; devices are\n"
    "not tried then.\n\n"
    "  --json   one JSON object per line\n\n"
    "Exit codes: 0 nothing failed; 1 something did; 2 wrong settings.\n";

std::string ResultName(CheckResult result) {
  switch (result) {
    case CheckResult::kOk:
      return "ok";
    case CheckResult::kWarning:
      return "warning";
    case CheckResult::kFailed:
      return "FAILED";
  }
  return "FAILED";
}

// What clients will say of the certificate.
CheckLine CheckCertificate(const TlsMaterial& tls) {
  const std::string check = "security";
  const absl::Duration left = tls.not_after - Clock::Real().Now();
  const std::string found = absl::StrCat(
      "TLS is on, the certificate is valid until ",
      absl::FormatTime("%Y-%m-%d %H:%M", tls.not_after, absl::UTCTimeZone()),
      " UTC");
  if (left <= absl::ZeroDuration()) {
    return {check, CheckResult::kFailed, found,
            "renew --tls-cert: it has expired and clients refuse it"};
  }
  if (left < kCertificateWarning) {
    return {check, CheckResult::kWarning, found,
            "renew --tls-cert; a new file is taken without a restart"};
  }
  return {check, CheckResult::kOk, found, ""};
}

CheckLine CheckSecurity(const ServerConfig& config) {
  const std::string check = "security";
  const Clock& clock = Clock::Real();
  if (const absl::Status status = OpenProtection(config, clock).status();
      !status.ok()) {
    return {check, CheckResult::kFailed, std::string(status.message()),
            "mend the setting or the file: the server does not start"};
  }
  if (config.tls.enabled()) {
    const absl::StatusOr<TlsMaterial> tls = ReadTlsFiles(config.tls);
    if (tls.ok()) return CheckCertificate(*tls);
  }
  if (!config.auth_file.empty()) {
    return {check, CheckResult::kOk, "callers need tokens; TLS is off", ""};
  }
  if (IsLocalAddress(config.listen_address)) {
    return {check, CheckResult::kOk,
            "neither TLS nor tokens, for this machine only", ""};
  }
  return {check, CheckResult::kWarning,
          absl::StrCat("neither TLS nor tokens: whoever reaches ",
                       config.listen_address,
                       " may submit, read and stop all jobs"),
          "give --tls-cert, --tls-key and --auth-file, or put something in "
          "front that asks"};
}

void CheckData(const ServerConfig& config, std::vector<CheckLine>& lines) {
  if (config.data_dir.empty()) {
    lines.push_back({"store", CheckResult::kWarning,
                     "no data folder: jobs are kept in memory only",
                     "give --data-dir, or lose accepted jobs with the server"});
    return;
  }
  for (CheckLine& line :
       CheckStore(config.data_dir, config.output_budget_bytes)) {
    lines.push_back(std::move(line));
  }
}

CheckLine CheckModel(const ServerConfig& config, const DoctorTools& tools) {
  const absl::Status status = tools.find_model(config.model_dir);
  if (status.ok()) {
    return {"model", CheckResult::kOk,
            absl::StrCat(config.model_dir, ": all files are there"), ""};
  }
  return {"model", CheckResult::kFailed, std::string(status.message()),
          "complete the folder; animate-model inspect and verify say more"};
}

CheckLine CheckDetector(const ServerConfig& config, const DoctorTools& tools) {
  const absl::Status status =
      tools.factories.load_pose_detector(DetectorOptions(config)).status();
  if (status.ok()) {
    return {"pose_detector", CheckResult::kOk,
            absl::StrCat(DetectorName(config), " works"), ""};
  }
  const bool optional = !DetectorAskedFor(config) &&
                        GetErrorReason(status) == kPoseDetectorMissing;
  return {"pose_detector",
          optional ? CheckResult::kWarning : CheckResult::kFailed,
          std::string(status.message()),
          "name its folder with --pose-detector-dir, or do without "
          "(--pose-detector none)"};
}

CheckLine CheckDevice(const ServerConfig& config, const std::string& device,
                      const DoctorTools& tools) {
  const std::string check = absl::StrCat("device.", device);
  const Clock& clock = Clock::Real();
  const absl::Duration start = clock.Monotonic();
  const auto animator = tools.factories.make_animator(device);
  if (!animator.ok()) {
    return {check, CheckResult::kFailed,
            std::string(animator.status().message()),
            "see whether --device is there and --model-dir is whole "
            "(animate-model verify)"};
  }
  const absl::Duration loaded = clock.Monotonic();
  const ModelInfo& info = (*animator)->info();
  Limits limits = config.limits;
  limits.size_multiple = 1;  // the model knows it
  if (const absl::Status status = WarmUp(
          **animator, NarrowToModel(limits, info), CancellationToken(clock));
      !status.ok()) {
    return {check, CheckResult::kFailed, std::string(status.message()),
            "see whether something else uses the device, and its driver's log"};
  }
  return {check, CheckResult::kOk,
          absl::StrFormat("%s, %s %s: loaded in %.1f s, one step in %.1f s",
                          info.device, info.name, info.dtype,
                          absl::ToDoubleSeconds(loaded - start),
                          absl::ToDoubleSeconds(clock.Monotonic() - loaded)),
          ""};
}

void Print(const CheckLine& line, bool as_json, std::ostream& out) {
  if (as_json) {
    out << "{" << LogField("check", line.check).json() << ","
        << LogField("result", ResultName(line.result)).json() << ","
        << LogField("found", line.found).json() << ","
        << LogField("advice", line.advice).json() << "}\n";
    return;
  }
  out << absl::StreamFormat("%-8s %-15s %s%s%s\n", ResultName(line.result),
                            line.check, line.found,
                            line.advice.empty() ? "" : "; ", line.advice);
}

// Whether `flag` was among the arguments, from which it is taken.
bool TakeFlag(const std::string& flag, std::vector<std::string>& arguments) {
  return std::erase(arguments, flag) > 0;
}

}  // namespace

std::vector<CheckLine> Examine(const ServerConfig& config,
                               const DoctorTools& tools) {
  std::vector<CheckLine> lines = {
      {"config", CheckResult::kOk, "the settings can be used", ""},
      CheckSecurity(config)};
  CheckData(config, lines);
  if (!config.model_dir.empty()) lines.push_back(CheckModel(config, tools));
  if (config.pose_detector != "none") {
    lines.push_back(CheckDetector(config, tools));
  }
  if (config.model_dir.empty()) return lines;
  const bool in_use = !config.data_dir.empty() && StoreInUse(config.data_dir);
  for (const std::string& device : config.devices) {
    if (in_use) {
      // A second model may be what the first one's memory does not bear.
      lines.push_back(
          {absl::StrCat("device.", device), CheckResult::kWarning,
           "not tried: a server is running",
           "stop it, or leave --data-dir away to try all the same"});
      continue;
    }
    lines.push_back(CheckDevice(config, device, tools));
  }
  return lines;
}

int RunDoctor(
    const std::vector<std::string>& arguments,
    const std::function<const char*(const std::string& name)>& environment,
    const std::function<DoctorTools(const ServerConfig&)>& make_tools,
    std::ostream& out, std::ostream& err) {
  std::vector<std::string> settings = arguments;
  const bool as_json = TakeFlag("--json", settings);
  if (TakeFlag("--help", settings) || TakeFlag("-h", settings)) {
    out << kHelp;
    return kAllWell;
  }
  const absl::StatusOr<ServerConfig> config =
      ParseServerSettings(settings, environment);
  if (!config.ok()) {
    err << "animate-server doctor: " << config.status().message() << "\n";
    return kWrongUsage;
  }
  int exit_code = kAllWell;
  for (const CheckLine& line : Examine(*config, make_tools(*config))) {
    Print(line, as_json, out);
    if (line.result == CheckResult::kFailed) exit_code = kSomethingFailed;
  }
  return exit_code;
}

}  // namespace animate
