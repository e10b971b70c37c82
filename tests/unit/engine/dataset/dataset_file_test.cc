#include "engine/dataset/dataset_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

TEST(DatasetFileTest, ReturnsAllBytes) {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\n", 4);
  const auto read = ReadDatasetFile(folder.Write("a.bin", bytes));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, bytes);
  EXPECT_EQ(ReadDatasetFile(folder.Write("empty", "")).value(), "");
}

TEST(DatasetFileTest, NamesWhatCannotBeRead) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder / "gone", folder.path()}) {
    const auto read = ReadDatasetFile(path);
    EXPECT_EQ(GetErrorReason(read.status()), "BAD_DATASET_FILE");
    EXPECT_THAT(read.status().message(), testing::HasSubstr(path));
  }
}

}  // namespace
}  // namespace animate
