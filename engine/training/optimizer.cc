#include "engine/training/optimizer.h"

#include "absl/strings/match.h"

namespace animate {

std::string OptimizerName(OptimizerKind kind) {
  return kind == OptimizerKind::kMuon ? "muon" : "adamw";
}

bool IsHiddenMatrix(const std::string& key, const at::Tensor& leaf) {
  if (leaf.dim() < 2 || !absl::EndsWith(key, ".weight")) return false;
  for (const char* edge : {"conv_in.", "conv_out.", "patch_embedding.",
                           "position_embedding.", "quant_conv."}) {
    if (absl::StrContains(key, edge)) return false;
  }
  return true;
}

Optimizer::Leaves Optimizer::Split(const StateDict& leaves,
                                   OptimizerKind kind) {
  Leaves split;
  for (const auto& [key, leaf] : leaves) {
    const bool muon = kind == OptimizerKind::kMuon && IsHiddenMatrix(key, leaf);
    (muon ? split.muon : split.adamw).emplace(key, leaf);
  }
  return split;
}

Optimizer::Optimizer(const StateDict& leaves, const OptimizerOptions& options)
    : Optimizer(Split(leaves, options.kind), options) {}

Optimizer::Optimizer(const Leaves& leaves, const OptimizerOptions& options)
    : adamw_(leaves.adamw, options.adamw),
      muon_(leaves.muon, {.momentum = options.muon_momentum,
                          .weight_decay = options.adamw.weight_decay}),
      exp_avg_(adamw_.exp_avg()) {
  exp_avg_.insert(muon_.momentum().begin(), muon_.momentum().end());
}

void Optimizer::Step(double learning_rate) {
  adamw_.Step(learning_rate);
  muon_.Step(learning_rate);
}

}  // namespace animate
