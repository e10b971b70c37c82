#include "engine/weights/motion_keys.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

constexpr char kModule[] = "down_blocks.0.motion_modules.1";
constexpr char kBlock[] =
    "down_blocks.0.motion_modules.1.temporal_transformer."
    "transformer_blocks.0.";

TEST(IsMotionKeyTest, KnowsMotionModules) {
  EXPECT_TRUE(IsMotionKey(absl::StrCat(kModule, ".proj_in.weight")));
  EXPECT_FALSE(IsMotionKey("down_blocks.0.attentions.1.proj_in.weight"));
  EXPECT_EQ(MotionModuleOf(absl::StrCat(kBlock, "ff_norm.weight")), kModule);
}

TEST(WithCurrentMotionKeysTest, AnimateDiffKeysPass) {
  const StateDict original = {
      {absl::StrCat(kBlock, "attention_blocks.0.to_q.weight"), at::ones({4})},
      {"conv_in.weight", at::ones({4})}};
  const absl::StatusOr<StateDict> renamed = WithCurrentMotionKeys(original);
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  ASSERT_EQ(renamed->size(), 2u);
  for (const auto& [key, tensor] : original) {
    EXPECT_TRUE(renamed->at(key).is_same(tensor)) << key;
  }
}

TEST(WithCurrentMotionKeysTest, RenamesAMotionAdapter) {
  const std::string block = absl::StrCat(kModule, ".transformer_blocks.0.");
  const absl::StatusOr<StateDict> renamed = WithCurrentMotionKeys({
      {absl::StrCat(kModule, ".norm.weight"), at::ones({4})},
      {absl::StrCat(kModule, ".proj_out.bias"), at::ones({4})},
      {block + "norm1.weight", at::ones({4})},
      {block + "norm2.bias", at::ones({4})},
      {block + "norm3.weight", at::ones({4})},
      {block + "attn1.to_q.weight", at::ones({4})},
      {block + "attn2.to_out.0.bias", at::ones({4})},
      {block + "ff.net.0.proj.weight", at::ones({4})},
      {block + "pos_embed.pe", at::ones({1, 16, 4})},
  });
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  const std::string module = absl::StrCat(kModule, ".temporal_transformer.");
  for (const std::string& key :
       {module + "norm.weight", module + "proj_out.bias",
        absl::StrCat(kBlock, "norms.0.weight"),
        absl::StrCat(kBlock, "norms.1.bias"),
        absl::StrCat(kBlock, "ff_norm.weight"),
        absl::StrCat(kBlock, "attention_blocks.0.to_q.weight"),
        absl::StrCat(kBlock, "attention_blocks.1.to_out.0.bias"),
        absl::StrCat(kBlock, "ff.net.0.proj.weight"),
        absl::StrCat(kBlock, "attention_blocks.0.pos_encoder.pe"),
        absl::StrCat(kBlock, "attention_blocks.1.pos_encoder.pe")}) {
    EXPECT_TRUE(renamed->contains(key)) << key;
  }
  EXPECT_EQ(renamed->size(), 10u);
}

TEST(WithCurrentMotionKeysTest, AnAdapterWithoutPositionsGetsTheSinusoids) {
  const absl::StatusOr<StateDict> renamed = WithCurrentMotionKeys(
      {{absl::StrCat(kModule, ".transformer_blocks.0.norm3.weight"),
        at::ones({6}, at::kHalf)}});
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  const at::Tensor pe =
      renamed->at(absl::StrCat(kBlock, "attention_blocks.1.pos_encoder.pe"));
  EXPECT_TRUE(at::equal(pe, TemporalPositions(32, 6).to(at::kHalf)));
}

TEST(WithCurrentMotionKeysTest, NoMotionModuleIsAnError) {
  EXPECT_THAT(WithCurrentMotionKeys({{"conv_in.weight", at::ones({4})}}),
              IsRefused("no motion module: none of the 1 keys"));
  EXPECT_THAT(WithCurrentMotionKeys({}), IsRefused("no motion module"));
}

TEST(WithCurrentMotionKeysTest, RefusesOneTensorUnderTwoNames) {
  EXPECT_THAT(WithCurrentMotionKeys(
                  {{absl::StrCat(kModule, ".norm.weight"), at::ones({4})},
                   {absl::StrCat(kModule, ".temporal_transformer.norm.weight"),
                    at::ones({4})}}),
              IsRefused("is there under two names"));
}

TEST(TemporalPositionsTest, SinesAndCosinesAlternate) {
  const at::Tensor pe = TemporalPositions(5, 4);
  EXPECT_EQ(pe.sizes().vec(), (std::vector<int64_t>{1, 5, 4}));
  EXPECT_FLOAT_EQ(pe[0][3][0].item<float>(), std::sin(3.0f));
  EXPECT_FLOAT_EQ(pe[0][3][1].item<float>(), std::cos(3.0f));
  EXPECT_FLOAT_EQ(pe[0][3][2].item<float>(), std::sin(0.03f));
  EXPECT_FLOAT_EQ(pe[0][3][3].item<float>(), std::cos(0.03f));
}

}  // namespace
}  // namespace animate
