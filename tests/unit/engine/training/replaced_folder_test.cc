#include "engine/training/replaced_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

// Fills a folder with one file.
auto FileWith(const std::string& text) {
  return [text](const AtomicFolder& folder) -> absl::Status {
    const absl::StatusOr<std::string> path = folder.PathFor("file");
    if (!path.ok()) return path.status();
    std::ofstream(*path) << text;
    return absl::OkStatus();
  };
}

std::string TextAt(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(WriteReplacedFolderTest, MakesAFolderAndThenAnotherInItsPlace) {
  const TemporaryFolder place;
  ASSERT_TRUE(WriteReplacedFolder(place / "model", 0, FileWith("one")).ok());
  EXPECT_EQ(TextAt(place / "model/file"), "one");
  ASSERT_TRUE(WriteReplacedFolder(place / "model/", 0, FileWith("two")).ok());
  EXPECT_EQ(TextAt(place / "model/file"), "two");
}

TEST(WriteReplacedFolderTest, LeavesNothingElseBehind) {
  const TemporaryFolder place;
  place.Write("model.next/stale", "of a process that was killed");
  ASSERT_TRUE(WriteReplacedFolder(place / "model", 0, FileWith("one")).ok());
  ASSERT_TRUE(WriteReplacedFolder(place / "model", 0, FileWith("two")).ok());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(place.path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, testing::ElementsAre("model"));
}

TEST(WriteReplacedFolderTest, KeepsTheEarlierFolderWhenAnythingFails) {
  const TemporaryFolder place;
  ASSERT_TRUE(WriteReplacedFolder(place / "model", 0, FileWith("one")).ok());
  const absl::Status failed = WriteReplacedFolder(
      place / "model", 0, [](const AtomicFolder& folder) -> absl::Status {
        EXPECT_TRUE(FileWith("half")(folder).ok());
        return absl::ResourceExhaustedError("disk full");
      });
  EXPECT_EQ(failed.message(), "disk full");
  EXPECT_EQ(TextAt(place / "model/file"), "one");
}

TEST(WriteReplacedFolderTest, AsksForTheSpaceFirst) {
  const TemporaryFolder place;
  EXPECT_EQ(
      WriteReplacedFolder(place / "model", uint64_t{1} << 60, FileWith("one"))
          .code(),
      absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace animate
