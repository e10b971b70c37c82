#include "engine/weights/yaml_subset.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

nlohmann::json ParseYaml(const std::string& yaml) {
  const auto json = YamlToJson(yaml);
  EXPECT_THAT(json, IsOk());
  return json.ok() ? nlohmann::json::parse(*json) : nlohmann::json();
}

TEST(YamlToJsonTest, ReadsNestedMapsListsAndScalars) {
  const nlohmann::json got = ParseYaml(R"(---
# What the reference's file looks like.
unet_additional_kwargs:
  use_motion_module: true  # as trained
  motion_module_resolutions:
  - 1
  - 2
  motion_module_type: Vanilla
  motion_module_kwargs:
    num_attention_heads: 8
    attention_block_types:
      - Temporal_Self
      - "Temporal # Self"

noise_scheduler_kwargs:
  beta_start: 0.00085
  beta_schedule: "linear"
  rescale_betas_zero_snr: True
  scale: 1e-5
  negative: -3
  nothing:
  tilde: ~

sampler: 'DDIM'
)");
  const nlohmann::json want = nlohmann::json::parse(R"({
    "unet_additional_kwargs": {
      "use_motion_module": true,
      "motion_module_resolutions": [1, 2],
      "motion_module_type": "Vanilla",
      "motion_module_kwargs": {
        "num_attention_heads": 8,
        "attention_block_types": ["Temporal_Self", "Temporal # Self"]}},
    "noise_scheduler_kwargs": {
      "beta_start": 0.00085, "beta_schedule": "linear",
      "rescale_betas_zero_snr": true, "scale": 1e-5, "negative": -3,
      "nothing": null, "tilde": null},
    "sampler": "DDIM"})");
  EXPECT_EQ(got, want);
}

TEST(YamlToJsonTest, AnEmptyFileIsAnEmptyMap) {
  EXPECT_EQ(ParseYaml(""), nlohmann::json::object());
  EXPECT_EQ(ParseYaml("# nothing\n\n"), nlohmann::json::object());
}

TEST(YamlToJsonTest, RefusesFormsItDoesNotKnow) {
  for (const std::string value :
       {"[1, 2]", "{a: 1}", "&anchor x", "*alias", "!!int 3", "|", ">", "a: b",
        "\"open", "\"two\" words\"", "\"tab\\t\"", "@x", "%x"}) {
    EXPECT_THAT(YamlToJson("key: " + value + "\n"), IsRefused("line 1: "))
        << value;
  }
}

TEST(YamlToJsonTest, RefusesBrokenStructure) {
  EXPECT_THAT(YamlToJson("a: 1\nb\n"), IsRefused("line 2: expected"));
  EXPECT_THAT(YamlToJson("- 1\n"), IsRefused("line 1: expected"));
  EXPECT_THAT(YamlToJson("a:1\n"), IsRefused("line 1: expected"));
  EXPECT_THAT(YamlToJson("\ta: 1\n"), IsRefused("line 1: tabs"));
  EXPECT_THAT(YamlToJson("a: 1\n  b: 2\n"),
              IsRefused("line 2: the indentation"));
  EXPECT_THAT(YamlToJson("  a: 1\nb: 2\n"),
              IsRefused("line 2: the indentation"));
  EXPECT_THAT(YamlToJson("a:\n    b: 1\n  c: 2\n"),
              IsRefused("line 3: the indentation"));
}

TEST(YamlToJsonTest, RefusesAKeyTwice) {
  EXPECT_THAT(YamlToJson("a: 1\nb: 2\na: 3\n"),
              IsRefused("line 3: the key occurs more than once"));
}

TEST(YamlToJsonTest, RefusesDeepNesting) {
  std::string yaml;
  for (size_t i = 0; i < 1000; ++i) {
    yaml += std::string(i, ' ') + "a:\n";
  }
  EXPECT_THAT(YamlToJson(yaml), IsRefused("nested too deeply"));
}

}  // namespace
}  // namespace animate
