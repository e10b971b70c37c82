#include "client/keypoint_message.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace animate {
namespace {

// Thousandths keep 30000/1001 apart from 30.
constexpr double kRateDenominator = 1001.0 * 1000.0;

v1::PoseFrame ToMessage(const PersonPose& person, double scale_x,
                        double scale_y) {
  v1::PoseFrame frame;
  frame.mutable_xy()->Reserve(2 * static_cast<int>(kNumKeypoints));
  frame.mutable_confidence()->Reserve(static_cast<int>(kNumKeypoints));
  ForEachKeypoint(person, [&](const Keypoint& point) {
    const bool there = point.confidence > 0.0;
    frame.add_xy(there ? static_cast<float>(point.x * scale_x) : 0.0f);
    frame.add_xy(there ? static_cast<float>(point.y * scale_y) : 0.0f);
    frame.add_confidence(
        there ? static_cast<float>(std::min(point.confidence, 1.0)) : 0.0f);
  });
  return frame;
}

v1::Rational Rate(double fps) {
  v1::Rational rate;
  if (fps == std::floor(fps)) {
    rate.set_numerator(static_cast<uint32_t>(fps));
    rate.set_denominator(1);
  } else {
    rate.set_numerator(std::max<uint32_t>(
        1, static_cast<uint32_t>(std::lround(fps * kRateDenominator))));
    rate.set_denominator(static_cast<uint32_t>(kRateDenominator));
  }
  return rate;
}

}  // namespace

v1::PoseSequence ToMessage(const PoseSequence& motion) {
  v1::PoseSequence message;
  message.set_layout(v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134);
  message.set_space(v1::COORDINATE_SPACE_PIXEL);
  message.set_width(static_cast<uint32_t>(motion.width));
  message.set_height(static_cast<uint32_t>(motion.height));
  if (motion.fps > 0.0) *message.mutable_fps() = Rate(motion.fps);
  for (const PersonPose& person : motion.frames) {
    *message.add_frames() = ToMessage(person, 1.0, 1.0);
  }
  return message;
}

void SetReferencePose(const PersonPose& person, int width, int height,
                      v1::RetargetOptions& retarget) {
  *retarget.mutable_reference_pose() =
      ToMessage(person, 1.0 / width, 1.0 / height);
  retarget.set_reference_layout(v1::KEYPOINT_LAYOUT_DWPOSE_WHOLEBODY_134);
  retarget.set_reference_space(v1::COORDINATE_SPACE_NORMALIZED);
}

}  // namespace animate
