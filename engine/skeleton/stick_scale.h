#ifndef ANIMATE_ENGINE_SKELETON_STICK_SCALE_H_
#define ANIMATE_ENGINE_SKELETON_STICK_SCALE_H_

#include "engine/media/pose_drawing.h"
#include "engine/skeleton/label_map.h"

namespace animate {

// Returns the size to which a drawing must be resized so that its sticks are as
// thick as the reference's: its own when they are, PoseCanvasSize when it was
// drawn there and resized, else what the areas of its discs say. Sides of
// another size than the drawing's own stay within 64 and 4096.
CanvasSize StickCanvas(const LabelMap& map);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_STICK_SCALE_H_
