#include "engine/training/stage_sheet.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/animation/animator.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/animation_pipeline.h"

namespace animate {
namespace {

constexpr int kGap = 2;  // pixels
constexpr uint8_t kWhite = 255;

class FrameCollector : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage) override {}
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int, int, absl::Duration) override {}
  void OnFrame(int, RgbImage frame) override {
    frames.push_back(std::move(frame));
  }

  std::vector<RgbImage> frames;
};

absl::StatusOr<std::vector<RgbImage>> Generate(
    AnimationPipeline& pipeline, const TrainingClip& clip,
    const StageSheetOptions& options) {
  AnimationParameters parameters;
  parameters.width = clip.reference.width;
  parameters.height = clip.reference.height;
  parameters.num_frames =
      std::min(static_cast<int>(clip.poses.size()), options.max_frames);
  parameters.num_inference_steps = options.steps;
  parameters.guidance_scale = 1.0;
  parameters.seed = clip.seed;
  parameters.noise_mode = NoiseMode::kShared;
  Limits limits;
  limits.size_multiple = pipeline.info().size_multiple;
  limits.min_side = 1;
  ANIMATE_ASSIGN_OR_RETURN(const AnimationSpec spec,
                           AnimationSpec::Create(parameters, limits));
  AnimationInput input = {spec, clip.reference, clip.poses};
  input.poses.resize(static_cast<size_t>(parameters.num_frames));
  FrameCollector collector;
  ANIMATE_RETURN_IF_ERROR(
      pipeline.Animate(input, CancellationToken(), collector));
  return std::move(collector.frames);
}

void Paste(const RgbImage& image, int left, int top, RgbImage& sheet) {
  for (int y = 0; y < image.height; ++y) {
    std::memcpy(sheet.at(left, top + y), image.at(0, y),
                static_cast<size_t>(image.width) * 3);
  }
}

}  // namespace

RgbImage LayOut(const std::vector<std::vector<RgbImage>>& rows, int gap) {
  int cell_width = 0;
  int cell_height = 0;
  size_t columns = 0;
  for (const std::vector<RgbImage>& row : rows) {
    columns = std::max(columns, row.size());
    for (const RgbImage& image : row) {
      cell_width = std::max(cell_width, image.width);
      cell_height = std::max(cell_height, image.height);
    }
  }
  RgbImage sheet(static_cast<int>(columns) * (cell_width + gap) + gap,
                 static_cast<int>(rows.size()) * (cell_height + gap) + gap);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kWhite);
  int top = gap;
  for (const std::vector<RgbImage>& row : rows) {
    int left = gap;
    for (const RgbImage& image : row) {
      Paste(image, left, top, sheet);
      left += cell_width + gap;
    }
    top += cell_height + gap;
  }
  return sheet;
}

absl::StatusOr<RgbImage> DrawStageSheet(const ModelBundle& models,
                                        const std::vector<TrainingClip>& clips,
                                        const StageSheetOptions& options) {
  if (clips.empty()) {
    return absl::InvalidArgumentError("a contact sheet needs clips");
  }
  AnimationPipeline pipeline(models, PipelineOptions());
  std::vector<std::vector<RgbImage>> rows;
  for (const TrainingClip& clip : clips) {
    ANIMATE_ASSIGN_OR_RETURN(std::vector<RgbImage> generated,
                             Generate(pipeline, clip, options));
    std::vector<RgbImage>& row = rows.emplace_back();
    row.push_back(clip.reference);
    for (size_t i = 0; i < generated.size(); ++i) {
      row.push_back(clip.poses[i]);
      row.push_back(std::move(generated[i]));
      if (i < clip.frames.size()) row.push_back(clip.frames[i]);
    }
  }
  return LayOut(rows, kGap);
}

}  // namespace animate
