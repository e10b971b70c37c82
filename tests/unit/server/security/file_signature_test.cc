#include "server/security/file_signature.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

TEST(FileSignatureTest, DiffersOnceAFileHasChanged) {
  TemporaryFolder folder;
  const std::string path = folder / "file";
  const std::string none = FileSignature({path});
  folder.Write("file", "one");
  const std::string one = FileSignature({path});
  EXPECT_NE(none, one);
  EXPECT_EQ(one, FileSignature({path}));
  folder.Write("other", "two");
  std::filesystem::rename(folder / "other", path);
  EXPECT_NE(one, FileSignature({path}));
  EXPECT_NE(FileSignature({path}), FileSignature({path, path}));
}

TEST(FileSignatureTest, FollowsLinks) {
  TemporaryFolder folder;
  folder.Write("one", "text");
  folder.Write("two", "text");
  std::filesystem::create_symlink(folder / "one", folder / "link");
  const std::string before = FileSignature({folder / "link"});
  std::filesystem::remove(folder / "link");
  std::filesystem::create_symlink(folder / "two", folder / "link");
  EXPECT_NE(before, FileSignature({folder / "link"}));
}

TEST(ReadSecretFileTest, ReadsSmallRegularFilesOnly) {
  TemporaryFolder folder;
  EXPECT_EQ(*ReadSecretFile(folder.Write("file", "12345"), 5), "12345");
  EXPECT_EQ(*ReadSecretFile(folder.Write("empty", ""), 5), "");
  const auto large = ReadSecretFile(folder.Write("large", "123456"), 5);
  EXPECT_TRUE(absl::StrContains(large.status().message(), "large"));
  EXPECT_FALSE(ReadSecretFile(folder.path(), 5).ok());
  EXPECT_FALSE(ReadSecretFile("/dev/zero", 5).ok());
  EXPECT_EQ(ReadSecretFile(folder / "missing", 5).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ReadableByOthersTest, LooksAtTheMode) {
  TemporaryFolder folder;
  const std::string path = folder.Write("file", "");
  chmod(path.c_str(), 0640);
  EXPECT_FALSE(ReadableByOthers(path));
  chmod(path.c_str(), 0644);
  EXPECT_TRUE(ReadableByOthers(path));
}

}  // namespace
}  // namespace animate
