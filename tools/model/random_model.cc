#include "tools/model/random_model.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/atomic_file.h"
#include "engine/weights/atomic_folder.h"
#include "engine/weights/safetensors_writer.h"
#include "tools/model/random_values.h"

namespace animate {
namespace {

struct NetworkFile {
  absl::string_view name;
  const StateDict* shapes;
};

std::vector<NetworkFile> FilesOf(const Topology& topology) {
  return {
      {"denoising_unet.safetensors", &topology.denoising_unet},
      {"motion_module.safetensors", &topology.motion_module},
      {"reference_unet.safetensors", &topology.reference_unet},
      {"pose_guider.safetensors", &topology.pose_guider},
      {"sd-vae-ft-mse/diffusion_pytorch_model.safetensors", &topology.vae},
      {"image_encoder/model.safetensors", &topology.image_encoder},
  };
}

at::ScalarType DtypeIn(const at::Tensor& shape, c10::ScalarType dtype) {
  return shape.is_floating_point() ? dtype : shape.scalar_type();
}

uint64_t SizeOf(const std::vector<NetworkFile>& files, c10::ScalarType dtype) {
  uint64_t bytes = 0;
  for (const NetworkFile& file : files) {
    for (const auto& [key, shape] : *file.shapes) {
      bytes += static_cast<uint64_t>(shape.numel()) *
               c10::elementSize(DtypeIn(shape, dtype));
    }
  }
  return bytes;
}

absl::Status WriteText(const AtomicFolder& folder, absl::string_view name,
                       const std::string& text) {
  ANIMATE_ASSIGN_OR_RETURN(const std::string path, folder.PathFor(name));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  ANIMATE_RETURN_IF_ERROR(file->Write(text.data(), text.size()));
  return file->Commit();
}

absl::Status WriteConfigs(const AtomicFolder& folder,
                          const ModelFolder& texts) {
  ANIMATE_RETURN_IF_ERROR(WriteText(
      folder, "stable-diffusion-v1-5/unet/config.json", texts.unet_config));
  ANIMATE_RETURN_IF_ERROR(
      WriteText(folder, "sd-vae-ft-mse/config.json", texts.vae_config));
  ANIMATE_RETURN_IF_ERROR(WriteText(folder, "image_encoder/config.json",
                                    texts.image_encoder_config));
  const std::optional<std::string>& topology =
      texts.topology.has_value() ? texts.topology : texts.inference_config;
  return topology.has_value() ? WriteText(folder, "topology.json", *topology)
                              : absl::OkStatus();
}

absl::StatusOr<WrittenFile> WriteNetwork(const AtomicFolder& folder,
                                         const NetworkFile& network,
                                         const RandomModelOptions& options) {
  const absl::Duration start = Clock::Real().Monotonic();
  std::vector<TensorSpec> specs;
  for (const auto& [key, shape] : *network.shapes) {
    specs.push_back({.name = key,
                     .dtype = DtypeIn(shape, options.dtype),
                     .shape = shape.sizes().vec()});
  }
  ANIMATE_ASSIGN_OR_RETURN(const std::string path,
                           folder.PathFor(network.name));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<SafetensorsWriter> writer,
                           SafetensorsWriter::Create(path, std::move(specs)));
  for (const TensorSpec& spec : writer->order()) {
    // The file's name keeps equal keys of two networks apart.
    ANIMATE_ASSIGN_OR_RETURN(
        const at::Tensor values, CallTorch(spec.name, [&] {
          return RandomValues(absl::StrCat(network.name, ":", spec.name),
                              network.shapes->at(spec.name), options.seed)
              .to(spec.dtype);
        }));
    ANIMATE_RETURN_IF_ERROR(writer->Append(values));
  }
  ANIMATE_RETURN_IF_ERROR(writer->Commit());
  return WrittenFile{
      .name = std::string(network.name),
      .tensors = static_cast<int64_t>(writer->order().size()),
      .size_bytes = writer->size_bytes(),
      .seconds = absl::ToDoubleSeconds(Clock::Real().Monotonic() - start)};
}

}  // namespace

absl::Status WriteRandomModel(const TopologyConfig& config,
                              const std::string& path,
                              const RandomModelOptions& options) {
  ANIMATE_ASSIGN_OR_RETURN(const Topology topology, DescribeTopology(config));
  const std::vector<NetworkFile> files = FilesOf(topology);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<AtomicFolder> folder,
      AtomicFolder::Create(path, SizeOf(files, options.dtype)));
  ANIMATE_RETURN_IF_ERROR(WriteConfigs(*folder, config.texts));
  for (const NetworkFile& file : files) {
    ANIMATE_ASSIGN_OR_RETURN(const WrittenFile written,
                             WriteNetwork(*folder, file, options));
    if (options.on_file) options.on_file(written);
  }
  return folder->Commit();
}

}  // namespace animate
