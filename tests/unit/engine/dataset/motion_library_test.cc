#include "engine/dataset/motion_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/base/error.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

// Two postures of DeepMimic's humanoid, half a second apart: 44 numbers each,
// root at 0.9 m, all rotations none.
std::string SmallMocap() {
  const std::string frame =
      "[0.5, 0, 0.9, 0, 1,0,0,0, 1,0,0,0, 1,0,0,0, 1,0,0,0, 0, 1,0,0,0, "
      "1,0,0,0, 0, 1,0,0,0, 0, 1,0,0,0, 1,0,0,0, 0]";
  return "{\"Loop\": \"wrap\", \"Frames\": [" + frame + "," + frame + "]}";
}

TEST(MotionLibraryTest, TakesNamesAndTheWordForAllOfThem) {
  const auto two = MotionLibrary::Open({"dance", "walk"});
  ASSERT_TRUE(two.ok()) << two.status();
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ(two->name(1), "walk");
  EXPECT_FALSE(two->is_recorded(1));
  const auto all = MotionLibrary::Open({"all"});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->size(), MotionNames().size());
}

TEST(MotionLibraryTest, FormulasVaryWithTheSeed) {
  const auto library = MotionLibrary::Open({"dance"});
  ASSERT_TRUE(library.ok());
  EXPECT_NE(library->Get(0, 1).duration(), library->Get(0, 2).duration());
  EXPECT_EQ(library->Get(0, 1).duration(), library->Get(0, 1).duration());
}

TEST(MotionLibraryTest, ReadsAFileOnce) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("stand.txt", SmallMocap());
  const auto library = MotionLibrary::Open({path});
  ASSERT_TRUE(library.ok()) << library.status();
  std::filesystem::remove(path);
  EXPECT_EQ(library->name(0), "stand");
  EXPECT_TRUE(library->is_recorded(0));
  EXPECT_GT(library->Get(0, 5).duration(), 0.0);
}

TEST(MotionLibraryTest, LeavesOutAndCountsWhatIsNoMotionInAFolder) {
  const TemporaryFolder folder;
  folder.Write("b.txt", SmallMocap());
  folder.Write("a.txt", SmallMocap());
  folder.Write("README.md", "These are motions.");
  folder.Write("half.txt", SmallMocap().substr(0, 60));
  const auto library = MotionLibrary::Open({folder.path()});
  ASSERT_TRUE(library.ok()) << library.status();
  ASSERT_EQ(library->size(), 2U);
  EXPECT_EQ(library->name(0), "a");
  EXPECT_EQ(library->skipped(), 2);
}

TEST(MotionLibraryTest, RefusesAFileThatIsNamedAndNoMotion) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("half.txt", "{\"Frames\": [");
  const auto library = MotionLibrary::Open({"walk", path});
  EXPECT_EQ(GetErrorReason(library.status()), "BAD_MOTION_FILE");
  EXPECT_THAT(library.status().message(), HasSubstr("half.txt"));
}

TEST(MotionLibraryTest, RefusesUnknownNamesAndEmptyLists) {
  EXPECT_EQ(MotionLibrary::Open({"waltz"}).status().code(),
            absl::StatusCode::kNotFound);
  const TemporaryFolder folder;
  for (const auto& none :
       {MotionLibrary::Open({}), MotionLibrary::Open({folder.path()})}) {
    EXPECT_EQ(none.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(none.status().message(), HasSubstr("motions"));
  }
}

}  // namespace
}  // namespace animate
