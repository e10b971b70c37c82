#include "tools/model/random_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/pipeline/model_bundle.h"
#include "engine/weights/state_dict.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"

namespace animate {
namespace {

using ::testing::SizeIs;

StateDict Load(const TemporaryFolder& folder, const std::string& name) {
  return LoadStateDict(folder / name).value();
}

TEST(RandomModelTest, LoadsAsAModel) {
  const TemporaryFolder folder;
  MakeNano(folder / "model", c10::kHalf);
  const absl::StatusOr<ModelBundle> models =
      LoadModelBundle(folder / "model", {});
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->info.max_context_frames, 24);
  const at::Tensor embeds =
      models->image_encoder.Forward(at::ones({1, 3, 224, 224}));
  EXPECT_GT(embeds.abs().max().item<float>(), 0.0f);
  EXPECT_LT(embeds.abs().max().item<float>(), 1e3f);
}

TEST(RandomModelTest, TheSameSeedGivesTheSameWeights) {
  const TemporaryFolder folder;
  const TopologyConfig nano = FindTopologyConfig("nano").value();
  ASSERT_TRUE(WriteRandomModel(nano, folder / "a", {.seed = 7}).ok());
  ASSERT_TRUE(WriteRandomModel(nano, folder / "b", {.seed = 7}).ok());
  ASSERT_TRUE(WriteRandomModel(nano, folder / "c", {.seed = 8}).ok());
  ASSERT_TRUE(
      WriteRandomModel(nano, folder / "h", {.dtype = c10::kHalf, .seed = 7})
          .ok());
  const std::string file = "/denoising_unet.safetensors";
  EXPECT_EQ(ReadFileOrDie((folder / "a" + file)),
            ReadFileOrDie((folder / "b" + file)));
  EXPECT_NE(ReadFileOrDie((folder / "a" + file)),
            ReadFileOrDie((folder / "c" + file)));
  const StateDict full = Load(folder, "a" + file);
  const StateDict half = Load(folder, "h" + file);
  for (const auto& [key, tensor] : full) {
    EXPECT_TRUE(at::equal(tensor.to(at::kHalf), half.at(key))) << key;
  }
  // Two networks with equal keys do not get equal weights.
  EXPECT_FALSE(at::equal(
      full.at("conv_in.weight"),
      Load(folder, "a/reference_unet.safetensors").at("conv_in.weight")));
}

TEST(RandomModelTest, NoLayerIsZeroAndPositionsAreSinusoids) {
  const TemporaryFolder folder;
  MakeNano(folder / "model");
  const StateDict motion = Load(folder, "model/motion_module.safetensors");
  const std::string module = "mid_block.motion_modules.0.temporal_transformer.";
  EXPECT_GT(motion.at(module + "proj_out.weight").std().item<double>(), 0.05);
  const at::Tensor pe = motion.at(
      module + "transformer_blocks.0.attention_blocks.1.pos_encoder.pe");
  EXPECT_EQ(pe.size(1), 24);
  EXPECT_FLOAT_EQ(pe[0][0][0].item<float>(), 0.0f);
  EXPECT_FLOAT_EQ(pe[0][0][1].item<float>(), 1.0f);
  EXPECT_FLOAT_EQ(pe[0][3][0].item<float>(), std::sin(3.0f));
  const StateDict clip = Load(folder, "model/image_encoder/model.safetensors");
  EXPECT_EQ(
      clip.at("vision_model.embeddings.position_ids")[0][49].item<int64_t>(),
      49);
}

TEST(RandomModelTest, AnExistingFolderIsLeftAlone) {
  const TemporaryFolder folder;
  folder.Write("model/mine.txt", "precious");
  const absl::Status written = WriteRandomModel(
      FindTopologyConfig("nano").value(), folder / "model", {});
  EXPECT_EQ(written.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFileOrDie(folder / "model/mine.txt"), "precious");
}

TEST(RandomModelTest, ReportsEachFile) {
  const TemporaryFolder folder;
  std::vector<WrittenFile> files;
  ASSERT_TRUE(
      WriteRandomModel(
          FindTopologyConfig("nano").value(), folder / "model",
          {.on_file =
               [&files](const WrittenFile& file) { files.push_back(file); }})
          .ok());
  ASSERT_THAT(files, SizeIs(6));
  for (const WrittenFile& file : files) {
    EXPECT_EQ(file.size_bytes,
              std::filesystem::file_size((folder / "model/" + file.name)));
  }
}

}  // namespace
}  // namespace animate
