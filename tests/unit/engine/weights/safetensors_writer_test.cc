#include "engine/weights/safetensors_writer.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "engine/weights/safetensors.h"
#include "engine/weights/safetensors_header.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

int WrittenFilesIn(const TemporaryFolder& folder) {
  return static_cast<int>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST(SafetensorsWriterTest, WhatIsWrittenReadsBackForEveryDtype) {
  StateDict tensors;
  for (const at::ScalarType dtype :
       {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt,
        at::kShort, at::kChar, at::kByte, at::kBool}) {
    tensors[c10::toString(dtype)] = at::arange(6).reshape({2, 3}).to(dtype);
  }
  tensors["scalar"] = at::ones({});
  tensors["empty"] = at::zeros({0, 3});
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  ASSERT_THAT(SaveSafetensors(path, tensors, {{"step", "7"}}), IsOk());
  const auto read = LoadSafetensors(path);
  ASSERT_THAT(read, IsOk());
  ASSERT_EQ(read->size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read->at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(read->at(name).equal(tensor)) << name;
  }
  EXPECT_THAT(*LoadSafetensorsMetadata(path), ElementsAre(Pair("step", "7")));
}

TEST(SafetensorsWriterTest, WritesViewsInTheirLogicalOrder) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  const at::Tensor view = at::arange(6).reshape({2, 3}).t();
  ASSERT_THAT(SaveSafetensors(path, {{"a", view}}), IsOk());
  const auto read = LoadSafetensors(path);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->at("a").is_contiguous());
  EXPECT_TRUE(read->at("a").equal(view));
}

TEST(SafetensorsWriterTest, EveryTensorIsAlignedToItsElements) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  ASSERT_THAT(SaveSafetensors(path, {{"a", at::ones({3}, at::kByte)},
                                     {"b", at::ones({3}, at::kHalf)},
                                     {"c", at::ones({3}, at::kDouble)}}),
              IsOk());
  const std::string file = ReadFileOrDie(path);
  const auto header = ParseSafetensorsHeader(AsBytes(file));
  ASSERT_THAT(header, IsOk());
  for (const auto& [name, entry] : header->tensors) {
    EXPECT_EQ(
        (header->data_begin + entry.begin) % c10::elementSize(entry.dtype), 0u)
        << name;
  }
}

TEST(SafetensorsWriterTest, ReplacesAFileThatIsStillMapped) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  ASSERT_THAT(SaveSafetensors(path, {{"a", at::ones({2})}}), IsOk());
  const auto before = LoadSafetensors(path);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(SaveSafetensors(path, {{"a", at::zeros({2})}}), IsOk());
  EXPECT_TRUE(before->at("a").equal(at::ones({2})));
  EXPECT_TRUE(LoadSafetensors(path)->at("a").equal(at::zeros({2})));
  EXPECT_EQ(WrittenFilesIn(folder), 1);
}

TEST(SafetensorsWriterTest, AFailedWriteLeavesNothingBehind) {
  const TemporaryFolder folder;
  // A folder cannot be replaced by a file.
  folder.Write("a.safetensors/inside", "x");
  EXPECT_FALSE(
      SaveSafetensors(folder / "a.safetensors", {{"a", at::ones({2})}}).ok());
  EXPECT_EQ(WrittenFilesIn(folder), 1);
}

TEST(SafetensorsWriterTest, RefusesWhatTheFormatCannotHold) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  for (const StateDict& tensors :
       {StateDict{{"a", at::ones({1}, at::kComplexFloat)}},
        StateDict{{"__metadata__", at::ones({1})}},
        StateDict{{"\xff", at::ones({1})}}}) {
    EXPECT_EQ(SaveSafetensors(path, tensors).code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(SaveSafetensors(path, {}, {{"a", "\xff"}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WrittenFilesIn(folder), 0);
}

TEST(SafetensorsWriterTest, AMissingFolderIsNotFound) {
  EXPECT_EQ(SaveSafetensors("/nowhere/a.safetensors", {}).code(),
            absl::StatusCode::kNotFound);
}

TEST(SafetensorsWriterTest, TensorsAreWrittenOneByOneInItsOrder) {
  const TemporaryFolder folder;
  const std::string path = folder / "x.safetensors";
  auto writer = SafetensorsWriter::Create(
                    path, {{.name = "z", .dtype = at::kHalf, .shape = {2}},
                           {.name = "y", .dtype = at::kFloat, .shape = {3}},
                           {.name = "a", .dtype = at::kHalf, .shape = {1}}})
                    .value();
  ASSERT_EQ(writer->order().size(), 3u);
  EXPECT_EQ(writer->order()[0].name, "y");
  EXPECT_EQ(writer->order()[1].name, "z");
  EXPECT_EQ(writer->order()[2].name, "a");
  EXPECT_TRUE(writer->Append(at::ones({3})).ok());
  EXPECT_EQ(writer->Append(at::ones({2})).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(writer->Append(at::ones({2}, at::kHalf)).ok());
  EXPECT_EQ(writer->Commit().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(writer->Append(at::ones({1}, at::kHalf)).ok());
  EXPECT_EQ(writer->Append(at::ones({1}, at::kHalf)).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(std::filesystem::file_size(path), writer->size_bytes());
  EXPECT_EQ(LoadSafetensors(path)->size(), 3u);
}

TEST(SafetensorsWriterTest, RefusesANameThatOccursTwice) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      SafetensorsWriter::Create(folder / "x", {{.name = "a", .shape = {1}},
                                               {.name = "a", .shape = {1}}})
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
