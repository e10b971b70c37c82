#include "engine/dataset/procedural_clips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "engine/base/error.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

ProceduralClipsOptions SmallOptions() {
  return {.format = {.width = 48, .height = 72, .frames = 3}};
}

std::unique_ptr<ProceduralClips> Open(const ProceduralClipsOptions& options) {
  auto clips = ProceduralClips::Create(options);
  EXPECT_TRUE(clips.ok()) << clips.status();
  return *std::move(clips);
}

TrainingClip Draw(const ClipDataset& clips, int64_t index) {
  auto clip = clips.Draw(index);
  EXPECT_TRUE(clip.ok()) << clip.status();
  return *std::move(clip);
}

void ExpectEqual(const TrainingClip& a, const TrainingClip& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.reference, b.reference);
  EXPECT_EQ(a.frames, b.frames);
  EXPECT_EQ(a.poses, b.poses);
}

// "character 12, dance" -> "12".
std::string CharacterOf(const TrainingClip& clip) {
  const std::vector<std::string> words =
      absl::StrSplit(clip.source, absl::ByAnyChar(" ,"));
  return words[1];
}

TEST(ProceduralClipsTest, PicturesHaveTheSizeAndNumberOfTheFormat) {
  const auto clips = Open(SmallOptions());
  const TrainingClip clip = Draw(*clips, 4);
  EXPECT_EQ(clip.index, 4);
  ASSERT_EQ(clip.frames.size(), 3U);
  ASSERT_EQ(clip.poses.size(), 3U);
  for (const auto& pictures : {clip.frames, clip.poses, {clip.reference}}) {
    for (const RgbImage& picture : pictures) {
      EXPECT_EQ(picture.width, 48);
      EXPECT_EQ(picture.height, 72);
    }
  }
  EXPECT_NE(clip.frames[0], clip.frames[1]);
  EXPECT_NE(clip.poses[0], clip.poses[1]);
}

TEST(ProceduralClipsTest, SkeletonsAreLeftOutOnRequest) {
  ProceduralClipsOptions options = SmallOptions();
  const TrainingClip with = Draw(*Open(options), 2);
  options.format.poses = false;
  const TrainingClip without = Draw(*Open(options), 2);
  EXPECT_TRUE(without.poses.empty());
  EXPECT_EQ(without.frames, with.frames);
}

// Where the skeleton has a bone, there is the character.
TEST(ProceduralClipsTest, SkeletonsLieOnTheirFrames) {
  ProceduralClipsOptions options = SmallOptions();
  options.neutral_reference = 1.0;
  options.motions = {"jumping_jack"};
  const auto clips = Open(options);
  int bright = 0;
  int changed = 0;
  for (int64_t index = 0; index < 8; ++index) {
    const TrainingClip clip = Draw(*clips, index);
    const RgbImage& corner = clip.reference;
    for (size_t i = 0; i < clip.frames.size(); ++i) {
      for (int y = 0; y < 36; ++y) {
        for (int x = 0; x < 48; ++x) {
          const uint8_t* bone = clip.poses[i].at(x, y);
          if (*std::max_element(bone, bone + 3) < 128) continue;
          ++bright;
          const uint8_t* pixel = clip.frames[i].at(x, y);
          const uint8_t* beside = corner.at(0, y);
          int difference = 0;
          for (int c = 0; c < 3; ++c) {
            difference += std::abs(pixel[c] - beside[c]);
          }
          changed += difference > 20 ? 1 : 0;
        }
      }
    }
  }
  ASSERT_GT(bright, 500);
  EXPECT_GT(changed, 0.9 * bright);
}

TEST(ProceduralClipsTest, ASampleDependsOnItsIndexOnly) {
  const auto one = Open(SmallOptions());
  const auto other = Open(SmallOptions());
  std::vector<TrainingClip> forwards;
  for (int64_t i = 0; i < 6; ++i) forwards.push_back(Draw(*one, i));
  for (int64_t i = 5; i >= 0; --i) {
    ExpectEqual(Draw(*other, i), forwards[static_cast<size_t>(i)]);
  }
  EXPECT_NE(forwards[0].reference, forwards[1].reference);
  EXPECT_NE(forwards[0].seed, forwards[1].seed);
}

TEST(ProceduralClipsTest, ThreadsSeeTheSameSamples) {
  const auto clips = Open(SmallOptions());
  std::vector<TrainingClip> alone;
  for (int64_t i = 0; i < 8; ++i) alone.push_back(Draw(*clips, i));
  std::vector<TrainingClip> together(8);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = t; i < 8; i += 4) {
        together[static_cast<size_t>(i)] = Draw(*clips, i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 8; ++i) ExpectEqual(together[i], alone[i]);
}

TEST(ProceduralClipsTest, SeedsOfTheDatasetGiveOtherSamples) {
  ProceduralClipsOptions options = SmallOptions();
  const TrainingClip one = Draw(*Open(options), 0);
  options.seed = 1;
  EXPECT_NE(Draw(*Open(options), 0).seed, one.seed);
}

TEST(ProceduralClipsTest, RangesOfCharactersDoNotMeet) {
  ProceduralClipsOptions options = SmallOptions();
  options.format.poses = false;
  options.format.frames = 1;
  options.last_character = 5;
  const auto training = Open(options);
  options.first_character = 5;
  options.last_character = 8;
  const auto held_out = Open(options);
  std::set<std::string> seen;
  std::set<std::string> unseen;
  for (int64_t i = 0; i < 60; ++i) {
    seen.insert(CharacterOf(Draw(*training, i)));
    unseen.insert(CharacterOf(Draw(*held_out, i)));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(unseen, (std::set<std::string>{"5", "6", "7"}));
}

TEST(ProceduralClipsTest, TargetsComeFromSeveralMotions) {
  const auto clips = Open(SmallOptions());
  std::set<size_t> numbers;
  for (int64_t i = 0; i < 20; ++i) {
    const std::vector<std::string> parts =
        absl::StrSplit(Draw(*clips, i).source, ", ");
    numbers.insert(parts.size() - 1);
  }
  EXPECT_EQ(numbers, (std::set<size_t>{1, 2, 3}));
}

// Neighbours differ little, and less than frames that lie apart.
TEST(ProceduralClipsTest, ConsecutiveTargetsAreOneMotionInOrder) {
  ProceduralClipsOptions options = SmallOptions();
  options.format.consecutive = true;
  options.format.frames = 10;
  options.motions = {"dance", "walk"};
  const auto clips = Open(options);
  double near = 0.0;
  double far = 0.0;
  for (int64_t i = 0; i < 6; ++i) {
    const TrainingClip clip = Draw(*clips, i);
    EXPECT_EQ(std::count(clip.source.begin(), clip.source.end(), ','), 1)
        << clip.source;
    for (size_t frame = 0; frame + 5 < 10; ++frame) {
      near += MeanDifference(clip.frames[frame], clip.frames[frame + 1]);
      far += MeanDifference(clip.frames[frame], clip.frames[frame + 5]);
    }
  }
  EXPECT_LT(near, 0.6 * far);
}

TEST(ProceduralClipsTest, ClipsMayBeLongerThanTheWindow) {
  ProceduralClipsOptions options = SmallOptions();
  options.format = {
      .width = 48, .height = 72, .frames = 30, .consecutive = true};
  EXPECT_EQ(Draw(*Open(options), 0).frames.size(), 30U);
}

// The neutral pose is the same whatever the motion is.
TEST(ProceduralClipsTest, ReferencesAreNeutralAsOftenAsAskedFor) {
  ProceduralClipsOptions options = SmallOptions();
  options.last_character = 1;
  options.motions = {"idle"};
  options.motions_per_clip = 1;
  const auto count = [&](double part) {
    options.neutral_reference = part;
    const auto clips = Open(options);
    std::vector<RgbImage> references;
    for (int64_t i = 0; i < 60; ++i) {
      references.push_back(Draw(*clips, i).reference);
    }
    // The commonest one.
    ptrdiff_t most = 0;
    for (const RgbImage& one : references) {
      most =
          std::max(most, std::count(references.begin(), references.end(), one));
    }
    return most;
  };
  EXPECT_LT(count(0.0), 30);
  EXPECT_GT(count(1.0), 50);
}

TEST(ProceduralClipsTest, OptionsOutOfRangeAreNamed) {
  const auto refused = [](auto change, const char* field) {
    ProceduralClipsOptions options = SmallOptions();
    change(options);
    const auto clips = ProceduralClips::Create(options);
    EXPECT_EQ(clips.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(clips.status().message(), HasSubstr(field));
  };
  using Options = ProceduralClipsOptions;
  refused([](Options& o) { o.format.width = 8; }, "width");
  refused([](Options& o) { o.format.height = 5000; }, "height");
  refused([](Options& o) { o.format.frames = 0; }, "frames");
  refused([](Options& o) { o.window_frames = 0; }, "window_frames");
  refused([](Options& o) { o.motions_per_clip = 0; }, "motions_per_clip");
  refused([](Options& o) { o.fps = 0.0; }, "fps");
  refused([](Options& o) { o.neutral_reference = 1.5; }, "neutral_reference");
  refused([](Options& o) { o.last_character = 0; }, "characters");
  refused([](Options& o) { o.motions.clear(); }, "motions");
}

}  // namespace
}  // namespace animate
