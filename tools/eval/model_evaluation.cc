#include "tools/eval/model_evaluation.h"

#include <cstddef>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/clock.h"
#include "engine/base/status_macros.h"
#include "engine/media/contact_sheet.h"
#include "tools/eval/mean_clip.h"

namespace animate {
namespace {

// A row while its clips come in.
struct OpenRow {
  ScoredRow row;
  CollectedFeatures features;
  absl::Duration spent;
};

class SetEvaluation {
 public:
  SetEvaluation(const ProceduralSet& set, ClipMaker& maker,
                const ModelEvaluationOptions& options)
      : set_(set), maker_(maker), options_(options) {
    floor_.row.name = "floor";
    oracle_.row.name = "oracle";
    const bool strangers =
        set.options().first_character != set.options().last_character;
    for (const EvaluatedRun& run : options.runs) {
      if (run.references == References::kShuffled && !strangers) continue;
      runs_.push_back(run);
      rows_.push_back({.row = {.name = run.name}});
    }
    if (options.sheet_clips > 0) {
      const std::vector<int> on_sheet =
          SampleEvenly(static_cast<int>(set.size()), options.sheet_clips);
      on_sheet_.insert(on_sheet.begin(), on_sheet.end());
    }
  }

  absl::Status EvaluateCase(size_t index) {
    ANIMATE_ASSIGN_OR_RETURN(const ProceduralCase made, set_.Make(index));
    if (options_.networks != nullptr) {
      ANIMATE_RETURN_IF_ERROR(
          options_.networks->Collect(made.truth, truth_features_));
    }
    const std::vector<RgbImage> copies(made.truth.size(), made.reference);
    ANIMATE_RETURN_IF_ERROR(Score(made, copies, floor_));
    for (size_t i = 0; i < runs_.size(); ++i) {
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<RgbImage> generated,
                               Generate(made, index, i));
      ANIMATE_RETURN_IF_ERROR(Score(made, generated, rows_[i]));
      if (i == 0 && on_sheet_.count(static_cast<int>(index)) > 0) {
        sheet_.push_back(KeepSome({.reference = made.reference,
                                   .poses = made.poses,
                                   .generated = generated,
                                   .truth = made.truth},
                                  options_.sheet_frames));
      }
    }
    if (options_.reconstruct) {
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<RgbImage> reconstructed,
                               options_.reconstruct(made.truth));
      ANIMATE_RETURN_IF_ERROR(Score(made, reconstructed, oracle_));
    }
    if (options_.on_case) options_.on_case(CaseLine(made, index));
    return absl::OkStatus();
  }

  absl::StatusOr<ModelEvaluation> Finish() {
    ModelEvaluation result{.sheet = std::move(sheet_)};
    ANIMATE_RETURN_IF_ERROR(Close(floor_, result.table));
    for (OpenRow& row : rows_) {
      row.row.seconds_per_clip =
          absl::ToDoubleSeconds(row.spent) / static_cast<double>(set_.size());
      ANIMATE_RETURN_IF_ERROR(Close(row, result.table));
    }
    if (options_.reconstruct) {
      ANIMATE_RETURN_IF_ERROR(Close(oracle_, result.table));
    }
    return result;
  }

 private:
  absl::StatusOr<std::vector<RgbImage>> Generate(const ProceduralCase& made,
                                                 size_t index, size_t run) {
    RgbImage stranger;
    const bool shuffled = runs_[run].references == References::kShuffled;
    if (shuffled) {
      ANIMATE_ASSIGN_OR_RETURN(stranger,
                               set_.Reference(set_.StrangerOf(index)));
    }
    const absl::Duration started = Clock::Real().Monotonic();
    absl::StatusOr<std::vector<RgbImage>> generated =
        Sample({.reference = shuffled ? stranger : made.reference,
                .poses = made.poses,
                .seed = options_.seed + index,
                .sampling = runs_[run].sampling},
               runs_[run]);
    rows_[run].spent += Clock::Real().Monotonic() - started;
    if (!generated.ok()) {
      return absl::Status(generated.status().code(),
                          absl::StrCat(made.name, ", ", runs_[run].name, ": ",
                                       generated.status().message()));
    }
    return generated;
  }

  // One clip, or the mean of several with seeds that no other case has.
  absl::StatusOr<std::vector<RgbImage>> Sample(ClipRequest request,
                                               const EvaluatedRun& run) {
    ClipMaker& maker = run.maker ? *run.maker : maker_;
    MeanClip mean;
    for (int i = 0; i < run.samples; ++i) {
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<RgbImage> sample,
                               maker.Make(request));
      if (run.samples == 1) return sample;
      ANIMATE_RETURN_IF_ERROR(mean.Add(sample));
      request.seed += set_.size();
    }
    return mean.Frames();
  }

  absl::Status Score(const ProceduralCase& made,
                     absl::Span<const RgbImage> clip, OpenRow& row) {
    absl::StatusOr<ClipScores> scores = ScoreClip({.generated = clip,
                                                   .truth = made.truth,
                                                   .reference = &made.reference,
                                                   .parts = made.parts},
                                                  options_.window);
    if (!scores.ok()) {
      return absl::Status(scores.status().code(),
                          absl::StrCat(made.name, ", ", row.row.name, ": ",
                                       scores.status().message()));
    }
    if (options_.networks != nullptr) {
      ANIMATE_RETURN_IF_ERROR(
          options_.networks->AddLpips(clip, made.truth, *scores));
      ANIMATE_RETURN_IF_ERROR(options_.networks->Collect(clip, row.features));
    }
    row.row.clips.push_back(
        {.name = made.name, .kind = made.motion, .scores = *scores});
    return absl::OkStatus();
  }

  absl::Status Close(OpenRow& row, ScoreTable& table) {
    ANIMATE_ASSIGN_OR_RETURN(
        row.row.distances,
        VideoNetworks::Distances(row.features, truth_features_));
    table.rows.push_back(std::move(row.row));
    return absl::OkStatus();
  }

  std::string CaseLine(const ProceduralCase& made, size_t index) const {
    std::string line =
        absl::StrFormat("%d/%d %s: floor %.1f", index + 1, set_.size(),
                        made.name, floor_.row.clips.back().scores.psnr);
    for (const OpenRow& row : rows_) {
      absl::StrAppendFormat(&line, ", %s %.1f", row.row.name,
                            row.row.clips.back().scores.psnr);
    }
    return absl::StrCat(line, " dB");
  }

  const ProceduralSet& set_;
  ClipMaker& maker_;
  const ModelEvaluationOptions& options_;
  std::vector<EvaluatedRun> runs_;
  OpenRow floor_;
  std::vector<OpenRow> rows_;  // one per run
  OpenRow oracle_;
  CollectedFeatures truth_features_;
  std::set<int> on_sheet_;
  std::vector<ComparedClip> sheet_;
};

}  // namespace

absl::StatusOr<ModelEvaluation> EvaluateModel(
    const ProceduralSet& set, ClipMaker& maker,
    const ModelEvaluationOptions& options) {
  SetEvaluation evaluation(set, maker, options);
  for (size_t i = 0; i < set.size(); ++i) {
    ANIMATE_RETURN_IF_ERROR(evaluation.EvaluateCase(i));
  }
  return evaluation.Finish();
}

}  // namespace animate
