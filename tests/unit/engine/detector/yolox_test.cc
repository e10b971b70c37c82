#include "engine/detector/yolox.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

TEST(YoloxInput, FitsIntoTheUpperLeftCornerOnGreyBlueFirst) {
  RgbImage picture(320, 160);
  for (size_t i = 0; i < picture.pixels.size(); i += 3) {
    picture.pixels[i] = 10;
    picture.pixels[i + 1] = 20;
    picture.pixels[i + 2] = 30;
  }
  const YoloxInput input = ToYoloxInput(picture);
  EXPECT_EQ(input.scale, 2.0);
  EXPECT_EQ(input.tensor.shape, (std::vector<int>{1, 3, 640, 640}));
  const auto at = [&](size_t channel, size_t x, size_t y) {
    return input.tensor.values[(channel * 640 + y) * 640 + x];
  };
  EXPECT_EQ(at(0, 0, 0), 30.0f);
  EXPECT_EQ(at(1, 639, 319), 20.0f);
  EXPECT_EQ(at(2, 5, 5), 10.0f);
  EXPECT_EQ(at(0, 5, 320), 114.0f);
}

TEST(YoloxInput, TakesPicturesOfAnyShape) {
  EXPECT_EQ(ToYoloxInput(PlainPicture(1, 8000, 5)).tensor.values[0], 5.0f);
  EXPECT_EQ(ToYoloxInput(PlainPicture(1, 1, 5)).tensor.values[0], 5.0f);
}

class YoloxRows {
 public:
  // Sets the box of `row` to what its cell makes of it.
  void Set(size_t row, std::vector<float> box, float objectness, float person,
           float other = 0.0f) {
    float* values = rows_.data() + row * kYoloxRow;
    std::copy(box.begin(), box.end(), values);
    values[4] = objectness;
    values[5] = person;
    values[6] = other;
  }
  const std::vector<float>& rows() const { return rows_; }

 private:
  std::vector<float> rows_ = std::vector<float>(kYoloxCells * kYoloxRow, 0.0f);
};

// A box of `size` pixels in the middle of a cell of `stride`.
std::vector<float> BoxOf(double size, double stride) {
  const auto log_size = static_cast<float>(std::log(size / stride));
  return {0.5f, 0.5f, log_size, log_size};
}

TEST(DecodeYolox, KnowsTheCellsOfEachStride) {
  YoloxRows output;
  output.Set(80 * 10 + 20, BoxOf(40, 8), 0.9f, 1.0f);         // stride 8
  output.Set(6400 + 40 * 30 + 5, BoxOf(64, 16), 0.8f, 1.0f);  // 16
  output.Set(6400 + 1600 + 20 * 2 + 18, BoxOf(100, 32), 0.7f, 1.0f);  // 32
  const auto people = DecodeYolox(output.rows(), 2.0);
  ASSERT_EQ(people.size(), 3u);
  EXPECT_NEAR(people[0].score, 0.9, 1e-6);
  EXPECT_NEAR(people[0].left, (20.5 * 8 - 20) / 2, 1e-4);
  EXPECT_NEAR(people[0].bottom, (10.5 * 8 + 20) / 2, 1e-4);
  EXPECT_NEAR(people[1].left, (5.5 * 16 - 32) / 2, 1e-4);
  EXPECT_NEAR(people[1].top, (30.5 * 16 - 32) / 2, 1e-4);
  EXPECT_NEAR(people[2].right, (18.5 * 32 + 50) / 2, 1e-4);
}

TEST(DecodeYolox, TakesOnlyPeopleAboveTheThreshold) {
  YoloxRows output;
  output.Set(0, BoxOf(40, 8), 0.58f, 0.5f);          // 0.29
  output.Set(50, BoxOf(40, 8), 0.62f, 0.5f);         // 0.31
  output.Set(3000, BoxOf(40, 8), 1.0f, 0.0f, 1.0f);  // a bicycle
  const auto people = DecodeYolox(output.rows(), 1.0);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_NEAR(people[0].score, 0.31, 1e-6);
}

TEST(DecodeYolox, SuppressesWhatOverlapsABetterOne) {
  YoloxRows output;
  output.Set(80 * 40 + 40, BoxOf(80, 8), 0.8f, 1.0f);
  output.Set(80 * 40 + 41, BoxOf(80, 8), 0.9f, 1.0f);  // 8 px aside
  output.Set(80 * 40 + 46, BoxOf(80, 8), 0.7f, 1.0f);  // 40 px from the best
  const auto people = DecodeYolox(output.rows(), 1.0);
  ASSERT_EQ(people.size(), 2u);
  EXPECT_NEAR(people[0].score, 0.9, 1e-6);
  EXPECT_NEAR(people[1].score, 0.7, 1e-6);
}

TEST(DecodeYolox, SidesCountBothEndPixels) {
  // Side 2, one pixel aside: 1/3 of the area by plain sides, but of 3x3 pixels
  // 2x3 of 12 are shared: 0.5, which is too much.
  YoloxRows output;
  output.Set(80 * 40 + 40, {0.5f, 0.5f, std::log(0.25f), std::log(0.25f)}, 0.9f,
             1.0f);
  output.Set(80 * 40 + 41,
             {0.5f - 0.875f, 0.5f, std::log(0.25f), std::log(0.25f)}, 0.8f,
             1.0f);
  EXPECT_EQ(DecodeYolox(output.rows(), 1.0).size(), 1u);
}

TEST(DecodeYolox, NothingComesFromNothing) {
  EXPECT_TRUE(DecodeYolox(YoloxRows().rows(), 1.0).empty());
}

}  // namespace
}  // namespace animate
