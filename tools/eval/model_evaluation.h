#ifndef ANIMATE_TOOLS_EVAL_MODEL_EVALUATION_H_
#define ANIMATE_TOOLS_EVAL_MODEL_EVALUATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/evaluation/structural_similarity.h"
#include "tools/eval/clip_maker.h"
#include "tools/eval/comparison_sheet.h"
#include "tools/eval/procedural_set.h"
#include "tools/eval/score_table.h"
#include "tools/eval/video_networks.h"

namespace animate {

enum class References {
  kOwn,
  kShuffled,  // another character's: what ignoring the reference would score
};

// A way to make all clips of a set.
struct EvaluatedRun {
  std::string name;  // of its row
  Sampling sampling;
  References references = References::kOwn;
  // Of how many samples, each with a seed of its own, the clip is the mean;
  // at least 1. The first has the seed of the other runs.
  int samples = 1;
  // Makes the clips instead of the one under evaluation; may be null.
  ClipMaker* maker = nullptr;
};

struct ModelEvaluationOptions {
  std::vector<EvaluatedRun> runs;
  uint64_t seed = 0;  // of the noise; case i has the seed after i others
  SsimWindow window = SsimWindow::kUniform7;
  int sheet_clips = 0;   // of the first run, spread over the set; 0: none
  int sheet_frames = 4;  // of each
  // What the VAE makes of pictures; without it there is no oracle.
  std::function<absl::StatusOr<std::vector<RgbImage>>(
      absl::Span<const RgbImage>)>
      reconstruct;
  // LPIPS, FVD and FID-VID; may be null.
  const VideoNetworks* networks = nullptr;
  // Hears of each case when it is done; may be empty.
  std::function<void(const std::string& line)> on_case;
};

struct ModelEvaluation {
  ScoreTable table;  // floor, the runs, oracle
  std::vector<ComparedClip> sheet;
};

// Makes every clip of `set` in every way and scores it against the truth:
// "floor" (the reference copied to each frame), the runs, "oracle". A run with
// shuffled references is left out when the set has one character. The first
// error ends it, naming case and run.
absl::StatusOr<ModelEvaluation> EvaluateModel(
    const ProceduralSet& set, ClipMaker& maker,
    const ModelEvaluationOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_MODEL_EVALUATION_H_
