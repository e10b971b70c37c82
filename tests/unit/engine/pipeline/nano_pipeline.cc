#include "tests/unit/engine/pipeline/nano_pipeline.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/media/image_codec.h"
#include "engine/pipeline/animation_pipeline.h"
#include "tests/support/golden_folder.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

RgbImage DecodeInput(const std::string& name) {
  const absl::StatusOr<RgbImage> image = DecodeImage(
      ReadFile(absl::StrCat(*GoldenFolder("nano"), "/inputs/", name)));
  EXPECT_TRUE(image.ok()) << name << ": " << image.status();
  return image.value_or(RgbImage());
}

}  // namespace

std::string NanoModelFolder() {
  return absl::StrCat(*GoldenFolder("nano"), "/pretrained_weights");
}

const ModelBundle& NanoModels() {
  static const absl::StatusOr<ModelBundle>* const kModels =
      new absl::StatusOr<ModelBundle>(LoadModelBundle(NanoModelFolder(), {}));
  if (!kModels->ok()) {
    ADD_FAILURE() << kModels->status();
    std::abort();
  }
  return **kModels;
}

RgbImage NanoReference() { return DecodeInput("ref.png"); }

std::vector<RgbImage> NanoPoses() {
  std::vector<RgbImage> poses;
  for (int i = 0; i < 9; ++i) {
    poses.push_back(DecodeInput(absl::StrFormat("pose_%02d.png", i)));
  }
  return poses;
}

AnimationParameters NanoParameters() {
  AnimationParameters parameters;
  parameters.width = 80;
  parameters.height = 72;
  parameters.num_frames = 2;
  parameters.num_inference_steps = 2;
  parameters.seed = 42;
  return parameters;
}

AnimationInput NanoInput(const AnimationParameters& parameters) {
  AnimationInput input = {AnimationSpec::Create(parameters, Limits()).value(),
                          NoiseImage(60, 90),
                          {}};
  for (int i = 0; i < parameters.num_frames; ++i) {
    input.poses.push_back(MovingPicture(48, 64, i));
  }
  return input;
}

void RecordingAnimationObserver::OnStageStarted(EngineStage stage) {
  Note(absl::StrCat(EngineStageName(stage), "+"));
}

void RecordingAnimationObserver::OnStageFinished(EngineStage stage,
                                                 absl::Duration duration) {
  stage_durations.push_back(duration);
  Note(absl::StrCat(EngineStageName(stage), "-"));
}

void RecordingAnimationObserver::OnStep(int step, int num_steps,
                                        absl::Duration duration) {
  step_durations.push_back(duration);
  Note(absl::StrCat("step ", step, "/", num_steps));
}

void RecordingAnimationObserver::OnFrame(int index, RgbImage frame) {
  frames.emplace_back(index, std::move(frame));
  Note(absl::StrCat("frame ", index));
}

void RecordingAnimationObserver::Note(std::string event) {
  events.push_back(std::move(event));
  if (on_event) on_event(events.back());
}

std::vector<std::pair<int, RgbImage>> NanoFrames(
    const AnimationParameters& parameters, const PipelineOptions& options) {
  AnimationPipeline pipeline(NanoModels(), options);
  RecordingAnimationObserver observer;
  const CancellationToken token;
  const absl::Status status =
      pipeline.Animate(NanoInput(parameters), token, observer);
  EXPECT_TRUE(status.ok()) << status;
  return observer.frames;
}

}  // namespace animate
