#ifndef ANIMATE_ENGINE_SKELETON_BODY_READER_H_
#define ANIMATE_ENGINE_SKELETON_BODY_READER_H_

#include <array>

#include "engine/pose/body_bones.h"
#include "engine/skeleton/label_map.h"

namespace animate {

// Where a joint was drawn, in pixels of the label map.
struct JointReading {
  enum class Source {
    kNone,
    kLimbs,  // its disc lies under others: judged by the ends of its limbs
    kDisc,
  };
  Source source = Source::kNone;
  Point at;
};

struct BodyReading {
  std::array<JointReading, kNumBodyJoints> joints;
  // How well discs and limbs fit together: the discs found at ends of their
  // limbs, less those elsewhere.
  double consistency = 0.0;
};

// Finds the body in a drawing whose sticks are as thick as the reference's:
// joints to about a pixel where their discs are seen.
BodyReading ReadBody(const LabelMap& map);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_BODY_READER_H_
