#ifndef ANIMATE_TESTS_SUPPORT_GOLDEN_H_
#define ANIMATE_TESTS_SUPPORT_GOLDEN_H_

#include <map>
#include <memory>
#include <string>

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "engine/model/model_config.h"
#include "engine/tensor/parameters.h"
#include "engine/weights/model_folder.h"

namespace animate {

// How far `actual` is from `expected`.
struct Difference {
  double max_abs;
  double rms;  // rms of the difference over rms of `expected`
};
Difference DifferenceOf(const at::Tensor& actual, const at::Tensor& expected);

// A recorded tensor and how near an fp32 implementation has to come.
struct GoldenTensor {
  std::string name;
  at::Tensor value;
  Difference tolerance;
};

// Succeeds when shapes are equal and both differences within tolerance; says
// by how much otherwise.
testing::AssertionResult Matches(const at::Tensor& actual,
                                 const GoldenTensor& golden);

// One folder of golden data: a model, and what the reference implementation
// computes with it (tests/golden/README.md). Loading fails the test.
class Golden {
 public:
  // nullptr when there is no golden data called `name`; see GoldenFolder.
  static std::unique_ptr<Golden> Open(absl::string_view name);

  // A tensor of goldens/<file>.safetensors, as stored; undefined if absent.
  at::Tensor In(const std::string& file, const std::string& key);
  // The result "out.<key>" with the tolerance of index.json.
  GoldenTensor Out(const std::string& file, const std::string& key);
  // All tensors of a file whose key begins with `prefix`, without it.
  StateDict All(const std::string& file, const std::string& prefix);

  const ModelFolder& model() const { return model_; }
  UnetConfig unet_config() const;
  InferenceConfig inference_config() const;
  VaeConfig vae_config() const;
  ClipVisionConfig clip_config() const;

  // Weights as float32, keys as in the files.
  StateDict denoising_unet() const;  // with the motion modules
  StateDict motion_module() const;
  StateDict reference_unet() const;
  StateDict pose_guider() const;
  StateDict vae() const;
  StateDict image_encoder() const;

 private:
  explicit Golden(std::string folder);

  const StateDict& File(const std::string& file);

  std::string folder_;
  ModelFolder model_;
  std::map<std::string, StateDict> files_;
  // file -> key -> tolerance
  std::map<std::string, std::map<std::string, Difference>> tolerances_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_GOLDEN_H_
