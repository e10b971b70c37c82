#ifndef ANIMATE_TOOLS_TRAIN_DATA_SETTINGS_H_
#define ANIMATE_TOOLS_TRAIN_DATA_SETTINGS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/dataset/procedural_clips.h"
#include "engine/dataset/training_clip.h"
#include "engine/dataset/video_folder.h"
#include "tools/train/setting_visitor.h"

namespace animate {

enum class DataSource { kCharacters, kVideos };

// What a run is trained on, and what its contact sheets show.
struct DataSettings {
  DataSource source = DataSource::kCharacters;
  ClipFormat format;  // consecutive and poses follow from the subcommand
  uint64_t seed = 0;
  ProceduralClipsOptions characters;  // format and seed: those above
  // Characters of contact sheets, from this one on: none that is trained on.
  uint64_t held_out_character = 1'000'000;
  VideoFolderOptions videos;  // format and seed: those above
  // Folders and lists of contact sheets; without any, the first clips of what
  // is trained on.
  std::vector<std::string> held_out_videos;
};

void VisitData(SettingVisitor& visitor, DataSettings& settings);

// Opens what is trained on. Errors: those of the datasets.
absl::StatusOr<std::unique_ptr<ClipDataset>> OpenTrainingClips(
    const DataSettings& settings);

// Opens what contact sheets show.
absl::StatusOr<std::unique_ptr<ClipDataset>> OpenHeldOutClips(
    const DataSettings& settings);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_DATA_SETTINGS_H_
