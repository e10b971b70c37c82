#include "engine/evaluation/video_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>

#include <limits>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

at::Tensor GoldenClips() { return EvaluationGoldens().tensor("clips"); }

void ExpectGoldenFeatures(const std::string& file) {
  const EvaluationGoldens goldens;
  const absl::StatusOr<VideoFeatures> network =
      VideoFeatures::Load(goldens.Path(file));
  ASSERT_TRUE(network.ok()) << network.status();
  const absl::StatusOr<at::Tensor> features = network->Describe(GoldenClips());
  ASSERT_TRUE(features.ok()) << features.status();
  const nlohmann::json& want = goldens.figures()["video_features"];
  ASSERT_EQ(features->size(0), static_cast<int64_t>(want.size()));
  ASSERT_EQ(features->size(1), static_cast<int64_t>(want[0].size()));
  for (int64_t i = 0; i < features->size(0); ++i) {
    for (int64_t j = 0; j < features->size(1); ++j) {
      const auto row = static_cast<size_t>(i);
      const auto column = static_cast<size_t>(j);
      EXPECT_NEAR((*features)[i][j].item().toDouble(),
                  want[row][column].get<double>(), 1e-5);
    }
  }
}

TEST(VideoFeaturesTest, RunsTorchScriptLikePython) {
  ExpectGoldenFeatures("video_features.pt");
}

TEST(VideoFeaturesTest, SwitchesOnWhatThePublicI3dFileNeeds) {
  ExpectGoldenFeatures("picky_features.pt");
}

TEST(VideoFeaturesTest, DescribesPicturesAsItsTensorOfLevels) {
  const VideoFeatures network =
      *VideoFeatures::Load(EvaluationGoldens().Path("video_features.pt"));
  const std::vector<RgbImage> clip(3, Plain(12, 16, 200));
  const at::Tensor of_pictures = *network.Describe(clip);
  const at::Tensor of_tensor =
      *network.Describe(at::full({1, 3, 3, 16, 12}, 200.0));
  EXPECT_TRUE(of_pictures.equal(of_tensor));
}

TEST(VideoFeaturesTest, FilesThatAreNoNetworkAreErrorsThatNameThem) {
  const TemporaryFolder folder;
  EXPECT_EQ(VideoFeatures::Load(folder / "none.pt").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(VideoFeatures::Load(folder.path()).ok());
  const std::string text = folder.Write("text.pt", "not a network");
  const absl::Status status = VideoFeatures::Load(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("text.pt: not a TorchScript"));
}

TEST(VideoFeaturesTest, ClipsThatDoNotSuitTheNetworkAreErrors) {
  const VideoFeatures network =
      *VideoFeatures::Load(EvaluationGoldens().Path("video_features.pt"));
  EXPECT_EQ(network.Describe(at::full({1, 3, 1, 16, 12}, 1.0)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(network
                .Describe(at::full({1, 3, 3, 16, 12},
                                   std::numeric_limits<double>::infinity()))
                .status()
                .code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace animate
