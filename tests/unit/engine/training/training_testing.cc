#include "tests/unit/engine/training/training_testing.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tanh.h>

#include "absl/strings/str_cat.h"
#include "engine/dataset/sample_seed.h"

namespace animate {
namespace {

constexpr int64_t kInputs = 6;
constexpr int64_t kHidden = 8;
constexpr int64_t kOutputs = 3;

at::Tensor RandomLeaf(at::IntArrayRef shape, uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  return (at::randn(shape, generator) * 0.5).requires_grad_();
}

}  // namespace

SmallTask::SmallTask() {
  trained_ = {{"first.weight", RandomLeaf({kHidden, kInputs}, 1)},
              {"first.bias", RandomLeaf({kHidden}, 2)},
              {"second.weight", RandomLeaf({kOutputs, kHidden}, 3)}};
}

absl::StatusOr<TaskLoss> SmallTask::Loss(
    const std::vector<TrainingClip>& batch) {
  std::vector<at::Tensor> inputs;
  std::vector<at::Tensor> targets;
  batches.emplace_back();
  for (const TrainingClip& clip : batch) {
    batches.back().push_back(clip.index);
    at::Generator generator = at::detail::createCPUGenerator(clip.seed);
    inputs.push_back(at::randn({kInputs}, generator));
    targets.push_back(at::randn({kOutputs}, generator));
  }
  const at::Tensor hidden =
      at::tanh(at::linear(at::stack(inputs), trained_.at("first.weight"),
                          trained_.at("first.bias")));
  const at::Tensor error =
      at::linear(hidden, trained_.at("second.weight")) - at::stack(targets);
  at::Tensor loss = error.to(at::kFloat).square().mean();
  const double unscaled = loss.item<double>();
  if (factor) loss = loss * factor(batch);
  return TaskLoss{.loss = loss, .details = {{"unscaled", unscaled}}};
}

absl::Status SmallTask::WriteModel(const std::string&, const StateDict&) const {
  return absl::OkStatus();
}

absl::StatusOr<RgbImage> SmallTask::ContactSheet(
    const std::vector<TrainingClip>&, const StateDict&) const {
  return RgbImage(1, 1);
}

absl::StatusOr<TrainingClip> SmallClips::Draw(int64_t index) const {
  if (index >= end) return absl::NotFoundError("no file is left");
  TrainingClip clip;
  clip.index = index;
  clip.seed = SampleSeed(7, index % repeat);
  clip.source = absl::StrCat("clip ", index);
  clip.frames.resize(2);
  return clip;
}

std::string BytesOf(const StateDict& tensors) {
  std::string bytes;
  for (const auto& [key, tensor] : tensors) {
    const at::Tensor flat = tensor.detach().contiguous();
    bytes.append(static_cast<const char*>(flat.const_data_ptr()),
                 flat.nbytes());
  }
  return bytes;
}

StateDict Copies(const StateDict& tensors) {
  StateDict copies;
  for (const auto& [key, tensor] : tensors) {
    copies[key] = tensor.detach().clone();
  }
  return copies;
}

}  // namespace animate
