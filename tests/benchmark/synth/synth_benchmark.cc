// Frames per second of invented characters on one core.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "engine/synth/clip_synthesizer.h"

namespace animate {
namespace {

// Different people, as their hair and heads cost differently.
std::vector<ClipSynthesizer> Clips(int width, int height) {
  std::vector<ClipSynthesizer> clips;
  for (uint64_t seed = 0; seed < 24; ++seed) {
    clips.push_back(*ClipSynthesizer::Create({.character = seed,
                                              .motion = "dance",
                                              .motion_seed = seed,
                                              .width = width,
                                              .height = height,
                                              .frames = 16}));
  }
  return clips;
}

void BM_RenderFrame(benchmark::State& state) {
  const auto clips =
      Clips(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  size_t next = 0;
  for (auto _ : state) {
    const ClipSynthesizer& clip = clips[next % clips.size()];
    benchmark::DoNotOptimize(clip.Frame(static_cast<int>(next / 24 % 16)));
    ++next;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RenderFrame)->Args({64, 96})->Args({96, 144})->Args({512, 768});

// A clip of a new character: what a trainer asks for.
void BM_CreateClip(benchmark::State& state) {
  uint64_t seed = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ClipSynthesizer::Create({.character = seed,
                                                      .motion = "walk",
                                                      .motion_seed = seed,
                                                      .width = 96,
                                                      .height = 144,
                                                      .frames = 24}));
    ++seed;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CreateClip);

void BM_KeypointsOnly(benchmark::State& state) {
  const auto clips = Clips(512, 768);
  int next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(clips[0].Keypoints(next++ % 16));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_KeypointsOnly);

}  // namespace
}  // namespace animate
