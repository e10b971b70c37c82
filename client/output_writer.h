#ifndef ANIMATE_CLIENT_OUTPUT_WRITER_H_
#define ANIMATE_CLIENT_OUTPUT_WRITER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "animate/v1/job.pb.h"
#include "client/frame_assembler.h"
#include "engine/animation/image.h"
#include "engine/media/video_encoder.h"

namespace animate {

struct OutputOptions {
  // A file .mp4, .gif or .webp (one clip), or a folder for one picture file
  // per frame, frame_00000.png and so on, as the server encoded them.
  std::string path;
  double fps = 30.0;  // of a clip
  // Gets every frame decoded, too; may be empty.
  std::function<void(int index, const RgbImage& frame)> on_picture;
};

// Writes frames where the user wants them. Thread-compatible.
class OutputWriter {
 public:
  // Checks the path and makes missing folders, so that a job does not run in
  // vain. INVALID_ARGUMENT for a file ending nobody can write, UNAVAILABLE
  // for a folder that cannot be made.
  static absl::StatusOr<std::unique_ptr<OutputWriter>> Create(
      OutputOptions options);

  // Takes the next frame, in order.
  absl::Status Add(const ReceivedFrame& frame);

  // Drops all frames so far.
  void Restart() { encoder_ = nullptr; }

  // Completes a clip.
  absl::Status Finish();

  // What the user should hear about after Finish; often "".
  const std::string& warning() const { return warning_; }

 private:
  OutputWriter(OutputOptions options, std::optional<VideoFormat> clip)
      : options_(std::move(options)), clip_(clip) {}

  absl::Status AddToClip(const RgbImage& picture);

  const OutputOptions options_;
  const std::optional<VideoFormat> clip_;  // unset: a folder of pictures
  std::unique_ptr<VideoEncoder> encoder_;  // from the first frame on
  std::string warning_;
};

// Returns the file ending of pictures in `format`, with its dot.
std::string PictureExtension(v1::OutputFormat format);

// Makes the folder that will hold `path`. UNAVAILABLE when that fails.
absl::Status MakeParentFolder(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_CLIENT_OUTPUT_WRITER_H_
