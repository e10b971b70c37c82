#ifndef ANIMATE_CLIENT_POSE_VIEW_H_
#define ANIMATE_CLIENT_POSE_VIEW_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/command.h"
#include "client/pose_pictures.h"
#include "engine/animation/image.h"
#include "engine/media/video_encoder.h"
#include "engine/pose/pose_sequence.h"

namespace animate {

// Writes frames into a clip (.mp4, .gif, .webp), a single picture (.png), or a
// folder (anything without an ending) as 0000.png, 0001.png, …
// Thread-compatible.
class PictureWriter {
 public:
  // INVALID_ARGUMENT for an ending nobody can write, UNAVAILABLE when folders
  // cannot be made.
  static absl::StatusOr<std::unique_ptr<PictureWriter>> Create(
      const std::string& path, double fps);

  // Takes the next frame. INVALID_ARGUMENT for a second one in a .png.
  absl::Status Add(const RgbImage& frame);

  // Completes a clip.
  absl::Status Finish();

 private:
  enum class Kind { kClip, kPicture, kFolder };
  PictureWriter(std::string path, double fps, Kind kind, VideoFormat format)
      : path_(std::move(path)), fps_(fps), kind_(kind), format_(format) {}

  const std::string path_;
  const double fps_;
  const Kind kind_;
  const VideoFormat format_;  // of clips
  int count_ = 0;
  std::unique_ptr<VideoEncoder> encoder_;
};

// Writes `image` as PNG, making its folder.
absl::Status WritePng(const std::string& path, const RgbImage& image);

// Returns the skeleton of `person` over a dimmed `picture`.
//   width, height: the canvas of `person`.
RgbImage OverlaySkeleton(const RgbImage& picture, const PersonPose& person,
                         int width, int height);

// Which pictures show a person what a command did; empty paths: none.
struct PoseViewPaths {
  std::string overlay;        // skeletons over what they were found in
  std::string contact_sheet;  // a PNG: skeletons, and the overlay below
};

// Writes them. `pictures` is what the poses were found in, frame by frame, or a
// single picture for all of them; null is black.
absl::Status WritePoseViews(const PoseViewPaths& paths,
                            const std::string& title, const PoseSequence& poses,
                            const PosePictures* pictures);

}  // namespace animate

#endif  // ANIMATE_CLIENT_POSE_VIEW_H_
