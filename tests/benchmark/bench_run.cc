#include "tests/benchmark/bench_run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "engine/base/status_macros.h"
#include "engine/pipeline/load_animator.h"
#include "engine/pipeline/model_bundle.h"
#include "engine/tensor/device.h"
#include "engine/tensor/torch_status.h"
#include "tests/benchmark/machine_probe.h"
#include "tests/benchmark/memory_probe.h"
#include "tests/benchmark/model_networks.h"
#include "tests/benchmark/part_runner.h"
#include "tests/benchmark/random_bundle.h"

namespace animate {
namespace {

struct Model {
  ModelBundle bundle;
  WorkNetworks networks;
};

absl::StatusOr<Model> LoadModel(const BenchOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const c10::Device device,
                           ParseDevice(options.device));
  ANIMATE_ASSIGN_OR_RETURN(const c10::ScalarType dtype,
                           ParseDtype(options.dtype, device));
  const ModelOptions model_options = {.device = device, .dtype = dtype};
  if (options.model_dir.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(WorkNetworks networks,
                             NamedNetworks(options.config));
    ANIMATE_ASSIGN_OR_RETURN(
        ModelBundle bundle,
        RandomBundle(networks, model_options, options.parts));
    return Model{std::move(bundle), std::move(networks)};
  }
  ANIMATE_ASSIGN_OR_RETURN(ModelBundle bundle,
                           LoadModelBundle(options.model_dir, model_options));
  ANIMATE_ASSIGN_OR_RETURN(WorkNetworks networks,
                           NetworksOfFolder(options.model_dir));
  return Model{std::move(bundle), std::move(networks)};
}

// The frames of each window of the clip, as the pipeline cuts it.
std::vector<int64_t> WindowLengths(const ModelInfo& info, int frames) {
  if (frames <= info.context_frames) return {frames};
  const int hop = info.context_frames - info.context_overlap;
  return std::vector<int64_t>(static_cast<size_t>((frames + hop - 1) / hop),
                              info.context_frames);
}

void Append(WorkList& list, const WorkList& more, double times) {
  for (const Work& work : more) {
    list.push_back({work.group, work.flops * times, work.bytes * times});
  }
}

// The work of a part with the given shortcuts.
WorkList WorkOf(BenchPart part, const Model& model, const BenchOptions& options,
                const WorkShortcuts& shortcuts) {
  WorkShape shape = {.width = options.width,
                     .height = options.height,
                     .guided = options.guidance_scale > 1.0,
                     .element_size = static_cast<int64_t>(
                         c10::elementSize(model.bundle.options.dtype))};
  const WorkNetworks& networks = model.networks;
  const double frames = options.frames;
  WorkList list;
  const auto of = [&](BenchPart other, double times) {
    Append(list, WorkOf(other, model, options, shortcuts), times);
  };
  switch (part) {
    case BenchPart::kClip:
      return ClipWork(networks, shape);
    case BenchPart::kVaeEncode:
      return VaeEncodeWork(networks, shape);
    case BenchPart::kReference:
      return ReferenceWork(networks, shape, shortcuts);
    case BenchPart::kVaeDecode:
      return VaeDecodeWork(networks, shape, shortcuts);
    case BenchPart::kStep:
      for (const int64_t length :
           WindowLengths(model.bundle.info, options.frames)) {
        shape.frames = length;
        Append(list, DenoisingWork(networks, shape, shortcuts), 1);
      }
      return list;
    case BenchPart::kJob:
      of(BenchPart::kClip, 1);
      of(BenchPart::kVaeEncode, 1);
      of(BenchPart::kReference, 1);
      Append(list, PoseGuiderWork(networks, shape), frames);
      of(BenchPart::kStep, options.steps);
      of(BenchPart::kVaeDecode, frames);
      return list;
  }
  return list;
}

}  // namespace

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle]
                                : (values[middle - 1] + values[middle]) / 2;
}

absl::StatusOr<BenchResult> RunBench(const BenchOptions& options) {
  if (options.threads > 0) SetComputeThreads(options.threads);
  BenchResult result;
  result.options = options;
  result.processor = ProcessorName();
  result.libtorch = ANIMATE_LIBTORCH_VERSION;
  ResetPeakResident();
  const auto start = std::chrono::steady_clock::now();
  ANIMATE_ASSIGN_OR_RETURN(const Model model, LoadModel(options));
  result.load_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  result.peak_load_bytes = PeakResidentBytes();
  result.resident_after_load_bytes = ResidentBytes();
  const ModelInfo& info = model.bundle.info;
  result.device = info.device;
  result.dtype = info.dtype;
  result.parameters = info.parameters;
  result.threads = at::get_num_threads();
  ANIMATE_ASSIGN_OR_RETURN(result.roofline, CallTorch("probe", [&] {
                             return ProbeRoofline(model.bundle.options.device,
                                                  model.bundle.options.dtype);
                           }));
  for (const BenchPart part : options.parts) {
    ANIMATE_ASSIGN_OR_RETURN(PartResult measured,
                             PartRunner(model.bundle, options).Run(part));
    const WorkList least = WorkOf(part, model, options, WorkShortcuts::All());
    measured.flops = TotalFlops(least);
    measured.bytes = TotalBytes(least);
    measured.roofline_seconds = RooflineSeconds(least, result.roofline);
    measured.reference_flops =
        TotalFlops(WorkOf(part, model, options, WorkShortcuts::Reference()));
    result.parts.push_back(std::move(measured));
  }
  return result;
}

}  // namespace animate
