#include "server/worker/skeleton_decoder.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/media/image_codec.h"
#include "engine/media/video_decoder.h"
#include "engine/raster/pillow_resize.h"
#include "engine/skeleton/skeleton_reader.h"

namespace animate {
namespace {

using SkeletonSink = absl::FunctionRef<absl::Status(const RgbImage& skeleton)>;

std::string ItemField(size_t index) {
  return absl::StrCat("inputs.poses[", index, "]");
}

absl::Status DecodePictures(const SkeletonSource& source, SkeletonSink sink) {
  const std::vector<std::string>& items = source.inputs.poses;
  const int wanted = source.spec->num_frames;
  if (items.size() < static_cast<size_t>(wanted)) {
    return PoseCountError(items.size(), wanted);
  }
  for (size_t i = 0; i < static_cast<size_t>(wanted); ++i) {
    ANIMATE_RETURN_IF_ERROR(source.token.Check());
    ANIMATE_ASSIGN_OR_RETURN(
        const RgbImage skeleton,
        DecodeImage(items[i], {.max_pixels = source.limits.max_input_pixels,
                               .field = ItemField(i),
                               .reason = "BAD_POSE_IMAGE"}));
    ANIMATE_RETURN_IF_ERROR(sink(skeleton));
  }
  return absl::OkStatus();
}

absl::Status DecodeClip(const SkeletonSource& source, SkeletonSink sink) {
  const int wanted = source.spec->num_frames;
  if (source.inputs.poses.size() != 1) return PoseCountError(0, wanted);
  ANIMATE_ASSIGN_OR_RETURN(
      const VideoInfo info,
      DecodeVideo(source.inputs.poses.front(),
                  {.max_frames = wanted,
                   .max_pixels = source.limits.max_input_pixels,
                   .field = ItemField(0),
                   .reason = "BAD_POSE_VIDEO"},
                  [&](int, const RgbImage& skeleton) {
                    ANIMATE_RETURN_IF_ERROR(source.token.Check());
                    return sink(skeleton);
                  }));
  if (info.num_frames < wanted) {
    return PoseCountError(static_cast<size_t>(info.num_frames), wanted);
  }
  return absl::OkStatus();
}

absl::Status ForEachSkeleton(const SkeletonSource& source, SkeletonSink sink) {
  return source.inputs.pose_kind == PoseKind::kVideo
             ? DecodeClip(source, sink)
             : DecodePictures(source, sink);
}

void SwapRedAndBlue(RgbImage& image) {
  for (size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
}

// Whether red and blue are exchanged; remembers once it knows.
class ChannelJudge {
 public:
  explicit ChannelJudge(SkeletonChannels channels) {
    if (channels != SkeletonChannels::kAuto) {
      swapped_ = channels == SkeletonChannels::kBgrSwapped;
    }
  }

  absl::StatusOr<bool> Swapped(const RgbImage& skeleton) {
    if (swapped_.has_value()) return *swapped_;
    ANIMATE_ASSIGN_OR_RETURN(
        const SkeletonReading reading,
        ReadSkeleton(skeleton, {.hands = false, .face = false}));
    if (reading.pose.people.empty()) return false;
    swapped_ = reading.swapped;
    return *swapped_;
  }

 private:
  std::optional<bool> swapped_;
};

SkeletonOrder OrderOf(SkeletonChannels channels) {
  switch (channels) {
    case SkeletonChannels::kRgb:
      return SkeletonOrder::kRgb;
    case SkeletonChannels::kBgrSwapped:
      return SkeletonOrder::kBgr;
    case SkeletonChannels::kAuto:
      return SkeletonOrder::kAuto;
  }
  return SkeletonOrder::kAuto;
}

}  // namespace

absl::StatusOr<std::vector<RgbImage>> DecodeSkeletons(
    const SkeletonSource& source) {
  const AnimationSpec& spec = source.spec;
  ChannelJudge judge(source.inputs.channels);
  std::vector<RgbImage> pictures;
  pictures.reserve(static_cast<size_t>(spec->num_frames));
  ANIMATE_RETURN_IF_ERROR(
      ForEachSkeleton(source, [&](const RgbImage& skeleton) -> absl::Status {
        ANIMATE_ASSIGN_OR_RETURN(const bool swapped, judge.Swapped(skeleton));
        pictures.push_back(PillowResize(skeleton, spec->width, spec->height,
                                        ResampleFilter::kLanczos));
        if (swapped) SwapRedAndBlue(pictures.back());
        return absl::OkStatus();
      }));
  return pictures;
}

absl::StatusOr<PoseSequence> ReadSkeletons(const SkeletonSource& source) {
  SkeletonClipReader reader({.read = {.order = OrderOf(source.inputs.channels)},
                             .fps = source.spec->fps});
  const bool pictures = source.inputs.pose_kind == PoseKind::kImages;
  size_t index = 0;
  ANIMATE_RETURN_IF_ERROR(
      ForEachSkeleton(source, [&](const RgbImage& skeleton) -> absl::Status {
        const absl::Status status = reader.Push(skeleton);
        if (!status.ok()) {
          return FieldError(ItemField(pictures ? index : 0), status.message(),
                            pictures ? "BAD_POSE_IMAGE" : "BAD_POSE_VIDEO");
        }
        ++index;
        return absl::OkStatus();
      }));
  absl::StatusOr<SkeletonClip> clip = reader.Finish();
  if (GetErrorReason(clip.status()) == kNoSkeletonFound) {
    return FieldError(ItemField(0),
                      "no drawn skeleton is recognised in the pose pictures; "
                      "choose MODE_NONE, or send keypoints",
                      kNoSkeletonFound);
  }
  ANIMATE_RETURN_IF_ERROR(clip.status());
  return std::move(clip->poses);
}

absl::Status PoseCountError(size_t have, int want) {
  const std::string text = absl::StrCat("got ", have, " pose frames, want ",
                                        want, " (spec.frame_count)");
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("inputs.pose_items: ", text),
                   {.reason = "POSE_COUNT_MISMATCH",
                    .field_violations = {{"inputs.pose_items", text},
                                         {"spec.frame_count", text}}});
}

}  // namespace animate
