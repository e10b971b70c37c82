#ifndef ANIMATE_ENGINE_SKELETON_FACE_READER_H_
#define ANIMATE_ENGINE_SKELETON_FACE_READER_H_

#include <array>

#include "engine/pose/pose_frame.h"
#include "engine/skeleton/body_reader.h"
#include "engine/skeleton/label_map.h"

namespace animate {

using FacePoints = std::array<Keypoint, kNumFacePoints>;

// Finds the white dots of a face: the shape of an average face is laid over the
// white of the drawing, upright as eyes or ears say, and its points are moved
// onto the dots. With `before`, the face of the frame before, that one is laid
// over it. Points that fit nowhere have confidence 0.
FacePoints ReadFace(const LabelMap& map, const BodyReading& body,
                    const FacePoints* before);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SKELETON_FACE_READER_H_
