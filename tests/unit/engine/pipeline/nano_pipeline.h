#ifndef ANIMATE_TESTS_UNIT_ENGINE_PIPELINE_NANO_PIPELINE_H_
#define ANIMATE_TESTS_UNIT_ENGINE_PIPELINE_NANO_PIPELINE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/animation/animator.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/pipeline/pipeline_options.h"

namespace animate {

// The networks of tests/golden/nano, loaded once per process. Fails the test
// when they cannot be loaded.
const ModelBundle& NanoModels();

// The folder with the weights of tests/golden/nano.
std::string NanoModelFolder();

// The pictures of tests/golden/nano/inputs.
RgbImage NanoReference();
std::vector<RgbImage> NanoPoses();

// 80x72 pixels, 2 frames, 2 steps, guided.
AnimationParameters NanoParameters();

// An input with these parameters and drawn pictures.
AnimationInput NanoInput(const AnimationParameters& parameters);

// Keeps what it hears; calls on_event (if set) after each.
class RecordingAnimationObserver : public AnimationObserver {
 public:
  void OnStageStarted(EngineStage stage) override;
  void OnStageFinished(EngineStage stage, absl::Duration duration) override;
  void OnStep(int step, int num_steps, absl::Duration duration) override;
  void OnFrame(int index, RgbImage frame) override;

  // "clip+", "clip-", …, "step 1/2", "frame 0".
  std::vector<std::string> events;
  std::vector<std::pair<int, RgbImage>> frames;
  std::vector<absl::Duration> stage_durations;
  std::vector<absl::Duration> step_durations;
  std::function<void(const std::string& event)> on_event;

 private:
  void Note(std::string event);
};

// Runs the nano pipeline on NanoInput to its end and returns its frames. Fails
// the test when it ends with an error.
std::vector<std::pair<int, RgbImage>> NanoFrames(
    const AnimationParameters& parameters, const PipelineOptions& options = {});

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_PIPELINE_NANO_PIPELINE_H_
