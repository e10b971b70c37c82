#include "client/command_line.h"

#include <functional>
#include <map>
#include <string>

#include "CLI/CLI.hpp"
#include "client/exit_code.h"
#include "client/follow_command.h"
#include "client/info_command.h"
#include "client/jobs_command.h"
#include "client/one_of.h"
#include "client/pose_command_line.h"
#include "client/run_command.h"

namespace animate {
namespace {

// Set by the subcommand that was named.
using Command = std::function<ExitCode(const Console&)>;

void AddCommon(CLI::App& app, CommonOptions& options) {
  app.add_option("--server", options.server, "host:port of the server")
      ->envname("ANIMATE_SERVER")
      ->capture_default_str();
  app.add_flag("--json", options.json,
               "Print the result, or the error, as one line of JSON");
  CLI::Option_group& security = *app.add_option_group("Security");
  security.add_flag("--tls", options.tls,
                    "Speak TLS, trusting the authorities of this machine");
  security
      .add_option("--tls-ca", options.tls_ca,
                  "Speak TLS, trusting the authorities in this PEM file")
      ->envname("ANIMATE_TLS_CA");
  security.add_option("--tls-cert", options.tls_cert,
                      "Client certificate, PEM, for servers that want one");
  security.add_option("--tls-key", options.tls_key, "Its private key, PEM");
  security
      .add_option("--token-file", options.token_file,
                  "File with the token to show; default: the token in "
                  "ANIMATE_TOKEN. (Command lines are not secret.)")
      ->envname("ANIMATE_TOKEN_FILE");
  security.add_flag("--insecure-token", options.insecure_token,
                    "Show the token without TLS to another machine, too");
}

void AddPoses(CLI::App& run, RunOptions& options) {
  static const std::map<std::string, v1::PoseKind> kKinds = {
      {"images", v1::POSE_KIND_IMAGES},
      {"video", v1::POSE_KIND_VIDEO},
      {"keypoints", v1::POSE_KIND_KEYPOINTS},
      {"driving-video", v1::POSE_KIND_DRIVING_VIDEO},
  };
  static const std::map<std::string, v1::ChannelOrder> kOrders = {
      {"rgb", v1::CHANNEL_ORDER_RGB},
      {"bgr", v1::CHANNEL_ORDER_BGR_SWAPPED},
      {"auto", v1::CHANNEL_ORDER_AUTO},
  };
  CLI::Option_group& input = *run.add_option_group("Poses");
  input.require_option(0, 1);
  input
      .add_option("--pose", options.poses,
                  "Drawn skeletons: a clip, a folder of pictures, or pictures. "
                  "Or keypoints: JSON (OpenPose, POSE_KEYPOINT, "
                  "openpose-editor, DWPose), .npy, .npz, BVH")
      ->expected(1, 100000)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  input.add_option("--driving-video", options.driving_video,
                   "Clip of a person, whose pose the server finds");
  run.add_option("--pose-kind", options.pose_kind,
                 "images, video, keypoints or driving-video; default: what "
                 "the file looks like")
      ->transform(OneOf(kKinds))
      ->type_name("NAME");
  run.add_option("--channel-order", options.channel_order,
                 "Colours of drawn skeletons: rgb (default), bgr, auto")
      ->transform(OneOf(kOrders))
      ->type_name("NAME");
  run.add_option("--pose-canvas", options.pose_canvas,
                 "WIDTHxHEIGHT of keypoints in files that do not say it");
  run.add_option("--person", options.person,
                 "Which of several people in a file of keypoints, from 0; "
                 "default: the one seen best");
  run.add_option("--yaw", options.yaw_degrees,
                 "BVH: degrees by which the character is turned");
}

void AddRetarget(CLI::App& run, RunOptions& options) {
  static const std::map<std::string, v1::RetargetOptions::Mode> kModes = {
      {"none", v1::RetargetOptions::MODE_NONE},
      {"similarity", v1::RetargetOptions::MODE_SIMILARITY},
      {"anchor-frame", v1::RetargetOptions::MODE_ANCHOR_FRAME},
      {"sequence", v1::RetargetOptions::MODE_SEQUENCE},
  };
  run.add_option("--retarget", options.retarget,
                 "How the motion is fitted to the reference's body: none, "
                 "similarity, anchor-frame, sequence; default: sequence for "
                 "keypoints and driving videos where the reference's pose can "
                 "be found, else none")
      ->transform(OneOf(kModes))
      ->type_name("NAME");
  run.add_flag("--ground-lock", options.ground_lock,
               "Keep standing feet on the ground");
  run.add_option("--anchor-frame", options.anchor_frame,
                 "Driving frame that resembles the reference; default: 0");
  run.add_option("--reference-pose", options.reference_pose,
                 "Keypoints of the reference; default: the server finds them");
  run.add_option("--retarget-report", options.retarget_report,
                 "Also save as JSON what the fitting did");
}

// What an animation is made of, and how.
void AddAnimation(CLI::App& run, RunOptions& options) {
  static const std::map<std::string, v1::OutputFormat> kFormats = {
      {"png", v1::OUTPUT_FORMAT_PNG},
      {"jpeg", v1::OUTPUT_FORMAT_JPEG},
      {"webp", v1::OUTPUT_FORMAT_WEBP},
  };
  // Scripts put defaults first; what comes later counts.
  run.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  AddCommon(run, options.common);
  run.add_option("--reference", options.reference,
                 "Picture of the person: PNG, JPEG or WebP");
  AddPoses(run, options);
  AddRetarget(run, options);
  run.add_option("--width", options.width,
                 "Pixels; default: the shape of the poses, or of the reference "
                 "where the motion is fitted to it, at the model's own size");
  run.add_option("--height", options.height, "Pixels; default: as for width");
  run.add_option("--frames", options.frames,
                 "Frames to make; default: as many as there are poses");
  run.add_option("--steps", options.steps,
                 "Denoising steps; default: the model's own, usually 25");
  run.add_option(
      "--guidance", options.guidance,
      "Classifier-free guidance; default: the model's own, usually 3.5");
  run.add_option("--seed", options.seed,
                 "Seed of the noise; default: the server chooses and says");
  run.add_option("--fps", options.fps,
                 "Frames per second; default: that of the pose clip, else 30");
  run.add_option("--context-frames", options.context_frames,
                 "Frames the model sees at once; default: the model's");
  run.add_option(
      "--context-overlap", options.context_overlap,
      "Frames that neighbouring windows share; default: the model's");
  static const std::map<std::string, v1::ContextSchedule> kSchedules = {
      {"closed", v1::CONTEXT_SCHEDULE_CLOSED},
      {"open", v1::CONTEXT_SCHEDULE_OPEN},
      {"edge", v1::CONTEXT_SCHEDULE_EDGE},
  };
  run.add_option("--context-schedule", options.context_schedule,
                 "How windows cover a long clip: closed (wraps around, for "
                 "loops), open, edge (half-overlapping and cross-faded); "
                 "default: the model's")
      ->transform(OneOf(kSchedules))
      ->type_name("NAME");
  static const std::map<std::string, v1::NoiseMode> kNoises = {
      {"per-frame", v1::NOISE_MODE_PER_FRAME},
      {"shared", v1::NOISE_MODE_SHARED},
  };
  run.add_option("--noise", options.noise,
                 "With what noise the frames begin: per-frame, each its own, "
                 "or shared, all the same; default: the model's")
      ->transform(OneOf(kNoises))
      ->type_name("NAME");
  run.add_option("--frame-format", options.frame_format,
                 "How frames travel, and are saved in a folder: png (default), "
                 "jpeg, webp")
      ->transform(OneOf(kFormats))
      ->type_name("NAME");
}

void CheckAnimation(const RunOptions& options) {
  if (options.reference.empty()) throw CLI::RequiredError("--reference");
  if (options.poses.empty() && options.driving_video.empty()) {
    throw CLI::RequiredError("--pose or --driving-video");
  }
}

constexpr char kOutHelp[] =
    "FILE.mp4, FILE.gif, FILE.webp, or a folder for pictures";

void AddRun(CLI::App& app, RunOptions& options, FollowCommandOptions& resumed,
            Command& command) {
  CLI::App& run = *app.add_subcommand(
      "run", "Animate a picture by poses and save the result");
  AddAnimation(run, options);
  run.add_option("--out", options.out, kOutHelp);
  run.add_option("--contact-sheet", options.contact_sheet,
                 "Also save a PNG of reference, poses and frames");
  run.add_option("--timeout", options.timeout_seconds,
                 "Give up after so many seconds; default: never")
      ->check(CLI::NonNegativeNumber);
  run.add_flag("--detach", options.detach,
               "Submit the job, print its name and leave; `animate jobs "
               "follow` fetches the result");
  run.add_option("--resume", resumed.name,
                 "Instead of a new job: save the result of this one, from its "
                 "first frame")
      ->type_name("JOB");
  run.callback([&] {
    if (options.out.empty() && !options.detach) {
      throw CLI::RequiredError("--out");
    }
    if (resumed.name.empty()) {
      CheckAnimation(options);
      command = [&](const Console& console) { return Run(options, console); };
      return;
    }
    resumed.common = options.common;
    resumed.out = options.out;
    resumed.timeout_seconds = options.timeout_seconds;
    command = [&](const Console& console) {
      return FollowJob(resumed, console);
    };
  });
}

struct JobsOptions {
  CommonOptions common;
  std::string name;
  std::string state;
  int limit = 50;
  RunOptions submit;
  FollowCommandOptions follow;
};

// `animate jobs frames` and `animate jobs follow`.
void AddFollow(CLI::App& jobs, const char* name, const char* help, bool wait,
               FollowCommandOptions& options, Command& command) {
  CLI::App& follow = *jobs.add_subcommand(name, help);
  AddCommon(follow, options.common);
  follow.add_option("name", options.name, "jobs/UUID")->required();
  follow.add_option("--out", options.out, kOutHelp)->required();
  follow.add_option("--start", options.start_frame, "First frame; default: 0");
  follow.callback([&options, &command, wait] {
    options.wait = wait;
    command = [&options](const Console& console) {
      return FollowJob(options, console);
    };
  });
}

void AddSubmit(CLI::App& jobs, RunOptions& options, Command& command) {
  CLI::App& submit =
      *jobs.add_subcommand("submit", "As `animate run --detach`");
  AddAnimation(submit, options);
  submit.callback([&] {
    CheckAnimation(options);
    options.detach = true;
    command = [&](const Console& console) { return Run(options, console); };
  });
}

void AddJobs(CLI::App& app, JobsOptions& options, Command& command) {
  CLI::App& jobs = *app.add_subcommand(
      "jobs", "Submit jobs, look at them, fetch what they made, stop them");
  jobs.require_subcommand(1);
  AddSubmit(jobs, options.submit, command);
  AddFollow(jobs, "frames", "Save the frames there are", false, options.follow,
            command);
  AddFollow(jobs, "follow", "Save all frames, waiting for them", true,
            options.follow, command);

  CLI::App& forget = *jobs.add_subcommand("delete", "Forget an ended job");
  AddCommon(forget, options.common);
  forget.add_option("name", options.name, "jobs/UUID")->required();
  forget.callback([&] {
    command = [&](const Console& console) {
      return DeleteJob(options.common, options.name, console);
    };
  });

  CLI::App& list = *jobs.add_subcommand("list", "Newest first");
  AddCommon(list, options.common);
  list.add_option("--state", options.state,
                  "Only jobs in this state: pending, running, cancelling, "
                  "succeeded, failed, cancelled, expired");
  list.add_option("--limit", options.limit, "At most so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  list.callback([&] {
    command = [&](const Console& console) {
      return ListJobs(options.common, options.state, options.limit, console);
    };
  });

  CLI::App& get = *jobs.add_subcommand("get", "Everything about one job");
  AddCommon(get, options.common);
  get.add_option("name", options.name, "jobs/UUID")->required();
  get.callback([&] {
    command = [&](const Console& console) {
      return GetJob(options.common, options.name, console);
    };
  });

  CLI::App& cancel = *jobs.add_subcommand("cancel", "Stop a job");
  AddCommon(cancel, options.common);
  cancel.add_option("name", options.name, "jobs/UUID")->required();
  cancel.callback([&] {
    command = [&](const Console& console) {
      return CancelJob(options.common, options.name, console);
    };
  });
}

struct InfoOptions {
  CommonOptions common;
  std::string service;
};

void AddInfo(CLI::App& app, InfoOptions& options, Command& command) {
  CLI::App& info = *app.add_subcommand(
      "info", "What the server runs, what it allows, how busy it is");
  AddCommon(info, options.common);
  info.callback([&] {
    command = [&](const Console& console) {
      return Info(options.common, console);
    };
  });

  CLI::App& health = *app.add_subcommand(
      "health", "Exit with 0 when the server is ready for jobs, else with 5");
  AddCommon(health, options.common);
  health.add_option("--service", options.service,
                    "Name in grpc.health.v1; default: the whole server");
  health.callback([&] {
    command = [&](const Console& console) {
      return Health(options.common, options.service, console);
    };
  });
}

}  // namespace

int RunCommandLine(int argc, const char* const* argv, const Console& console) {
  CLI::App app("Animates a person in a picture by a sequence of poses.",
               "animate");
  app.set_version_flag("--version", ANIMATE_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodeHelp);
  Command command;
  RunOptions run;
  JobsOptions jobs;
  InfoOptions info;
  FollowCommandOptions resumed;
  AddRun(app, run, resumed, command);
  AddJobs(app, jobs, command);
  AddInfo(app, info, command);
  PoseCommandLine pose;
  pose.AddTo(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version arrive here, too, with code 0.
    const int code = app.exit(error, console.out, console.err);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return static_cast<int>(command(console));
}

}  // namespace animate
