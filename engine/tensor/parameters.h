#ifndef ANIMATE_ENGINE_TENSOR_PARAMETERS_H_
#define ANIMATE_ENGINE_TENSOR_PARAMETERS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace animate {

// Tensors by checkpoint key, for example
// "down_blocks.0.resnets.0.conv1.weight".
using StateDict = std::map<std::string, at::Tensor>;

// A tensor that a network asks for; -1 in `shape` stands for any size.
struct ParameterRequest {
  std::string key;
  std::vector<int64_t> shape;
};

// How a state dict differs from what a network asked for.
struct ParameterDifferences {
  struct Misshapen {
    std::string key;
    std::vector<int64_t> shape;
    std::vector<int64_t> expected;
  };
  std::vector<ParameterRequest> missing;
  std::vector<Misshapen> misshapen;
  std::vector<ParameterRequest> unexpected;  // What is there, not asked for.

  bool empty() const {
    return missing.empty() && misshapen.empty() && unexpected.empty();
  }
};

// Hands a network its weights while it is being constructed and keeps account:
// which keys were asked for, which were missing, which had another shape, which
// nobody asked for. Networks are plain structs of at::Tensor handles; the
// tensors stay shared with the StateDict, so a trainer that updates them in
// place (or sets requires_grad) through state_dict() trains the network.
//
// Thread-compatible. Outlived by nothing: networks copy the handles.
class Parameters {
 public:
  explicit Parameters(StateDict state_dict)
      : state_dict_(std::move(state_dict)) {}

  const StateDict& state_dict() const { return state_dict_; }
  StateDict& state_dict() { return state_dict_; }

  // Returns the tensor at `key`. When it is missing or its shape is not
  // `shape`, notes that for Verify and returns zeros of `shape`, which take no
  // memory and lie on the device of the state dict: on the meta device when it
  // is empty, so that constructing a network of any size from an empty state
  // dict costs nothing and yields, in requests(), what it needs. An entry of -1
  // in `shape` accepts any size (taken as 1 for the zeros).
  at::Tensor Get(const std::string& key, const std::vector<int64_t>& shape);

  // Whether `key` is in the state dict; for layers that exist or not by
  // configuration read from the weights. Does not count as asking for it.
  bool Has(const std::string& key) const;

  // Returns the shape at `key`, empty when missing. Does not count as asking.
  std::vector<int64_t> Shape(const std::string& key) const;

  // Marks `key` as known although no network reads it ("position_ids").
  void Ignore(const std::string& key);

  // What has been asked for, in the order of the keys.
  std::vector<ParameterRequest> requests() const;

  // What Verify reports, key by key.
  ParameterDifferences Differences() const;

  // Returns OK when every key asked for was there in its shape and every key
  // of the state dict was asked for; else FAILED_PRECONDITION that lists all
  // missing, misshapen (with both shapes) and unexpected keys under `what`
  // ("denoising_unet").
  absl::Status Verify(absl::string_view what) const;

 private:
  at::Tensor Placeholder(const std::vector<int64_t>& shape) const;

  StateDict state_dict_;
  std::map<std::string, std::vector<int64_t>> requests_;
  std::set<std::string> ignored_;
};

// A place in the tree of modules: Parameters and a key prefix. Cheap to copy.
//   Scope block = scope / "down_blocks" / 0 / "resnets" / 1;
//   weight = block.Get("conv1.weight", {320, 320, 3, 3});
class Scope {
 public:
  explicit Scope(Parameters& parameters, std::string prefix = "")
      : parameters_(&parameters), prefix_(std::move(prefix)) {}

  Scope operator/(absl::string_view name) const;
  Scope operator/(int index) const;

  // See Parameters; `key` is relative to this place.
  at::Tensor Get(absl::string_view key,
                 const std::vector<int64_t>& shape) const;
  bool Has(absl::string_view key) const;
  std::vector<int64_t> Shape(absl::string_view key) const;
  void Ignore(absl::string_view key) const;

  // The path of this place, without a trailing dot: "down_blocks.0".
  const std::string& path() const { return prefix_; }

 private:
  Parameters* parameters_;
  std::string prefix_;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_TENSOR_PARAMETERS_H_
