#ifndef ANIMATE_CLIENT_POSE_COMMANDS_H_
#define ANIMATE_CLIENT_POSE_COMMANDS_H_

#include <string>
#include <vector>

#include "client/command.h"
#include "client/exit_code.h"
#include "client/pose_files.h"
#include "client/pose_view.h"
#include "engine/detector/pose_detector.h"
#include "engine/media/pose_drawing.h"
#include "engine/pose/retarget.h"
#include "engine/synth/clip_synthesizer.h"

namespace animate {

// The commands `animate pose …`: they work on files here and need no server.
// Each prints what it did on console.out, as one line of JSON with `json`, and
// progress on console.err. Whatever is wrong with files gives kLocalFailure and
// a message that names the file.

struct PoseConvertOptions {
  bool json = false;
  std::vector<std::string> inputs;
  std::string out;
  PoseOutputFormat format = PoseOutputFormat::kPoseKeypoint;
  PoseFileOptions read;
  PoseSmoothing smoothing = PoseSmoothing::kNone;
  PoseViewPaths views;
};
// `animate pose convert`: any keypoints or drawn skeletons to JSON.
ExitCode ConvertPoses(const PoseConvertOptions& options,
                      const Console& console);

struct PoseExtractOptions {
  bool json = false;
  std::string input;
  std::string out;
  PoseOutputFormat format = PoseOutputFormat::kPoseKeypoint;
  PoseDetectorOptions detector;
  TrackOptions track;
  double fps = 0.0;  // of a folder of pictures; 0 is 24
  int max_frames = static_cast<int>(kMaxPoseFrames);
  int threads = 0;  // of the networks; 0 is OpenCV's choice
  PoseViewPaths views;
};
// `animate pose extract`: the keypoints of a person in a photo or a clip.
ExitCode ExtractPoses(const PoseExtractOptions& options,
                      const Console& console);

struct PoseRenderOptions {
  bool json = false;
  std::vector<std::string> inputs;
  std::string out;
  int width = 0;   // 0: the canvas's
  int height = 0;  // 0: the canvas's
  PoseFileOptions read;
  PoseDrawingOptions drawing;
  bool native = false;  // draw on the picture itself, not the 512-canvas
  std::string contact_sheet;
};
// `animate pose render`: keypoints to drawn skeletons.
ExitCode RenderPoses(const PoseRenderOptions& options, const Console& console);

struct PoseRetargetOptions {
  bool json = false;
  std::vector<std::string> inputs;
  std::string reference;  // keypoints or a photo
  std::string out;
  std::string report;
  PoseOutputFormat format = PoseOutputFormat::kPoseKeypoint;
  PoseFileOptions read;
  PoseDetectorOptions detector;
  RetargetOptions retarget;
  PoseViewPaths views;
};
// `animate pose retarget`: fits a motion to the body of a reference.
ExitCode RetargetPoses(const PoseRetargetOptions& options,
                       const Console& console);

struct PoseSynthOptions {
  bool json = false;
  ClipOptions clip;
  std::string out;
  std::string contact_sheet;
};
// `animate pose synth`: an invented character doing a motion, with keypoints.
ExitCode SynthesizePoses(const PoseSynthOptions& options,
                         const Console& console);

struct PoseInfoOptions {
  bool json = false;
  std::vector<std::string> inputs;
  PoseFileOptions read;
};
// `animate pose info`: what is in a file of poses.
ExitCode PoseInfo(const PoseInfoOptions& options, const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_COMMANDS_H_
