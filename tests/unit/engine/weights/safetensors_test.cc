#include "engine/weights/safetensors.h"

#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include <ATen/core/Tensor.h>

#include "absl/strings/str_cat.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr absl::string_view kOneFloatFile =
    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";

TEST(SafetensorsTest, TensorsPointIntoTheFileAndKeepItAlive) {
  at::Tensor tensor;
  uint8_t* data = nullptr;
  {
    const SharedBytes file = CopyBytes(SafetensorsBytes(
        absl::StrCat(kOneFloatFile,
                     std::string(-(8 + kOneFloatFile.size()) % 8u, ' ')),
        LittleEndian(0x40200000, 4)));
    data = file.bytes.data();
    const auto read = ReadSafetensors(file);
    ASSERT_THAT(read, IsOk());
    tensor = read->tensors.at("a");
    EXPECT_EQ(static_cast<const uint8_t*>(tensor.const_data_ptr()),
              data + file.bytes.size() - 4);
  }
  EXPECT_EQ(tensor.item<float>(), 2.5f);
}

TEST(SafetensorsTest, CopiesATensorThatIsNotAligned) {
  std::string header(kOneFloatFile);
  header.append((9 - (8 + header.size()) % 8) % 8, ' ');  // Ends at 1 mod 8.
  const SharedBytes file =
      CopyBytes(SafetensorsBytes(header, LittleEndian(0x40200000, 4)));
  const auto read = ReadSafetensors(file);
  ASSERT_THAT(read, IsOk());
  const at::Tensor& tensor = read->tensors.at("a");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) % 4, 0u);
  EXPECT_EQ(tensor.item<float>(), 2.5f);
}

TEST(SafetensorsTest, RefusesABooleanThatIsNeitherZeroNorOne) {
  const std::string header =
      R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  EXPECT_THAT(ReadSafetensors(CopyBytes(
                  SafetensorsBytes(header, absl::string_view("\0\1", 2)))),
              IsOk());
  EXPECT_THAT(ReadSafetensors(CopyBytes(SafetensorsBytes(header, "\1\2"))),
              IsRefused("\"a\": a boolean"));
}

TEST(SafetensorsTest, ReadsMetadataOfAFileThatPythonWrote) {
  const auto metadata =
      LoadSafetensorsMetadata(CheckpointFixture("every_dtype.safetensors"));
  ASSERT_THAT(metadata, IsOk());
  EXPECT_THAT(*metadata, ElementsAre(Pair("format", "pt")));
}

TEST(SafetensorsTest, ErrorsBeginWithThePath) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a.safetensors", "{}");
  EXPECT_THAT(std::string(LoadSafetensors(path).status().message()),
              StartsWith(path));
  EXPECT_THAT(std::string(LoadSafetensorsMetadata(path).status().message()),
              StartsWith(path));
}

TEST(SafetensorsTest, AMissingFileIsNotFound) {
  const absl::Status status =
      LoadSafetensors("/nowhere/a.safetensors").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/nowhere/a.safetensors"));
}

TEST(SafetensorsTest, TrainingATensorInPlaceLeavesTheFileAlone) {
  const TemporaryFolder folder;
  const std::string content = SafetensorsBytes(kOneFloatFile, "1234");
  const std::string path = folder.Write("a.safetensors", content);
  auto tensors = LoadSafetensors(path);
  ASSERT_THAT(tensors, IsOk());
  std::memset(tensors->at("a").mutable_data_ptr(), 0, 4);
  EXPECT_EQ(tensors->at("a").item<float>(), 0.0f);
  EXPECT_EQ(ReadFileOrDie(path), content);
}

}  // namespace
}  // namespace animate
