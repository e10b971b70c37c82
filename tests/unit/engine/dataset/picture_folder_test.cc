#include "engine/dataset/picture_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/media/image_codec.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

std::string GreyPng(int level) {
  RgbImage image(80, 60);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(level);
  return *EncodeImage(image);
}

PictureFolderOptions SmallPictures(const TemporaryFolder& folder) {
  return {.format = {.width = 32, .height = 48, .frames = 3, .poses = false},
          .folders = {folder.path()}};
}

TEST(PictureFolderTest, SamplesAreAnyPictures) {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i) {
    folder.Write(absl::StrCat("deep/", i, ".PNG"), GreyPng(10 * i));
  }
  folder.Write("notes.txt", "hello");
  const auto pictures = PictureFolder::Create(SmallPictures(folder));
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  EXPECT_EQ((*pictures)->size(), 5U);
  std::set<int> seen;
  for (int64_t i = 0; i < 20; ++i) {
    const auto clip = (*pictures)->Draw(i);
    ASSERT_TRUE(clip.ok()) << clip.status();
    ASSERT_EQ(clip->frames.size(), 3U);
    EXPECT_TRUE(clip->poses.empty());
    EXPECT_EQ(clip->reference.width, 32);
    for (const RgbImage& frame : clip->frames) {
      EXPECT_EQ(frame.height, 48);
      seen.insert(frame.at(16, 24)[0]);
    }
  }
  EXPECT_EQ(seen, (std::set<int>{0, 10, 20, 30, 40}));
}

TEST(PictureFolderTest, ASampleDependsOnItsIndexOnly) {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i) {
    folder.Write(absl::StrCat(i, ".png"), GreyPng(10 * i));
  }
  const auto one = PictureFolder::Create(SmallPictures(folder));
  const auto other = PictureFolder::Create(SmallPictures(folder));
  ASSERT_TRUE(one.ok() && other.ok());
  const auto late = (*one)->Draw(7);
  ASSERT_TRUE((*other)->Draw(3).ok());
  EXPECT_EQ((*other)->Draw(7)->frames, late->frames);
  EXPECT_EQ((*other)->Draw(7)->seed, late->seed);
}

TEST(PictureFolderTest, SkipsAndCountsHalfWrittenPictures) {
  const TemporaryFolder folder;
  folder.Write("a.png", GreyPng(200));
  folder.Write("half.png", GreyPng(100).substr(0, 60));
  folder.Write("empty.jpg", "");
  const auto pictures = PictureFolder::Create(SmallPictures(folder));
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  for (int64_t i = 0; i < 10; ++i) {
    EXPECT_EQ((*pictures)->Draw(i)->reference.at(0, 0)[0], 200);
  }
  EXPECT_EQ((*pictures)->skipped(), 2);
}

TEST(PictureFolderTest, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      GetErrorReason(PictureFolder::Create(SmallPictures(folder)).status()),
      "EMPTY_DATASET");
  EXPECT_EQ(
      PictureFolder::Create({.folders = {folder / "none"}}).status().code(),
      absl::StatusCode::kNotFound);
  folder.Write("half.png", "half");
  const auto pictures = PictureFolder::Create(SmallPictures(folder));
  ASSERT_TRUE(pictures.ok());
  const auto clip = (*pictures)->Draw(0);
  EXPECT_EQ(clip.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(clip.status().message(), HasSubstr("half.png"));
  EXPECT_THAT(
      PictureFolder::Create({.format = {.poses = true}}).status().message(),
      HasSubstr("format"));
}

}  // namespace
}  // namespace animate
