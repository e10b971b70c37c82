#include "engine/skeleton/skeleton_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"
#include "engine/pose/pose_repair.h"
#include "engine/raster/pillow_resize.h"
#include "engine/skeleton/body_reader.h"
#include "engine/skeleton/body_refiner.h"
#include "engine/skeleton/face_reader.h"
#include "engine/skeleton/hand_reader.h"
#include "engine/skeleton/label_map.h"
#include "engine/skeleton/stick_scale.h"

namespace animate {
namespace {

constexpr double kDiscConfidence = 1.0;
constexpr double kLimbConfidence = 0.6;
constexpr size_t kMinJoints = 3;

absl::Status CheckPicture(const RgbImage& image) {
  if (image.empty()) return PoseError("the skeleton picture is empty");
  return CheckCanvas(image.width, image.height);
}

void ExchangeRedAndBlue(RgbImage& image) {
  for (size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
}

// What is the same in all frames of a clip.
struct DrawingManner {
  bool swapped = false;
  double stick_scale = 1.0;
  CanvasSize canvas;  // on which sticks are as thick as the reference's
};

// Which order of colours makes discs and limbs fit together.
bool IsSwapped(const RgbImage& image, SkeletonOrder order) {
  if (order != SkeletonOrder::kAuto) return order == SkeletonOrder::kBgr;
  const double plain = ReadBody(LabelPixels(image, false)).consistency;
  const double swapped = ReadBody(LabelPixels(image, true)).consistency;
  return swapped > plain;
}

// Nothing when the picture shows no drawing.
std::optional<DrawingManner> FindManner(const RgbImage& image,
                                        SkeletonOrder order) {
  const LabelMap map = LabelPixels(image, false);
  if (!LooksDrawn(map)) return std::nullopt;
  DrawingManner manner;
  manner.canvas = StickCanvas(map);
  manner.stick_scale = static_cast<double>(image.width) / manner.canvas.width;
  const RgbImage resized =
      PillowResize(image, manner.canvas.width, manner.canvas.height,
                   ResampleFilter::kLanczos);
  manner.swapped = IsSwapped(resized, order);
  return manner;
}

// Reads one picture drawn in a known manner. Nothing when nobody is in it.
std::optional<PersonPose> ReadPerson(const RgbImage& image,
                                     const DrawingManner& manner,
                                     const SkeletonReadOptions& options,
                                     const PersonPose* before) {
  RgbImage resized =
      PillowResize(image, manner.canvas.width, manner.canvas.height,
                   ResampleFilter::kLanczos);
  if (manner.swapped) ExchangeRedAndBlue(resized);
  const LabelMap map = LabelPixels(resized, false);
  if (!LooksDrawn(map)) return std::nullopt;
  BodyReading body = ReadBody(map);
  RefineBody(map, body);
  PersonPose person;
  size_t found = 0;
  for (size_t joint = 0; joint < kNumBodyJoints; ++joint) {
    const JointReading& reading = body.joints[joint];
    if (reading.source == JointReading::Source::kNone) continue;
    const bool disc = reading.source == JointReading::Source::kDisc;
    person.body[joint] = {reading.at.x, reading.at.y,
                          disc ? kDiscConfidence : kLimbConfidence};
    found += disc ? 1 : 0;
  }
  if (options.face) {
    person.face =
        ReadFace(map, body, before != nullptr ? &before->face : nullptr);
  }
  if (options.hands) {
    std::optional<HandsReading> hands_before;
    if (before != nullptr) {
      hands_before = {.left = before->left_hand, .right = before->right_hand};
    }
    const HandsReading hands =
        ReadHands(resized, map, body,
                  hands_before.has_value() ? &*hands_before : nullptr);
    person.left_hand = hands.left;
    person.right_hand = hands.right;
  }
  if (found < kMinJoints) return std::nullopt;
  return person;
}

// From the manner's canvas to the picture.
void ScaleTo(int width, int height, const CanvasSize& canvas,
             PersonPose& person) {
  if (canvas == CanvasSize{width, height}) return;
  const double x = static_cast<double>(width) / canvas.width;
  const double y = static_cast<double>(height) / canvas.height;
  ForEachKeypoint(person, [&](Keypoint& point) {
    point.x *= x;
    point.y *= y;
  });
}

}  // namespace

absl::StatusOr<SkeletonReading> ReadSkeleton(
    const RgbImage& image, const SkeletonReadOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckPicture(image));
  SkeletonReading reading{
      .pose = {.width = image.width, .height = image.height}};
  const std::optional<DrawingManner> manner = FindManner(image, options.order);
  if (!manner.has_value()) return reading;
  std::optional<PersonPose> person =
      ReadPerson(image, *manner, options, nullptr);
  if (!person.has_value()) return reading;
  ClearMissing(*person);
  ScaleTo(image.width, image.height, manner->canvas, *person);
  reading.pose.people.push_back(*person);
  reading.swapped = manner->swapped;
  reading.stick_scale = manner->stick_scale;
  return reading;
}

class SkeletonClipReader::Impl {
 public:
  explicit Impl(const SkeletonClipOptions& options) : options_(options) {
    clip_.poses.fps = options.fps;
  }

  absl::Status Push(const RgbImage& frame) {
    PoseSequence& poses = clip_.poses;
    const std::string place = absl::StrCat("frame ", poses.frames.size());
    if (const absl::Status status = CheckPicture(frame); !status.ok()) {
      return PoseErrorAt(place, status);
    }
    if (poses.frames.size() == kMaxPoseFrames) {
      return PoseError(absl::StrCat("the skeleton clip has more than ",
                                    kMaxPoseFrames, " frames"));
    }
    if (poses.frames.empty()) {
      poses.width = frame.width;
      poses.height = frame.height;
    }
    if (frame.width != poses.width || frame.height != poses.height) {
      return PoseError(absl::StrCat(place, " has ", frame.width, "x",
                                    frame.height, " pixels, those before ",
                                    poses.width, "x", poses.height));
    }
    if (!manner_.has_value()) manner_ = FindManner(frame, options_.read.order);
    std::optional<PersonPose> person;
    if (manner_.has_value()) {
      person = ReadPerson(frame, *manner_, options_.read,
                          before_.has_value() ? &*before_ : nullptr);
    }
    if (!person.has_value()) {
      ++clip_.frames_without_skeleton;
      // A manner without a person may have been a mistake.
      if (clip_.frames_without_skeleton == poses.frames.size() + 1) {
        manner_.reset();
      }
    }
    before_ = person;
    if (person.has_value()) {
      ClearMissing(*person);
      ScaleTo(frame.width, frame.height, manner_->canvas, *person);
    }
    poses.frames.push_back(person.value_or(PersonPose()));
    return absl::OkStatus();
  }

  absl::StatusOr<SkeletonClip> Finish() {
    if (clip_.frames_without_skeleton == clip_.poses.frames.size()) {
      return MakeError(
          absl::StatusCode::kInvalidArgument,
          "no frame shows a drawn skeleton: coloured limbs with discs at the "
          "joints on black, as DWPose and OpenPose draw them",
          {.reason = kNoSkeletonFound});
    }
    clip_.swapped = manner_->swapped;
    if (options_.repair) FillGaps(clip_.poses);
    return std::move(clip_);
  }

 private:
  const SkeletonClipOptions options_;
  SkeletonClip clip_;
  std::optional<DrawingManner> manner_;
  std::optional<PersonPose> before_;  // on the manner's canvas
};

SkeletonClipReader::SkeletonClipReader(const SkeletonClipOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}
SkeletonClipReader::~SkeletonClipReader() = default;

absl::Status SkeletonClipReader::Push(const RgbImage& frame) {
  return impl_->Push(frame);
}

absl::StatusOr<SkeletonClip> SkeletonClipReader::Finish() {
  return impl_->Finish();
}

}  // namespace animate
