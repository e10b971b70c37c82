#include "engine/detector/person_networks.h"

#include "absl/algorithm/container.h"

namespace animate {

void FinishPerson(int width, int height, PersonPose& person) {
  ForEachKeypoint(person, [&](Keypoint& point) {
    const bool inside =
        point.x >= 0.0 && point.x < width && point.y >= 0.0 && point.y < height;
    if (!inside) point = {};
  });
  const bool both_shoulders =
      person.body[kRightShoulder].confidence > kMinKeypointConfidence &&
      person.body[kLeftShoulder].confidence > kMinKeypointConfidence;
  person.body[kNeck].confidence = both_shoulders ? 1.0 : 0.0;
  ForEachKeypoint(person, [](Keypoint& point) {
    if (!(point.confidence > 0.0)) point = {};
  });
}

bool ShowsSomebody(const PersonPose& person) {
  return absl::c_any_of(person.body, [](const Keypoint& joint) {
    return joint.confidence > kMinKeypointConfidence;
  });
}

}  // namespace animate
