#include "client/info_command.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/animation_client.h"
#include "client/connection.h"
#include "client/message_json.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

// How it samples where a job does not say.
std::string SamplingText(const v1::ModelInfo& model) {
  return absl::StrFormat(
      "%d %s, guidance %g, %s noise%s", model.steps(),
      model.steps() == 1 ? "step" : "steps", model.guidance_scale(),
      model.noise_mode() == v1::NOISE_MODE_SHARED ? "shared" : "per-frame",
      model.width() > 0
          ? absl::StrFormat(", %dx%d pixels", model.width(), model.height())
          : "");
}

std::string ModelText(const v1::ModelInfo& model) {
  return absl::StrFormat(
      "model    %s, %.1f million parameters, %s on %s\n"
      "         windows of %d frames overlapping by %d, at most %d\n"
      "         unless told otherwise %s\n"
      "         weights sha256:%s\n",
      model.name(), static_cast<double>(model.parameters()) / 1e6,
      model.dtype(), model.device(), model.context_frames(),
      model.context_overlap(), model.max_context_frames(), SamplingText(model),
      model.digest());
}

// "JPEG, PNG, WEBP" from OUTPUT_FORMAT_JPEG and so on.
template <typename Values, typename NameOf>
std::string Names(const Values& values, absl::string_view prefix,
                  NameOf name_of) {
  return absl::StrJoin(values, ", ", [&](std::string* out, int value) {
    absl::StrAppend(out, absl::StripPrefix(name_of(value), prefix));
  });
}

}  // namespace

std::string InfoText(const v1::GetServerInfoResponse& info) {
  const v1::ServerLimits& limits = info.limits();
  std::string text =
      absl::StrFormat("server   %s %s, LibTorch %s, gRPC %s\n",
                      info.versions().server(), info.versions().revision(),
                      info.versions().libtorch(), info.versions().grpc());
  for (const v1::ModelInfo& model : info.models()) {
    absl::StrAppend(&text, ModelText(model));
  }
  if (info.models().empty()) {
    absl::StrAppend(&text, "model    still loading\n");
  }
  absl::StrAppendFormat(
      &text,
      "size     %d to %d pixels a side in steps of %d, %d pixels in all\n"
      "job      at most %d frames, %d steps, guidance %g\n"
      "upload   at most %.0f MB, %d kB a message\n",
      limits.min_side(), limits.max_side(), limits.size_multiple(),
      limits.max_pixels(), limits.max_frames(), limits.max_steps(),
      limits.max_guidance_scale(),
      static_cast<double>(limits.max_upload_bytes()) / 1e6,
      limits.max_chunk_bytes() / 1000);
  absl::StrAppend(
      &text, "poses    ",
      Names(info.pose_kinds(), "POSE_KIND_",
            [](int v) {
              return v1::PoseKind_Name(static_cast<v1::PoseKind>(v));
            }),
      info.pose_detector().empty()
          ? ""
          : absl::StrCat("\ndetector ", info.pose_detector()),
      "\nframes   ",
      Names(info.output_formats(), "OUTPUT_FORMAT_",
            [](int v) {
              return v1::OutputFormat_Name(static_cast<v1::OutputFormat>(v));
            }),
      "\nload     ", info.load().jobs_running(), " running, ",
      info.load().jobs_waiting(), " waiting");
  return text;
}

ExitCode Info(const CommonOptions& options, const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  const absl::StatusOr<v1::GetServerInfoResponse> info = client.GetServerInfo();
  if (!info.ok()) {
    return ReportError(info.status(), options.json, console);
  }
  console.out << (options.json ? MessageJson(*info) : InfoText(*info))
              << std::endl;
  return ExitCode::kOk;
}

ExitCode Health(const CommonOptions& options, const std::string& service,
                const Console& console) {
  absl::StatusOr<AnimationClient> connected = Connect(options);
  if (!connected.ok()) {
    ReportError(connected.status(), options.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  const absl::Status status = client.CheckHealth(service);
  if (!status.ok()) {
    ReportError(status, options.json, console);
    return ExitCode::kUnavailable;
  }
  console.out << (options.json ? nlohmann::json({{"status", "SERVING"}}).dump()
                               : std::string("SERVING"))
              << std::endl;
  return ExitCode::kOk;
}

}  // namespace animate
