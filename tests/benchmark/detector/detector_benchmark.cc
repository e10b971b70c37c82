// How long finding keypoints takes per photo and per frame of a clip, on one
// core. docs/detector.md has the figures.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "engine/detector/pose_detector.h"
#include "engine/media/image_codec.h"
#include "tests/support/paths.h"

namespace animate {
namespace {

template <typename T>
T OrExit(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

std::unique_ptr<PoseDetector> Load() {
  SetPoseDetectorThreads(1);
  return OrExit(LoadPoseDetector({.folder = SourceDir() + "/models/detector"}));
}

// A half body: face, no hands.
RgbImage Photo() {
  std::ifstream file(SourceDir() + "/models/demo_inputs/astronaut.png",
                     std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return OrExit(DecodeImage(bytes));
}

void BM_LoadNetworks(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Load());
}
BENCHMARK(BM_LoadNetworks)->Unit(benchmark::kMillisecond);

void BM_Photo(benchmark::State& state) {
  const auto detector = Load();
  const RgbImage photo = Photo();
  for (auto _ : state) {
    benchmark::DoNotOptimize(detector->DetectPerson(photo, {}));
  }
}
BENCHMARK(BM_Photo)->Unit(benchmark::kMillisecond);

// A picture of nobody, searched in every way.
void BM_PhotoOfNobody(benchmark::State& state) {
  const auto detector = Load();
  const RgbImage nobody(1280, 720);
  for (auto _ : state) {
    benchmark::DoNotOptimize(detector->DetectPerson(nobody, {}));
  }
}
BENCHMARK(BM_PhotoOfNobody)->Unit(benchmark::kMillisecond);

// A frame of a clip once the person is found; 0: body only, 1: all parts.
void BM_TrackedFrame(benchmark::State& state) {
  const auto detector = Load();
  const RgbImage photo = Photo();
  const bool parts = state.range(0) == 1;
  const auto tracker =
      OrExit(detector->NewTracker({.detect = {.hands = parts, .face = parts}}));
  OrExit(tracker->Push(photo));
  for (auto _ : state) benchmark::DoNotOptimize(tracker->Push(photo));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_TrackedFrame)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace animate
