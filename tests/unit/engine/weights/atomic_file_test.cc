#include "engine/weights/atomic_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

int FilesIn(const TemporaryFolder& folder) {
  return static_cast<int>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

TEST(AtomicFileTest, AppearsUnderItsNameWhenCommitted) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  {
    auto file = AtomicFile::Create(path);
    ASSERT_THAT(file, IsOk());
    EXPECT_THAT((*file)->Write("con", 3), IsOk());
    EXPECT_THAT((*file)->Write("tent", 4), IsOk());
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_THAT((*file)->Commit(), IsOk());
  }
  EXPECT_EQ(ReadFileOrDie(path), "content");
  EXPECT_EQ(FilesIn(folder), 1);
}

TEST(AtomicFileTest, LeavesTheOldFileWhenNotCommitted) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", "old");
  {
    auto file = AtomicFile::Create(path);
    ASSERT_THAT(file, IsOk());
    EXPECT_THAT((*file)->Write("new", 3), IsOk());
  }
  EXPECT_EQ(ReadFileOrDie(path), "old");
  EXPECT_EQ(FilesIn(folder), 1);
}

TEST(AtomicFileTest, TwoWritersOfOneNameDoNotMix) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  auto first = AtomicFile::Create(path);
  auto second = AtomicFile::Create(path);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT((*first)->Write("first", 5), IsOk());
  EXPECT_THAT((*second)->Write("second", 6), IsOk());
  EXPECT_THAT((*second)->Commit(), IsOk());
  EXPECT_THAT((*first)->Commit(), IsOk());
  EXPECT_EQ(ReadFileOrDie(path), "first");
}

TEST(AtomicFileTest, AMissingFolderIsNotFound) {
  EXPECT_EQ(AtomicFile::Create("/nowhere/a").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace animate
