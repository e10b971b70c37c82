// Training samples per second of one core.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "engine/dataset/procedural_clips.h"
#include "engine/media/pose_drawing.h"
#include "engine/synth/clip_synthesizer.h"

namespace animate {
namespace {

// One reference and four targets with their skeletons, a sample of stage 1.
void BM_ProceduralClip(benchmark::State& state) {
  const auto clips = ProceduralClips::Create(
      {.format = {.width = static_cast<int>(state.range(0)),
                  .height = static_cast<int>(state.range(1)),
                  .frames = 4,
                  .poses = state.range(2) != 0}});
  int64_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize((*clips)->Draw(index++));
  state.SetItemsProcessed(4 * state.iterations());
}
BENCHMARK(BM_ProceduralClip)
    ->ArgNames({"width", "height", "poses"})
    ->Args({64, 96, 0})
    ->Args({64, 96, 1})
    ->Args({96, 144, 0})
    ->Args({96, 144, 1})
    ->Args({128, 192, 1});

void BM_RenderPose(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  const auto height = static_cast<int>(state.range(1));
  const auto clip = ClipSynthesizer::Create(
      {.character = 3, .width = width, .height = height});
  const PoseFrame pose = {
      .width = width, .height = height, .people = {clip->Keypoints(9)}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(RenderPose(pose, width, height));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RenderPose)->Args({64, 96})->Args({96, 144})->Args({512, 768});

}  // namespace
}  // namespace animate
