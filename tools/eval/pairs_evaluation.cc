#include "tools/eval/pairs_evaluation.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/local_file.h"
#include "engine/base/status_macros.h"
#include "tools/eval/clip_files.h"

namespace animate {
namespace {

using Clips = std::map<std::string, ClipFiles>;

// Whose names are missing on the other side, at most a few of them.
std::string Missing(const std::set<std::string>& from,
                    const std::set<std::string>& in) {
  constexpr size_t kShown = 5;
  std::vector<std::string> names;
  for (const std::string& name : from) {
    if (in.count(name) == 0) names.push_back(absl::StrCat("\"", name, "\""));
  }
  if (names.size() <= kShown) return absl::StrJoin(names, ", ");
  const size_t more = names.size() - kShown;
  names.resize(kShown);
  return absl::StrCat(absl::StrJoin(names, ", "), " and ", more, " more");
}

absl::Status CheckSameNames(const std::set<std::string>& generated,
                            const std::set<std::string>& truth,
                            const std::string& generated_path,
                            const std::string& truth_path) {
  if (generated == truth) return absl::OkStatus();
  const std::string no_truth = Missing(generated, truth);
  const std::string not_made = Missing(truth, generated);
  std::string message;
  if (!not_made.empty()) {
    absl::StrAppend(&message, generated_path, " lacks ", not_made);
  }
  if (!no_truth.empty()) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", truth_path,
                    " lacks ", no_truth);
  }
  return absl::InvalidArgumentError(message);
}

std::set<std::string> ClipNames(const Clips& clips) {
  std::set<std::string> names;
  for (const auto& [name, clip] : clips) names.insert(name);
  return names;
}

std::set<std::string> PictureNames(const ClipFiles& clip) {
  std::set<std::string> names;
  for (const auto& [name, path] : clip.pictures) names.insert(name);
  return names;
}

// The reference for each clip.
class ReferencePictures {
 public:
  static absl::StatusOr<ReferencePictures> Open(const std::string& path) {
    ReferencePictures references;
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<std::string> pictures,
                               ListPictures(path));
      for (const std::string& picture : pictures) {
        references.paths_[std::filesystem::path(picture).stem().string()] =
            picture;
      }
      references.folder_ = path;
    } else if (!path.empty()) {
      ANIMATE_ASSIGN_OR_RETURN(references.picture_, ReadPicture(path));
    }
    return references;
  }

  absl::StatusOr<std::optional<RgbImage>> For(const std::string& clip) const {
    if (folder_.empty()) return picture_;
    const auto at = paths_.find(clip);
    if (at == paths_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(folder_, " lacks a picture called \"", clip, "\""));
    }
    ANIMATE_ASSIGN_OR_RETURN(RgbImage picture, ReadPicture(at->second));
    return picture;
  }

 private:
  std::optional<RgbImage> picture_;
  std::string folder_;
  std::map<std::string, std::string> paths_;
};

class PairsEvaluation {
 public:
  explicit PairsEvaluation(const PairsOptions& options) : options_(options) {
    generated_.name = "generated";
    floor_.name = "floor";
  }

  absl::Status EvaluatePair(const std::string& name, const ClipFiles& generated,
                            const ClipFiles& truth,
                            const std::optional<RgbImage>& reference) {
    if (!generated.pictures.empty() && !truth.pictures.empty()) {
      ANIMATE_RETURN_IF_ERROR(CheckSameNames(PictureNames(generated),
                                             PictureNames(truth),
                                             generated.path, truth.path));
    }
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<RgbImage> made,
                             ReadClip(generated));
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<RgbImage> frames,
                             ReadClip(truth));
    const RgbImage* start = reference.has_value() ? &*reference : nullptr;
    ANIMATE_RETURN_IF_ERROR(Score(name, generated.path, made, frames, start,
                                  generated_, generated_features_));
    if (options_.networks != nullptr) {
      ANIMATE_RETURN_IF_ERROR(
          options_.networks->Collect(frames, truth_features_));
    }
    if (start != nullptr) {
      const std::vector<RgbImage> copies(frames.size(), *start);
      ANIMATE_RETURN_IF_ERROR(Score(name, generated.path, copies, frames, start,
                                    floor_, floor_features_));
    }
    if (options_.on_clip) {
      const ClipScores& scores = generated_.clips.back().scores;
      options_.on_clip(absl::StrFormat("%s: %d frames, %.2f dB, SSIM %.3f",
                                       generated.path, scores.frames,
                                       scores.psnr, scores.ssim));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ScoreTable> Finish() {
    ScoreTable table;
    if (!floor_.clips.empty()) {
      ANIMATE_ASSIGN_OR_RETURN(
          floor_.distances,
          VideoNetworks::Distances(floor_features_, truth_features_));
      table.rows.push_back(std::move(floor_));
    }
    ANIMATE_ASSIGN_OR_RETURN(
        generated_.distances,
        VideoNetworks::Distances(generated_features_, truth_features_));
    table.rows.push_back(std::move(generated_));
    return table;
  }

 private:
  absl::Status Score(const std::string& name, const std::string& path,
                     const std::vector<RgbImage>& clip,
                     const std::vector<RgbImage>& truth,
                     const RgbImage* reference, ScoredRow& row,
                     CollectedFeatures& features) {
    absl::StatusOr<ClipScores> scores =
        ScoreClip({.generated = clip, .truth = truth, .reference = reference},
                  options_.window);
    if (scores.ok() && options_.networks != nullptr) {
      absl::Status measured = options_.networks->AddLpips(clip, truth, *scores);
      if (measured.ok()) {
        measured = options_.networks->Collect(clip, features);
      }
      if (!measured.ok()) scores = measured;
    }
    if (!scores.ok()) {
      return absl::Status(scores.status().code(),
                          absl::StrCat(path, ": ", scores.status().message()));
    }
    row.clips.push_back({.name = name, .scores = *scores});
    return absl::OkStatus();
  }

  const PairsOptions& options_;
  ScoredRow generated_;
  ScoredRow floor_;
  CollectedFeatures generated_features_;
  CollectedFeatures floor_features_;
  CollectedFeatures truth_features_;
};

}  // namespace

absl::StatusOr<ScoreTable> EvaluatePairs(const PairsOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const Clips generated, FindClips(options.generated));
  ANIMATE_ASSIGN_OR_RETURN(const Clips truth, FindClips(options.truth));
  ANIMATE_RETURN_IF_ERROR(CheckSameNames(ClipNames(generated), ClipNames(truth),
                                         options.generated, options.truth));
  ANIMATE_ASSIGN_OR_RETURN(const ReferencePictures references,
                           ReferencePictures::Open(options.reference));
  PairsEvaluation evaluation(options);
  for (const auto& [name, clip] : generated) {
    ANIMATE_ASSIGN_OR_RETURN(const std::optional<RgbImage> reference,
                             references.For(name));
    ANIMATE_RETURN_IF_ERROR(
        evaluation.EvaluatePair(name, clip, truth.at(name), reference));
  }
  return evaluation.Finish();
}

}  // namespace animate
