#ifndef ANIMATE_TOOLS_EVAL_PAIRS_EVALUATION_H_
#define ANIMATE_TOOLS_EVAL_PAIRS_EVALUATION_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/evaluation/structural_similarity.h"
#include "tools/eval/score_table.h"
#include "tools/eval/video_networks.h"

namespace animate {

struct PairsOptions {
  std::string generated;  // as FindClips
  std::string truth;      // as FindClips
  // A picture for all clips, or a folder with one for each, called like it;
  // "" for none.
  std::string reference;
  SsimWindow window = SsimWindow::kUniform7;
  const VideoNetworks* networks = nullptr;  // may be null
  // Hears of each clip when it is done; may be empty.
  std::function<void(const std::string& line)> on_clip;
};

// Scores every generated clip against the true one of the same name: the row
// "generated", and with references "floor". Returns INVALID_ARGUMENT that names
// what has no partner (clips, and pictures of folders) and what differs in size
// or in number of frames; else errors of FindClips and ReadClip.
absl::StatusOr<ScoreTable> EvaluatePairs(const PairsOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_PAIRS_EVALUATION_H_
