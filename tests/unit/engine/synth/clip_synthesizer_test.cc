#include "engine/synth/clip_synthesizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

ClipSynthesizer Make(const ClipOptions& options) {
  auto clip = ClipSynthesizer::Create(options);
  EXPECT_TRUE(clip.ok()) << clip.status();
  return *std::move(clip);
}

double MeanAbsolute(const RgbImage& a, const RgbImage& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::abs(int{a.pixels[i]} - int{b.pixels[i]});
  }
  return sum / static_cast<double>(a.pixels.size());
}

TEST(ClipSynthesizerTest, TheSameOptionsMakeTheSameBytes) {
  const ClipOptions options{.character = 7, .width = 160, .height = 240};
  const ClipSynthesizer a = Make(options);
  const ClipSynthesizer b = Make(options);
  EXPECT_EQ(a.num_frames(), 24);
  EXPECT_EQ(a.Reference().image, b.Reference().image);
  for (const int index : {0, 11, 23}) {
    const RenderedFrame frame = a.Frame(index);
    EXPECT_EQ(frame.image, b.Frame(index).image);
    EXPECT_EQ(frame.keypoints, b.Frame(index).keypoints);
    EXPECT_EQ(frame.parts, b.Frame(index).parts);
  }
}

TEST(ClipSynthesizerTest, ThreadsMayShareOne) {
  const ClipSynthesizer clip =
      Make({.character = 3, .width = 96, .height = 144, .frames = 8});
  std::vector<RgbImage> expected;
  for (int i = 0; i < 8; ++i) expected.push_back(clip.Frame(i).image);
  std::vector<std::thread> threads;
  std::vector<int> differ(4, 0);
  for (size_t t = 0; t < differ.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 8; ++i) {
        if (clip.Frame(i).image != expected[static_cast<size_t>(i)]) {
          ++differ[t];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differ, std::vector<int>(4, 0));
}

TEST(ClipSynthesizerTest, CharactersAndMotionsOfOtherSeedsDiffer) {
  const auto first = [](uint64_t character, uint64_t motion) {
    return Make({.character = character,
                 .motion = "random",
                 .motion_seed = motion,
                 .width = 96,
                 .height = 144})
        .Frame(12)
        .image;
  };
  for (uint64_t seed = 0; seed < 12; ++seed) {
    EXPECT_GT(MeanAbsolute(first(seed, 1), first(seed + 1, 1)), 5.0) << seed;
    EXPECT_GT(MeanAbsolute(first(1, seed), first(1, seed + 1)), 1.0) << seed;
  }
}

TEST(ClipSynthesizerTest, TheFigureNeverLeavesThePicture) {
  for (const std::string& motion : MotionNames()) {
    for (uint64_t seed = 50; seed < 56; ++seed) {
      const int width = seed % 2 == 0 ? 96 : 200;
      const ClipSynthesizer clip = Make({.character = seed,
                                         .motion = motion,
                                         .motion_seed = seed,
                                         .width = width,
                                         .height = 144,
                                         .frames = 30,
                                         .fps = 10});
      for (int index = 0; index < 30; index += 5) {
        const RenderedFrame frame = clip.Frame(index);
        int outside = 0;
        for (int x = 0; x < width; ++x) {
          outside += frame.parts[static_cast<size_t>(x)] != 0 ? 1 : 0;
          outside +=
              frame.parts[static_cast<size_t>(143 * width + x)] != 0 ? 1 : 0;
        }
        for (int y = 0; y < 144; ++y) {
          outside += frame.parts[static_cast<size_t>(y * width)] != 0 ? 1 : 0;
          outside +=
              frame.parts[static_cast<size_t>(y * width + width - 1)] != 0 ? 1
                                                                           : 0;
        }
        EXPECT_EQ(outside, 0) << motion << " " << seed << " " << index;
        for (const Keypoint& hand : frame.keypoints.left_hand) {
          EXPECT_GT(hand.confidence, 0.0);
        }
      }
    }
  }
}

TEST(ClipSynthesizerTest, TheReferenceFacesTheCameraWhateverTheMotion) {
  for (const char* motion : {"walk", "kick", "dance"}) {
    const ClipSynthesizer clip = Make({.character = 2, .motion = motion});
    const PersonPose person = clip.ReferenceKeypoints();
    for (const Keypoint& joint : person.body) EXPECT_EQ(joint.confidence, 1.0);
    EXPECT_NEAR(person.body[kNose].x, person.body[kNeck].x, 1e-6);
    EXPECT_EQ(clip.Reference().keypoints.body[kLeftWrist].x,
              person.body[kLeftWrist].x);
  }
}

TEST(ClipSynthesizerTest, KeypointsWithoutPictureAreTheSame) {
  const ClipSynthesizer clip =
      Make({.character = 2, .motion = "run", .width = 128, .height = 192});
  const PersonPose quick = clip.Keypoints(5);
  const PersonPose drawn = clip.Frame(5).keypoints;
  for (size_t i = 0; i < kNumKeypoints; ++i) {
    EXPECT_EQ(KeypointAt(quick, i).x, KeypointAt(drawn, i).x);
    EXPECT_EQ(KeypointAt(quick, i).y, KeypointAt(drawn, i).y);
    EXPECT_GE(KeypointAt(quick, i).confidence, KeypointAt(drawn, i).confidence);
  }
}

TEST(ClipSynthesizerTest, AnySizeWithinTheLimitsWorks) {
  constexpr int kSizes[][2] = {{64, 64},   {65, 97},   {101, 64},
                               {64, 2048}, {2048, 64}, {2048, 2048}};
  for (const auto& size : kSizes) {
    const ClipSynthesizer clip = Make({.character = 5,
                                       .motion = "jump",
                                       .width = size[0],
                                       .height = size[1],
                                       .frames = 1});
    const RenderedFrame frame = clip.Reference();
    EXPECT_EQ(frame.image.width, size[0]);
    EXPECT_EQ(frame.image.height, size[1]);
    EXPECT_GT(std::count_if(frame.parts.begin(), frame.parts.end(),
                            [](uint8_t part) { return part != 0; }),
              100);
    for (const Keypoint& joint : frame.keypoints.body) {
      EXPECT_TRUE(std::isfinite(joint.x) && std::isfinite(joint.y));
    }
  }
}

TEST(ClipSynthesizerTest, OptionsOutOfRangeAreRefusedByName) {
  const auto refused = [](const ClipOptions& options,
                          const std::string& field) {
    const auto clip = ClipSynthesizer::Create(options);
    EXPECT_EQ(clip.status().code(), absl::StatusCode::kInvalidArgument)
        << field;
    EXPECT_THAT(std::string(clip.status().message()), HasSubstr(field));
  };
  refused({.width = 63}, "width");
  refused({.width = 2049}, "width");
  refused({.height = 0}, "height");
  refused({.height = 100'000}, "height");
  refused({.frames = 0}, "frames");
  refused({.frames = -5}, "frames");
  refused({.frames = kMaxSynthFrames + 1}, "frames");
  refused({.fps = 0.0}, "fps");
  refused({.fps = std::numeric_limits<double>::quiet_NaN()}, "fps");
  refused({.yaw_degrees = std::numeric_limits<double>::infinity()},
          "yaw_degrees");
  const auto unknown = ClipSynthesizer::Create({.motion = "fly"});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("dance"));
}

TEST(ClipSynthesizerTest, MotionsThatGoTooFarAreRefused) {
  const auto walk_to = [](const std::string& x) {
    const std::string joints =
        ",1,0,0,0, 1,0,0,0, 1,0,0,0, 1,0,0,0, 0, 1,0,0,0, 1,0,0,0, 0,"
        "1,0,0,0, 0, 1,0,0,0, 1,0,0,0, 0]";
    const auto motion = CharacterMotion::Parse(
        "{\"Loop\":\"none\",\"Frames\":[[1,0,0.9,0" + joints + ",[1," + x +
        ",0.9,0" + joints + ",[1,0,0.9,0" + joints + "]}");
    EXPECT_TRUE(motion.ok()) << motion.status();
    const Character character = Character::FromSeed(1);
    return ClipSynthesizer::Create(character, {}, *motion,
                                   {.frames = 4, .fps = 1})
        .status();
  };
  EXPECT_TRUE(walk_to("1.5").ok());
  for (const char* far : {"1e5", "1e200", "1.7e308"}) {
    const absl::Status status = walk_to(far);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << far;
    EXPECT_THAT(std::string(status.message()), HasSubstr("motion"));
  }
}

// The numbers of one seed, so that no change of the generator goes unnoticed
// and every machine agrees.
TEST(ClipSynthesizerTest, ASeedMeansThisPictureOnEveryMachine) {
  const ClipSynthesizer clip =
      Make({.character = 7, .motion = "dance", .motion_seed = 7});
  const PersonPose person = clip.Keypoints(10);
  const RgbImage image = clip.Frame(10).image;
  double sums[3] = {};
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    sums[i % 3] += image.pixels[i];
  }
  const double pixels = 512.0 * 768.0;
  EXPECT_NEAR(person.body[kNose].x, 257.82041674219482, 1e-6);
  EXPECT_NEAR(person.body[kNose].y, 352.74502996852959, 1e-6);
  EXPECT_NEAR(person.body[kLeftWrist].x, 402.97134665020923, 1e-6);
  EXPECT_NEAR(person.body[kLeftWrist].y, 522.31848281525549, 1e-6);
  EXPECT_NEAR(person.body[kRightAnkle].x, 194.23889758689094, 1e-6);
  EXPECT_NEAR(person.right_hand[8].y, 570.17238242200449, 1e-6);
  EXPECT_NEAR(sums[0] / pixels, 207.883, 0.2);
  EXPECT_NEAR(sums[1] / pixels, 141.690, 0.2);
  EXPECT_NEAR(sums[2] / pixels, 199.017, 0.2);
}

}  // namespace
}  // namespace animate
