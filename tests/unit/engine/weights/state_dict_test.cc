#include "engine/weights/state_dict.h"

#include <gmock/gmock.h>

#include <string>

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "absl/strings/str_cat.h"
#include "engine/weights/safetensors_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

CheckpointFormat FormatOf(const std::string& path) {
  const auto checkpoint = LoadCheckpoint(path);
  EXPECT_THAT(checkpoint, IsOk());
  return checkpoint->format;
}

TEST(LoadCheckpointTest, TheContentDecidesNotTheName) {
  const TemporaryFolder folder;
  const auto copy = [&](const std::string& fixture, const std::string& name) {
    return folder.Write(name, ReadFileOrDie(CheckpointFixture(fixture)));
  };
  EXPECT_EQ(FormatOf(copy("every_dtype.safetensors", "a.pth")),
            CheckpointFormat::kSafetensors);
  EXPECT_EQ(FormatOf(copy("every_dtype.pth", "a.safetensors")),
            CheckpointFormat::kTorchZip);
  EXPECT_EQ(FormatOf(copy("every_dtype_legacy.pth", "a.json")),
            CheckpointFormat::kTorchLegacy);
}

TEST(LoadCheckpointTest, ASafetensorsHeaderLengthMayLookLikeABrace) {
  // 0x7b is both '{' and the length 123.
  const std::string header = "{" + std::string(121, ' ') + "}";
  const TemporaryFolder folder;
  EXPECT_EQ(FormatOf(folder.Write("a", SafetensorsBytes(header, ""))),
            CheckpointFormat::kSafetensors);
}

TEST(LoadCheckpointTest, AllFormatsGiveTheSameTensors) {
  const auto safetensors =
      LoadStateDict(CheckpointFixture("every_dtype.safetensors"));
  ASSERT_THAT(safetensors, IsOk());
  for (const char* name : {"every_dtype.pth", "every_dtype_legacy.pth"}) {
    const auto torch = LoadStateDict(CheckpointFixture(name));
    ASSERT_THAT(torch, IsOk());
    ASSERT_EQ(torch->size(), safetensors->size());
    for (const auto& [key, tensor] : *safetensors) {
      EXPECT_TRUE(torch->at(key).equal(tensor)) << key;
    }
  }
}

TEST(LoadCheckpointTest, DropsTheModulePrefix) {
  const auto state_dict = LoadStateDict(CheckpointFixture("nested.pth"));
  ASSERT_THAT(state_dict, IsOk());
  EXPECT_TRUE(state_dict->contains("0.weight"));
}

TEST(LoadCheckpointTest, RefusesOtherContent) {
  const TemporaryFolder folder;
  EXPECT_THAT(LoadStateDict(folder.Write("a.safetensors", "hello, world")),
              IsRefused("neither a safetensors file"));
  EXPECT_THAT(LoadStateDict(folder.Write("b", "x")),
              IsRefused("neither a safetensors file"));
  EXPECT_EQ(LoadStateDict(folder / "c").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(LoadCheckpointTest, ErrorsNameThePathOnce) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", SafetensorsBytes("{", ""));
  const std::string message(LoadStateDict(path).status().message());
  EXPECT_THAT(message, StartsWith(path));
  EXPECT_EQ(message.find(path, 1), std::string::npos);
}

// Two shards and their index.
class ShardsTest : public testing::Test {
 protected:
  ShardsTest() {
    EXPECT_THAT(
        SaveSafetensors(folder_ / "one.safetensors", {{"a", at::full({2}, 1)}}),
        IsOk());
    EXPECT_THAT(
        SaveSafetensors(folder_ / "two.safetensors",
                        {{"b", at::full({2}, 2)}, {"c", at::full({2}, 3)}}),
        IsOk());
  }

  absl::StatusOr<Checkpoint> Load(const std::string& weight_map) {
    return LoadCheckpoint(folder_.Write(
        "model.safetensors.index.json",
        absl::StrCat(R"({"metadata": {"total_size": 24}, "weight_map": )",
                     weight_map, "}")));
  }

  TemporaryFolder folder_;
};

TEST_F(ShardsTest, TensorsOfAllShardsAreJoined) {
  const auto checkpoint =
      Load(R"({"a": "one.safetensors", "b": "two.safetensors",
               "c": "two.safetensors"})");
  ASSERT_THAT(checkpoint, IsOk());
  EXPECT_EQ(checkpoint->format, CheckpointFormat::kShardIndex);
  EXPECT_EQ(checkpoint->tensors.size(), 3u);
  EXPECT_TRUE(checkpoint->tensors.at("c").equal(at::full({2}, 3)));
  EXPECT_THAT(checkpoint->files,
              ElementsAre(folder_ / "model.safetensors.index.json",
                          (folder_ / "one.safetensors"),
                          (folder_ / "two.safetensors")));
}

TEST_F(ShardsTest, RefusesAKeyThatItsShardLacks) {
  EXPECT_THAT(Load(R"({"a": "one.safetensors", "d": "one.safetensors"})"),
              IsRefused("the index promises \"d\""));
}

TEST_F(ShardsTest, RefusesAKeyThatTheIndexLacks) {
  EXPECT_THAT(Load(R"({"b": "two.safetensors"})"),
              IsRefused("\"c\" is not in the index"));
}

TEST_F(ShardsTest, AMissingShardIsNotFound) {
  EXPECT_EQ(Load(R"({"a": "three.safetensors"})").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ShardsTest, RefusesShardsOutsideTheFolderOfTheIndex) {
  for (const char* name : {"/etc/passwd", "../one.safetensors", "..", "",
                           "sub/one.safetensors", "sub\\\\one"}) {
    EXPECT_THAT(Load(absl::StrCat(R"({"a": ")", name, "\"}")),
                IsRefused("own folder"))
        << name;
  }
  EXPECT_THAT(Load(R"({"a": 1})"), IsRefused("own folder"));
}

TEST_F(ShardsTest, RefusesAnIndexThatNamesAnIndex) {
  EXPECT_THAT(Load(R"({"a": "model.safetensors.index.json"})"),
              IsRefused("neither a safetensors file nor"));
}

TEST_F(ShardsTest, RefusesAnIndexWithoutAWeightMap) {
  EXPECT_THAT(Load("{}"), IsRefused("no weight_map"));
  EXPECT_THAT(Load("[]"), IsRefused("no weight_map"));
  EXPECT_THAT(Load("{"), IsRefused("no weight_map"));
}

}  // namespace
}  // namespace animate
