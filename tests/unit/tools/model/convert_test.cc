#include "tools/model/convert.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/weights/safetensors_writer.h"
#include "engine/weights/state_dict.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"
#include "tests/unit/tools/model/made_model.h"
#include "tools/model/verify.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string GoldenModel() {
  return SourceDir() + "/tests/golden/nano/pretrained_weights";
}

StateDict LoadFrom(const std::string& folder, const std::string& name) {
  return LoadStateDict(folder + "/" + name).value();
}

TEST(ConvertModelTest, WithoutATypeEveryBitStays) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const absl::Status converted = ConvertModel(GoldenModel(), out, {});
  ASSERT_TRUE(converted.ok()) << converted;
  for (const char* network :
       {"denoising_unet", "motion_module", "reference_unet", "pose_guider"}) {
    const StateDict before =
        LoadFrom(GoldenModel(), absl::StrCat(network, ".pth"));
    const StateDict after =
        LoadFrom(out, absl::StrCat(network, ".safetensors"));
    ASSERT_EQ(before.size(), after.size());
    for (const auto& [key, tensor] : before) {
      EXPECT_EQ(after.at(key).scalar_type(), tensor.scalar_type()) << key;
      EXPECT_TRUE(at::equal(after.at(key), tensor)) << key;
    }
  }
  EXPECT_EQ(ReadFileOrDie(out + "/topology.json"),
            ReadFileOrDie(GoldenModel() + "/topology.json"));
  EXPECT_TRUE(VerifyModel(out)->ok());
}

TEST(ConvertModelTest, ConvertsFloatingPointTensorsOnly) {
  const TemporaryFolder folder;
  MakeNano(folder / "in");
  ASSERT_TRUE(
      ConvertModel(folder / "in", folder / "out", {.dtype = c10::kBFloat16})
          .ok());
  EXPECT_TRUE(VerifyModel(folder / "out", {.dtype = c10::kBFloat16})->ok());
  const std::string clip = "image_encoder/model.safetensors";
  EXPECT_EQ(LoadFrom(folder / "out", clip)
                .at("vision_model.embeddings.position_ids")
                .scalar_type(),
            at::kLong);
  const std::string unet = "denoising_unet.safetensors";
  EXPECT_TRUE(at::equal(
      LoadFrom(folder / "out", unet).at("conv_in.weight"),
      LoadFrom(folder / "in", unet).at("conv_in.weight").to(at::kBFloat16)));
}

TEST(ConvertModelTest, ASingleCheckpointBecomesASingleFile) {
  const TemporaryFolder folder;
  const std::string in = CheckpointFixture("every_dtype_legacy.pth");
  ASSERT_TRUE(ConvertModel(in, folder / "out.safetensors", {}).ok());
  const StateDict before = LoadStateDict(in).value();
  const StateDict after = LoadStateDict(folder / "out.safetensors").value();
  ASSERT_EQ(after.size(), before.size());
  for (const auto& [key, tensor] : before) {
    EXPECT_TRUE(at::equal(after.at(key), tensor)) << key;
  }
}

TEST(ConvertModelTest, RefusesWhatFloat16CannotHold) {
  const TemporaryFolder folder;
  const std::string in = folder / "in.safetensors";
  ASSERT_TRUE(SaveSafetensors(in, {{"big", at::full({3}, 7e4)}}).ok());
  const absl::Status converted =
      ConvertModel(in, folder / "out", {.dtype = c10::kHalf});
  EXPECT_EQ(converted.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(converted.message()),
              AllOf(HasSubstr(in), HasSubstr("\"big\": 3 of 3 values"),
                    HasSubstr("65504")));
  EXPECT_FALSE(fs::exists(folder / "out"));
  EXPECT_TRUE(ConvertModel(in, folder / "out", {.dtype = c10::kBFloat16}).ok());
}

TEST(ConvertModelTest, AFailedConversionLeavesNothingBehind) {
  const TemporaryFolder folder;
  MakeNano(folder / "in");
  fs::resize_file(folder / "in/image_encoder/model.safetensors", 5000);
  EXPECT_FALSE(ConvertModel(folder / "in", folder / "out", {}).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()),
                          fs::directory_iterator()),
            1);
}

// A limit on the size of files stands in for a disk that becomes full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  void (*handler_)(int) = nullptr;
};

TEST(ConvertModelTest, AFullDiskIsNamedAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  MakeNano(folder / "in");
  absl::Status converted;
  {
    const FileSizeLimit limit(100'000);
    converted = ConvertModel(folder / "in", folder / "out", {});
  }
  EXPECT_FALSE(converted.ok());
  EXPECT_THAT(std::string(converted.message()), HasSubstr("write "));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()),
                          fs::directory_iterator()),
            1);
}

}  // namespace
}  // namespace animate
