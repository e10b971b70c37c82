#include "engine/synth/renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/synth/clip_synthesizer.h"
#include "engine/synth/joint_angles.h"
#include "engine/synth/procedural_motion.h"

namespace animate {
namespace {

constexpr Color kRed = {220, 40, 40};
constexpr Color kGreen = {40, 200, 60};
constexpr Color kBlue = {40, 60, 220};
constexpr Color kYellow = {240, 220, 40};
constexpr Color kSkin = {230, 180, 140};
constexpr Color kGrey = {128, 128, 128};

// Someone whose parts have colours of their own.
Character Signal() {
  Character character = Character::FromSeed(1);
  SynthRandom random(1);
  character.body = Proportions::Draw(BodyType::kAdult, random);
  CharacterLook& look = character.look;
  look = {};
  look.skin = kSkin;
  look.hair = {60, 30, 20};
  look.shirt = {.color = kRed, .second = kYellow};
  look.sleeve = {.color = kYellow, .second = kBlue};
  look.sleeve_end = 1.0;
  look.legs = {.color = kGreen, .second = kBlue};
  look.shoe = kBlue;
  look.sole = kBlue;
  return character;
}

struct Drawn {
  RenderedFrame frame;
  Figure figure;
};

Drawn Draw(const Character& character, const JointAngles& angles,
           double yaw = 0.0, int width = 512, int height = 768) {
  const std::vector<Figure> figures = {
      PlaceFigure(character.body, Pose(angles))};
  const View view =
      View::Fit(character, figures,
                {.width = width, .height = height, .yaw_degrees = yaw});
  const Renderer renderer(character,
                          {.top = kGrey, .bottom = kGrey, .shadow = false},
                          width, height);
  return {renderer.Render(figures[0], view), figures[0]};
}

Color At(const RgbImage& image, double x, double y) {
  const uint8_t* pixel = image.at(static_cast<int>(x), static_cast<int>(y));
  return {static_cast<float>(pixel[0]), static_cast<float>(pixel[1]),
          static_cast<float>(pixel[2])};
}

// Whether `seen` is `color`, in light or shade.
bool IsPaint(const Color& seen, const Color& color) {
  return std::min(ColorDistance(seen, color),
                  ColorDistance(seen, ShadeOf(color))) < 45.0F;
}

Color Between(const RgbImage& image, const Keypoint& a, const Keypoint& b,
              double fraction) {
  return At(image, a.x + fraction * (b.x - a.x), a.y + fraction * (b.y - a.y));
}

FigurePart PartAt(const RenderedFrame& frame, const Keypoint& point) {
  return static_cast<FigurePart>(
      frame.parts[static_cast<size_t>(point.y) *
                      static_cast<size_t>(frame.image.width) +
                  static_cast<size_t>(point.x)]);
}

TEST(RendererTest, KeypointsLieOnLimbsOfTheirColors) {
  JointAngles angles = NeutralAngles();
  angles.arm_out[0] = 70.0;
  angles.elbow_out[0] = 40.0;
  const RenderedFrame frame = Draw(Signal(), angles).frame;
  const auto& body = frame.keypoints.body;
  const RgbImage& image = frame.image;
  EXPECT_TRUE(IsPaint(
      Between(image, body[kRightShoulder], body[kRightElbow], 0.6), kYellow));
  EXPECT_TRUE(IsPaint(Between(image, body[kRightElbow], body[kRightWrist], 0.6),
                      kSkin));
  EXPECT_TRUE(
      IsPaint(Between(image, body[kLeftElbow], body[kLeftWrist], 0.6), kSkin));
  EXPECT_TRUE(
      IsPaint(Between(image, body[kRightHip], body[kRightKnee], 0.6), kGreen));
  EXPECT_TRUE(
      IsPaint(Between(image, body[kLeftKnee], body[kLeftAnkle], 0.5), kGreen));
  const Keypoint middle{0.5 * (body[kRightHip].x + body[kLeftHip].x),
                        0.5 * (body[kRightHip].y + body[kLeftHip].y), 1.0};
  EXPECT_TRUE(IsPaint(Between(image, body[kNeck], middle, 0.5), kRed));
  EXPECT_TRUE(IsPaint(
      Between(image, frame.keypoints.feet[0], frame.keypoints.feet[2], 0.3),
      kBlue));
}

TEST(RendererTest, SeenKeypointsLieOnTheirPartsInEveryMotion) {
  int points = 0;
  int misses = 0;
  for (const std::string& motion : MotionNames()) {
    for (const uint64_t seed : {11U, 23U, 35U}) {
      const auto clip = ClipSynthesizer::Create({.character = seed,
                                                 .motion = motion,
                                                 .motion_seed = seed,
                                                 .width = 160,
                                                 .height = 240,
                                                 .frames = 40});
      ASSERT_TRUE(clip.ok()) << clip.status();
      for (const int index : {5, 14, 27, 39}) {
        const RenderedFrame frame = clip->Frame(index);
        ForEachKeypoint(frame.keypoints, [&](const Keypoint& point) {
          if (point.confidence < 1.0) return;
          ++points;
          if (PartAt(frame, point) == FigurePart::kBackground) ++misses;
        });
      }
    }
  }
  EXPECT_GT(points, 15'000);
  // Tips of fingers and toes are as wide as a pixel.
  EXPECT_LT(misses, 0.01 * points);
}

TEST(RendererTest, CoveredKeypointsSaySo) {
  JointAngles angles = NeutralAngles();
  angles.turn = -90.0;
  const PersonPose side = Draw(Signal(), angles).frame.keypoints;
  EXPECT_EQ(side.body[kRightHip].confidence, 0.5);
  EXPECT_EQ(side.body[kRightShoulder].confidence, 0.5);
  EXPECT_EQ(side.body[kRightEye].confidence, 0.0);
  EXPECT_EQ(side.body[kLeftElbow].confidence, 1.0);
  const PersonPose ahead = Draw(Signal(), NeutralAngles()).frame.keypoints;
  for (const Keypoint& joint : ahead.body) EXPECT_EQ(joint.confidence, 1.0);
}

TEST(RendererTest, PatternsMoveWithTheLimb) {
  Character character = Signal();
  character.look.sleeve = {.color = kYellow,
                           .second = kBlue,
                           .pattern = Pattern::kStripes,
                           .period = 0.06};
  character.look.sleeve_end = 1.9;
  // Where stripes lie along the forearm, seen from two poses.
  const auto stripes = [&](double out) {
    JointAngles angles = NeutralAngles();
    angles.arm_out[0] = out;
    const RenderedFrame frame = Draw(character, angles).frame;
    std::vector<bool> blue;
    for (int i = 0; i < 60; ++i) {
      const Color seen =
          Between(frame.image, frame.keypoints.body[kRightElbow],
                  frame.keypoints.body[kRightWrist], 0.15 + 0.01 * i);
      blue.push_back(seen.b > seen.r);
    }
    return blue;
  };
  const std::vector<bool> low = stripes(20.0);
  const std::vector<bool> high = stripes(120.0);
  int same = 0;
  for (size_t i = 0; i < low.size(); ++i) same += low[i] == high[i] ? 1 : 0;
  EXPECT_GE(same, 55);
  EXPECT_GT(std::count(low.begin(), low.end(), true), 15);
  EXPECT_GT(std::count(low.begin(), low.end(), false), 15);
}

TEST(RendererTest, EveryPatternAndEmblemShowsItsSecondColor) {
  const auto count_blue = [](const Character& character, double yaw) {
    const RgbImage image =
        Draw(character, NeutralAngles(), yaw, 256, 384).frame.image;
    int count = 0;
    for (size_t i = 0; i < image.pixels.size(); i += 3) {
      count += image.pixels[i + 2] > image.pixels[i] + 60 ? 1 : 0;
    }
    return count;
  };
  Character plain = Signal();
  plain.look.shoe = plain.look.sole = kRed;
  EXPECT_LT(count_blue(plain, 0.0), 50);
  for (const Pattern pattern :
       {Pattern::kStripes, Pattern::kBars, Pattern::kDots, Pattern::kChecks,
        Pattern::kBlocks}) {
    Character character = plain;
    character.look.shirt = {
        .color = kRed, .second = kBlue, .pattern = pattern, .period = 0.06};
    EXPECT_GT(count_blue(character, 0.0), 200) << static_cast<int>(pattern);
  }
  for (const Emblem emblem :
       {Emblem::kDisc, Emblem::kStar, Emblem::kHeart, Emblem::kBand}) {
    Character character = plain;
    character.look.emblem = emblem;
    character.look.emblem_color = kBlue;
    EXPECT_GT(count_blue(character, 0.0), 60) << static_cast<int>(emblem);
    // Emblems are on the chest, bands go around.
    const int behind = count_blue(character, 180.0);
    if (emblem == Emblem::kBand) {
      EXPECT_GT(behind, 60);
    } else {
      EXPECT_LT(behind, 50) << static_cast<int>(emblem);
    }
  }
}

TEST(RendererTest, HairStylesAndHatsAllDiffer) {
  std::set<std::vector<uint8_t>> pictures;
  size_t count = 0;
  for (int style = 0; style <= static_cast<int>(HairStyle::kCurly); ++style) {
    for (int hat = 0; hat <= static_cast<int>(HatStyle::kBeanie); ++hat) {
      Character character = Signal();
      character.look.hair_style = static_cast<HairStyle>(style);
      character.look.hat = static_cast<HatStyle>(hat);
      character.look.hat_color = kBlue;
      pictures.insert(
          Draw(character, NeutralAngles(), 30.0, 128, 192).frame.image.pixels);
      ++count;
    }
  }
  EXPECT_EQ(pictures.size(), count);
}

TEST(RendererTest, AFistCoversLessThanAnOpenHand) {
  const auto area = [](double curl) {
    JointAngles angles = NeutralAngles();
    angles.hand[0] = {.curl = curl, .spread = 1.0 - curl, .twist = 80.0};
    const RenderedFrame frame = Draw(Signal(), angles).frame;
    return std::count(frame.parts.begin(), frame.parts.end(),
                      static_cast<uint8_t>(FigurePart::kRightHand));
  };
  EXPECT_LT(area(1.0), 0.9 * static_cast<double>(area(0.0)));
  EXPECT_GT(area(1.0), 100);
}

TEST(RendererTest, TheNearArmIsBeforeTheTorsoTheFarOneBehind) {
  JointAngles angles;
  angles.turn = -90.0;  // its left side towards the camera
  const RenderedFrame frame = Draw(Signal(), angles).frame;
  EXPECT_EQ(PartAt(frame, frame.keypoints.body[kLeftElbow]),
            FigurePart::kLeftArm);
  EXPECT_NE(PartAt(frame, frame.keypoints.body[kRightElbow]),
            FigurePart::kRightArm);
}

TEST(RendererTest, AJumpLeavesTheShadowBelow) {
  const Character character = Signal();
  JointAngles angles = NeutralAngles();
  angles.lift = 0.4;
  const std::vector<Figure> figures = {
      PlaceFigure(character.body, Pose(angles))};
  const View view = View::Fit(character, figures, {});
  const Scene scene{.top = kGrey, .bottom = kGrey, .shadow = true};
  const RenderedFrame frame =
      Renderer(character, scene, 512, 768).Render(figures[0], view);
  const Color ground = At(frame.image, 256, view.ground() - 2);
  EXPECT_LT(ground.g, kGrey.g - 5.0F);
  EXPECT_EQ(At(frame.image, 10, view.ground() - 2), kGrey);
}

TEST(RendererTest, LooksAlikeAtEverySize) {
  const Character character = Character::FromSeed(12);
  const RgbImage large =
      Draw(character, NeutralAngles(), 0.0, 512, 768).frame.image;
  const RgbImage small =
      Draw(character, NeutralAngles(), 0.0, 128, 192).frame.image;
  double sum = 0.0;
  for (int y = 0; y < 192; ++y) {
    for (int x = 0; x < 128; ++x) {
      for (int c = 0; c < 3; ++c) {
        int mean = 0;
        for (int dy = 0; dy < 4; ++dy) {
          for (int dx = 0; dx < 4; ++dx) {
            mean += large.at(4 * x + dx, 4 * y + dy)[c];
          }
        }
        sum += std::abs(mean / 16.0 - small.at(x, y)[c]);
      }
    }
  }
  EXPECT_LT(sum / (128 * 192 * 3), 2.0);
}

}  // namespace
}  // namespace animate
