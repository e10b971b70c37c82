#ifndef ANIMATE_ENGINE_TRAINING_STAGE_SHEET_H_
#define ANIMATE_ENGINE_TRAINING_STAGE_SHEET_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/dataset/training_clip.h"
#include "engine/pipeline/model_bundle.h"

namespace animate {

struct StageSheetOptions {
  int steps = 20;      // DDIM steps, >= 1
  int max_frames = 4;  // of each clip, from the first on, >= 1
};

// Animates each clip's reference by its skeletons, through the pipeline that
// serves requests, and lays out a row for each: the reference, then for each
// frame skeleton, generated picture and truth. Frames begin with the same
// noise; no guidance. INVALID_ARGUMENT without clips, and what the pipeline
// returns.
absl::StatusOr<RgbImage> DrawStageSheet(const ModelBundle& models,
                                        const std::vector<TrainingClip>& clips,
                                        const StageSheetOptions& options);

// Lays out `rows` of pictures with a gap between them; rows may differ in
// length, pictures in size. Empty places are white.
RgbImage LayOut(const std::vector<std::vector<RgbImage>>& rows, int gap);

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_STAGE_SHEET_H_
