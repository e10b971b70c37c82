#include "engine/nn/recompute.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <memory>
#include <utility>

namespace animate::nn {
namespace {

using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

// Autocast of one device type on this thread.
struct AutocastState {
  c10::DeviceType device = c10::DeviceType::CPU;
  bool enabled = false;
  c10::ScalarType dtype = c10::ScalarType::Float;

  static AutocastState Now(c10::DeviceType device) {
    return {device, at::autocast::is_autocast_enabled(device),
            at::autocast::get_autocast_dtype(device)};
  }
  void Apply() const {
    at::autocast::set_autocast_enabled(device, enabled);
    at::autocast::set_autocast_dtype(device, dtype);
  }
};

class AutocastAsBefore {
 public:
  explicit AutocastAsBefore(const AutocastState& state)
      : now_(AutocastState::Now(state.device)) {
    state.Apply();
  }
  ~AutocastAsBefore() { now_.Apply(); }
  AutocastAsBefore(const AutocastAsBefore&) = delete;
  AutocastAsBefore& operator=(const AutocastAsBefore&) = delete;

 private:
  const AutocastState now_;
};

c10::DeviceType DeviceTypeOf(const std::vector<at::Tensor>& inputs) {
  for (const at::Tensor& input : inputs) {
    if (input.defined()) return input.device().type();
  }
  return c10::DeviceType::CPU;
}

// The derivative of a Recompute call.
class RecomputeNode : public Node {
 public:
  RecomputeNode(Recomputable function, const std::vector<at::Tensor>& inputs)
      : Node(torch::autograd::collect_next_edges(inputs)),
        function_(std::move(function)),
        autocast_(AutocastState::Now(DeviceTypeOf(inputs))) {
    for (const at::Tensor& input : inputs) {
      inputs_.emplace_back(input, /*is_output=*/false);
    }
  }

  // The place of each output of this node among the results of the function,
  // some of which are undefined.
  void set_outputs(std::vector<size_t> outputs) {
    outputs_ = std::move(outputs);
  }

  variable_list apply(variable_list&& gradients) override {
    const c10::AutoGradMode with_gradients(true);
    const AutocastAsBefore autocast(autocast_);
    std::vector<at::Tensor> inputs;
    for (SavedVariable& saved : inputs_) {
      const at::Tensor input = saved.unpack();
      inputs.push_back(input.defined() ? input.detach().set_requires_grad(
                                             input.requires_grad())
                                       : input);
    }
    const std::vector<at::Tensor> results = function_(inputs);
    variable_list roots;
    variable_list root_gradients;
    for (size_t i = 0; i < gradients.size(); ++i) {
      const at::Tensor& result = results[outputs_[i]];
      if (!gradients[i].defined() || !result.requires_grad()) continue;
      roots.push_back(result);
      root_gradients.push_back(gradients[i]);
    }
    if (!roots.empty()) torch::autograd::backward(roots, root_gradients);
    variable_list input_gradients;
    for (const at::Tensor& input : inputs) {
      input_gradients.push_back(input.defined() ? input.grad() : at::Tensor());
    }
    return input_gradients;
  }

  void release_variables() override {
    for (SavedVariable& saved : inputs_) saved.reset_data();
  }

 private:
  const Recomputable function_;
  const AutocastState autocast_;
  std::vector<SavedVariable> inputs_;
  std::vector<size_t> outputs_;
};

}  // namespace

std::vector<at::Tensor> Recompute(const Recomputable& function,
                                  const std::vector<at::Tensor>& inputs) {
  if (!c10::GradMode::is_enabled()) return function(inputs);
  std::vector<at::Tensor> results;
  {
    const c10::NoGradGuard no_gradients;
    results = function(inputs);
  }
  const std::shared_ptr<RecomputeNode> node(new RecomputeNode(function, inputs),
                                            torch::autograd::deleteNode);
  std::vector<size_t> outputs;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined()) continue;
    outputs.push_back(i);
    // A view or an input itself cannot be given another history.
    results[i] = results[i].detach();
    torch::autograd::set_history(results[i], node);
  }
  node->set_outputs(std::move(outputs));
  return results;
}

}  // namespace animate::nn
