#include "engine/weights/shared_bytes.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

TEST(MapFileTest, ShowsTheContentOfTheFile) {
  const TemporaryFolder folder;
  const auto file = MapFile(folder.Write("a", "content"));
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(std::string(file->bytes.begin(), file->bytes.end()), "content");
}

TEST(MapFileTest, TheContentOutlivesTheRemovedFile) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", "content");
  const auto file = MapFile(path);
  ASSERT_THAT(file, IsOk());
  ASSERT_EQ(unlink(path.c_str()), 0);
  EXPECT_EQ(std::string(file->bytes.begin(), file->bytes.end()), "content");
}

TEST(MapFileTest, AMissingFileIsNotFound) {
  const TemporaryFolder folder;
  EXPECT_EQ(MapFile(folder / "a").status().code(), absl::StatusCode::kNotFound);
  folder.Write("file", "x");
  EXPECT_EQ(MapFile(folder / "file/a").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(MapFileTest, RefusesAnEmptyFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(MapFile(folder.Write("a", "")), IsRefused("empty"));
}

TEST(MapFileTest, RefusesWhatIsNotARegularFileWithoutWaiting) {
  const TemporaryFolder folder;
  EXPECT_THAT(MapFile(folder.path()), IsRefused("not a regular file"));
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(MapFile(pipe), IsRefused("not a regular file"));
}

TEST(MapFileTest, AFileWithoutPermissionIsDenied) {
  if (geteuid() == 0) {
    GTEST_SKIP() << "root may read everything";
  }
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", "content");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  EXPECT_EQ(MapFile(path).status().code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace animate
