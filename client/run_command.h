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
  v1::OutputFormat frame_format = v1::OUTPUT_FORMAT_PNG;
  double timeout_seconds = 0.0;  // 0: none
};

// Returns the job that `options` ask for: frames, size and rate come from the
// poses where they were not given, within what the server allows.
v1::JobSpec MakeJobSpec(const RunOptions& options, const PoseSource& poses,
                        const v1::ServerLimits& limits);

// Runs one animation from files to files. Ctrl-C cancels the job on the server.
ExitCode Run(const RunOptions& options, const Console& console);

}  // namespace animate

#endif  // ANIMATE_CLIENT_RUN_COMMAND_H_
