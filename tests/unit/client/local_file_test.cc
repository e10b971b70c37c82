#include "client/local_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ReadLocalFileTest, ReadsAllBytes) {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\r\n", 5);
  EXPECT_EQ(*ReadLocalFile(folder.Write("f", bytes), 100), bytes);
}

TEST(ReadLocalFileTest, NamesTheFileThatCannotBeUsed) {
  const TemporaryFolder folder;
  const absl::Status missing = ReadLocalFile(folder / "none", 9).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("none"));
  EXPECT_FALSE(ReadLocalFile(folder.Write("empty", ""), 9).ok());
  EXPECT_EQ(
      ReadLocalFile(folder.Write("large", "0123456789"), 9).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadLocalFile(folder / "", 9).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(WriteLocalFileTest, WritesOrSaysWhichFile) {
  const TemporaryFolder folder;
  EXPECT_TRUE(WriteLocalFile(folder / "f", "abc").ok());
  EXPECT_EQ(folder.Read("f"), "abc");
  const absl::Status status = WriteLocalFile(folder / "no/such/f", "abc");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no/such/f"));
}

TEST(ListPicturesTest, ListsOnlyPicturesInNaturalOrder) {
  const TemporaryFolder folder;
  for (const char* name :
       {"f10.png", "f2.PNG", "f1.jpg", "notes.txt", "f3.jpeg", "f4.webp"}) {
    folder.Write(name, "x");
  }
  EXPECT_THAT(
      *ListPictures(folder / ""),
      ElementsAre(folder / "f1.jpg", folder / "f2.PNG", folder / "f3.jpeg",
                  folder / "f4.webp", folder / "f10.png"));
}

TEST(ListPicturesTest, AFolderWithoutPicturesIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(ListPictures(folder / "").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(ListPictures(folder / "none").ok());
}

TEST(NaturalLessTest, ComparesRunsOfDigitsAsNumbers) {
  EXPECT_TRUE(NaturalLess("frame_2", "frame_10"));
  EXPECT_FALSE(NaturalLess("frame_10", "frame_2"));
  EXPECT_TRUE(NaturalLess("a1b9", "a1b10"));
  EXPECT_TRUE(NaturalLess("a", "a1"));
  EXPECT_TRUE(NaturalLess("99999999999999999998", "99999999999999999999"));
}

TEST(NaturalLessTest, IsAStrictOrderOnNamesOfEqualNumbers) {
  EXPECT_FALSE(NaturalLess("f1", "f1"));
  EXPECT_NE(NaturalLess("f01", "f1"), NaturalLess("f1", "f01"));
}

}  // namespace
}  // namespace animate
