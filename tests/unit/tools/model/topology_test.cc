#include "tools/model/topology.h"

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/model/autoencoder_kl.h"
#include "engine/model/clip_vision.h"
#include "engine/model/denoising_unet.h"
#include "engine/model/pose_guider.h"
#include "engine/model/reference_unet.h"
#include "engine/weights/key_mapping.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using Shapes = std::map<std::string, std::vector<int64_t>>;

// Reads "<key>\t<320x4x3x3>\t<P or B>" lines.
Shapes Manifest(const std::string& name) {
  std::ifstream file(
      absl::StrCat(SourceDir(), "/tests/golden/manifests/", name, ".tsv"));
  EXPECT_TRUE(file.good()) << name;
  Shapes shapes;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    std::vector<int64_t> shape;
    for (const absl::string_view size : absl::StrSplit(columns.at(1), 'x')) {
      int64_t value = 0;
      EXPECT_TRUE(absl::SimpleAtoi(size, &value)) << line;
      shape.push_back(value);
    }
    EXPECT_TRUE(shapes.emplace(columns[0], shape).second) << line;
  }
  return shapes;
}

Shapes ShapesIn(const StateDict& state_dict) {
  Shapes shapes;
  for (const auto& [key, tensor] : state_dict) {
    EXPECT_TRUE(tensor.is_meta()) << key;
    shapes.emplace(key, tensor.sizes().vec());
  }
  return shapes;
}

StateDict StateDictOf(const Shapes& shapes) {
  StateDict state_dict;
  for (const auto& [key, shape] : shapes) {
    state_dict.emplace(key, at::empty(shape, at::TensorOptions(c10::kMeta)));
  }
  return state_dict;
}

const TopologyConfig& AnimateAnyone() {
  static const TopologyConfig config =
      FindTopologyConfig("animate-anyone").value();
  return config;
}

const Topology& Published() {
  static const Topology topology = DescribeTopology(AnimateAnyone()).value();
  return topology;
}

// What a network built on exactly the manifest's tensors complains about.
template <typename Build>
std::string Complaints(StateDict state_dict, const Build& build) {
  Parameters parameters(std::move(state_dict));
  build(Scope(parameters));
  return std::string(parameters.Verify("network").message());
}

TEST(TopologyTest, TheDenoisingUnetHasExactlyTheKeysOfItsTwoFiles) {
  const Shapes unet = Manifest("denoising_unet");
  const Shapes motion = Manifest("motion_module");
  EXPECT_EQ(unet.size(), 686u);
  EXPECT_EQ(motion.size(), 588u);
  EXPECT_EQ(ShapesIn(Published().denoising_unet), unet);
  EXPECT_EQ(ShapesIn(Published().motion_module), motion);
}

TEST(TopologyTest, TheReferenceUnetHasExactlyItsKeys) {
  const Shapes manifest = Manifest("reference_unet");
  EXPECT_EQ(manifest.size(), 682u);
  EXPECT_EQ(ShapesIn(Published().reference_unet), manifest);
}

TEST(TopologyTest, ThePoseGuiderHasExactlyItsKeys) {
  const Shapes manifest = Manifest("pose_guider");
  EXPECT_EQ(manifest.size(), 16u);
  EXPECT_EQ(ShapesIn(Published().pose_guider), manifest);
}

TEST(TopologyTest, TheAutoencoderHasExactlyItsKeys) {
  const Shapes manifest = Manifest("vae_new_names");
  EXPECT_EQ(manifest.size(), 248u);
  EXPECT_EQ(ShapesIn(Published().vae), manifest);
}

TEST(TopologyTest, TheImageEncoderHasExactlyItsKeys) {
  const Shapes manifest = Manifest("image_encoder");
  EXPECT_EQ(manifest.size(), 393u);
  EXPECT_EQ(ShapesIn(Published().image_encoder), manifest);
}

TEST(TopologyTest, OldNamesOfTheAutoencoderBecomeTheNewOnes) {
  const Shapes old_names = Manifest("vae_old_names");
  EXPECT_NE(old_names, Manifest("vae_new_names"));
  const absl::StatusOr<StateDict> renamed =
      WithCurrentVaeKeys(StateDictOf(old_names));
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(ShapesIn(*renamed), Manifest("vae_new_names"));
}

TEST(TopologyTest, NetworksTakeTheManifestsWithoutComplaint) {
  const FolderConfig& config = AnimateAnyone().networks;
  Shapes unet = Manifest("denoising_unet");
  unet.merge(Manifest("motion_module"));
  EXPECT_EQ(unet.size(), 1274u);
  EXPECT_EQ(Complaints(StateDictOf(unet),
                       [&](const Scope& scope) {
                         DenoisingUnet(scope, config.unet,
                                       config.inference.motion);
                       }),
            "");
  EXPECT_EQ(
      Complaints(StateDictOf(Manifest("vae_new_names")),
                 [&](const Scope& scope) { AutoencoderKL(scope, config.vae); }),
      "");
}

TEST(TopologyTest, PositionIdsMayBePresentOrNot) {
  const FolderConfig& config = AnimateAnyone().networks;
  const auto build = [&](const Scope& scope) {
    ClipVision(scope, config.image_encoder);
  };
  Shapes shapes = Manifest("image_encoder");
  EXPECT_EQ(Complaints(StateDictOf(shapes), build), "");
  EXPECT_EQ(shapes.erase("vision_model.embeddings.position_ids"), 1u);
  EXPECT_EQ(Complaints(StateDictOf(shapes), build), "");
}

TEST(TopologyTest, TheReferenceUnetMayHaveOutputLayersOrNot) {
  const FolderConfig& config = AnimateAnyone().networks;
  const auto build = [&](const Scope& scope) {
    ReferenceUnet(scope, config.unet);
  };
  EXPECT_EQ(Complaints(StateDictOf(Manifest("reference_unet")), build), "");
  // Stable Diffusion's own file, which has four more.
  EXPECT_EQ(Complaints(StateDictOf(Manifest("denoising_unet")), build), "");
}

TEST(TopologyTest, ThePoseGuiderTakesItsWidthsFromTheWeights) {
  TopologyConfig config = AnimateAnyone();
  config.pose_guider_channels = {16, 32, 64, 128};
  const absl::StatusOr<Topology> topology = DescribeTopology(config);
  ASSERT_TRUE(topology.ok());
  int64_t parameters = 0;
  for (const auto& [key, shape] : topology->pose_guider) {
    parameters += shape.numel();
  }
  EXPECT_EQ(parameters, 514'896);  // the published smaller variant
  EXPECT_EQ(Complaints(topology->pose_guider,
                       [&](const Scope& scope) {
                         const PoseGuider pose_guider(scope);
                         EXPECT_EQ(pose_guider.out_channels(), 320);
                         EXPECT_EQ(pose_guider.spatial_factor(), 8);
                       }),
            "");
}

TEST(FindTopologyConfigTest, ReadsAFolder) {
  const absl::StatusOr<TopologyConfig> config =
      FindTopologyConfig(SourceDir() + "/tests/golden/nano/pretrained_weights");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->pose_guider_channels, (std::vector<int64_t>{4, 8, 12, 20}));
  EXPECT_EQ(config->motion_positions, 24);
  EXPECT_EQ(config->networks.unet.cross_attention_dim, 24);
}

TEST(FindTopologyConfigTest, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  const absl::StatusOr<TopologyConfig> config = FindTopologyConfig("anyone");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()),
              ::testing::HasSubstr("animate-anyone, nano or a folder"));
}

TEST(FindTopologyConfigTest, RefusesWidthsThatAreNotPositive) {
  const TemporaryFolder folder;
  folder.Write("stable-diffusion-v1-5/unet/config.json", "{}");
  folder.Write("sd-vae-ft-mse/config.json", "{}");
  folder.Write("image_encoder/config.json", "{}");
  folder.Write("topology.json",
               R"({"pose_guider": {"block_out_channels": [4, 0]}})");
  EXPECT_THAT(std::string(FindTopologyConfig(folder.path()).status().message()),
              ::testing::HasSubstr("must be positive"));
}

}  // namespace
}  // namespace animate
