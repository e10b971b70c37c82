#include "engine/weights/key_mapping.h"

#include <gmock/gmock.h>

#include <string>

#include <ATen/ops/ones.h>

#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

TEST(CurrentVaeKeyTest, RenamesTheFourProjections) {
  const std::string path = "encoder.mid_block.attentions.0.";
  EXPECT_EQ(CurrentVaeKey(path + "query.weight"), path + "to_q.weight");
  EXPECT_EQ(CurrentVaeKey(path + "key.bias"), path + "to_k.bias");
  EXPECT_EQ(CurrentVaeKey(path + "value.weight"), path + "to_v.weight");
  EXPECT_EQ(CurrentVaeKey(path + "proj_attn.bias"), path + "to_out.0.bias");
}

TEST(CurrentVaeKeyTest, LeavesEverythingElse) {
  for (const std::string key :
       {"encoder.mid_block.attentions.0.to_q.weight",
        "encoder.mid_block.attentions.0.to_out.0.weight",
        "encoder.mid_block.attentions.0.group_norm.weight", "quant_conv.weight",
        "key.weight", "a.query.b.c.weight", ""}) {
    EXPECT_EQ(CurrentVaeKey(key), key);
  }
}

TEST(WithCurrentVaeKeysTest, RenamesAndFlattensOldConvolutions) {
  const auto renamed = WithCurrentVaeKeys(
      {{"mid_block.attentions.0.query.weight", at::ones({4, 4, 1, 1})},
       {"mid_block.attentions.0.to_k.weight", at::ones({4, 4})},
       {"mid_block.attentions.0.query.bias", at::ones({4})},
       {"quant_conv.weight", at::ones({8, 8, 1, 1})}});
  ASSERT_THAT(renamed, IsOk());
  EXPECT_THAT(renamed->at("mid_block.attentions.0.to_q.weight").sizes().vec(),
              ElementsAre(4, 4));
  EXPECT_THAT(renamed->at("mid_block.attentions.0.to_k.weight").sizes().vec(),
              ElementsAre(4, 4));
  EXPECT_TRUE(renamed->contains("mid_block.attentions.0.to_q.bias"));
  EXPECT_THAT(renamed->at("quant_conv.weight").sizes().vec(),
              ElementsAre(8, 8, 1, 1));
}

TEST(WithCurrentVaeKeysTest, RefusesBothNamesAtOnce) {
  EXPECT_THAT(
      WithCurrentVaeKeys({{"a.attentions.0.query.weight", at::ones({1, 1})},
                          {"a.attentions.0.to_q.weight", at::ones({1, 1})}}),
      IsRefused("old and its current name"));
}

TEST(WithoutModulePrefixTest, DropsAPrefixThatAllKeysHave) {
  const StateDict stripped = WithoutModulePrefix(
      {{"module.a", at::ones({1})}, {"module.b", at::ones({1})}});
  EXPECT_TRUE(stripped.contains("a"));
  EXPECT_TRUE(stripped.contains("b"));
  EXPECT_EQ(stripped.size(), 2u);
}

TEST(WithoutModulePrefixTest, KeepsAPrefixThatSomeKeysLack) {
  const StateDict kept =
      WithoutModulePrefix({{"module.a", at::ones({1})}, {"b", at::ones({1})}});
  EXPECT_TRUE(kept.contains("module.a"));
}

}  // namespace
}  // namespace animate
