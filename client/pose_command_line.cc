#include "client/pose_command_line.h"

#include <map>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_join.h"
#include "client/one_of.h"
#include "client/pose_commands.h"
#include "client/pose_summary.h"

namespace animate {

// What the flags of all pose commands are parsed into.
struct PoseCommandOptions {
  PoseConvertOptions convert;
  PoseExtractOptions extract;
  PoseRenderOptions render;
  PoseRetargetOptions retarget;
  PoseSynthOptions synth;
  PoseInfoOptions info;

  // Flags that need a second look.
  std::string canvas;
  bool raw = false;
  bool no_hands = false;
  bool no_face = false;
  bool no_body = false;
  std::string person = "most-visible";
};

namespace {

using Command = std::function<ExitCode(const Console&)>;

constexpr char kAnyPoses[] =
    "Keypoints (JSON of OpenPose, POSE_KEYPOINT, openpose-editor or DWPose; "
    ".npy, .npz; BVH), a folder or list of JSON files, or drawn skeletons: a "
    "clip, a picture, a folder of pictures";

void AddJson(CLI::App& app, bool& json) {
  // Scripts put defaults first; what comes later counts.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_flag("--json", json,
               "Print the result, or the error, as one line of JSON");
}

void AddInputs(CLI::App& app, std::vector<std::string>& inputs,
               const std::string& help) {
  app.add_option("input", inputs, help)
      ->required()
      ->expected(1, 100000)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void AddFormat(CLI::App& app, std::string& out, PoseOutputFormat& format) {
  static const std::map<std::string, PoseOutputFormat> kFormats = {
      {"comfy", PoseOutputFormat::kPoseKeypoint},
      {"comfy-normalized", PoseOutputFormat::kPoseKeypointNormalized},
      {"openpose", PoseOutputFormat::kOpenPose}};
  app.add_option("--out", out, "File to write; with openpose a folder")
      ->required();
  app.add_option("--format", format,
                 "comfy (default): POSE_KEYPOINT JSON in pixels; "
                 "comfy-normalized: from 0 to 1; openpose: a folder with one "
                 "JSON per frame")
      ->transform(OneOf(kFormats))
      ->type_name("NAME");
}

void AddRead(CLI::App& app, PoseFileOptions& read, PoseCommandOptions& all) {
  static const std::map<std::string, CoordinateSpace> kSpaces = {
      {"auto", CoordinateSpace::kAuto},
      {"pixel", CoordinateSpace::kPixel},
      {"normalized", CoordinateSpace::kNormalized},
      {"signed", CoordinateSpace::kSigned}};
  static const std::map<std::string, SkeletonOrder> kOrders = {
      {"auto", SkeletonOrder::kAuto},
      {"rgb", SkeletonOrder::kRgb},
      {"bgr", SkeletonOrder::kBgr}};
  app.add_option("--canvas", all.canvas,
                 "WIDTHxHEIGHT of keypoints in files that do not say it; of "
                 "BVH, the picture to make (default 512x768)");
  app.add_option("--coords", read.import.coordinates,
                 "What coordinates count: auto (default), pixel, normalized "
                 "(0 to 1), signed (-1 to 1)")
      ->transform(OneOf(kSpaces))
      ->type_name("NAME");
  app.add_option("--person", read.import.person,
                 "Which of several people in a file of keypoints, from 0; "
                 "default: the one seen best, followed");
  app.add_option("--fps", read.import.fps,
                 "Frames per second, where the file does not say it; BVH is "
                 "sampled at it")
      ->check(CLI::Range(0.0, kMaxPoseFps));
  app.add_option("--yaw", read.import.yaw_degrees,
                 "BVH: degrees by which the character is turned; at 90 it "
                 "faces the left of the picture");
  app.add_option("--channel-order", read.order,
                 "Colours of drawn skeletons: auto (default), rgb, bgr")
      ->transform(OneOf(kOrders))
      ->type_name("NAME");
  app.add_flag("--raw", all.raw,
               "Drawn skeletons: leave gaps of a few frames as they are");
  app.add_option("--max-frames", read.max_frames,
                 "Use no more than the first so many")
      ->check(CLI::Range(1, static_cast<int>(kMaxPoseFrames)));
}

// What AddRead could not put in place.
absl::Status FinishRead(const PoseCommandOptions& all, PoseFileOptions& read) {
  read.repair = !all.raw;
  if (all.canvas.empty()) return absl::OkStatus();
  const absl::StatusOr<PictureSize> size =
      ParsePictureSize(all.canvas, "--canvas");
  if (!size.ok()) return size.status();
  read.import.width = size->width;
  read.import.height = size->height;
  return absl::OkStatus();
}

// Faults that the flags alone show.
ExitCode ReportUsage(const absl::Status& status, bool json,
                     const Console& console) {
  ReportError(status, json, console);
  return ExitCode::kUsage;
}

void AddViews(CLI::App& app, PoseViewPaths& views, const std::string& under) {
  app.add_option("--overlay", views.overlay,
                 "Also save the skeletons over " + under +
                     ": FILE.mp4, .gif, .webp, for one frame .png, or a "
                     "folder");
  app.add_option("--contact-sheet", views.contact_sheet,
                 "Also save a PNG that shows sampled frames");
}

void AddDetector(CLI::App& app, PoseDetectorOptions& detector) {
  static const std::map<std::string, PoseBackend> kBackends = {
      {"blazepose", PoseBackend::kBlazePose}, {"dwpose", PoseBackend::kDwPose}};
  app.add_option("--pose-detector", detector.backend,
                 "blazepose (default, comes with this program) or dwpose, "
                 "whose files you supply")
      ->transform(OneOf(kBackends))
      ->type_name("NAME");
  app.add_option("--pose-detector-dir", detector.folder,
                 "Folder of the detector's networks");
}

void AddSmoothing(CLI::App& app, PoseSmoothing& smoothing,
                  const std::string& description) {
  static const std::map<std::string, PoseSmoothing> kSmoothing = {
      {"none", PoseSmoothing::kNone},
      {"savitzky-golay", PoseSmoothing::kSavitzkyGolay},
      {"one-euro", PoseSmoothing::kOneEuro}};
  app.add_option("--smooth", smoothing, description)
      ->transform(OneOf(kSmoothing))
      ->type_name("NAME");
}

void AddConvert(CLI::App& pose, PoseCommandOptions& all, Command& command) {
  PoseConvertOptions& options = all.convert;
  CLI::App& app = *pose.add_subcommand(
      "convert", "Any keypoints or drawn skeletons to JSON");
  AddJson(app, options.json);
  AddInputs(app, options.inputs, kAnyPoses);
  AddFormat(app, options.out, options.format);
  AddRead(app, options.read, all);
  AddSmoothing(app, options.smoothing,
               "none (default), savitzky-golay, one-euro");
  AddViews(app, options.views, "the drawings (keypoints: over black)");
  app.callback([&] {
    command = [&](const Console& console) {
      const absl::Status status = FinishRead(all, options.read);
      return status.ok() ? ConvertPoses(options, console)
                         : ReportUsage(status, options.json, console);
    };
  });
}

// "most-visible", "largest", "central" or a number.
absl::Status ParsePerson(const std::string& text, PersonChoice& choice) {
  static const std::map<std::string, PersonRule> kRules = {
      {"most-visible", PersonRule::kMostVisible},
      {"largest", PersonRule::kLargest},
      {"central", PersonRule::kMostCentral}};
  if (const auto rule = kRules.find(text); rule != kRules.end()) {
    choice.rule = rule->second;
    return absl::OkStatus();
  }
  if (text.empty() || text.size() > 3 ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    return absl::InvalidArgumentError(
        "--person: want most-visible, largest, central or a number from 0 "
        "(from the left), got '" +
        text + "'");
  }
  choice = {PersonRule::kIndex, std::stoul(text)};
  return absl::OkStatus();
}

void AddExtract(CLI::App& pose, PoseCommandOptions& all, Command& command) {
  PoseExtractOptions& options = all.extract;
  CLI::App& app = *pose.add_subcommand(
      "extract", "Find the keypoints of a person in a photo or a clip");
  AddJson(app, options.json);
  app.add_option("input", options.input,
                 "Photo, clip, or folder of the pictures of a clip")
      ->required();
  AddFormat(app, options.out, options.format);
  AddDetector(app, options.detector);
  app.add_option("--person", all.person,
                 "Of several people: most-visible (default), largest, "
                 "central, or a number from 0, from the left")
      ->capture_default_str();
  app.add_flag("--no-hands", all.no_hands, "Leave out hands: faster");
  app.add_flag("--no-face", all.no_face, "Leave out the face");
  AddSmoothing(app, options.track.smoothing,
               "Clips: one-euro (default), savitzky-golay, none");
  app.add_flag("--raw", all.raw,
               "Clips: do not mend swapped sides, jumps and gaps");
  app.add_option("--fps", options.fps,
                 "Frames per second; default: the clip's, else 24")
      ->check(CLI::Range(0.0, kMaxPoseFps));
  app.add_option("--max-frames", options.max_frames,
                 "Use no more than the first so many")
      ->check(CLI::Range(1, static_cast<int>(kMaxPoseFrames)));
  app.add_option("--threads", options.threads,
                 "Threads of the networks; default: all cores")
      ->check(CLI::Range(1, 1024));
  AddViews(app, options.views, "the pictures");
  app.callback([&] {
    command = [&](const Console& console) {
      DetectOptions& detect = options.track.detect;
      detect.hands = !all.no_hands;
      detect.face = !all.no_face;
      options.track.repair = !all.raw;
      const absl::Status status = ParsePerson(all.person, detect.choice);
      return status.ok() ? ExtractPoses(options, console)
                         : ReportUsage(status, options.json, console);
    };
  });
}

void AddRender(CLI::App& pose, PoseCommandOptions& all, Command& command) {
  PoseRenderOptions& options = all.render;
  CLI::App& app = *pose.add_subcommand(
      "render", "Draw keypoints as the networks were trained to see them");
  AddJson(app, options.json);
  AddInputs(app, options.inputs, kAnyPoses);
  app.add_option("--out", options.out,
                 "FILE.mp4, FILE.gif, FILE.webp, for one frame FILE.png, or a "
                 "folder for 0000.png, 0001.png, …")
      ->required();
  app.add_option("--width", options.width, "Pixels; default: the canvas's")
      ->check(CLI::Range(1, kMaxPoseSide));
  app.add_option("--height", options.height, "Pixels; default: the canvas's")
      ->check(CLI::Range(1, kMaxPoseSide));
  app.add_flag("--no-body", all.no_body, "Leave out the body");
  app.add_flag("--no-hands", all.no_hands, "Leave out hands");
  app.add_flag("--no-face", all.no_face, "Leave out the face");
  app.add_flag("--feet", options.drawing.feet,
               "Draw feet, which the reference leaves out");
  app.add_flag("--confidence-alpha", options.drawing.confidence_alpha,
               "Draw uncertain points darker");
  app.add_flag("--native", options.native,
               "Draw at the size asked for. Default: on a canvas of 512 pixels "
               "on the short side, resized, so that limbs are as thick as in "
               "training");
  AddRead(app, options.read, all);
  app.add_option("--contact-sheet", options.contact_sheet,
                 "Also save a PNG that shows sampled frames");
  app.callback([&] {
    command = [&](const Console& console) {
      options.drawing.body = !all.no_body;
      options.drawing.hands = !all.no_hands;
      options.drawing.face = !all.no_face;
      const absl::Status status = FinishRead(all, options.read);
      return status.ok() ? RenderPoses(options, console)
                         : ReportUsage(status, options.json, console);
    };
  });
}

void AddPoseRetarget(CLI::App& pose, PoseCommandOptions& all,
                     Command& command) {
  static const std::map<std::string, RetargetMode> kModes = {
      {"none", RetargetMode::kNone},
      {"similarity", RetargetMode::kSimilarity},
      {"anchor-frame", RetargetMode::kAnchorFrame},
      {"sequence", RetargetMode::kSequence}};
  PoseRetargetOptions& options = all.retarget;
  CLI::App& app = *pose.add_subcommand(
      "retarget", "Fit a motion to the body of a reference");
  AddJson(app, options.json);
  AddInputs(app, options.inputs, std::string("The motion. ") + kAnyPoses);
  app.add_option("--reference", options.reference,
                 "The character: keypoints, a drawn skeleton, or a photo, in "
                 "which they are found")
      ->required();
  app.add_option("--mode", options.retarget.mode,
                 "sequence (default): bones get the reference's lengths, "
                 "measured over the clip; anchor-frame: measured in one "
                 "frame; similarity: one scale and shift; none")
      ->transform(OneOf(kModes))
      ->type_name("NAME");
  AddFormat(app, options.out, options.format);
  app.add_option("--report", options.report,
                 "Also save as JSON what the fitting did");
  app.add_flag("--ground-lock", options.retarget.ground_lock,
               "Keep standing feet on the ground");
  app.add_option("--anchor-frame", options.retarget.anchor_frame,
                 "Frame that is put where the reference stands, from 0; "
                 "default: the first that shows hips or neck");
  app.add_option("--confidence", options.retarget.confidence_threshold,
                 "Points up to this confidence are not measured")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  AddDetector(app, options.detector);
  AddRead(app, options.read, all);
  AddViews(app, options.views, "the photo (else: over black)");
  app.callback([&] {
    command = [&](const Console& console) {
      const absl::Status status = FinishRead(all, options.read);
      return status.ok() ? RetargetPoses(options, console)
                         : ReportUsage(status, options.json, console);
    };
  });
}

void AddSynth(CLI::App& pose, PoseCommandOptions& all, Command& command) {
  PoseSynthOptions& options = all.synth;
  ClipOptions& clip = options.clip;
  CLI::App& app = *pose.add_subcommand(
      "synth",
      "Invent a character and draw it doing a motion, with exact keypoints");
  AddJson(app, options.json);
  app.add_option("--character", clip.character, "Seed of the character")
      ->capture_default_str();
  app.add_option("--motion", clip.motion,
                 "One of " + absl::StrJoin(MotionNames(), ", ") +
                     "; or a file of motion capture")
      ->capture_default_str();
  app.add_option("--motion-seed", clip.motion_seed,
                 "Varies the motion's tempo, size and side");
  app.add_option("--width", clip.width, "Pixels")
      ->check(CLI::Range(kMinSynthSide, kMaxSynthSide))
      ->capture_default_str();
  app.add_option("--height", clip.height, "Pixels")
      ->check(CLI::Range(kMinSynthSide, kMaxSynthSide))
      ->capture_default_str();
  app.add_option("--frames", clip.frames, "How many")
      ->check(CLI::Range(1, kMaxSynthFrames))
      ->capture_default_str();
  app.add_option("--fps", clip.fps, "Frames per second")
      ->check(CLI::Range(1.0, 240.0))
      ->capture_default_str();
  app.add_option("--yaw", clip.yaw_degrees,
                 "Degrees by which the character is turned; default: the "
                 "motion's own");
  app.add_option("--out", options.out,
                 "Folder for reference.png, reference.json, frames/0000.png, "
                 "…, poses/0000.png, … and keypoints.json")
      ->required();
  app.add_option("--contact-sheet", options.contact_sheet,
                 "Also save a PNG that shows sampled frames");
  app.callback([&] {
    command = [&](const Console& console) {
      return SynthesizePoses(options, console);
    };
  });
}

void AddPoseInfo(CLI::App& pose, PoseCommandOptions& all, Command& command) {
  PoseInfoOptions& options = all.info;
  CLI::App& app = *pose.add_subcommand("info", "What is in a file of poses");
  AddJson(app, options.json);
  AddInputs(app, options.inputs, kAnyPoses);
  AddRead(app, options.read, all);
  app.callback([&] {
    command = [&](const Console& console) {
      const absl::Status status = FinishRead(all, options.read);
      return status.ok() ? PoseInfo(options, console)
                         : ReportUsage(status, options.json, console);
    };
  });
}

}  // namespace

PoseCommandLine::PoseCommandLine()
    : options_(std::make_unique<PoseCommandOptions>()) {}
PoseCommandLine::~PoseCommandLine() = default;

void PoseCommandLine::AddTo(CLI::App& app, Command& command) {
  CLI::App& pose = *app.add_subcommand("pose",
                                       "Keypoints: find, convert, draw, fit to "
                                       "a body, invent; without a server");
  pose.require_subcommand(1);
  AddExtract(pose, *options_, command);
  AddConvert(pose, *options_, command);
  AddRender(pose, *options_, command);
  AddPoseRetarget(pose, *options_, command);
  AddSynth(pose, *options_, command);
  AddPoseInfo(pose, *options_, command);
}

}  // namespace animate
