#ifndef ANIMATE_ENGINE_SYNTH_FIGURE_KEYPOINTS_H_
#define ANIMATE_ENGINE_SYNTH_FIGURE_KEYPOINTS_H_

#include "engine/pose/pose_frame.h"
#include "engine/synth/character.h"
#include "engine/synth/figure.h"
#include "engine/synth/view.h"

namespace animate {

// The 134 keypoints of a figure as `view` sees it. Confidence 1; 0 for points
// of the head on its far side and for what is outside the picture.
PersonPose FigureKeypoints(const Character& character, const Figure& figure,
                           const View& view);

}  // namespace animate

#endif  // ANIMATE_ENGINE_SYNTH_FIGURE_KEYPOINTS_H_
