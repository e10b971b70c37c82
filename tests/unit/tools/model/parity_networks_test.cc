#include "tools/model/parity_networks.h"

#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;

class ParityNetworksTest : public ::testing::Test {
 protected:
  ParityNetworksTest()
      : golden_(GoldenData::Open(*GoldenFolder("nano")).value()),
        models_(
            LoadModelBundle(*GoldenFolder("nano") + "/pretrained_weights", {})
                .value()) {}
  ParityResults Run(const std::string& file, const WantedOutputs& wanted) {
    return RunNetwork(models_, file, golden_.Load(file).value(), wanted)
        .value();
  }
  GoldenData golden_;
  ModelBundle models_;
};

TEST_F(ParityNetworksTest, RecordsWantedSubmodulesOnly) {
  EXPECT_THAT(Run("clip", {"image_embeds", "tap.post_layernorm"}),
              ElementsAre(Key("image_embeds"), Key("tap.post_layernorm")));
}

TEST_F(ParityNetworksTest, UnknownSubmodulesAreLeftOut) {
  EXPECT_THAT(Run("clip", {"tap.no_such_module"}),
              ElementsAre(Key("image_embeds")));
}

TEST_F(ParityNetworksTest, SuffixesKeepTheKind) {
  const StateDict tensors = golden_.Load("reference_unet").value();
  const ParityResults results =
      RunNetwork(models_, "reference_unet_square", tensors, {}).value();
  EXPECT_THAT(
      results,
      Contains(Key("bank.down_blocks.0.attentions.0.transformer_blocks.0")));
}

TEST_F(ParityNetworksTest, RunsOnlyTheVariantsWanted) {
  EXPECT_THAT(Run("denoising_unet", {"output_no_guidance"}),
              ElementsAre(Key("output"), Key("output_no_guidance")));
}

TEST_F(ParityNetworksTest, UnknownKindsAreNotFound) {
  EXPECT_EQ(RunNetwork(models_, "text_encoder", {}, {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ParityNetworksTest, PreprocessTakesSizesFromTheRecord) {
  const ParityResults results = RunPreprocess(
      golden_,
      {{"ref.vae_input", at::zeros({1, 3, 16, 24})},
       {"ref.clip_resized_u8", at::zeros({14, 14, 3})},
       {"pose.pose_guider_input", at::zeros({1, 3, 2, 8, 16})}},
      {"ref.vae_input", "ref.clip_resized_u8", "pose.pose_guider_input"});
  EXPECT_EQ(results.at("ref.vae_input").sizes(),
            at::IntArrayRef({1, 3, 16, 24}));
  EXPECT_EQ(results.at("ref.clip_resized_u8").sizes(),
            at::IntArrayRef({14, 14, 3}));
  EXPECT_EQ(results.at("pose.pose_guider_input").sizes(),
            at::IntArrayRef({1, 3, 2, 8, 16}));
}

TEST_F(ParityNetworksTest, PreprocessLeavesOutWhatItHasNoPhotoFor) {
  EXPECT_THAT(RunPreprocess(golden_,
                            {{"full.vae_input", at::zeros({1, 3, 8, 8})},
                             {"ref.unheard_of", at::zeros({1, 3, 8, 8})}},
                            {"full.vae_input", "ref.unheard_of"}),
              IsEmpty());
}

}  // namespace
}  // namespace animate
