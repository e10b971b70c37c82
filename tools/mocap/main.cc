// animate-mocap: draws a motion-capture clip as the skeleton clip that the
// pose guider understands.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "engine/media/video_encoder.h"
#include "engine/synth/mocap_clip.h"
#include "tools/mocap/camera.h"
#include "tools/mocap/humanoid.h"

namespace animate {
namespace {

struct Flags {
  std::string motion;
  std::string out;
  std::string png_dir;
  int frames = 48;
  double fps = 24.0;
  double start = 0.0;
  bool in_place = false;
  double track = 0.0;
  int crf = 20;
  CameraOptions camera;
};

absl::StatusOr<MocapClip> ReadMotion(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return MocapClip::Parse(text);
}

std::vector<SpatialPose> SampleMotion(const MocapClip& motion,
                                      const Flags& flags) {
  std::vector<SpatialPose> poses;
  const Vector3 origin = motion.At(flags.start).root_position;
  for (int i = 0; i < flags.frames; ++i) {
    const double seconds = flags.start + i / flags.fps;
    Posture posture = motion.At(seconds);
    if (flags.in_place) {
      posture.root_position =
          posture.root_position - seconds * motion.velocity();
    }
    Vector3 followed = flags.track * (posture.root_position - origin);
    followed.y = 0.0;
    posture.root_position = posture.root_position - followed;
    poses.push_back(PlaceHumanoid(posture));
  }
  return poses;
}

absl::Status WritePngs(const std::vector<RgbImage>& frames,
                       const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  for (size_t i = 0; i < frames.size(); ++i) {
    ANIMATE_ASSIGN_OR_RETURN(
        const std::string png,
        EncodeImage(frames[i], {.format = EncodedImageFormat::kPng}));
    const std::string path = absl::StrFormat("%s/pose_%04d.png", directory, i);
    std::ofstream file(path, std::ios::binary);
    file.write(png.data(), static_cast<std::streamsize>(png.size()));
    if (!file) return absl::UnavailableError("cannot write " + path);
  }
  return absl::OkStatus();
}

absl::Status WriteClip(const std::vector<RgbImage>& frames,
                       const Flags& flags) {
  ANIMATE_ASSIGN_OR_RETURN(const VideoFormat format,
                           VideoFormatFromPath(flags.out));
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<VideoEncoder> encoder,
      VideoEncoder::Create(flags.out, {.format = format,
                                       .width = flags.camera.width,
                                       .height = flags.camera.height,
                                       .fps = flags.fps,
                                       .crf = flags.crf}));
  for (const RgbImage& frame : frames) {
    ANIMATE_RETURN_IF_ERROR(encoder->Add(frame));
  }
  if (!encoder->warning().empty()) std::cerr << encoder->warning() << "\n";
  return encoder->Finish();
}

absl::Status Run(const Flags& flags) {
  ANIMATE_ASSIGN_OR_RETURN(const MocapClip motion, ReadMotion(flags.motion));
  const std::vector<SpatialPose> poses = SampleMotion(motion, flags);
  std::vector<RgbImage> frames;
  for (const PoseFrame& pose : TakePictures(poses, flags.camera)) {
    frames.push_back(RenderPose(pose, flags.camera.width, flags.camera.height));
  }
  if (!flags.png_dir.empty()) {
    ANIMATE_RETURN_IF_ERROR(WritePngs(frames, flags.png_dir));
  }
  if (!flags.out.empty()) ANIMATE_RETURN_IF_ERROR(WriteClip(frames, flags));
  std::cout << flags.motion << ": " << motion.duration() << " s"
            << (motion.loops() ? ", loops" : "") << "; drew " << frames.size()
            << " frames of " << flags.camera.width << "x" << flags.camera.height
            << "\n";
  return absl::OkStatus();
}

void AddOptions(CLI::App& app, Flags& flags) {
  app.add_option("motion", flags.motion, "DeepMimic motion file (JSON)")
      ->required();
  app.add_option("--out", flags.out, "clip to write: .mp4, .gif or .webp");
  app.add_option("--png-dir", flags.png_dir, "folder for one PNG per frame");
  app.add_option("--frames", flags.frames, "frames to draw")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--fps", flags.fps, "frames per second")
      ->check(CLI::Range(1.0, 240.0))
      ->capture_default_str();
  app.add_option("--start", flags.start, "seconds into the motion")
      ->capture_default_str();
  app.add_flag("--in-place", flags.in_place,
               "take away the average travel, as on a treadmill");
  app.add_option("--track", flags.track,
                 "part of the travel that the camera follows")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--width", flags.camera.width, "pixels")
      ->check(CLI::Range(64, 4096))
      ->capture_default_str();
  app.add_option("--height", flags.camera.height, "pixels")
      ->check(CLI::Range(64, 4096))
      ->capture_default_str();
  app.add_option("--yaw", flags.camera.yaw_degrees,
                 "degrees: 0 faces the camera, 90 the left of the picture")
      ->capture_default_str();
  app.add_option("--distance", flags.camera.distance,
                 "metres to the camera; 0 for a parallel projection")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--margin", flags.camera.margin,
                 "free part of the picture on each side")
      ->check(CLI::Range(0.0, 0.4))
      ->capture_default_str();
  app.add_option("--crf", flags.crf, "quality of an MP4, 0 is lossless")
      ->check(CLI::Range(0, 51))
      ->capture_default_str();
}

}  // namespace
}  // namespace animate

int main(int argc, char** argv) {
  CLI::App app("Draws a motion-capture clip as a skeleton clip");
  animate::Flags flags;
  animate::AddOptions(app, flags);
  CLI11_PARSE(app, argc, argv);
  if (const absl::Status status = animate::Run(flags); !status.ok()) {
    std::cerr << "animate-mocap: " << status.message() << "\n";
    return 1;
  }
  return 0;
}
