#include "engine/skeleton/face_reader.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/skeleton/drawn_person.h"

namespace animate {
namespace {

FacePoints ReadFaceOf(const RgbImage& drawing,
                      const FacePoints* before = nullptr) {
  const LabelMap map = LabelPixels(drawing, false);
  return ReadFace(map, ReadBody(map), before);
}

double MeanFaceDistance(const FacePoints& a, const FacePoints& b) {
  double sum = 0.0;
  for (size_t i = 0; i < kNumFacePoints; ++i) {
    EXPECT_GT(a[i].confidence, 0.0) << i;
    sum += Distance(PointOf(a[i]), PointOf(b[i]));
  }
  return sum / kNumFacePoints;
}

TEST(ReadFaceTest, PutsTheShapeOfAFaceOntoTheDots) {
  const PersonPose person = DrawnFace();
  EXPECT_LT(MeanFaceDistance(ReadFaceOf(Drawing(person)), person.face), 6.0);
}

TEST(ReadFaceTest, IsAsLargeAsTheFace) {
  const PersonPose person = DrawnFace();
  const FacePoints face = ReadFaceOf(Drawing(person));
  const auto width = [](const FacePoints& points) {
    return Distance(PointOf(points[0]), PointOf(points[16]));
  };
  EXPECT_NEAR(width(face), width(person.face), 0.06 * width(person.face));
}

TEST(ReadFaceTest, FollowsTheFaceOfTheFrameBefore) {
  const PersonPose person = DrawnFace();
  PersonPose moved = person;
  for (Keypoint& point : moved.face) {
    point.x += 9.0;
    point.y -= 5.0;
  }
  const FacePoints face = ReadFaceOf(Drawing(moved), &person.face);
  EXPECT_LT(MeanFaceDistance(face, moved.face), 1.5);
}

TEST(ReadFaceTest, WhiteElsewhereIsNoFace) {
  RgbImage drawing = Drawing(DrawnBody());
  for (int i = 0; i < 40; ++i) {
    uint8_t* pixel = drawing.at(10 + 11 * i, 700);
    pixel[0] = pixel[1] = pixel[2] = 255;
  }
  for (const Keypoint& point : ReadFaceOf(drawing)) {
    EXPECT_EQ(point, Keypoint());
  }
}

}  // namespace
}  // namespace animate
