#include "engine/dataset/procedural_clips.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/character_take.h"
#include "engine/dataset/format_check.h"
#include "engine/dataset/sample_seed.h"
#include "engine/media/pose_drawing.h"
#include "engine/synth/renderer.h"
#include "engine/synth/synth_random.h"

namespace animate {
namespace {

// A choice of motions may leave no room for the character; others will not.
constexpr int kMaxAttempts = 32;

absl::Status CheckClipsOptions(const ProceduralClipsOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckClipFormat(options.format));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("window_frames", options.window_frames, 1, 1000));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("motions_per_clip", options.motions_per_clip, 1, 16));
  ANIMATE_RETURN_IF_ERROR(CheckOption("fps", options.fps, 1.0, 240.0));
  ANIMATE_RETURN_IF_ERROR(
      CheckOption("neutral_reference", options.neutral_reference, 0.0, 1.0));
  if (options.last_character <= options.first_character ||
      options.last_character - options.first_character > uint64_t{1} << 32U) {
    return FieldError(
        "characters",
        absl::StrCat("must be 1 to 2^32 seeds, got ", options.first_character,
                     " to ", options.last_character));
  }
  return absl::OkStatus();
}

uint64_t Draw64(SynthRandom& random) {
  const uint64_t high = random.Next();
  return (high << 32U) | random.Next();
}

// What one sample shows.
struct ClipPlan {
  uint64_t character = 0;  // seed
  std::string motions;     // for people
  CharacterTake take;
  std::vector<size_t> targets;  // of take.figures
  // Of take.figures; the neutral pose without.
  std::optional<size_t> reference;
};

class ClipPlanner {
 public:
  ClipPlanner(const ProceduralClipsOptions& options,
              const MotionLibrary& motions, uint64_t seed)
      : options_(options), motions_(motions), random_(seed) {}

  std::optional<ClipPlan> Plan(const Character& character) {
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      ClipPlan plan;
      plan.take = PlaceTake(character, ChooseWindows(plan.motions),
                            {.width = options_.format.width,
                             .height = options_.format.height,
                             .frames = window_frames(),
                             .fps = options_.fps});
      if (!plan.take.visible) continue;
      plan.targets = ChooseTargets(plan.take.figures.size());
      if (!random_.Chance(options_.neutral_reference)) {
        plan.reference = ChooseReference(plan);
      }
      return plan;
    }
    return std::nullopt;
  }

  uint64_t ChooseCharacter() {
    const uint64_t count = options_.last_character - options_.first_character;
    return options_.first_character + random_.Index(count);
  }

 private:
  int window_frames() const {
    const ClipFormat& format = options_.format;
    return format.consecutive ? std::max(options_.window_frames, format.frames)
                              : options_.window_frames;
  }

  std::vector<MotionWindow> ChooseWindows(std::string& names) {
    size_t count = 1;
    if (!options_.format.consecutive) {
      const int most =
          std::min(options_.motions_per_clip, options_.format.frames);
      count += random_.Index(static_cast<size_t>(most));
    }
    std::vector<MotionWindow> windows;
    for (size_t i = 0; i < count; ++i) {
      const size_t index = random_.Index(motions_.size());
      MotionWindow window{.motion = motions_.Get(index, Draw64(random_))};
      // What is recorded has an end; nobody wants to see it stand still.
      const double last =
          motions_.is_recorded(index)
              ? window.motion.duration() - window_frames() / options_.fps
              : window.motion.duration();
      window.start = random_.Uniform(0.0, std::max(0.0, last));
      windows.push_back(std::move(window));
      absl::StrAppend(&names, ", ", motions_.name(index));
    }
    return windows;
  }

  std::vector<size_t> ChooseTargets(size_t num_figures) {
    const auto count = static_cast<size_t>(options_.format.frames);
    std::vector<size_t> targets;
    if (options_.format.consecutive) {
      const size_t first = random_.Index(num_figures - count + 1);
      for (size_t i = 0; i < count; ++i) targets.push_back(first + i);
      return targets;
    }
    // No frame twice before all have been.
    std::vector<size_t> left;
    while (targets.size() < count) {
      if (left.empty()) {
        for (size_t i = 0; i < num_figures; ++i) left.push_back(i);
      }
      const size_t at = random_.Index(left.size());
      targets.push_back(left[at]);
      left[at] = left.back();
      left.pop_back();
    }
    return targets;
  }

  size_t ChooseReference(const ClipPlan& plan) {
    std::vector<size_t> others;
    for (size_t i = 0; i < plan.take.figures.size(); ++i) {
      if (std::find(plan.targets.begin(), plan.targets.end(), i) ==
          plan.targets.end()) {
        others.push_back(i);
      }
    }
    return others.empty() ? random_.Index(plan.take.figures.size())
                          : others[random_.Index(others.size())];
  }

  const ProceduralClipsOptions& options_;
  const MotionLibrary& motions_;
  SynthRandom random_;
};

}  // namespace

ProceduralClips::ProceduralClips(const ProceduralClipsOptions& options,
                                 MotionLibrary motions)
    : options_(options), motions_(std::move(motions)) {}

absl::StatusOr<std::unique_ptr<ProceduralClips>> ProceduralClips::Create(
    const ProceduralClipsOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckClipsOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(MotionLibrary motions,
                           MotionLibrary::Open(options.motions));
  // The constructor is private.
  return std::unique_ptr<ProceduralClips>(
      new ProceduralClips(options, std::move(motions)));
}

absl::StatusOr<TrainingClip> ProceduralClips::Draw(int64_t index) const {
  TrainingClip clip{.index = index, .seed = SampleSeed(options_.seed, index)};
  ClipPlanner planner(options_, motions_, clip.seed);
  const uint64_t seed = planner.ChooseCharacter();
  const Character character = Character::FromSeed(seed);
  const std::optional<ClipPlan> plan = planner.Plan(character);
  if (!plan.has_value()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the motions go so far that character ", seed, " is not seen in ",
        options_.format.width, "x", options_.format.height, " pixels"));
  }
  clip.source = absl::StrCat("character ", seed, plan->motions);
  const Renderer renderer(character, Scene::ForCharacter(character, seed),
                          options_.format.width, options_.format.height);
  const CharacterTake& take = plan->take;
  clip.reference =
      renderer
          .Render(plan->reference.has_value() ? take.figures[*plan->reference]
                                              : take.neutral,
                  take.view)
          .image;
  for (const size_t target : plan->targets) {
    RenderedFrame frame = renderer.Render(take.figures[target], take.view);
    clip.frames.push_back(std::move(frame.image));
    if (!options_.format.poses) continue;
    clip.poses.push_back(RenderPose({.width = options_.format.width,
                                     .height = options_.format.height,
                                     .people = {frame.keypoints}},
                                    options_.format.width,
                                    options_.format.height));
  }
  return clip;
}

}  // namespace animate
