#include "client/pose_pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

using testing::HasSubstr;

std::vector<int> Shades(const PosePictures& pictures, int max_frames) {
  std::vector<int> shades;
  EXPECT_TRUE(pictures
                  .ForEach(max_frames,
                           [&](int, const RgbImage& picture) {
                             shades.push_back(picture.pixels[0]);
                             return absl::OkStatus();
                           })
                  .ok());
  return shades;
}

TEST(PosePicturesTest, AFolderIsItsPicturesInNaturalOrder) {
  const TemporaryFolder folder;
  folder.Write("p/10.png", PlainPng(32, 32, 30));
  folder.Write("p/9.png", PlainPng(32, 32, 20));
  const auto pictures = PosePictures::Open(folder / "p");
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  EXPECT_EQ(pictures->count(), 2);
  EXPECT_EQ(Shades(*pictures, 10), (std::vector<int>{20, 30}));
  EXPECT_EQ(Shades(*pictures, 1), (std::vector<int>{20}));
}

TEST(PosePicturesTest, AClipCanBeGoneThroughTwice) {
  const TemporaryFolder folder;
  WritePlainClip(folder / "c.mp4", 32, 32, 4, 12.0);
  const auto pictures = PosePictures::Open(folder / "c.mp4");
  ASSERT_TRUE(pictures.ok()) << pictures.status();
  EXPECT_TRUE(pictures->is_clip());
  EXPECT_EQ(Shades(*pictures, 10).size(), 4U);
  EXPECT_EQ(Shades(*pictures, 3).size(), 3U);
}

TEST(PosePicturesTest, MixedSizesAreRefusedWithTheFile) {
  const TemporaryFolder folder;
  folder.Write("p/1.png", PlainPng(32, 32, 30));
  folder.Write("p/2.png", PlainPng(32, 40, 20));
  const auto pictures = PosePictures::Open(folder / "p");
  ASSERT_TRUE(pictures.ok());
  const absl::Status status =
      pictures
          ->ForEach(9, [](int, const RgbImage&) { return absl::OkStatus(); })
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("2.png"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("32x40"));
}

TEST(PosePicturesTest, OtherFilesAreToldApart) {
  const TemporaryFolder folder;
  const std::string text = folder.Write("notes.txt", "hello");
  EXPECT_FALSE(PosePictures::IsPictures(text));
  EXPECT_FALSE(PosePictures::IsPictures(folder / "none"));
  EXPECT_TRUE(
      PosePictures::IsPictures(folder.Write("a.png", PlainPng(8, 8, 1))));
  const absl::Status status = PosePictures::Open(text).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("notes.txt"));
  EXPECT_EQ(PosePictures::Open(folder / "none").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace animate
