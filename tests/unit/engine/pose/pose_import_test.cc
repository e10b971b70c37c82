#include "engine/pose/pose_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/pose/pose_export.h"
#include "tests/unit/engine/pose/file_bytes.h"
#include "tests/unit/engine/pose/planar_body.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

PoseSequence TallDance(int frames) {
  return Dance(TallBody(), {.x = 500, .ground = 900}, frames);
}

// An OpenPose frame with a nose at (x, y).
std::string Nose(double x, double y) {
  std::string points = absl::StrCat(x, ",", y, ",1");
  for (int i = 1; i < 18; ++i) points += ",0,0,0";
  return absl::StrCat(R"({"people":[{"pose_keypoints_2d":[)", points, "]}]}");
}

std::string FaultOf(const std::string& bytes,
                    const PoseImportOptions& options = {}) {
  const auto sequence = ImportPoses({{{"poses", bytes}}}, options);
  EXPECT_EQ(sequence.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(sequence.status().message());
}

Keypoint ImportedNose(const std::string& bytes,
                      const PoseImportOptions& options) {
  const auto sequence = ImportPoses({{{"poses", bytes}}}, options);
  EXPECT_TRUE(sequence.ok()) << sequence.status();
  return sequence.ok() ? sequence->frames[0].body[kNose] : Keypoint();
}

TEST(ImportPosesTest, WhatWasExportedComesBack) {
  const PoseSequence dance = TallDance(10);
  const auto sequence =
      ImportPoses({{{"a.json", ExportPoseKeypointJson(dance)}}}, {});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(*sequence, dance);
}

TEST(ImportPosesTest, TellsFormatsApart) {
  EXPECT_EQ(DetectPoseFormat(FloatNpy("(1,)", {1})).value(), PoseFormat::kNpy);
  EXPECT_EQ(DetectPoseFormat(ZipBytes({{"a", "b"}})).value(), PoseFormat::kNpz);
  EXPECT_EQ(DetectPoseFormat(SmallBvh()).value(), PoseFormat::kBvh);
  EXPECT_EQ(DetectPoseFormat("\xEF\xBB\xBF {\"people\":[]}").value(),
            PoseFormat::kOpenPoseJson);
  EXPECT_THAT(FaultOf(std::string("\x80\x04\x95", 3)),
              HasSubstr("Python pickle"));
  EXPECT_THAT(FaultOf("hello"), HasSubstr("BVH"));
  EXPECT_THAT(FaultOf(""), HasSubstr("supported"));
}

TEST(ImportPosesTest, FilesWithoutCanvasNeedOne) {
  EXPECT_THAT(FaultOf(Nose(10, 20)), HasSubstr("give its width and height"));
  EXPECT_EQ(ImportedNose(Nose(10, 20), {.width = 100, .height = 50}),
            (Keypoint{10, 20, 1}));
  EXPECT_THAT(FaultOf(Nose(10, 20), {.width = 100}), HasSubstr("100x0"));
}

TEST(ImportPosesTest, UnitsAreDecidedOnceOrGiven) {
  PoseImportOptions options{.width = 100, .height = 50};
  EXPECT_EQ(ImportedNose(Nose(0.5, 0.5), options), (Keypoint{50, 25, 1}));
  options.coordinates = CoordinateSpace::kPixel;
  EXPECT_EQ(ImportedNose(Nose(0.5, 0.5), options), (Keypoint{0.5, 0.5, 1}));
  options.coordinates = CoordinateSpace::kSigned;
  EXPECT_EQ(ImportedNose(Nose(0.5, 0.5), options), (Keypoint{75, 37.5, 1}));
  // One large coordinate makes all of them pixels.
  options.coordinates = CoordinateSpace::kAuto;
  const auto mixed =
      ImportPoses({{{"1", Nose(0.5, 0.5)}, {"2", Nose(30, 40)}}}, options);
  ASSERT_TRUE(mixed.ok()) << mixed.status();
  EXPECT_EQ(mixed->frames[0].body[kNose], (Keypoint{0.5, 0.5, 1}));
}

TEST(ImportPosesTest, SeveralFilesComeInNaturalOrder) {
  const auto sequence = ImportPoses({{{"f_10.json", Nose(10, 9)},
                                      {"f_9.json", Nose(9, 9)},
                                      {"f_011.json", Nose(11, 9)}}},
                                    {.width = 64, .height = 64, .fps = 12});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  EXPECT_EQ(sequence->fps, 12);
  for (size_t t = 0; t < 3; ++t) {
    EXPECT_EQ(sequence->frames[t].body[kNose].x, 9.0 + static_cast<double>(t));
  }
  EXPECT_FALSE(ImportPoses({{{"a", Nose(1, 9)}, {"b", SmallBvh()}}}, {}).ok());
  EXPECT_FALSE(ImportPoses({}, {}).ok());
}

TEST(ImportPosesTest, NaturalOrderKnowsNumbers) {
  EXPECT_TRUE(NaturallyBefore("a2", "a10"));
  EXPECT_FALSE(NaturallyBefore("a10", "a2"));
  EXPECT_TRUE(NaturallyBefore("a", "a0"));
  EXPECT_TRUE(NaturallyBefore("a2b", "a2c"));
  EXPECT_FALSE(NaturallyBefore("a", "a"));
}

TEST(ImportPosesTest, BadPlacesAreNamed) {
  EXPECT_THAT(FaultOf(Nose(1e30, 1), {.width = 64, .height = 64}),
              HasSubstr("frame 0: keypoint 0"));
  EXPECT_THAT(FaultOf(R"({"people":[]})", {.width = 64, .height = 64}),
              HasSubstr("nobody"));
  EXPECT_THAT(FaultOf(Nose(5, 5), {.width = 64, .height = 64, .person = 3}),
              HasSubstr("no person 3"));
}

TEST(ImportPosesTest, ReadsNumPyAndBvh) {
  std::vector<float> values(18 * 3, 40.0F);
  EXPECT_EQ(
      ImportedNose(FloatNpy("(1, 18, 3)", values), {.width = 64, .height = 64}),
      (Keypoint{40, 40, 40}));
  const auto bvh = ImportPoses({{{"walk.bvh", SmallBvh()}}},
                               {.width = 256, .height = 256, .fps = 60});
  ASSERT_TRUE(bvh.ok()) << bvh.status();
  EXPECT_EQ(bvh->width, 256);
  EXPECT_EQ(bvh->frames.size(), 3U);
}

// Whatever is done to a file, importing it ends with an error or with a
// valid sequence.
std::string Mutated(std::string bytes, TestRandom& random) {
  const auto below = [&](size_t limit) {
    return static_cast<size_t>(random.Next() % std::max<size_t>(limit, 1));
  };
  static const std::string* const kWords = new std::string[8]{
      "-1", "1e308", "null", "[", "}", "99999999999", "nan", "\"x\""};
  for (size_t edits = 1 + below(4); edits > 0; --edits) {
    const size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random.Next());
        break;
      case 1:
        bytes.erase(at, 1 + below(20));
        break;
      case 2:
        bytes.insert(at, kWords[below(8)]);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(200)));
        break;
      default:
        if (below(4) == 0) bytes.resize(at);
    }
  }
  return bytes;
}

TEST(ImportPosesTest, SurvivesDamagedFiles) {
  std::string open_pose = Nose(20, 30);
  const std::vector<float> values(2 * 18 * 3, 12.5F);
  const std::string seeds[] = {
      ExportPoseKeypointJson(TallDance(1)),
      open_pose,
      R"({"width":64,"height":64,"keypoints":[[[1,2],null,[3,4]]]})",
      R"({"bodies":{"candidate":[[0.5,0.5]],"subset":[[0,-1]]},"hands":[]})",
      FloatNpy("(2, 18, 3)", values),
      ZipBytes({{"keypoints.npy", FloatNpy("(2, 18, 3)", values)},
                {"width.npy", FloatNpy("()", {64})},
                {"height.npy", FloatNpy("()", {64})}},
               ZipMethod::kDeflated),
      SmallBvh()};
  TestRandom random(2024);
  int imported = 0;
  for (int round = 0; round < 300; ++round) {
    for (const std::string& seed : seeds) {
      const auto sequence =
          ImportPoses({{{"f", Mutated(seed, random)}}},
                      {.width = 128, .height = 96, .fps = 24});
      if (!sequence.ok()) {
        EXPECT_FALSE(sequence.status().message().empty());
        continue;
      }
      ++imported;
      ASSERT_TRUE(CheckPoseSequence(*sequence).ok());
      for (const PersonPose& person : sequence->frames) {
        ForEachKeypoint(person, [](const Keypoint& point) {
          EXPECT_TRUE(std::isfinite(point.x) && std::isfinite(point.y) &&
                      std::isfinite(point.confidence));
        });
      }
    }
  }
  // Some damage is harmless; the test would mean little otherwise.
  EXPECT_GT(imported, 100);
}

}  // namespace
}  // namespace animate
