#include "tools/model/inspect.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Pair;

std::string GoldenModel() {
  return absl::StrCat(SourceDir(), "/tests/golden/nano/pretrained_weights");
}

// A copy of the golden model that may be damaged.
void CopyModel(const TemporaryFolder& folder) {
  std::filesystem::copy(GoldenModel(), folder.path(),
                        std::filesystem::copy_options::recursive);
}

TEST(InspectModelTest, ReportsEveryNetworkOfAFolder) {
  const auto report = InspectModel(GoldenModel());
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok());
  ASSERT_EQ(report->networks.size(), 6u);
  for (const NetworkReport& network : report->networks) {
    EXPECT_THAT(network.status, IsOk()) << network.network;
    EXPECT_GT(network.parameters, 0) << network.network;
    EXPECT_GT(network.size_bytes, 0u) << network.network;
    int64_t keys = 0;
    int64_t parameters = 0;
    for (const ModuleReport& module : network.modules) {
      keys += module.keys;
      parameters += module.parameters;
    }
    EXPECT_EQ(keys, static_cast<int64_t>(network.tensors.size()));
    EXPECT_EQ(parameters, network.parameters);
  }
  EXPECT_THAT(report->configuration, Contains("image_encoder/config.json"));
  EXPECT_EQ(report->digests.size(), 6 + report->configuration.size());
  EXPECT_EQ(report->model_digest.size(), 64u);
}

TEST(InspectModelTest, ReportsOneCheckpoint) {
  const auto report = InspectModel(CheckpointFixture("every_dtype.pth"));
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->networks.size(), 1u);
  const NetworkReport& network = report->networks[0];
  EXPECT_EQ(network.file, "every_dtype.pth");
  EXPECT_EQ(network.format, "torch zip");
  EXPECT_EQ(network.tensors.size(), 12u);
  EXPECT_EQ(network.parameters, 61);
  EXPECT_THAT(network.elements_by_dtype, Contains(Pair("BF16", 6)));
  EXPECT_THAT(network.elements_by_dtype, Contains(Pair("F32", 7)));
  EXPECT_EQ(report->digests.size(), 1u);
  EXPECT_EQ(report->model_digest, "");
}

TEST(InspectModelTest, CountsTensorsByModule) {
  const auto report = InspectModel(CheckpointFixture("nested.pth"));
  ASSERT_THAT(report, IsOk());
  const std::vector<ModuleReport>& modules = report->networks[0].modules;
  EXPECT_THAT(modules, ElementsAre(Field(&ModuleReport::name, "0"),
                                   Field(&ModuleReport::name, "1")));
  EXPECT_EQ(modules[0].keys, 2);
  EXPECT_EQ(modules[0].parameters, 8);
  EXPECT_EQ(modules[0].largest.key, "weight");
  EXPECT_THAT(modules[0].largest.shape, ElementsAre(2, 3));
}

TEST(InspectModelTest, AnUnreadableNetworkDoesNotHideTheOthers) {
  const TemporaryFolder folder;
  CopyModel(folder);
  std::filesystem::resize_file(folder / "pose_guider.pth", 1000);
  const auto report = InspectModel(folder.path());
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->ok());
  for (const NetworkReport& network : report->networks) {
    EXPECT_EQ(network.status.ok(), network.network != "pose guider");
  }
}

TEST(InspectModelTest, AnIncompleteFolderIsAnError) {
  const TemporaryFolder folder;
  CopyModel(folder);
  std::filesystem::remove(folder / "motion_module.pth");
  const absl::Status status = InspectModel(folder.path()).status();
  EXPECT_EQ(GetErrorReason(status), "MODEL_FILES_MISSING");
  EXPECT_EQ(InspectModel(folder / "none").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(InspectModelTest, HashesOnlyWhenAskedTo) {
  std::vector<std::string> hashed;
  const auto report = InspectModel(
      GoldenModel(), {.hash = false, .on_hash = [&](absl::string_view file) {
                        hashed.emplace_back(file);
                      }});
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(hashed.empty());
  EXPECT_TRUE(report->digests.empty());
  EXPECT_EQ(report->model_digest, "");
}

}  // namespace
}  // namespace animate
