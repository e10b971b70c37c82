#include "tests/unit/engine/skeleton/drawn_person.h"

#include <cmath>
#include <utility>

#include "engine/media/pose_drawing.h"

namespace animate {
namespace {

// A hand of five straight fingers from `wrist` downwards.
void OpenHand(const Keypoint& wrist, double side,
              std::array<Keypoint, kNumHandPoints>& hand) {
  hand[0] = {wrist.x, wrist.y + 14.0, 1.0};
  for (size_t finger = 0; finger < 5; ++finger) {
    const double angle = side * (static_cast<double>(finger) - 2.0) * 0.45;
    for (size_t joint = 0; joint < 4; ++joint) {
      const double along = 26.0 + 13.0 * static_cast<double>(joint);
      hand[1 + 4 * finger + joint] = {hand[0].x + along * std::sin(angle),
                                      hand[0].y + along * std::cos(angle), 1.0};
    }
  }
}

}  // namespace

PersonPose DrawnBody() {
  constexpr Keypoint kBody[kNumBodyJoints] = {
      {256.4, 120.7, 1}, {255.2, 190.3, 1}, {200.8, 194.1, 1},
      {160.3, 270.9, 1}, {120.6, 340.2, 1}, {310.1, 192.6, 1},
      {352.9, 268.4, 1}, {400.3, 330.8, 1}, {226.7, 370.5, 1},
      {214.2, 520.1, 1}, {206.9, 668.3, 1}, {286.6, 372.4, 1},
      {300.8, 522.7, 1}, {310.5, 670.2, 1}, {238.3, 100.6, 1},
      {274.9, 101.2, 1}, {214.1, 112.8, 1}, {299.7, 113.5, 1}};
  PersonPose person;
  for (size_t i = 0; i < kNumBodyJoints; ++i) person.body[i] = kBody[i];
  return person;
}

PersonPose DrawnFace() {
  PersonPose person = DrawnBody();
  const Keypoint nose = person.body[kNose];
  const auto set = [&](size_t i, double x, double y) {
    person.face[i] = {nose.x + 90.0 * x, nose.y - 26.0 + 90.0 * y, 1.0};
  };
  for (size_t i = 0; i < 17; ++i) {
    const double turn = M_PI * static_cast<double>(i) / 16.0;
    set(i, -0.5 * std::cos(turn), 0.74 * std::sin(turn));
  }
  for (size_t i = 0; i < 5; ++i) {
    const double x = static_cast<double>(i) * 0.08;
    set(17 + i, -0.40 + x, -0.18);
    set(22 + i, 0.08 + x, -0.18);
    set(31 + i, -0.12 + 0.75 * x, 0.40);
  }
  for (size_t i = 0; i < 4; ++i) set(27 + i, 0.0, 0.1 * static_cast<double>(i));
  for (size_t i = 0; i < 6; ++i) {
    const double turn = M_PI * (1.0 - static_cast<double>(i) / 3.0);
    set(36 + i, -0.21 + 0.08 * std::cos(turn), -0.04 * std::sin(turn));
    set(42 + i, 0.21 + 0.08 * std::cos(turn), -0.04 * std::sin(turn));
  }
  for (size_t i = 0; i < 12; ++i) {
    const double turn = M_PI * (1.0 - static_cast<double>(i) / 6.0);
    set(48 + i, 0.19 * std::cos(turn), 0.57 - 0.08 * std::sin(turn));
  }
  for (size_t i = 0; i < 8; ++i) {
    const double turn = M_PI * (1.0 - static_cast<double>(i) / 4.0);
    set(60 + i, 0.13 * std::cos(turn), 0.57 - 0.03 * std::sin(turn));
  }
  return person;
}

PersonPose DrawnHands() {
  PersonPose person = DrawnBody();
  OpenHand(person.body[kRightWrist], 1.0, person.right_hand);
  OpenHand(person.body[kLeftWrist], -1.0, person.left_hand);
  return person;
}

RgbImage Drawing(const PersonPose& person) {
  return DrawPose(
      {.width = kDrawnWidth, .height = kDrawnHeight, .people = {person}},
      kDrawnWidth, kDrawnHeight);
}

RgbImage Swapped(RgbImage image) {
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
  return image;
}

}  // namespace animate
