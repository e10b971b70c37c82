#include "server/store/store_folder.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(StoreFolderTest, MakesWhatIsMissing) {
  const TemporaryFolder folder;
  const auto store = StoreFolder::Open(folder / "deep/er");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(std::filesystem::is_directory(folder / "deep/er/spool"));
  EXPECT_GT(*(*store)->FreeBytes(), 0);
}

TEST(StoreFolderTest, BelongsToOneAtATime) {
  const TemporaryFolder folder;
  auto first = StoreFolder::Open(folder.path());
  ASSERT_TRUE(first.ok());
  const auto second = StoreFolder::Open(folder.path());
  EXPECT_EQ(GetErrorReason(second.status()), "STORE_LOCKED");
  EXPECT_THAT(second.status().message(), HasSubstr(folder.path()));
  first->reset();
  EXPECT_TRUE(StoreFolder::Open(folder.path()).ok());
}

TEST(StoreFolderTest, AFileInTheWayIsSaid) {
  const TemporaryFolder folder;
  std::ofstream(folder / "store") << "x";
  const auto store = StoreFolder::Open(folder / "store");
  EXPECT_EQ(GetErrorReason(store.status()), "STORE_NOT_WRITABLE");
}

TEST(StoreFolderTest, NoFileIsNotTheFolder) {
  const TemporaryFolder folder;
  const auto store = StoreFolder::Open(folder.path());
  ASSERT_TRUE(store.ok()) << store.status();
  // A job without a checkpoint has no name for it.
  (*store)->RemoveSpoolFile("");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "spool"));
}

TEST(StoreFolderTest, RemovesOnlyOrphans) {
  const TemporaryFolder folder;
  const auto store = StoreFolder::Open(folder.path());
  ASSERT_TRUE(store.ok());
  for (const char* name : {"keep", "orphan", "another"}) {
    std::ofstream((*store)->SpoolPath(name)) << name;
  }
  EXPECT_EQ(*(*store)->RemoveOrphans({"keep", "missing"}), 2);
  EXPECT_TRUE(std::filesystem::exists((*store)->SpoolPath("keep")));
  EXPECT_FALSE(std::filesystem::exists((*store)->SpoolPath("orphan")));
}

}  // namespace
}  // namespace animate
