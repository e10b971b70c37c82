#include "engine/tensor/parameters.h"

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Parameters TwoTensors() {
  return Parameters(
      {{"conv.weight", at::ones({2, 3})}, {"conv.bias", at::ones({2})}});
}

TEST(ParametersTest, VerifyIsOkWhenEveryKeyIsReadInItsShape) {
  Parameters parameters = TwoTensors();
  const Scope conv = Scope(parameters) / "conv";
  EXPECT_EQ(conv.Get("weight", {2, 3}).sum().item<double>(), 6.0);
  conv.Get("bias", {-1});
  EXPECT_TRUE(parameters.Verify("net").ok());
}

TEST(ParametersTest, VerifyListsMissingMisshapenAndUnexpectedKeys) {
  Parameters parameters = TwoTensors();
  const at::Tensor missing = parameters.Get("norm.weight", {4, -1});
  EXPECT_THAT(missing.sizes().vec(), ElementsAre(4, 1));
  EXPECT_EQ(missing.sum().item<double>(), 0.0);
  parameters.Get("conv.weight", {2, 5});
  const absl::Status status = parameters.Verify("net");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const std::string message(status.message());
  EXPECT_THAT(message, HasSubstr("weights of net"));
  EXPECT_THAT(message, HasSubstr("1 missing:\n    norm.weight [4, -1]"));
  EXPECT_THAT(message, HasSubstr("conv.weight: is [2, 3], expected [2, 5]"));
  EXPECT_THAT(message, HasSubstr("1 unexpected:\n    conv.bias [2]"));
}

TEST(ParametersTest, IgnoredKeysAreNotUnexpected) {
  Parameters parameters = TwoTensors();
  parameters.Get("conv.weight", {2, 3});
  parameters.Ignore("conv.bias");
  EXPECT_TRUE(parameters.Verify("net").ok());
}

TEST(ParametersTest, LookingIsNotAsking) {
  Parameters parameters = TwoTensors();
  EXPECT_TRUE(parameters.Has("conv.bias"));
  EXPECT_FALSE(parameters.Has("conv"));
  EXPECT_THAT(parameters.Shape("conv.weight"), ElementsAre(2, 3));
  EXPECT_THAT(parameters.Shape("absent"), IsEmpty());
  EXPECT_FALSE(parameters.Verify("net").ok());
}

TEST(ParametersTest, TensorsAreSharedWithTheStateDict) {
  Parameters parameters = TwoTensors();
  const at::Tensor bias = parameters.Get("conv.bias", {2});
  parameters.state_dict().at("conv.bias").fill_(7.0);
  EXPECT_EQ(bias[0].item<double>(), 7.0);
}

TEST(ParametersTest, AnEmptyStateDictListsWhatIsAskedForWithoutMemory) {
  Parameters nothing({});
  const int64_t large = int64_t{1} << 40;
  const at::Tensor weight = nothing.Get("large.weight", {large, 3});
  nothing.Get("any.weight", {-1});
  nothing.Ignore("position_ids");
  EXPECT_TRUE(weight.is_meta());
  EXPECT_THAT(weight.sizes().vec(), ElementsAre(large, 3));
  const std::vector<ParameterRequest> requests = nothing.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].key, "any.weight");
  EXPECT_THAT(requests[0].shape, ElementsAre(-1));
  EXPECT_EQ(requests[1].key, "large.weight");
  EXPECT_THAT(requests[1].shape, ElementsAre(large, 3));
}

TEST(ParametersTest, DifferencesNameKeysAndShapes) {
  Parameters parameters = TwoTensors();
  parameters.Get("norm.weight", {4});
  parameters.Get("conv.weight", {2, 5});
  const ParameterDifferences differences = parameters.Differences();
  ASSERT_EQ(differences.missing.size(), 1u);
  EXPECT_EQ(differences.missing[0].key, "norm.weight");
  EXPECT_THAT(differences.missing[0].shape, ElementsAre(4));
  ASSERT_EQ(differences.misshapen.size(), 1u);
  EXPECT_THAT(differences.misshapen[0].shape, ElementsAre(2, 3));
  EXPECT_THAT(differences.misshapen[0].expected, ElementsAre(2, 5));
  ASSERT_EQ(differences.unexpected.size(), 1u);
  EXPECT_EQ(differences.unexpected[0].key, "conv.bias");
  EXPECT_FALSE(differences.empty());
}

TEST(ScopeTest, PathsAreCheckpointKeys) {
  Parameters parameters({});
  EXPECT_EQ((Scope(parameters) / "down_blocks" / 0 / "resnets" / 1).path(),
            "down_blocks.0.resnets.1");
  EXPECT_EQ(Scope(parameters, "encoder").path(), "encoder");
}

}  // namespace
}  // namespace animate
