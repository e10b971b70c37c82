#include "tools/eval/score_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace animate {
namespace {

std::optional<double> Fraction(std::optional<double> row,
                               std::optional<double> floor,
                               std::optional<double> oracle) {
  if (!row.has_value() || !floor.has_value() || !oracle.has_value() ||
      *floor == *oracle) {
    return std::nullopt;
  }
  // The sum makes a plus of the minus of -0.
  return (*row - *floor) / (*oracle - *floor) + 0.0;
}

std::map<std::string, ClipScores> MeansByKind(const ScoredRow& row) {
  std::map<std::string, std::vector<ClipScores>> by_kind;
  for (const ClipResult& clip : row.clips) {
    if (!clip.kind.empty()) by_kind[clip.kind].push_back(clip.scores);
  }
  std::map<std::string, ClipScores> means;
  for (const auto& [kind, clips] : by_kind) means[kind] = MeanScores(clips);
  return means;
}

void Put(nlohmann::json& object, const char* key, std::optional<double> value) {
  if (value.has_value()) object[key] = *value;
}

nlohmann::json ScoresJson(const ClipScores& scores) {
  nlohmann::json object = {{"frames", scores.frames},
                           {"psnr", scores.psnr},
                           {"ssim", scores.ssim},
                           {"l1", scores.l1},
                           {"flicker_ratio", scores.motion.flicker_ratio()},
                           {"frame_difference",
                            {{"generated", scores.motion.generated},
                             {"truth", scores.motion.truth},
                             {"error", scores.motion.difference}}}};
  object["published"] = {{"psnr", scores.published.psnr},
                         {"ssim", scores.published.ssim},
                         {"l1", scores.published.l1}};
  if (scores.lpips.has_value()) {
    object["published"]["lpips"] = scores.published.lpips;
  }
  Put(object, "changed_mae", scores.changed_mae);
  Put(object, "identity", scores.identity);
  Put(object, "lpips", scores.lpips);
  return object;
}

std::string Cell(std::optional<double> value, int digits = 2) {
  if (!value.has_value()) return "–";
  return absl::StrFormat("%.*f", digits, *value);
}

std::string DistanceCell(const ScoredRow& row, const std::string& name) {
  const auto at = row.distances.find(name);
  return at == row.distances.end() ? Cell(std::nullopt) : Cell(at->second);
}

std::string ScoreCells(const ClipScores& scores) {
  return absl::StrCat(Cell(scores.psnr), " | ", Cell(scores.ssim, 3), " | ",
                      Cell(scores.l1), " | ", Cell(scores.changed_mae), " | ",
                      Cell(scores.motion.flicker_ratio()), " | ",
                      Cell(scores.motion.difference), " | ",
                      Cell(scores.identity, 3), " | ", Cell(scores.lpips, 3));
}

constexpr absl::string_view kScoreHeads =
    "PSNR dB | SSIM | L1 | changed-pixel MAE | flicker | frame difference | "
    "identity | LPIPS";

// How far each row has come; nothing without floor and oracle.
std::optional<Way> WayIn(const ScoreTable& table, const ClipScores& mean) {
  const ScoredRow* floor = table.Find("floor");
  const ScoredRow* oracle = table.Find("oracle");
  if (floor == nullptr || oracle == nullptr) return std::nullopt;
  return WayOf(mean, floor->mean(), oracle->mean());
}

nlohmann::json RowJson(const ScoreTable& table, const ScoredRow& row) {
  const ClipScores mean = row.mean();
  nlohmann::json object = ScoresJson(mean);
  object["name"] = row.name;
  for (const auto& [name, value] : row.distances) object[name] = value;
  Put(object, "seconds_per_clip", row.seconds_per_clip);
  if (const std::optional<Way> way = WayIn(table, mean); way.has_value()) {
    object["way"] = nlohmann::json::object();
    Put(object["way"], "psnr", way->psnr);
    Put(object["way"], "ssim", way->ssim);
    Put(object["way"], "changed_mae", way->changed_mae);
  }
  for (const auto& [kind, scores] : MeansByKind(row)) {
    object["by_motion"][kind] = ScoresJson(scores);
  }
  object["clips"] = nlohmann::json::array();
  for (const ClipResult& clip : row.clips) {
    nlohmann::json scores = ScoresJson(clip.scores);
    scores["name"] = clip.name;
    object["clips"].push_back(std::move(scores));
  }
  return object;
}

}  // namespace

ClipScores ScoredRow::mean() const {
  std::vector<ClipScores> scores;
  for (const ClipResult& clip : clips) scores.push_back(clip.scores);
  return scores.empty() ? ClipScores() : MeanScores(scores);
}

Way WayOf(const ClipScores& row, const ClipScores& floor,
          const ClipScores& oracle) {
  return {.psnr = Fraction(row.psnr, floor.psnr, oracle.psnr),
          .ssim = Fraction(row.ssim, floor.ssim, oracle.ssim),
          .changed_mae =
              Fraction(row.changed_mae, floor.changed_mae, oracle.changed_mae)};
}

const ScoredRow* ScoreTable::Find(absl::string_view name) const {
  for (const ScoredRow& row : rows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

nlohmann::json ScoreTableJson(const ScoreTable& table) {
  nlohmann::json rows = nlohmann::json::array();
  for (const ScoredRow& row : table.rows) rows.push_back(RowJson(table, row));
  return rows;
}

std::string ScoreTableMarkdown(const ScoreTable& table,
                               absl::string_view detailed) {
  std::string text = absl::StrCat(
      "| | ", kScoreHeads,
      " | FVD | FID-VID | way: PSNR, SSIM, changed | s |\n",
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|\n");
  for (const ScoredRow& row : table.rows) {
    const ClipScores mean = row.mean();
    const Way way = WayIn(table, mean).value_or(Way());
    absl::StrAppend(&text, "| ", row.name, " | ", ScoreCells(mean), " | ",
                    DistanceCell(row, "fvd"), " | ",
                    DistanceCell(row, "fid_vid"), " | ", Cell(way.psnr), ", ",
                    Cell(way.ssim), ", ", Cell(way.changed_mae), " | ",
                    Cell(row.seconds_per_clip), " |\n");
  }
  const ScoredRow* row = table.Find(detailed);
  if (row == nullptr) return text;
  const std::map<std::string, ClipScores> kinds = MeansByKind(*row);
  if (kinds.empty()) return text;
  absl::StrAppend(&text, "\nBy motion, ", detailed, ":\n\n| | ", kScoreHeads,
                  " |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  for (const auto& [kind, scores] : kinds) {
    absl::StrAppend(&text, "| ", kind, " | ", ScoreCells(scores), " |\n");
  }
  return text;
}

}  // namespace animate
