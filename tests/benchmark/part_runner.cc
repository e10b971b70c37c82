#include "tests/benchmark/part_runner.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <sys/resource.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "engine/pipeline/animation_pipeline.h"
#include "engine/pipeline/conditioning.h"
#include "engine/pipeline/frame_decoder.h"
#include "engine/tensor/torch_status.h"
#include "tests/benchmark/machine_probe.h"
#include "tests/benchmark/memory_probe.h"

namespace animate {
namespace {

double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Takes the time of one run after another: the first warms up, the next
// `repeat` count, and with `profile` one more is profiled.
class Stopwatch {
 public:
  Stopwatch(const BenchOptions& options, PartResult& result)
      : options_(options), result_(result) {
    Start();
  }

  // How many runs there will be.
  int runs() const { return 1 + options_.repeat + (options_.profile ? 1 : 0); }

  void Start() {
    if (finished_ == 1 + options_.repeat && options_.profile) {
      profile_.emplace();
    }
    start_ = std::chrono::steady_clock::now();
    cpu_start_ = CpuSeconds();
  }

  // Ends a run and begins the next.
  void Lap() {
    const std::chrono::duration<double> wall =
        std::chrono::steady_clock::now() - start_;
    if (profile_.has_value()) {
      profile_->Stop();
      result_.ops = profile_->Ops();
      result_.copies = profile_->Copies();
      profile_.reset();
    } else if (finished_ == 0) {
      result_.warm_up_seconds = wall.count();
    } else {
      result_.wall_seconds.push_back(wall.count());
      result_.cpu_seconds.push_back(CpuSeconds() - cpu_start_);
    }
    ++finished_;
    Start();
  }

 private:
  const BenchOptions& options_;
  PartResult& result_;
  int finished_ = 0;
  std::optional<OpProfile> profile_;
  std::chrono::steady_clock::time_point start_;
  double cpu_start_ = 0;
};

// A picture with something everywhere; what it shows does not change the work.
RgbImage MadeUpPicture(int width, int height, int seed) {
  RgbImage picture(width, height);
  uint32_t state = 2463534242u + static_cast<uint32_t>(seed);
  for (uint8_t& value : picture.pixels) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(state >> 24);
  }
  return picture;
}

absl::StatusOr<AnimationInput> MadeUpInput(const BenchOptions& options,
                                           const ModelInfo& info, int steps) {
  const AnimationParameters parameters = {
      .width = options.width,
      .height = options.height,
      .num_frames = options.frames,
      .num_inference_steps = steps,
      .guidance_scale = options.guidance_scale,
  };
  Limits limits;
  limits.size_multiple = info.size_multiple;
  limits.max_context_frames = info.max_context_frames;
  ANIMATE_ASSIGN_OR_RETURN(AnimationSpec spec,
                           AnimationSpec::Create(parameters, limits));
  std::vector<RgbImage> poses;
  for (int i = 0; i < options.frames; ++i) {
    poses.push_back(MadeUpPicture(options.width, options.height, i));
  }
  return AnimationInput{
      .spec = std::move(spec),
      .reference = MadeUpPicture(options.width, options.height, -1),
      .poses = std::move(poses)};
}

// Hears nothing but steps.
class StepObserver : public AnimationObserver {
 public:
  explicit StepObserver(std::function<void(int step)> on_step = nullptr)
      : on_step_(std::move(on_step)) {}

  void OnStageStarted(EngineStage stage) override {
    if (on_step_ != nullptr && stage == EngineStage::kDenoise) on_step_(0);
  }
  void OnStageFinished(EngineStage, absl::Duration) override {}
  void OnStep(int step, int, absl::Duration) override {
    if (on_step_ != nullptr) on_step_(step);
  }
  void OnFrame(int, RgbImage) override {}

 private:
  std::function<void(int step)> on_step_;
};

at::Tensor RandomLatents(const ModelBundle& models,
                         const BenchOptions& options) {
  const int64_t factor = models.vae.spatial_factor();
  return at::randn({1, models.unet_config.in_channels, options.height / factor,
                    options.width / factor})
      .to(models.options.device, models.options.dtype);
}

}  // namespace

absl::StatusOr<PartResult> PartRunner::Run(BenchPart part) const {
  PartResult result;
  result.part = part;
  ResetPeakResident();
  ResetPeakDevice(models_.options.device);
  switch (part) {
    case BenchPart::kStep:
      ANIMATE_RETURN_IF_ERROR(RunSteps(result));
      break;
    case BenchPart::kJob:
      ANIMATE_RETURN_IF_ERROR(RunJobs(result));
      break;
    default:
      ANIMATE_RETURN_IF_ERROR(RunNetwork(part, result));
  }
  result.peak_resident_bytes = PeakResidentBytes();
  result.peak_device_bytes = PeakDeviceBytes(models_.options.device);
  return result;
}

// The steps of one job that is cancelled after its last: what a step costs once
// everything that does not change has been computed.
absl::Status PartRunner::RunSteps(PartResult& result) const {
  Stopwatch stopwatch(options_, result);
  const int steps = stopwatch.runs();
  ANIMATE_ASSIGN_OR_RETURN(const AnimationInput input,
                           MadeUpInput(options_, models_.info, steps));
  AnimationPipeline pipeline(models_, PipelineOptions{});
  CancellationToken token;
  StepObserver observer([&](int step) {
    step == 0 ? stopwatch.Start() : stopwatch.Lap();
    if (step == steps) token.Cancel(absl::CancelledError("measured"));
  });
  const absl::Status status = pipeline.Animate(input, token, observer);
  return absl::IsCancelled(status) ? absl::OkStatus() : status;
}

absl::Status PartRunner::RunJobs(PartResult& result) const {
  ANIMATE_ASSIGN_OR_RETURN(const AnimationInput input,
                           MadeUpInput(options_, models_.info, options_.steps));
  AnimationPipeline pipeline(models_, PipelineOptions{});
  Stopwatch stopwatch(options_, result);
  for (int i = 0; i < stopwatch.runs(); ++i) {
    StepObserver observer;
    ANIMATE_RETURN_IF_ERROR(
        pipeline.Animate(input, CancellationToken(), observer));
    stopwatch.Lap();
  }
  return absl::OkStatus();
}

absl::Status PartRunner::RunNetwork(BenchPart part, PartResult& result) const {
  const RgbImage picture = MadeUpPicture(options_.width, options_.height, -1);
  return CallTorch(BenchPartName(part), [&] {
    const c10::InferenceMode inference_mode;
    const at::Tensor latents = RandomLatents(models_, options_);
    const at::Tensor embeds =
        at::randn({1, models_.unet_config.cross_attention_dim})
            .to(latents.options());
    const auto run = [&] {
      switch (part) {
        case BenchPart::kClip:
          return WaitFor(EncodeImageEmbeds(models_, picture));
        case BenchPart::kVaeEncode:
          return WaitFor(EncodeReferenceLatents(
              models_, picture, options_.width, options_.height));
        case BenchPart::kReference:
          return WaitFor(EncodeReferenceFeatures(models_, latents, embeds,
                                                 PipelineOptions{})
                             .blocks.back()
                             .tokens);
        default:
          return WaitFor(DecodeFrame(models_.vae, latents));
      }
    };
    Stopwatch stopwatch(options_, result);
    for (int i = 0; i < stopwatch.runs(); ++i) {
      run();
      stopwatch.Lap();
    }
  });
}

}  // namespace animate
