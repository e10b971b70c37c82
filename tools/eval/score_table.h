#ifndef ANIMATE_TOOLS_EVAL_SCORE_TABLE_H_
#define ANIMATE_TOOLS_EVAL_SCORE_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/evaluation/clip_scores.h"
#include "nlohmann/json.hpp"

namespace animate {

struct ClipResult {
  std::string name;
  std::string kind;  // of motion; may be empty
  ClipScores scores;
};

// What one way of making clips scored: a row of the report.
struct ScoredRow {
  std::string name;  // "floor", "model", "oracle", …
  std::vector<ClipResult> clips;
  // Of the whole set, by name: "fvd", "fid_vid".
  std::map<std::string, double> distances;
  std::optional<double> seconds_per_clip;

  ClipScores mean() const;
};

// How far from the floor to the oracle a row has come: 0 is the floor, 1 the
// oracle; nothing where both are the same.
struct Way {
  std::optional<double> psnr;
  std::optional<double> ssim;
  std::optional<double> changed_mae;
};
Way WayOf(const ClipScores& row, const ClipScores& floor,
          const ClipScores& oracle);

// The rows of an evaluation. Those called "floor" and "oracle" are what the
// others are measured by.
struct ScoreTable {
  std::vector<ScoredRow> rows;

  // The row called `name`, or null.
  const ScoredRow* Find(absl::string_view name) const;
};

// The table as an array of objects: "name", "psnr", "ssim", "l1",
// "changed_mae", "flicker_ratio", "frame_difference", "identity", "lpips",
// "fvd", "fid_vid", "way", "seconds_per_clip", "by_motion", "clips", and under
// "published" PublishedScores. What was not measured is left out.
nlohmann::json ScoreTableJson(const ScoreTable& table);

// A Markdown table with a line per row, and one with a line per kind of motion
// of the row called `detailed` when there are kinds.
std::string ScoreTableMarkdown(const ScoreTable& table,
                               absl::string_view detailed);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_SCORE_TABLE_H_
