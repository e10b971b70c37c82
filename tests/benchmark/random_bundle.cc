#include "tests/benchmark/random_bundle.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/tensor/device.h"
#include "engine/tensor/parameters.h"
#include "engine/tensor/torch_status.h"
#include "tests/benchmark/model_networks.h"

namespace animate {
namespace {

constexpr int64_t kPositions = 32;  // length of the motion modules' tables
constexpr uint64_t kSeed = 42;

using Topology = std::vector<ParameterRequest>;

// Draws weights of the usual size: uniform with variance 1 / fan-in for
// matrices, norms that do nothing, small biases.
class Drawer {
 public:
  explicit Drawer(const ModelOptions& options) : options_(options) {}

  StateDict Draw(const Topology& topology) {
    StateDict weights;
    for (const auto& [key, shape] : topology) {
      weights[key] = DrawOne(key, shape);
    }
    return weights;
  }

 private:
  at::Tensor DrawOne(const std::string& key, std::vector<int64_t> shape) {
    int64_t fan_in = 1;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] < 0) shape[i] = kPositions;
      if (i > 0) fan_in *= shape[i];
    }
    const at::Tensor tensor = at::empty(shape, at::kFloat);
    if (shape.size() > 1) {
      const double bound = std::sqrt(3.0 / static_cast<double>(fan_in));
      tensor.uniform_(-bound, bound, generator_);
    } else if (absl::EndsWith(key, "weight")) {
      tensor.fill_(1.0);
    } else {
      tensor.uniform_(-0.05, 0.05, generator_);
    }
    return tensor.to(options_.device, options_.dtype);
  }

  const ModelOptions& options_;
  at::Generator generator_ = at::detail::createCPUGenerator(kSeed);
};

// What a network asks for when it finds nothing.
template <typename Network, typename... Configs>
Topology TopologyOf(const Configs&... configs) {
  Parameters nothing({});
  Network(Scope(nothing), configs...);
  return nothing.requests();
}

// The PoseGuider takes its widths from the weights.
Topology PoseGuiderTopology(const WorkNetworks& networks) {
  Topology topology;
  int64_t in = 3;
  const auto add = [&](const std::string& name, int64_t out) {
    topology.push_back({name + ".weight", {out, in, 3, 3}});
    topology.push_back({name + ".bias", {out}});
    in = out;
  };
  const std::vector<int64_t>& channels = networks.pose_guider_channels;
  add("conv_in", channels[0]);
  for (size_t i = 0; i + 1 < channels.size(); ++i) {
    add(absl::StrCat("blocks.", 2 * i), channels[i]);
    add(absl::StrCat("blocks.", 2 * i + 1), channels[i + 1]);
  }
  add("conv_out", networks.unet.block_out_channels[0]);
  return topology;
}

// Builds networks and adds up their parameters.
struct Builder {
  Drawer drawer;
  int64_t parameters = 0;

  template <typename Network, typename... Configs>
  Network Build(const Topology& topology, const Configs&... configs) {
    StateDict weights = drawer.Draw(topology);
    for (const auto& [key, tensor] : weights) parameters += tensor.numel();
    Parameters source(std::move(weights));
    return Network(Scope(source), configs...);
  }
};

ModelInfo InfoOf(const ModelOptions& options, const WorkNetworks& networks,
                 int64_t parameters) {
  ModelInfo info;
  info.name = "random";
  info.device = DeviceName(options.device);
  info.dtype = DtypeName(options.dtype);
  info.parameters = parameters;
  info.size_multiple = static_cast<int>(networks.vae.spatial_factor());
  info.max_context_frames = static_cast<int>(kPositions);
  return info;
}

}  // namespace

absl::StatusOr<ModelBundle> RandomBundle(const WorkNetworks& networks,
                                         const ModelOptions& options,
                                         const std::vector<BenchPart>& parts) {
  return CallTorch("draw weights", [&]() -> ModelBundle {
    Builder builder{Drawer(options)};
    const WorkNetworks narrow = *NamedNetworks("nano");
    // The networks of a part, or narrow ones; a step is the middle of a job.
    const auto if_run = [&](BenchPart part, BenchPart other) -> const auto& {
      const auto runs = [&](BenchPart p) {
        return p == part || p == other || p == BenchPart::kStep ||
               p == BenchPart::kJob;
      };
      return std::any_of(parts.begin(), parts.end(), runs) ? networks : narrow;
    };
    const ClipVisionConfig& clip =
        if_run(BenchPart::kClip, BenchPart::kClip).clip;
    const VaeConfig& vae =
        if_run(BenchPart::kVaeEncode, BenchPart::kVaeDecode).vae;
    const UnetConfig& reference =
        if_run(BenchPart::kReference, BenchPart::kReference).unet;
    const WorkNetworks& denoising = if_run(BenchPart::kStep, BenchPart::kJob);
    // Designated initialisers run in the order of the fields.
    ModelBundle bundle = {
        .image_encoder =
            builder.Build<ClipVision>(TopologyOf<ClipVision>(clip), clip),
        .vae =
            builder.Build<AutoencoderKL>(TopologyOf<AutoencoderKL>(vae), vae),
        .reference_unet = builder.Build<ReferenceUnet>(
            TopologyOf<ReferenceUnet>(reference), reference),
        .pose_guider = builder.Build<PoseGuider>(PoseGuiderTopology(denoising)),
        .denoising_unet = builder.Build<DenoisingUnet>(
            TopologyOf<DenoisingUnet>(denoising.unet, denoising.motion),
            denoising.unet, denoising.motion),
        .image_encoder_config = clip,
        .unet_config = networks.unet,
        .noise_scheduler = {},
        .options = options,
        .info = {}};
    bundle.info = InfoOf(options, networks, builder.parameters);
    return bundle;
  });
}

}  // namespace animate
