#include "engine/evaluation/lpips.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/weights/safetensors_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_pictures.h"
#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// Values that depend on key and place alone: hashed() of
// tools/golden/make_evaluation_goldens.py.
at::Tensor HashedTensor(const std::string& key,
                        const std::vector<int64_t>& shape, double scale) {
  at::Tensor tensor = at::empty(shape);
  float* values = tensor.mutable_data_ptr<float>();
  const uint32_t seed = Crc32(absl::string_view(key));
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    uint32_t state = static_cast<uint32_t>(i) * 2654435761U + seed;
    state = (state ^ (state >> 16U)) * 0x85EBCA6BU;
    state = (state ^ (state >> 13U)) * 0xC2B2AE35U;
    state ^= state >> 16U;
    values[i] = static_cast<float>((state * 0x1p-31 - 1.0) * scale);
  }
  return tensor;
}

void AddConv(const std::string& key, std::vector<int64_t> shape,
             StateDict& weights) {
  const auto fan_in = static_cast<double>(shape[1] * shape[2] * shape[3]);
  weights[key + ".weight"] =
      HashedTensor(key + ".weight", shape, std::sqrt(6.0 / fan_in));
  weights[key + ".bias"] = HashedTensor(key + ".bias", {shape[0]}, 0.1);
}

void AddHeads(const std::vector<int64_t>& channels, StateDict& weights) {
  for (size_t i = 0; i < channels.size(); ++i) {
    const std::string key = absl::StrCat("lin", i, ".model.1.weight");
    weights[key] = HashedTensor(key, {1, channels[i], 1, 1}, 1.0).abs();
    weights[absl::StrCat("lins.", i, ".model.1.weight")] = weights[key];
  }
  // The package's constants.
  const auto constant = [](float r, float g, float b) {
    at::Tensor tensor = at::empty({1, 3, 1, 1});
    float* values = tensor.mutable_data_ptr<float>();
    values[0] = r;
    values[1] = g;
    values[2] = b;
    return tensor;
  };
  weights["scaling_layer.shift"] = constant(-.030F, -.088F, -.188F);
  weights["scaling_layer.scale"] = constant(.458F, .448F, .450F);
}

StateDict AlexWeights() {
  StateDict weights;
  AddConv("net.slice1.0", {64, 3, 11, 11}, weights);
  AddConv("net.slice2.3", {192, 64, 5, 5}, weights);
  AddConv("net.slice3.6", {384, 192, 3, 3}, weights);
  AddConv("net.slice4.8", {256, 384, 3, 3}, weights);
  AddConv("net.slice5.10", {256, 256, 3, 3}, weights);
  AddHeads({64, 192, 384, 256, 256}, weights);
  return weights;
}

StateDict VggWeights() {
  StateDict weights;
  const std::vector<std::pair<const char*, int64_t>> layers = {
      {"1.0", 64},   {"1.2", 64},   {"2.5", 128},  {"2.7", 128},  {"3.10", 256},
      {"3.12", 256}, {"3.14", 256}, {"4.17", 512}, {"4.19", 512}, {"4.21", 512},
      {"5.24", 512}, {"5.26", 512}, {"5.28", 512}};
  int64_t channels = 3;
  for (const auto& [place, width] : layers) {
    AddConv(absl::StrCat("net.slice", place), {width, channels, 3, 3}, weights);
    channels = width;
  }
  AddHeads({64, 128, 256, 512, 512}, weights);
  return weights;
}

void ExpectGoldenDistances(const Lpips& lpips, const char* network) {
  const EvaluationGoldens goldens;
  const nlohmann::json& want = goldens.figures()["lpips"][network];
  for (const auto& [pair, distance] : want.items()) {
    const absl::StatusOr<double> got =
        lpips.Distance(goldens.Picture(pair, "a"), goldens.Picture(pair, "b"));
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_NEAR(*got, distance.get<double>(), 1e-5) << network << " " << pair;
  }
}

TEST(LpipsTest, WithAlexNetIsThatOfThePublicPackage) {
  const Lpips lpips = *Lpips::Create(AlexWeights());
  EXPECT_EQ(lpips.network(), LpipsNetwork::kAlex);
  ExpectGoldenDistances(lpips, "alex");
}

TEST(LpipsTest, WithVggIsThatOfThePublicPackage) {
  const Lpips lpips = *Lpips::Create(VggWeights());
  EXPECT_EQ(lpips.network(), LpipsNetwork::kVgg);
  ExpectGoldenDistances(lpips, "vgg");
}

TEST(LpipsTest, InTheRangeOfPublishedTablesItDiffers) {
  const EvaluationGoldens goldens;
  const Lpips lpips = *Lpips::Create(VggWeights());
  const nlohmann::json& want = goldens.figures()["published"];
  EXPECT_NEAR(
      *lpips.Distance(goldens.Picture("moved", "a"),
                      goldens.Picture("moved", "b"), LpipsRange::kZeroToOne),
      want["moved"]["lpips"].get<double>(), 1e-5);
}

TEST(LpipsTest, EqualPicturesAreNotApart) {
  const RgbImage picture = EvaluationGoldens().Picture("moved", "a");
  EXPECT_EQ(*Lpips::Create(AlexWeights())->Distance(picture, picture), 0.0);
}

TEST(LpipsTest, LoadsAFileAndNamesItInErrors) {
  const TemporaryFolder folder;
  const std::string path = folder / "alex.safetensors";
  StateDict weights = AlexWeights();
  // The heads' second names: the writer takes each memory once.
  for (int i = 0; i < 5; ++i) {
    weights.erase(absl::StrCat("lins.", i, ".model.1.weight"));
  }
  ASSERT_TRUE(SaveSafetensors(path, weights).ok());
  EXPECT_TRUE(Lpips::Load(path).ok()) << Lpips::Load(path).status();

  weights.erase("lin3.model.1.weight");
  weights["extra"] = weights["scaling_layer.shift"].clone();
  ASSERT_TRUE(SaveSafetensors(path, weights).ok());
  const absl::Status status = Lpips::Load(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(path));
  EXPECT_THAT(status.message(), HasSubstr("lin3.model.1.weight"));
  EXPECT_THAT(status.message(), HasSubstr("extra"));
  EXPECT_FALSE(Lpips::Load(folder / "none.safetensors").ok());
}

TEST(LpipsTest, RefusesPicturesThatDifferInSizeOrAreTooSmall) {
  const Lpips lpips = *Lpips::Create(AlexWeights());
  EXPECT_TRUE(lpips.Distance(Plain(31, 31, 0), Plain(31, 31, 9)).ok());
  EXPECT_EQ(lpips.Distance(Plain(30, 40, 0), Plain(30, 40, 0)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      lpips.Distance(Plain(40, 40, 0), Plain(40, 41, 0)).status().message(),
      HasSubstr("40x40 and 40x41"));
}

TEST(LpipsTest, WeightsThatAreNoNumbersAreAnError) {
  StateDict weights = AlexWeights();
  weights["net.slice1.0.bias"].fill_(std::numeric_limits<double>::quiet_NaN());
  const Lpips lpips = *Lpips::Create(std::move(weights));
  EXPECT_EQ(lpips.Distance(Plain(40, 40, 0), Plain(40, 40, 9)).status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace animate
