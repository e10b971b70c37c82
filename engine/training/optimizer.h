#ifndef ANIMATE_ENGINE_TRAINING_OPTIMIZER_H_
#define ANIMATE_ENGINE_TRAINING_OPTIMIZER_H_

#include <cstdint>
#include <string>

#include "engine/tensor/parameters.h"
#include "engine/training/adamw.h"
#include "engine/training/muon.h"

namespace animate {

// kMuon: matrices inside the networks with Muon; what is no matrix, and where
// pictures and latents enter and leave, with AdamW.
enum class OptimizerKind { kAdamW, kMuon };

// "adamw" or "muon".
std::string OptimizerName(OptimizerKind kind);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdamW;
  AdamWOptions adamw;           // its weight_decay holds for Muon too
  double muon_momentum = 0.95;  // [0, 1)
};

// Whether kMuon trains a leaf of this key with Muon.
bool IsHiddenMatrix(const std::string& key, const at::Tensor& leaf);

// What changes weights by their gradients. Thread-compatible.
class Optimizer {
 public:
  // As AdamW's.
  Optimizer(const StateDict& leaves, const OptimizerOptions& options);

  // One update with the gradients that the leaves carry.
  void Step(double learning_rate);

  // First moments of all leaves, second ones of those of AdamW: handles, so
  // that whoever loads a checkpoint copies into them.
  const StateDict& exp_avg() const { return exp_avg_; }
  const StateDict& exp_avg_sq() const { return adamw_.exp_avg_sq(); }

  // Updates made so far.
  int64_t updates() const { return adamw_.updates(); }
  void set_updates(int64_t updates) { adamw_.set_updates(updates); }

 private:
  struct Leaves {
    StateDict adamw;
    StateDict muon;
  };
  static Leaves Split(const StateDict& leaves, OptimizerKind kind);
  Optimizer(const Leaves& leaves, const OptimizerOptions& options);

  AdamW adamw_;
  Muon muon_;
  StateDict exp_avg_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TRAINING_OPTIMIZER_H_
