#ifndef ANIMATE_TESTS_UNIT_ENGINE_EVALUATION_EVALUATION_GOLDENS_H_
#define ANIMATE_TESTS_UNIT_ENGINE_EVALUATION_EVALUATION_GOLDENS_H_

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/animation/image.h"
#include "engine/weights/safetensors.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_folder.h"

namespace animate {

// tests/golden/evaluation, made by tools/golden/make_evaluation_goldens.py.
class EvaluationGoldens {
 public:
  EvaluationGoldens()
      : folder_(GoldenFolder("evaluation").value()),
        figures_(
            nlohmann::json::parse(std::ifstream(folder_ + "/figures.json"))),
        tensors_(LoadSafetensors(folder_ + "/pictures.safetensors").value()) {}

  // Names of the pairs of pictures.
  static constexpr const char* kPairs[] = {"noise", "moved", "blurred",
                                           "grainy"};

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }
  const nlohmann::json& figures() const { return figures_; }
  const at::Tensor& tensor(const std::string& key) const {
    return tensors_.at(key);
  }

  // One of a pair: side is "a" or "b".
  RgbImage Picture(const std::string& pair, const std::string& side) const {
    const at::Tensor& pixels = tensors_.at(pair + "." + side);
    RgbImage image(static_cast<int>(pixels.size(1)),
                   static_cast<int>(pixels.size(0)));
    const uint8_t* bytes = pixels.const_data_ptr<uint8_t>();
    std::copy_n(bytes, image.pixels.size(), image.pixels.begin());
    return image;
  }

 private:
  const std::string folder_;
  const nlohmann::json figures_;
  const StateDict tensors_;
};

// A picture of one colour.
inline RgbImage Plain(int width, int height, uint8_t level) {
  RgbImage image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), level);
  return image;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_EVALUATION_EVALUATION_GOLDENS_H_
