#include "engine/weights/atomic_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::ptrdiff_t CountEntries(const std::string& folder) {
  return std::distance(fs::directory_iterator(folder),
                       fs::directory_iterator());
}

void WriteInto(const AtomicFolder& folder, const std::string& name) {
  std::ofstream(folder.PathFor(name).value()) << name;
}

TEST(AtomicFolderTest, AppearsWithEverythingWhenCommitted) {
  const TemporaryFolder parent;
  const std::string path = parent / "made/here/";
  auto folder = AtomicFolder::Create(path, 10).value();
  WriteInto(*folder, "a");
  WriteInto(*folder, "deep/er/b");
  EXPECT_FALSE(fs::exists(path));
  ASSERT_TRUE(folder->Commit().ok());
  EXPECT_EQ(ReadFileOrDie(path + "deep/er/b"), "deep/er/b");
  folder.reset();
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(CountEntries(parent / "made"), 1);
}

TEST(AtomicFolderTest, LeavesNothingWithoutCommit) {
  const TemporaryFolder parent;
  auto folder = AtomicFolder::Create(parent / "made", 10).value();
  WriteInto(*folder, "deep/b");
  folder.reset();
  EXPECT_EQ(CountEntries(parent.path()), 0);
}

TEST(AtomicFolderTest, TakesAnEmptyFolderAndNoOther) {
  const TemporaryFolder parent;
  fs::create_directory(parent / "empty");
  auto folder = AtomicFolder::Create(parent / "empty", 10).value();
  WriteInto(*folder, "a");
  EXPECT_TRUE(folder->Commit().ok());
  const absl::Status again =
      AtomicFolder::Create(parent / "empty", 10).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFileOrDie(parent / "empty/a"), "a");
}

TEST(AtomicFolderTest, NeedsTheSpaceItWillTake) {
  const TemporaryFolder parent;
  const absl::Status full =
      AtomicFolder::Create(parent / "made", uint64_t{1} << 62).status();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetErrorReason(full), "DISK_FULL");
  EXPECT_THAT(std::string(full.message()), HasSubstr("GB free"));
  EXPECT_EQ(CountEntries(parent.path()), 0);
}

}  // namespace
}  // namespace animate
