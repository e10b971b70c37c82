#ifndef ANIMATE_ENGINE_MEDIA_POSE_DRAWING_STYLE_H_
#define ANIMATE_ENGINE_MEDIA_POSE_DRAWING_STYLE_H_

#include <cstdint>
#include <iterator>

#include "engine/pose/pose_frame.h"

namespace animate {

// What a drawn skeleton looks like: the colours and sizes of DWPose's drawing
// in Moore-AnimateAnyone (src/dwpose/util.py). Shared by those who draw and
// those who read drawings.

struct DrawingColor {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  friend bool operator==(const DrawingColor&, const DrawingColor&) = default;
};

// Limbs have 60 % of their colour; joints, hands and face all of it.
constexpr DrawingColor DimmedLimb(const DrawingColor& color) {
  const auto dim = [](uint8_t value) {
    return static_cast<uint8_t>(value * 0.6);
  };
  return {dim(color.red), dim(color.green), dim(color.blue)};
}

// Limb i has colour i, joint j has colour j.
inline constexpr DrawingColor kBodyColors[kNumBodyJoints] = {
    {255, 0, 0},   {255, 85, 0},  {255, 170, 0}, {255, 255, 0}, {170, 255, 0},
    {85, 255, 0},  {0, 255, 0},   {0, 255, 85},  {0, 255, 170}, {0, 255, 255},
    {0, 170, 255}, {0, 85, 255},  {0, 0, 255},   {85, 0, 255},  {170, 0, 255},
    {255, 0, 255}, {255, 0, 170}, {255, 0, 85}};

// The order of the ends matters: it turns the ellipse by 180 degrees, and the
// rounding of its corners is not symmetric.
struct DrawnLimb {
  BodyJoint from;
  BodyJoint to;
};
inline constexpr DrawnLimb kDrawnLimbs[] = {{kNeck, kRightShoulder},
                                            {kNeck, kLeftShoulder},
                                            {kRightShoulder, kRightElbow},
                                            {kRightElbow, kRightWrist},
                                            {kLeftShoulder, kLeftElbow},
                                            {kLeftElbow, kLeftWrist},
                                            {kNeck, kRightHip},
                                            {kRightHip, kRightKnee},
                                            {kRightKnee, kRightAnkle},
                                            {kNeck, kLeftHip},
                                            {kLeftHip, kLeftKnee},
                                            {kLeftKnee, kLeftAnkle},
                                            {kNeck, kNose},
                                            {kNose, kRightEye},
                                            {kRightEye, kRightEar},
                                            {kNose, kLeftEye},
                                            {kLeftEye, kLeftEar}};
inline constexpr size_t kNumDrawnLimbs = std::size(kDrawnLimbs);

// Ankle to big toe, as UniAnimate draws them; not part of the reference.
struct DrawnFoot {
  BodyJoint ankle;
  size_t big_toe;  // of PersonPose::feet
  DrawingColor color;
};
inline constexpr DrawnFoot kDrawnFeet[] = {{kLeftAnkle, 0, {170, 255, 255}},
                                           {kRightAnkle, 3, {255, 255, 0}}};

// hsv(e / 20, 1, 1) of bone e of a hand as OpenCV rounds it; a table, because
// the last bit of the conversion decides some of the values.
inline constexpr DrawingColor kHandColors[] = {
    {255, 0, 0},   {255, 77, 0},  {255, 153, 0}, {255, 229, 0}, {204, 255, 0},
    {128, 255, 0}, {51, 255, 0},  {0, 255, 25},  {0, 255, 102}, {0, 255, 179},
    {0, 255, 255}, {0, 178, 255}, {0, 102, 255}, {0, 25, 255},  {51, 0, 255},
    {128, 0, 255}, {204, 0, 255}, {255, 0, 230}, {255, 0, 153}, {255, 0, 77}};
inline constexpr size_t kNumHandBones = std::size(kHandColors);
inline constexpr size_t kBonesPerFinger = 4;

// Bone e of a hand joins these points; each finger starts at the wrist.
constexpr size_t HandBoneStart(size_t bone) {
  return bone % kBonesPerFinger == 0 ? 0 : bone;
}
constexpr size_t HandBoneEnd(size_t bone) { return bone + 1; }

inline constexpr DrawingColor kHandDotColor = {0, 0, 255};
inline constexpr DrawingColor kFaceColor = {255, 255, 255};

// Pixels on the reference's canvas.
inline constexpr int kLimbHalfWidth = 4;
inline constexpr int kBodyRadius = 4;
inline constexpr int kHandRadius = 4;
inline constexpr int kFaceRadius = 3;
inline constexpr int kHandThickness = 2;

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_POSE_DRAWING_STYLE_H_
