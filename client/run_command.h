#ifndef ANIMATE_CLIENT_RUN_COMMAND_H_
#define ANIMATE_CLIENT_RUN_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "animate/v1/job.pb.h"
#include "animate/v1/server_info.pb.h"
#include "client/command.h"
#include "client/exit_code.h"
#include "client/pose_source.h"

namespace animate {

// The flags of `animate run`. What is unset is chosen by the pose input or the
// server.
struct RunOptions {
  CommonOptions common;
  std::string reference;
  std::vector<std::string> poses;
  std::string driving_video;  // instead of poses
  std::optional<v1::PoseKind> pose_kind;
  v1::ChannelOrder channel_order = v1::CHANNEL_ORDER_UNSPECIFIED;
  // Of keypoints: the canvas of formats that do not say it, "WIDTHxHEIGHT";
  // which of several people; the camera of BVH.
  std::string pose_canvas;
  std::optional<size_t> person;
  double yaw_degrees = 0.0;

  std::optional<v1::RetargetOptions::Mode> retarget;
  bool ground_lock = false;
  std::optional<uint32_t> anchor_frame;
  std::string reference_pose;   // file of keypoints
  std::string retarget_report;  // file to write

  std::string out;
  std::string contact_sheet;
  std::optional<uint32_t> width;
  std::optional<uint32_t> height;
  std::optional<uint32_t> frames;
  std::optional<uint32_t> steps;
  std::optional<float> guidance;
  std::optional<uint64_t> seed;
  std::optional<float> fps;
  std::optional<uint32_t> context_frames;
  std::optional<uint32_t> context_overlap;
  v1::ContextSchedule context_schedule = v1::CONTEXT_SCHEDULE_UNSPECIFIED;
  v1::NoiseMode noise = v1::NOISE_MODE_UNSPECIFIED;
  v1::OutputFormat frame_format = v1::OUTPUT_FORMAT_PNG;
  double timeout_seconds = 0.0;  // 0: none
  // Submit and leave: prints the job, writes nothing.
  bool detach = false;
};

// Returns the job that `options` ask for: frames, size and rate come from the
// poses where they were not given, within what the server allows. Where the
// motion is to be fitted the shape is that of the reference picture
// (`reference`, the bytes of its file): it is the canvas then, at most 512
// pixels on the short side. For a model that says for which size it was made
// the short side is the model's in either case.
absl::StatusOr<v1::JobSpec> MakeJobSpec(const RunOptions& options,
                                        const PoseSource& poses,
                                        const std::string& reference,
                                        const v1::ServerLimits& limits,
                                        const v1::ModelInfo& model = {});

// Runs one animation from files to files, through lost connections and restarts
// of the server. Ctrl-C cancels the job on the server.
ExitCode Run(const RunOptions& options, const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_RUN_COMMAND_H_
