#include "client/contact_sheet_writer.h"

#include <gtest/gtest.h>

#include "engine/media/image_codec.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/client/test_clips.h"

namespace animate {
namespace {

// How often a colour occurs.
int64_t CountShade(const RgbImage& image, uint8_t shade) {
  int64_t count = 0;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    count += image.pixels[i] == shade && image.pixels[i + 1] == shade &&
             image.pixels[i + 2] == shade;
  }
  return count;
}

TEST(ContactSheetWriterTest, ShowsReferencePosesAndSampledFrames) {
  const TemporaryFolder folder;
  const std::string reference = PlainPng(64, 64, 33);
  PoseSource poses{.kind = v1::POSE_KIND_IMAGES, .num_frames = 30};
  for (int i = 0; i < 30; ++i) poses.items.push_back(PlainPng(64, 64, 77));
  ContactSheetWriter writer({.path = folder / "sheet.png",
                             .title = "a test",
                             .reference = &reference,
                             .poses = &poses,
                             .num_frames = 30});
  for (int i = 0; i < 30; ++i) writer.Add(i, PlainImage(64, 64, 99));

  ASSERT_TRUE(writer.Finish().ok());

  const auto sheet = DecodeImage(folder.Read("sheet.png"));
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  // Eight columns of 256 pixels each; the edges of letters may have any grey.
  const int64_t cells = int64_t{8} * 256 * 256;
  EXPECT_GE(CountShade(*sheet, 99), cells);
  EXPECT_LT(CountShade(*sheet, 99), cells + 5000);
  EXPECT_GE(CountShade(*sheet, 77), cells);
  EXPECT_LT(CountShade(*sheet, 77), cells + 5000);
  EXPECT_GT(CountShade(*sheet, 33), 0);
}

TEST(ContactSheetWriterTest, TakesPosesOutOfAClip) {
  const TemporaryFolder folder;
  WritePlainClip(folder / "clip.mp4", 64, 64, 3, 10.0);
  const std::string reference = PlainPng(64, 64, 33);
  const PoseSource poses{.kind = v1::POSE_KIND_VIDEO,
                         .items = {folder.Read("clip.mp4")},
                         .num_frames = 3};
  ContactSheetWriter writer({.path = folder / "sheet.png",
                             .reference = &reference,
                             .poses = &poses,
                             .num_frames = 2});
  writer.Add(0, PlainImage(64, 64, 99));
  writer.Add(1, PlainImage(64, 64, 99));
  EXPECT_TRUE(writer.Finish().ok());
  EXPECT_TRUE(folder.Has("sheet.png"));
}

TEST(ContactSheetWriterTest, SaysWhenTheFileCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string reference = PlainPng(64, 64, 33);
  const PoseSource poses{.kind = v1::POSE_KIND_IMAGES,
                         .items = {PlainPng(64, 64, 1)},
                         .num_frames = 1};
  ContactSheetWriter writer({.path = folder / "none/sheet.png",
                             .reference = &reference,
                             .poses = &poses,
                             .num_frames = 1});
  writer.Add(0, PlainImage(64, 64, 99));
  EXPECT_EQ(writer.Finish().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace animate
