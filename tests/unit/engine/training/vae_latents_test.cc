#include "engine/training/vae_latents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include "engine/training/vae_crops.h"
#include "engine/training/vae_growth.h"
#include "tests/unit/engine/training/vae_testing.h"

namespace animate {
namespace {

std::vector<at::Tensor> Pictures() {
  std::vector<at::Tensor> pictures;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    pictures.push_back(PictureTensor(BoxPicture(32, 48, seed)));
  }
  return pictures;
}

// A VAE whose latents lie off the centre.
VaeModel OffCentre() {
  VaeModel model = NewVae(TinyVae(), -6, 1);
  model.weights.at("quant_conv.bias").add_(0.75);
  return model;
}

AutoencoderKL NetworkOf(const VaeModel& model) {
  Parameters parameters(model.weights);
  return AutoencoderKL(Scope(parameters), model.config);
}

TEST(VaeLatentsTest, MeasuresEachChannelOverPicturesAndPlaces) {
  const AutoencoderKL vae = NetworkOf(OffCentre());
  const std::vector<at::Tensor> pictures = Pictures();
  const LatentStatistics statistics = MeasureLatents(vae, pictures);
  at::Tensor sum = at::zeros({4}, at::kFloat);
  for (const at::Tensor& picture : pictures) {
    sum += vae.Encode(picture).mean.mean({0, 2, 3});
  }
  EXPECT_TRUE(at::allclose(statistics.mean, sum / 4.0, 1e-4, 1e-4));
}

TEST(VaeLatentsTest, CentredAndScaledLatentsHaveUnitVariance) {
  VaeModel model = OffCentre();
  const LatentStatistics before = MeasureLatents(NetworkOf(model), Pictures());
  EXPECT_GT(before.mean.abs().max().item<double>(), 0.3);
  CentreLatents(before.mean, model.weights);
  const LatentStatistics after = MeasureLatents(NetworkOf(model), Pictures());
  EXPECT_LT(after.mean.abs().max().item<double>(), 1e-4);
  EXPECT_NEAR(after.deviation, before.deviation, 1e-4 * before.deviation);

  std::vector<at::Tensor> scaled;
  for (const at::Tensor& picture : Pictures()) {
    scaled.push_back(NetworkOf(model).Encode(picture).mean.flatten(1) /
                     before.deviation);
  }
  EXPECT_NEAR(at::cat(scaled, 1).pow(2).mean().item<double>(), 1.0, 1e-3);
}

TEST(VaeLatentsTest, CentringLeavesReconstructionsAsTheyAre) {
  VaeModel model = OffCentre();
  const at::Tensor picture = Pictures()[0];
  const AutoencoderKL before = NetworkOf(model);
  const at::Tensor expected = before.Decode(before.Encode(picture).mean);
  const StateDict untouched = model.weights;
  CentreLatents(MeasureLatents(before, Pictures()).mean, model.weights);
  const AutoencoderKL after = NetworkOf(model);
  EXPECT_TRUE(at::allclose(after.Decode(after.Encode(picture).mean), expected,
                           1e-4, 1e-4));
  // The logarithms of the variances and the given tensors stay.
  EXPECT_TRUE(at::allclose(
      after.Encode(picture).logvar,
      NetworkOf({model.config, untouched}).Encode(picture).logvar));
}

}  // namespace
}  // namespace animate
