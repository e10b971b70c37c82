#include "client/follow_command.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/animation_client.h"
#include "client/connection.h"
#include "client/error_report.h"
#include "client/interrupt_watcher.h"
#include "client/output_writer.h"
#include "client/progress_reporter.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

// Where the frames go, and what went wrong there.
struct FollowOutput {
  std::unique_ptr<OutputWriter> writer;
  uint32_t frames = 0;
  absl::Status written;
};

AnimationCallbacks CallbacksFor(FollowOutput& output,
                                ProgressReporter& progress) {
  return {.on_progress =
              [&progress](const v1::Progress& message) {
                progress.Progress(message);
              },
          .on_frame =
              [&output](const ReceivedFrame& frame) {
                output.written = output.writer->Add(frame);
                if (output.written.ok()) ++output.frames;
                return output.written;
              },
          .on_reset =
              [&output, &progress](const v1::Reset& reset) {
                progress.Note(
                    absl::StrCat("the server starts again: ", reset.reason()));
                output.writer->Restart();
                output.frames = 0;
              }};
}

void PrintFollowed(const FollowCommandOptions& options, const v1::Job& job,
                   uint32_t frames, const Console& console) {
  if (options.common.json) {
    console.out << nlohmann::json({{"job", job.name()},
                                   {"out", options.out},
                                   {"frames", frames},
                                   {"seed", job.spec().seed()}})
                       .dump()
                << std::endl;
    return;
  }
  console.out << absl::StrFormat("%s: %d frames of %s", options.out, frames,
                                 job.name())
              << std::endl;
}

}  // namespace

ExitCode FollowJob(const FollowCommandOptions& options,
                   const Console& console) {
  const std::string name = absl::StartsWith(options.name, "jobs/")
                               ? options.name
                               : absl::StrCat("jobs/", options.name);
  absl::StatusOr<AnimationClient> connected = Connect(options.common);
  if (!connected.ok()) {
    ReportError(connected.status(), options.common.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  const absl::StatusOr<v1::Job> job = client.GetJob(name);
  if (!job.ok()) {
    return ReportError(job.status(), options.common.json, console);
  }
  FollowOutput output;
  absl::StatusOr<std::unique_ptr<OutputWriter>> writer = OutputWriter::Create(
      {.path = options.out, .fps = static_cast<double>(job->spec().fps())});
  if (!writer.ok()) {
    ReportError(writer.status(), options.common.json, console);
    return ExitCode::kLocalFailure;
  }
  output.writer = *std::move(writer);

  ProgressReporter progress(
      console.err, console.err_is_terminal ? ProgressReporter::Style::kTerminal
                                           : ProgressReporter::Style::kPlain);
  CallControl control;
  const auto leave = [&control] { control.Abandon(); };
  const InterruptWatcher watcher({.first = leave, .second = leave});
  const absl::StatusOr<v1::Job> end = client.Follow(
      name, {.start_frame = options.start_frame, .wait = options.wait},
      CallbacksFor(output, progress), &control,
      options.timeout_seconds > 0 ? absl::Seconds(options.timeout_seconds)
                                  : absl::InfiniteDuration());
  progress.Finish();
  if (output.written.ok() && end.ok() && output.frames > 0) {
    output.written = output.writer->Finish();
  }
  if (!output.written.ok()) {
    ReportError(output.written, options.common.json, console);
    return ExitCode::kLocalFailure;
  }
  if (!end.ok()) {
    return ReportError(end.status(), options.common.json, console);
  }
  PrintFollowed(options, *end, output.frames, console);
  return ExitCode::kOk;
}

}  // namespace animate
