#include "tools/model/verify.h"

#include <gmock/gmock.h>

#include <ATen/ops/ones.h>
#include <filesystem>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/weights/motion_keys.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VerifyModelTest : public ::testing::Test {
 protected:
  VerifyModelTest() { MakeNano(Path("")); }

  std::string Path(const std::string& name) const {
    return (folder_ / absl::StrCat("model/", name));
  }

  VerifyReport Verify(const VerifyOptions& options = {}) const {
    return VerifyModel(Path(""), options).value();
  }

  const TemporaryFolder folder_;
};

TEST_F(VerifyModelTest, ARandomModelFits) {
  for (const char* config : {"", "nano"}) {
    const VerifyReport report = Verify({.config = config});
    EXPECT_TRUE(report.ok()) << VerifyText(report);
    EXPECT_THAT(report.networks, SizeIs(6));
  }
  EXPECT_EQ(Verify().networks[0].dtypes.count("F32"), 1u);
}

TEST_F(VerifyModelTest, AGoldenModelThatPythonWroteFits) {
  const absl::StatusOr<VerifyReport> report =
      VerifyModel(SourceDir() + "/tests/golden/nano/pretrained_weights");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << VerifyText(*report);
}

TEST_F(VerifyModelTest, MissingMisshapenAndUnexpectedKeysAreListed) {
  Rewrite(Path("reference_unet.safetensors"), [](StateDict& weights) {
    weights.erase("conv_in.bias");
    weights["conv_in.weight"] = at::ones({3, 3});
    weights["surplus"] = at::ones({7});
  });
  const VerifyReport report = Verify();
  EXPECT_FALSE(report.ok());
  const ParameterDifferences& differences = report.networks[2].differences;
  ASSERT_THAT(differences.missing, SizeIs(1));
  EXPECT_EQ(differences.missing[0].key, "conv_in.bias");
  ASSERT_THAT(differences.misshapen, SizeIs(1));
  EXPECT_THAT(differences.misshapen[0].expected, ElementsAre(32, 4, 3, 3));
  ASSERT_THAT(differences.unexpected, SizeIs(1));
  EXPECT_EQ(differences.unexpected[0].key, "surplus");
  EXPECT_THAT(VerifyText(report),
              AllOf(HasSubstr("conv_in.weight: is [3, 3], expected"),
                    HasSubstr("the model does not fit")));
}

TEST_F(VerifyModelTest, MissingMotionKeysAreThoseOfTheMotionModule) {
  Rewrite(Path("motion_module.safetensors"), [](StateDict& weights) {
    std::erase_if(weights, [](const auto& entry) {
      return MotionModuleOf(entry.first) == "mid_block.motion_modules.0";
    });
  });
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.networks[0].ok());
  EXPECT_FALSE(report.networks[1].ok());
  EXPECT_THAT(report.networks[1].differences.missing, SizeIs(28));
}

TEST_F(VerifyModelTest, AFileWithoutMotionModulesIsNamed) {
  Rewrite(Path("motion_module.safetensors"), [](StateDict& weights) {
    weights = {{"conv_in.bias", at::ones({32})}};
  });
  EXPECT_THAT(std::string(Verify().networks[1].status.message()),
              HasSubstr("no motion module"));
}

TEST_F(VerifyModelTest, ValuesThatAreNotFiniteAreFoundUnlessNotLookedFor) {
  Rewrite(Path("pose_guider.safetensors"), [](StateDict& weights) {
    at::Tensor bias = weights.at("conv_out.bias").clone();
    bias[3] = std::numeric_limits<float>::quiet_NaN();
    bias[5] = std::numeric_limits<float>::infinity();
    weights["conv_out.bias"] = bias;
  });
  EXPECT_THAT(Verify().networks[3].not_finite,
              ElementsAre("conv_out.bias: 2 of 32 values"));
  EXPECT_TRUE(Verify({.values = false}).ok());
}

TEST_F(VerifyModelTest, AnotherTypeIsNamed) {
  EXPECT_TRUE(Verify({.dtype = c10::kFloat}).ok());
  const VerifyReport half = Verify({.dtype = c10::kHalf});
  EXPECT_THAT(half.networks[3].wrong_dtype, SizeIs(16));
  EXPECT_EQ(half.networks[3].wrong_dtype[0],
            "blocks.0.bias: is F32, expected F16");
  Rewrite(Path("pose_guider.safetensors"), [](StateDict& weights) {
    weights["conv_out.bias"] = at::ones({32}, at::kInt);
  });
  EXPECT_THAT(
      Verify().networks[3].wrong_dtype,
      ElementsAre("conv_out.bias: is I32, expected a floating-point type"));
}

TEST_F(VerifyModelTest, APoseGuiderOfAnotherWidthDisagreesWithTheUnet) {
  Rewrite(Path("pose_guider.safetensors"), [](StateDict& weights) {
    weights["conv_out.weight"] = at::ones({16, 16, 3, 3});
    weights["conv_out.bias"] = at::ones({16});
  });
  EXPECT_THAT(Verify().disagreements,
              ElementsAre("pose guider output channels is 16, unet "
                          "block_out_channels[0] is 32"));
}

// The form of the paper: 4x4 convolutions, and a 1x1 one to `channels`.
void MakePaperPoseGuider(StateDict& weights, int64_t channels) {
  weights.clear();
  int64_t before = 3;
  int block = 0;
  for (const int64_t width : {4, 8, 8, 16}) {
    const std::string conv = absl::StrCat("blocks.", block++);
    weights[conv + ".weight"] = at::ones({width, before, 4, 4});
    weights[conv + ".bias"] = at::ones({width});
    before = width;
  }
  weights["conv_out.weight"] = at::ones({channels, before, 1, 1});
  weights["conv_out.bias"] = at::ones({channels});
}

TEST_F(VerifyModelTest, ThePoseGuiderOfThePaperFitsTheLatents) {
  Rewrite(Path("pose_guider.safetensors"),
          [](StateDict& weights) { MakePaperPoseGuider(weights, 4); });
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.networks[3].ok());
  EXPECT_THAT(report.disagreements, IsEmpty());
}

TEST_F(VerifyModelTest, APoseGuiderOfThePaperThatDoesNotFitTheLatentsIsNamed) {
  Rewrite(Path("pose_guider.safetensors"),
          [](StateDict& weights) { MakePaperPoseGuider(weights, 32); });
  EXPECT_THAT(Verify().disagreements,
              ElementsAre("pose guider output channels is 32, unet "
                          "in_channels is 4"));
}

TEST_F(VerifyModelTest, AnUnreadableFileLeavesTheOthersJudged) {
  std::filesystem::resize_file(Path("denoising_unet.safetensors"), 1000);
  const VerifyReport report = Verify();
  EXPECT_THAT(std::string(report.networks[0].status.message()),
              HasSubstr("denoising_unet.safetensors"));
  EXPECT_TRUE(report.networks[2].ok());
}

}  // namespace
}  // namespace animate
