#include "engine/pose/keypoint_layout.h"

#include <array>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

// Canonical indices: where the parts begin.
constexpr int kFeetBegin = static_cast<int>(kNumBodyJoints);
constexpr int kFaceBegin = kFeetBegin + static_cast<int>(kNumFootPoints);
constexpr int kLeftHandBegin = kFaceBegin + static_cast<int>(kNumFacePoints);
constexpr int kEnd = static_cast<int>(kNumKeypoints);
constexpr int kMiddleOfHips = -1;

struct LayoutName {
  KeypointLayout layout;
  absl::string_view name;
};
constexpr LayoutName kNames[] = {
    {KeypointLayout::kOpenPose18, "OPENPOSE_18"},
    {KeypointLayout::kOpenPoseBody25, "OPENPOSE_BODY_25"},
    {KeypointLayout::kCoco17, "COCO_17"},
    {KeypointLayout::kCocoWholeBody133, "COCO_WHOLEBODY_133"},
    {KeypointLayout::kDwposeWholeBody134, "DWPOSE_WHOLEBODY_134"},
    {KeypointLayout::kOpenPose18HandsFace128, "OPENPOSE_18_HANDS_FACE_128"}};

void AppendRange(std::vector<int>& indices, int begin, int end) {
  for (int i = begin; i < end; ++i) indices.push_back(i);
}

std::vector<int> Coco17Indices() {
  return {kNose,         kLeftEye,       kRightEye,  kLeftEar,    kRightEar,
          kLeftShoulder, kRightShoulder, kLeftElbow, kRightElbow, kLeftWrist,
          kRightWrist,   kLeftHip,       kRightHip,  kLeftKnee,   kRightKnee,
          kLeftAnkle,    kRightAnkle};
}

// For each point of `layout` its canonical index, or kMiddleOfHips.
std::vector<int> MakeIndices(KeypointLayout layout) {
  std::vector<int> indices;
  switch (layout) {
    case KeypointLayout::kOpenPose18:
      AppendRange(indices, 0, kFeetBegin);
      break;
    case KeypointLayout::kOpenPoseBody25:
      AppendRange(indices, kNose, kRightHip);
      indices.push_back(kMiddleOfHips);
      AppendRange(indices, kRightHip, kFeetBegin);
      AppendRange(indices, kFeetBegin, kFaceBegin);
      break;
    case KeypointLayout::kCoco17:
      indices = Coco17Indices();
      break;
    case KeypointLayout::kCocoWholeBody133:
      indices = Coco17Indices();
      AppendRange(indices, kFeetBegin, kEnd);
      break;
    case KeypointLayout::kDwposeWholeBody134:
      AppendRange(indices, 0, kEnd);
      break;
    case KeypointLayout::kOpenPose18HandsFace128:
      AppendRange(indices, 0, kFeetBegin);
      AppendRange(indices, kLeftHandBegin, kEnd);
      AppendRange(indices, kFaceBegin, kLeftHandBegin);
      break;
  }
  return indices;
}

const std::vector<int>& Indices(KeypointLayout layout) {
  static const auto& tables = *new std::array<std::vector<int>, 6>{
      MakeIndices(KeypointLayout::kOpenPose18),
      MakeIndices(KeypointLayout::kOpenPoseBody25),
      MakeIndices(KeypointLayout::kCoco17),
      MakeIndices(KeypointLayout::kCocoWholeBody133),
      MakeIndices(KeypointLayout::kDwposeWholeBody134),
      MakeIndices(KeypointLayout::kOpenPose18HandsFace128)};
  return tables[static_cast<size_t>(layout)];
}

bool HasNeck(KeypointLayout layout) {
  return layout != KeypointLayout::kCoco17 &&
         layout != KeypointLayout::kCocoWholeBody133;
}

}  // namespace

size_t KeypointCount(KeypointLayout layout) { return Indices(layout).size(); }

absl::string_view KeypointLayoutName(KeypointLayout layout) {
  return kNames[static_cast<size_t>(layout)].name;
}

absl::StatusOr<KeypointLayout> ParseKeypointLayout(absl::string_view name) {
  std::string known;
  for (const LayoutName& entry : kNames) {
    if (entry.name == name) return entry.layout;
    absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
  }
  return PoseError(absl::StrCat("no keypoint layout is called '",
                                name.substr(0, 40), "'; there are ", known));
}

absl::StatusOr<KeypointLayout> KeypointLayoutOfCount(size_t count) {
  for (const LayoutName& entry : kNames) {
    if (KeypointCount(entry.layout) == count) return entry.layout;
  }
  return PoseError(absl::StrCat("no keypoint layout has ", count,
                                " points; there are layouts of 17, 18, 25, "
                                "128, 133 and 134"));
}

Keypoint Halfway(const Keypoint& a, const Keypoint& b) {
  const bool seen = a.confidence > kMinKeypointConfidence &&
                    b.confidence > kMinKeypointConfidence;
  return {.x = (a.x + b.x) / 2,
          .y = (a.y + b.y) / 2,
          .confidence = seen ? 1.0 : 0.0};
}

absl::StatusOr<PersonPose> PersonFromLayout(
    KeypointLayout layout, absl::Span<const Keypoint> keypoints) {
  const std::vector<int>& indices = Indices(layout);
  if (keypoints.size() != indices.size()) {
    return PoseError(absl::StrCat(KeypointLayoutName(layout), " has ",
                                  indices.size(), " points, got ",
                                  keypoints.size()));
  }
  PersonPose person;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] == kMiddleOfHips) continue;
    KeypointAt(person, static_cast<size_t>(indices[i])) = keypoints[i];
  }
  if (!HasNeck(layout)) {
    person.body[kNeck] =
        Halfway(person.body[kLeftShoulder], person.body[kRightShoulder]);
  }
  return person;
}

std::vector<Keypoint> PersonToLayout(KeypointLayout layout,
                                     const PersonPose& person) {
  std::vector<Keypoint> keypoints;
  keypoints.reserve(Indices(layout).size());
  for (const int index : Indices(layout)) {
    keypoints.push_back(
        index == kMiddleOfHips
            ? Halfway(person.body[kLeftHip], person.body[kRightHip])
            : KeypointAt(person, static_cast<size_t>(index)));
  }
  return keypoints;
}

PersonPose Mirrored(const PersonPose& person, double width) {
  // iBUG 68: which point takes the place of which.
  static constexpr std::array<size_t, kNumFacePoints> kFaceMirror = {
      16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,
      26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33,
      32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52,
      51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};
  static constexpr std::pair<BodyJoint, BodyJoint> kSides[] = {
      {kRightShoulder, kLeftShoulder}, {kRightElbow, kLeftElbow},
      {kRightWrist, kLeftWrist},       {kRightHip, kLeftHip},
      {kRightKnee, kLeftKnee},         {kRightAnkle, kLeftAnkle},
      {kRightEye, kLeftEye},           {kRightEar, kLeftEar}};
  PersonPose mirrored = person;
  for (const auto& [right, left] : kSides) {
    std::swap(mirrored.body[right], mirrored.body[left]);
  }
  for (size_t i = 0; i < 3; ++i)
    std::swap(mirrored.feet[i], mirrored.feet[i + 3]);
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    mirrored.face[i] = person.face[kFaceMirror[i]];
  }
  std::swap(mirrored.left_hand, mirrored.right_hand);
  ForEachKeypoint(mirrored, [&](Keypoint& point) {
    if (point.confidence > 0.0) point.x = width - point.x;
  });
  return mirrored;
}

}  // namespace animate
