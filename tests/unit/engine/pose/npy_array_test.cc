#include "engine/pose/npy_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pose/numpy_poses.h"
#include "engine/pose/zip_archive.h"
#include "tests/unit/engine/pose/file_bytes.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> Counting(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(i);
  return values;
}

std::string Header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr +
         "', 'fortran_order': False, 'shape': " + shape + ", }";
}

std::string FaultOf(const std::string& bytes) {
  const auto array = ParseNpy(bytes);
  EXPECT_EQ(array.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(array.status().message());
}

TEST(NpyArrayTest, ReadsNumbersOfSeveralTypes) {
  const auto floats = ParseNpy(FloatNpy("(2, 3)", Counting(6)));
  ASSERT_TRUE(floats.ok()) << floats.status();
  EXPECT_THAT(floats->shape, ElementsAre(2, 3));
  EXPECT_THAT(floats->values, ElementsAre(0, 1, 2, 3, 4, 5));
  const auto scalar =
      ParseNpy(NpyBytes(Header("<i2", "()"), std::string("\x01\x02", 2)));
  ASSERT_TRUE(scalar.ok()) << scalar.status();
  EXPECT_THAT(scalar->values, ElementsAre(513));
}

TEST(NpyArrayTest, ReadsAText) {
  const auto text = ParseNpy(
      NpyBytes(Header("<U3", "()"), std::string("h\0\0\0i\0\0\0\0\0\0\0", 12)));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->text, "hi");
}

TEST(NpyArrayTest, PickledObjectsAreRefusedWithTheReason) {
  EXPECT_THAT(FaultOf(NpyBytes(Header("|O", "(3,)"), "\x80\x04")),
              HasSubstr("runs code from the file"));
}

TEST(NpyArrayTest, WhatIsNotSupportedIsNamed) {
  EXPECT_THAT(FaultOf(NpyBytes(Header(">f4", "(1,)"), "abcd")),
              HasSubstr("'>f4'"));
  EXPECT_THAT(
      FaultOf(NpyBytes(
          "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", "abcd")),
      HasSubstr("Fortran"));
  EXPECT_THAT(FaultOf(NpyBytes("{'descr': [('x', '<f4')], "
                               "'fortran_order': False, 'shape': (1,)}",
                               "abcd")),
              HasSubstr("structured"));
}

TEST(NpyArrayTest, DamageIsFound) {
  EXPECT_THAT(FaultOf(FloatNpy("(3, 3)", Counting(8))), HasSubstr("missing"));
  EXPECT_THAT(FaultOf(FloatNpy("(99999999999, 99999999999)", {})),
              HasSubstr("more than"));
  EXPECT_THAT(FaultOf(FloatNpy("(-1,)", {})), HasSubstr("shape"));
  EXPECT_THAT(FaultOf(NpyBytes("{}", "")), HasSubstr("descr"));
  const std::string whole = FloatNpy("(1,)", {1});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseNpy(whole.substr(0, size)).ok());
  }
}

TEST(NumpyPosesTest, TheNumberOfPointsSaysTheLayout) {
  const auto content = ParseNpyPoses(FloatNpy("(2, 18, 3)", Counting(108)));
  ASSERT_TRUE(content.ok()) << content.status();
  ASSERT_EQ(content->people.frames.size(), 2U);
  EXPECT_EQ(content->people.frames[1][0].body[kNeck], (Keypoint{57, 58, 59}));
  EXPECT_EQ(ParseNpyPoses(FloatNpy("(17, 2)", Counting(34)))
                ->people.frames[0][0]
                .body[kLeftAnkle],
            (Keypoint{30, 31, 1}));
  EXPECT_FALSE(ParseNpyPoses(FloatNpy("(2, 19, 3)", Counting(114))).ok());
  EXPECT_FALSE(ParseNpyPoses(FloatNpy("(18, 4)", Counting(72))).ok());
  EXPECT_FALSE(ParseNpyPoses(FloatNpy("(18,)", Counting(18))).ok());
}

TEST(NumpyPosesTest, AnArchiveSaysTheRest) {
  for (const ZipMethod method : {ZipMethod::kStored, ZipMethod::kDeflated}) {
    const auto content = ParseNpzPoses(ZipBytes(
        {{"keypoints.npy", FloatNpy("(1, 17, 2)", Counting(34))},
         {"scores.npy", FloatNpy("(1, 17)", std::vector<float>(17, 0.5F))},
         {"width.npy", FloatNpy("()", {640})},
         {"height.npy", FloatNpy("()", {480})},
         {"fps.npy", FloatNpy("()", {30})}},
        method));
    ASSERT_TRUE(content.ok()) << content.status();
    EXPECT_EQ(content->people.width, 640);
    EXPECT_EQ(content->people.height, 480);
    EXPECT_EQ(content->people.fps, 30);
    EXPECT_EQ(content->people.frames[0][0].body[kNose].confidence, 0.5);
  }
}

TEST(NumpyPosesTest, FaultsOfAnArchiveAreNamed) {
  const auto fault = [](const std::map<std::string, std::string>& files) {
    return std::string(ParseNpzPoses(ZipBytes(files)).status().message());
  };
  const std::string keypoints = FloatNpy("(1, 17, 2)", Counting(34));
  EXPECT_THAT(fault({}), HasSubstr("keypoints"));
  EXPECT_THAT(fault({{"keypoints.npy", keypoints},
                     {"scores.npy", FloatNpy("(3,)", {1, 1, 1})}}),
              HasSubstr("scores"));
  EXPECT_THAT(fault({{"keypoints.npy", keypoints},
                     {"width.npy", FloatNpy("()", {0.5})},
                     {"height.npy", FloatNpy("()", {64})}}),
              HasSubstr("width"));
  EXPECT_THAT(fault({{"keypoints.npy", NpyBytes(Header("|O", "(3,)"), "")}}),
              HasSubstr("runs code"));
}

}  // namespace
}  // namespace animate
