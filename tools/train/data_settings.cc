#include "tools/train/data_settings.h"

namespace animate {
namespace {

constexpr WholeRange kSeeds = {.min = 0, .max = int64_t{1} << 53};
// Contact sheets never show the same scenes as training does.
constexpr uint64_t kHeldOutSeed = 0x68656c646f7574;

void VisitCharacters(SettingVisitor& visitor, DataSettings& settings) {
  ProceduralClipsOptions& options = settings.characters;
  visitor.Enter("characters", "invented characters doing motions");
  visitor.Whole("first", options.first_character, kSeeds,
                "seed of the first character");
  visitor.Whole("last", options.last_character, kSeeds,
                "seed behind that of the last one");
  visitor.Require(options.first_character < options.last_character, "last",
                  "must be above first");
  visitor.Whole("held_out", settings.held_out_character, kSeeds,
                "contact sheets show characters from this seed on");
  visitor.Require(settings.held_out_character < options.first_character ||
                      settings.held_out_character >= options.last_character,
                  "held_out", "must not be among those trained on");
  visitor.TextList("motions", options.motions,
                   "names, all, motion-capture files, folders of them");
  visitor.Require(!options.motions.empty(), "motions", "must not be empty");
  visitor.Number("neutral_reference", options.neutral_reference, {.max = 1},
                 "part of the clips with a neutral pose as reference");
  visitor.Whole("window_frames", options.window_frames, {.min = 1, .max = 1000},
                "frames of a motion that one camera shows");
  visitor.Number("fps", options.fps, {.min = 1, .max = 240},
                 "frames per second");
  visitor.Whole("motions_per_clip", options.motions_per_clip,
                {.min = 1, .max = 16},
                "targets that are single come from at most so many");
  visitor.Leave();
}

void VisitCrop(SettingVisitor& visitor, ClipCropOptions& crop) {
  visitor.Enter("crop", "which part of a picture is used");
  visitor.Choice("mode", crop.mode,
                 {{"random_resized", CropMode::kRandomResized},
                  {"center", CropMode::kCenter},
                  {"pad", CropMode::kPad}},
                 "chosen by chance, the middle, or all with black around");
  constexpr NumberRange kScale = {.min = 0.01, .max = 1};
  constexpr NumberRange kRatio = {.min = 0.1, .max = 10};
  visitor.Number("min_scale", crop.min_scale, kScale,
                 "area of the part, at least");
  visitor.Number("max_scale", crop.max_scale, kScale, "at most");
  visitor.Require(crop.min_scale <= crop.max_scale, "max_scale",
                  "must not be below min_scale");
  visitor.Number("min_ratio", crop.min_ratio, kRatio,
                 "its aspect as a multiple of the format's, at least");
  visitor.Number("max_ratio", crop.max_ratio, kRatio, "at most");
  visitor.Require(crop.min_ratio <= crop.max_ratio, "max_ratio",
                  "must not be below min_ratio");
  visitor.Leave();
}

void VisitVideos(SettingVisitor& visitor, DataSettings& settings) {
  VideoFolderOptions& options = settings.videos;
  visitor.Enter("videos", "videos with clips of skeletons or with keypoints");
  visitor.TextList("paths", options.paths,
                   "folders, or lists as the public implementation has them");
  visitor.Require(
      settings.source != DataSource::kVideos || !options.paths.empty(), "paths",
      "must not be empty where source is videos");
  visitor.TextList("held_out", settings.held_out_videos,
                   "the same, for contact sheets; empty: the first of paths");
  VisitCrop(visitor, options.crop);
  visitor.Whole("margin", options.choice.margin, {.min = 0, .max = 100'000},
                "frames from reference to single targets, where there is room");
  visitor.Whole("stride", options.choice.stride, {.min = 1, .max = 1000},
                "frames from one consecutive target to the next");
  visitor.Whole("min_frames", options.min_frames, {.min = 1, .max = 1'000'000},
                "shorter videos are left out; frames of short ones repeat");
  visitor.Whole("max_length_difference", options.max_length_difference,
                {.min = 0, .max = 1000},
                "frames by which video and poses may differ in length");
  visitor.Leave();
}

absl::StatusOr<std::unique_ptr<ClipDataset>> OpenVideos(
    const DataSettings& settings, const std::vector<std::string>& paths,
    uint64_t seed) {
  VideoFolderOptions options = settings.videos;
  options.format = settings.format;
  options.paths = paths;
  options.seed = seed;
  return VideoFolder::Create(options);
}

}  // namespace

void VisitData(SettingVisitor& visitor, DataSettings& settings) {
  visitor.Choice("source", settings.source,
                 {{"characters", DataSource::kCharacters},
                  {"videos", DataSource::kVideos}},
                 "what clips are made of");
  visitor.Whole("width", settings.format.width, {.min = 32, .max = 2048},
                "of all pictures, in pixels");
  visitor.Whole("height", settings.format.height, {.min = 32, .max = 2048},
                "of all pictures, in pixels");
  visitor.Whole("frames", settings.format.frames, {.min = 1, .max = 1000},
                "targets of each clip; 24 if stage2 is not told");
  visitor.Whole("seed", settings.seed, kSeeds, "of the choice of clips");
  VisitCharacters(visitor, settings);
  VisitVideos(visitor, settings);
}

absl::StatusOr<std::unique_ptr<ClipDataset>> OpenTrainingClips(
    const DataSettings& settings) {
  if (settings.source == DataSource::kVideos) {
    return OpenVideos(settings, settings.videos.paths, settings.seed);
  }
  ProceduralClipsOptions options = settings.characters;
  options.format = settings.format;
  options.seed = settings.seed;
  return ProceduralClips::Create(options);
}

absl::StatusOr<std::unique_ptr<ClipDataset>> OpenHeldOutClips(
    const DataSettings& settings) {
  if (settings.source == DataSource::kVideos) {
    return OpenVideos(settings,
                      settings.held_out_videos.empty()
                          ? settings.videos.paths
                          : settings.held_out_videos,
                      settings.seed ^ kHeldOutSeed);
  }
  ProceduralClipsOptions options = settings.characters;
  options.format = settings.format;
  options.seed = settings.seed ^ kHeldOutSeed;
  options.first_character = settings.held_out_character;
  options.last_character = settings.held_out_character + 1000;
  options.neutral_reference = 1.0;
  return ProceduralClips::Create(options);
}

}  // namespace animate
