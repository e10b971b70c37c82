#include "client/contact_sheet_writer.h"

#include <utility>

#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "engine/media/contact_sheet.h"
#include "engine/media/image_codec.h"
#include "engine/media/pose_drawing.h"
#include "engine/media/video_decoder.h"

namespace animate {
namespace {

// The columns MakeContactSheet will choose.
std::set<int> SampledFrames(int num_frames) {
  const std::vector<int> indices =
      SampleEvenly(num_frames, ContactSheetOptions().max_columns);
  return {indices.begin(), indices.end()};
}

}  // namespace

ContactSheetWriter::ContactSheetWriter(ContactSheetRequest request)
    : request_(std::move(request)),
      sampled_(SampledFrames(request_.num_frames)),
      frames_(static_cast<size_t>(request_.num_frames), RgbImage(1, 1)) {}

void ContactSheetWriter::Add(int index, const RgbImage& frame) {
  if (Sampled(index)) {
    frames_[static_cast<size_t>(index)] = frame;
  }
}

absl::Status ContactSheetWriter::DecodePoses(
    std::vector<RgbImage>& poses) const {
  const PoseSource& source = *request_.poses;
  if (source.kind == v1::POSE_KIND_KEYPOINTS) {
    const PoseSequence& motion = source.keypoints;
    const CanvasSize size = PoseCanvasSize(motion.width, motion.height);
    for (const int index : sampled_) {
      const auto i = static_cast<size_t>(index);
      poses[i] = RenderPose({.width = motion.width,
                             .height = motion.height,
                             .people = {motion.frames[i]}},
                            size.width, size.height);
    }
    return absl::OkStatus();
  }
  if (source.kind == v1::POSE_KIND_VIDEO ||
      source.kind == v1::POSE_KIND_DRIVING_VIDEO) {
    return DecodeVideo(source.items.front(),
                       {.max_frames = request_.num_frames},
                       [&](int index, RgbImage frame) {
                         if (Sampled(index)) {
                           poses[static_cast<size_t>(index)] = std::move(frame);
                         }
                         return absl::OkStatus();
                       })
        .status();
  }
  for (const int index : sampled_) {
    const auto i = static_cast<size_t>(index);
    ANIMATE_ASSIGN_OR_RETURN(poses[i], DecodeImage(source.items[i]));
  }
  return absl::OkStatus();
}

absl::Status ContactSheetWriter::Finish() {
  ANIMATE_ASSIGN_OR_RETURN(const RgbImage reference,
                           DecodeImage(*request_.reference));
  std::vector<RgbImage> poses(frames_.size(), RgbImage(1, 1));
  ANIMATE_RETURN_IF_ERROR(DecodePoses(poses));
  ANIMATE_ASSIGN_OR_RETURN(
      const RgbImage sheet,
      MakeContactSheet(reference, poses, frames_, {.title = request_.title}));
  ANIMATE_ASSIGN_OR_RETURN(const std::string png, EncodeImage(sheet));
  return WriteLocalFile(request_.path, png);
}

}  // namespace animate
