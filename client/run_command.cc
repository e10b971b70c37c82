#include "client/run_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "client/animation_client.h"
#include "client/connection.h"
#include "client/contact_sheet_writer.h"
#include "client/frame_size.h"
#include "client/interrupt_watcher.h"
#include "client/keypoint_message.h"
#include "client/local_file.h"
#include "client/message_json.h"
#include "client/output_writer.h"
#include "client/progress_reporter.h"
#include "client/request_id.h"
#include "client/retarget_text.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_header.h"
#include "nlohmann/json.hpp"

namespace animate {
namespace {

// What a run reads and where it writes.
struct RunFiles {
  AnimationRequest request;
  PoseSource poses;
  std::unique_ptr<OutputWriter> writer;
  std::unique_ptr<ContactSheetWriter> sheet;  // null: none wanted
  absl::Status written;  // OK until a frame could not be written
};

constexpr float kDefaultFps = 30.0f;  // the server's

// With a server that is away, before the run is given up.
constexpr absl::Duration kPatience = absl::Minutes(2);

// Pixels: what the networks were trained on.
constexpr double kShortSide = 512.0;

double ResultFps(const v1::JobSpec& spec) {
  return static_cast<double>(spec.has_fps() ? spec.fps() : kDefaultFps);
}

std::vector<std::string> PosePaths(const RunOptions& options) {
  return options.driving_video.empty()
             ? options.poses
             : std::vector<std::string>{options.driving_video};
}

// How files of keypoints are read.
absl::StatusOr<PoseImportOptions> ImportOptions(const RunOptions& options) {
  PoseImportOptions import{
      .fps = static_cast<double>(options.fps.value_or(kDefaultFps)),
      .person = options.person,
      .yaw_degrees = options.yaw_degrees};
  if (options.pose_canvas.empty()) {
    return import;
  }
  const std::vector<std::string> sides =
      absl::StrSplit(options.pose_canvas, 'x');
  if (sides.size() != 2 || !absl::SimpleAtoi(sides[0], &import.width) ||
      !absl::SimpleAtoi(sides[1], &import.height)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--pose-canvas: want WIDTHxHEIGHT, got ", options.pose_canvas));
  }
  return import;
}

// Whether keypoints can be had without drawn skeletons being read back.
bool HasKeypoints(v1::PoseKind kind) {
  return kind == v1::POSE_KIND_KEYPOINTS || kind == v1::POSE_KIND_DRIVING_VIDEO;
}

bool WantsRetarget(const RunOptions& options, v1::PoseKind kind) {
  return HasKeypoints(kind) || options.retarget.has_value() ||
         options.ground_lock || options.anchor_frame.has_value() ||
         !options.reference_pose.empty();
}

absl::StatusOr<v1::RetargetOptions> MakeRetarget(const RunOptions& options,
                                                 const ImageHeader& picture) {
  v1::RetargetOptions retarget;
  if (options.retarget.has_value()) {
    retarget.set_mode(*options.retarget);
  }
  retarget.set_ground_lock(options.ground_lock);
  retarget.set_anchor_frame(options.anchor_frame.value_or(0));
  if (!options.reference_pose.empty()) {
    // A file that does not say its canvas means the picture.
    ANIMATE_ASSIGN_OR_RETURN(
        const ReferencePoseFile pose,
        ReadReferencePose(options.reference_pose,
                          {.width = static_cast<int>(picture.width),
                           .height = static_cast<int>(picture.height)}));
    SetReferencePose(pose.person, pose.width, pose.height, retarget);
  }
  return retarget;
}

// The size for a job whose canvas is the reference picture.
FrameSize SizeOfPicture(const ImageHeader& picture,
                        const v1::ServerLimits& limits,
                        const v1::ModelInfo& model) {
  const double shorter =
      static_cast<double>(std::min(picture.width, picture.height));
  const double scale = std::min(1.0, kShortSide / shorter);
  const FrameSize shape{
      .width = std::max(
          1, static_cast<int>(static_cast<double>(picture.width) * scale)),
      .height = std::max(
          1, static_cast<int>(static_cast<double>(picture.height) * scale))};
  return FitFrameSize(ScaleToModel(shape, model), limits);
}

// Reads the inputs and prepares the outputs. `files` stays where it is: the
// contact sheet points into it.
absl::Status OpenFiles(const RunOptions& options,
                       const v1::GetServerInfoResponse& server,
                       RunFiles& files) {
  const v1::ServerLimits& limits = server.limits();
  const auto max_bytes = static_cast<int64_t>(limits.max_upload_bytes());
  const uint32_t max_frames = std::min(
      options.frames.value_or(limits.max_frames()), limits.max_frames());
  ANIMATE_ASSIGN_OR_RETURN(files.request.reference,
                           ReadLocalFile(options.reference, max_bytes));
  PoseSourceOptions source{
      .max_frames = std::max(1, static_cast<int>(max_frames)),
      .max_bytes = max_bytes,
      .kind = options.pose_kind};
  if (!options.driving_video.empty()) {
    source.kind = v1::POSE_KIND_DRIVING_VIDEO;
  }
  ANIMATE_ASSIGN_OR_RETURN(source.import, ImportOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(files.poses,
                           ReadPoseSource(PosePaths(options), source));
  ANIMATE_ASSIGN_OR_RETURN(
      files.request.spec,
      MakeJobSpec(
          options, files.poses, files.request.reference, limits,
          server.models_size() > 0 ? server.models(0) : v1::ModelInfo()));
  files.request.pose_kind = files.poses.kind;
  files.request.channel_order = options.channel_order;
  if (files.poses.kind == v1::POSE_KIND_KEYPOINTS) {
    files.request.keypoints = ToMessage(files.poses.keypoints);
  } else {
    files.request.poses = files.poses.items;
  }

  if (!options.contact_sheet.empty()) {
    ANIMATE_RETURN_IF_ERROR(MakeParentFolder(options.contact_sheet));
    files.sheet = std::make_unique<ContactSheetWriter>(ContactSheetRequest{
        .path = options.contact_sheet,
        .title = absl::StrCat(options.reference, "  +  ",
                              PosePaths(options).front()),
        .reference = &files.request.reference,
        .poses = &files.poses,
        .num_frames = static_cast<int>(files.request.spec.frame_count())});
  }
  OutputOptions output{.path = options.out,
                       .fps = ResultFps(files.request.spec)};
  if (files.sheet != nullptr) {
    output.on_picture = [sheet = files.sheet.get()](int index,
                                                    const RgbImage& frame) {
      sheet->Add(index, frame);
    };
  }
  if (options.detach) return absl::OkStatus();
  ANIMATE_ASSIGN_OR_RETURN(files.writer,
                           OutputWriter::Create(std::move(output)));
  return absl::OkStatus();
}

// The stream, with progress and Ctrl-C.
absl::StatusOr<v1::Job> Animate(AnimationClient& client,
                                const RunOptions& options, RunFiles& files,
                                ProgressReporter& progress,
                                std::string& job_name) {
  CallControl control;
  const InterruptWatcher watcher({
      .first =
          [&] {
            absl::FPrintF(stderr,
                          "\ncancelling; Ctrl-C again leaves at once\n");
            control.Cancel();
          },
      .second = [&] { control.Abandon(); },
  });
  return client.Animate(
      files.request,
      {.on_upload = [&](uint64_t sent,
                        uint64_t total) { progress.Upload(sent, total); },
       .on_accepted =
           [&](const v1::Job& job) {
             job_name = job.name();
             progress.Note(absl::StrFormat(
                 "%s: %dx%d, %d frames, %d steps, guidance %g, seed %d",
                 job.name(), job.spec().width(), job.spec().height(),
                 job.spec().frame_count(), job.spec().steps(),
                 job.spec().guidance_scale(), job.spec().seed()));
           },
       .on_progress =
           [&](const v1::Progress& message) { progress.Progress(message); },
       .on_frame =
           [&](const ReceivedFrame& frame) {
             files.written = files.writer->Add(frame);
             return files.written;
           },
       .on_reset =
           [&](const v1::Reset& reset) {
             progress.Note(
                 absl::StrCat("the server starts again: ", reset.reason()));
             files.writer->Restart();
           }},
      &control,
      options.timeout_seconds > 0 ? absl::Seconds(options.timeout_seconds)
                                  : absl::InfiniteDuration(),
      kPatience);
}

// Submits, and leaves the job to itself.
ExitCode Detach(AnimationClient& client, const RunOptions& options,
                RunFiles& files, ProgressReporter& progress,
                const Console& console) {
  files.request.spec.set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  const absl::StatusOr<v1::Job> job = client.Submit(
      files.request, {.on_upload = [&](uint64_t sent, uint64_t total) {
        progress.Upload(sent, total);
      }});
  progress.Finish();
  if (!job.ok()) {
    return ReportError(job.status(), options.common.json, console);
  }
  console.out << (options.common.json ? MessageJson(*job) : job->name())
              << std::endl;
  return ExitCode::kOk;
}

void PrintResult(const RunOptions& options, const v1::Job& job,
                 absl::Duration duration, const Console& console) {
  if (options.common.json) {
    nlohmann::json result = {
        {"job", job.name()},
        {"state", "SUCCEEDED"},
        {"out", options.out},
        {"width", job.spec().width()},
        {"height", job.spec().height()},
        {"frames", job.spec().frame_count()},
        {"fps", ResultFps(job.spec())},
        {"steps", job.spec().steps()},
        {"guidance", job.spec().guidance_scale()},
        {"seed", job.spec().seed()},
        {"seconds", absl::ToDoubleSeconds(duration)},
        {"gpu_seconds", job.usage().gpu_seconds()},
    };
    if (!options.contact_sheet.empty()) {
      result["contact_sheet"] = options.contact_sheet;
    }
    if (job.has_retarget_report()) {
      result["retarget_report"] =
          nlohmann::json::parse(MessageJson(job.retarget_report()));
    }
    console.out << result.dump() << std::endl;
    return;
  }
  console.out << absl::StrFormat(
                     "%s: %d frames, %dx%d, %g fps, seed %d, %.1f s",
                     options.out, job.spec().frame_count(), job.spec().width(),
                     job.spec().height(), ResultFps(job.spec()),
                     job.spec().seed(), absl::ToDoubleSeconds(duration))
              << std::endl;
  if (!options.contact_sheet.empty()) {
    console.out << options.contact_sheet << ": contact sheet" << std::endl;
  }
  if (job.has_retarget_report()) {
    console.out << RetargetText(job.retarget_report()) << std::endl;
  }
}

absl::Status WriteReport(const RunOptions& options, const v1::Job& job) {
  if (options.retarget_report.empty()) {
    return absl::OkStatus();
  }
  ANIMATE_RETURN_IF_ERROR(MakeParentFolder(options.retarget_report));
  return WriteLocalFile(options.retarget_report,
                        MessageJson(job.retarget_report()) + "\n");
}

// Faults on this side of the wire have one exit code, whatever they are.
ExitCode ReportLocalError(const absl::Status& status, const RunOptions& options,
                          const Console& console) {
  ReportError(status, options.common.json, console);
  return ExitCode::kLocalFailure;
}

}  // namespace

absl::StatusOr<v1::JobSpec> MakeJobSpec(const RunOptions& options,
                                        const PoseSource& poses,
                                        const std::string& reference,
                                        const v1::ServerLimits& limits,
                                        const v1::ModelInfo& model) {
  v1::JobSpec spec;
  FrameSize size =
      FitFrameSize(ScaleToModel({poses.width, poses.height}, model), limits);
  if (WantsRetarget(options, poses.kind)) {
    ANIMATE_ASSIGN_OR_RETURN(const ImageHeader picture,
                             ReadImageHeader(reference));
    ANIMATE_ASSIGN_OR_RETURN(*spec.mutable_retarget(),
                             MakeRetarget(options, picture));
    if (spec.retarget().mode() != v1::RetargetOptions::MODE_NONE) {
      size = SizeOfPicture(picture, limits, model);
    }
  }
  spec.set_width(options.width.value_or(static_cast<uint32_t>(size.width)));
  spec.set_height(options.height.value_or(static_cast<uint32_t>(size.height)));
  spec.set_frame_count(
      options.frames.value_or(static_cast<uint32_t>(poses.num_frames)));
  if (options.fps.has_value()) {
    spec.set_fps(*options.fps);
  } else if (poses.fps > 0.0 && poses.fps <= 240.0) {
    spec.set_fps(static_cast<float>(poses.fps));
  }
  if (options.steps.has_value()) {
    spec.set_steps(*options.steps);
  }
  if (options.guidance.has_value()) {
    spec.set_guidance_scale(*options.guidance);
  }
  if (options.seed.has_value()) {
    spec.set_seed(*options.seed);
  }
  if (options.context_frames.has_value()) {
    spec.mutable_sampler()->set_context_frames(*options.context_frames);
  }
  if (options.context_overlap.has_value()) {
    spec.mutable_sampler()->set_context_overlap(*options.context_overlap);
  }
  if (options.context_schedule != v1::CONTEXT_SCHEDULE_UNSPECIFIED) {
    spec.mutable_sampler()->set_context_schedule(options.context_schedule);
  }
  if (options.noise != v1::NOISE_MODE_UNSPECIFIED) {
    spec.mutable_sampler()->set_noise_mode(options.noise);
  }
  spec.set_output_format(options.frame_format);
  return spec;
}

ExitCode Run(const RunOptions& options, const Console& console) {
  const absl::Duration started = Clock::Real().Monotonic();
  absl::StatusOr<AnimationClient> connected = Connect(options.common);
  if (!connected.ok()) {
    ReportError(connected.status(), options.common.json, console);
    return ExitCode::kLocalFailure;
  }
  AnimationClient& client = *connected;
  const absl::StatusOr<v1::GetServerInfoResponse> info = client.GetServerInfo();
  if (!info.ok()) {
    return ReportError(info.status(), options.common.json, console);
  }
  RunFiles files;
  if (const absl::Status status = OpenFiles(options, *info, files);
      !status.ok()) {
    return ReportLocalError(status, options, console);
  }

  ProgressReporter progress(
      console.err, console.err_is_terminal ? ProgressReporter::Style::kTerminal
                                           : ProgressReporter::Style::kPlain);
  files.request.request_id = NewRequestId();
  if (options.detach) {
    return Detach(client, options, files, progress, console);
  }
  std::string job_name;
  const absl::StatusOr<v1::Job> job =
      Animate(client, options, files, progress, job_name);
  progress.Finish();
  if (!files.written.ok()) {
    return ReportLocalError(files.written, options, console);
  }
  if (!job.ok()) {
    if (!job_name.empty()) {
      console.err << job_name << " did not succeed" << std::endl;
    }
    return ReportError(job.status(), options.common.json, console);
  }

  files.written = files.writer->Finish();
  if (files.written.ok() && files.sheet != nullptr) {
    files.written = files.sheet->Finish();
  }
  if (files.written.ok()) {
    files.written = WriteReport(options, *job);
  }
  if (!files.written.ok()) {
    return ReportLocalError(files.written, options, console);
  }
  if (!files.writer->warning().empty()) {
    console.err << "animate: " << files.writer->warning() << std::endl;
  }
  PrintResult(options, *job, Clock::Real().Monotonic() - started, console);
  return ExitCode::kOk;
}

}  // namespace animate
