#include "tools/model/convert.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <ATen/ops/isfinite.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "absl/time/time.h"
#include "engine/base/clock.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/atomic_folder.h"
#include "engine/weights/key_mapping.h"
#include "engine/weights/load_weights.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/motion_keys.h"
#include "engine/weights/safetensors_writer.h"
#include "engine/weights/state_dict.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

namespace fs = std::filesystem;

enum class Keys { kAny, kVae, kMotion };

struct Job {
  std::string in;
  std::string out;
  std::string name;
  Keys keys = Keys::kAny;
};

absl::StatusOr<StateDict> WithCurrentKeys(const StateDict& tensors, Keys keys) {
  switch (keys) {
    case Keys::kVae:
      return WithCurrentVaeKeys(tensors);
    case Keys::kMotion:
      return WithCurrentMotionKeys(tensors);
    case Keys::kAny:
      break;
  }
  return tensors;
}

at::ScalarType DtypeFor(const at::Tensor& tensor,
                        const ConvertOptions& options) {
  return tensor.is_floating_point()
             ? options.dtype.value_or(tensor.scalar_type())
             : tensor.scalar_type();
}

absl::StatusOr<at::Tensor> Convert(const std::string& key,
                                   const at::Tensor& tensor,
                                   at::ScalarType dtype) {
  ANIMATE_ASSIGN_OR_RETURN(const at::Tensor converted,
                           CallTorch(key, [&] { return tensor.to(dtype); }));
  if (dtype != at::kHalf || converted.is_same(tensor)) return converted;
  // The largest of float16 is 65504; what overflows would become infinite.
  ANIMATE_ASSIGN_OR_RETURN(
      const int64_t overflows, CallTorch(key, [&] {
        return at::isfinite(tensor).sum().item<int64_t>() -
               at::isfinite(converted).sum().item<int64_t>();
      }));
  if (overflows == 0) return converted;
  return WeightsError(absl::StrCat("\"", key, "\": ", overflows, " of ",
                                   tensor.numel(),
                                   " values exceed 65504, the largest of "
                                   "float16: use bfloat16 or float32"));
}

absl::StatusOr<WrittenFile> ConvertFile(const Job& job,
                                        const ConvertOptions& options) {
  const absl::Duration start = Clock::Real().Monotonic();
  ANIMATE_ASSIGN_OR_RETURN(Checkpoint checkpoint, LoadCheckpoint(job.in));
  absl::StatusOr<StateDict> tensors =
      WithCurrentKeys(checkpoint.tensors, job.keys);
  if (!tensors.ok()) return InFile(job.in, tensors.status());
  checkpoint.tensors = *std::move(tensors);

  std::vector<TensorSpec> specs;
  for (const std::string& key : KeysInFileOrder(checkpoint)) {
    const at::Tensor& tensor = checkpoint.tensors.at(key);
    specs.push_back({.name = key,
                     .dtype = DtypeFor(tensor, options),
                     .shape = tensor.sizes().vec()});
  }
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<SafetensorsWriter> writer,
                           SafetensorsWriter::Create(job.out, std::move(specs),
                                                     checkpoint.metadata));
  std::vector<std::string> order;
  for (const TensorSpec& spec : writer->order()) order.push_back(spec.name);
  const absl::Status written =
      VisitTensors(checkpoint, order,
                   [&](const std::string& key,
                       const at::Tensor& tensor) -> absl::StatusOr<bool> {
                     ANIMATE_ASSIGN_OR_RETURN(
                         const at::Tensor converted,
                         Convert(key, tensor, DtypeFor(tensor, options)));
                     ANIMATE_RETURN_IF_ERROR(writer->Append(converted));
                     return true;
                   });
  if (!written.ok()) return InFile(job.in, written);
  ANIMATE_RETURN_IF_ERROR(writer->Commit());
  return WrittenFile{
      .name = job.name,
      .tensors = static_cast<int64_t>(order.size()),
      .size_bytes = writer->size_bytes(),
      .seconds = absl::ToDoubleSeconds(Clock::Real().Monotonic() - start)};
}

std::vector<Job> JobsFor(const ModelFolder& folder) {
  return {
      {.in = folder.denoising_unet, .name = "denoising_unet.safetensors"},
      {.in = folder.motion_module,
       .name = "motion_module.safetensors",
       .keys = Keys::kMotion},
      {.in = folder.reference_unet, .name = "reference_unet.safetensors"},
      {.in = folder.pose_guider, .name = "pose_guider.safetensors"},
      {.in = folder.vae,
       .name = "sd-vae-ft-mse/diffusion_pytorch_model.safetensors",
       .keys = Keys::kVae},
      {.in = folder.image_encoder, .name = "image_encoder/model.safetensors"},
  };
}

// The bytes of the converted tensors: known before any is read.
absl::StatusOr<uint64_t> SizeAfter(const std::vector<Job>& jobs,
                                   const ConvertOptions& options) {
  uint64_t bytes = 0;
  for (const Job& job : jobs) {
    ANIMATE_ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                             LoadCheckpoint(job.in));
    for (const auto& [key, tensor] : checkpoint.tensors) {
      bytes += static_cast<uint64_t>(tensor.numel()) *
               c10::elementSize(DtypeFor(tensor, options));
    }
  }
  return bytes;
}

absl::Status CopyConfigs(const ModelFolder& folder,
                         const AtomicFolder& destination) {
  for (const std::string& name : folder.configs) {
    ANIMATE_ASSIGN_OR_RETURN(const std::string path, destination.PathFor(name));
    std::error_code error;
    fs::copy_file(fs::path(folder.path) / name, path, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("copy ", name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ConvertModel(const std::string& in, const std::string& out,
                          const ConvertOptions& options) {
  const auto convert = [&options](const Job& job) -> absl::Status {
    ANIMATE_ASSIGN_OR_RETURN(const WrittenFile written,
                             ConvertFile(job, options));
    if (options.on_file) options.on_file(written);
    return absl::OkStatus();
  };
  std::error_code error;
  if (fs::is_regular_file(in, error)) {
    const Job job = {.in = in, .out = out, .name = out};
    ANIMATE_ASSIGN_OR_RETURN(const uint64_t bytes, SizeAfter({job}, options));
    ANIMATE_RETURN_IF_ERROR(CheckFreeSpace(out, bytes));
    return convert(job);
  }
  ANIMATE_ASSIGN_OR_RETURN(const ModelFolder folder, FindModelFolder(in));
  std::vector<Job> jobs = JobsFor(folder);
  ANIMATE_ASSIGN_OR_RETURN(const uint64_t bytes, SizeAfter(jobs, options));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFolder> destination,
                           AtomicFolder::Create(out, bytes));
  ANIMATE_RETURN_IF_ERROR(CopyConfigs(folder, *destination));
  for (Job& job : jobs) {
    ANIMATE_ASSIGN_OR_RETURN(job.out, destination->PathFor(job.name));
    ANIMATE_RETURN_IF_ERROR(convert(job));
  }
  return destination->Commit();
}

}  // namespace animate
