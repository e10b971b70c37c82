#include "tools/eval/procedural_set.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/dataset/character_take.h"
#include "engine/dataset/sample_seed.h"
#include "engine/media/pose_drawing.h"
#include "engine/synth/renderer.h"
#include "engine/synth/synth_random.h"

namespace animate {
namespace {

constexpr uint64_t kMaxCharacters = 100'000;

absl::Status CheckSetRange(absl::string_view field, double value, double low,
                           double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return FieldError(
      field, absl::StrCat("must be ", low, " to ", high, ", got ", value));
}

absl::Status CheckSetOptions(const ProceduralSetOptions& options) {
  if (options.last_character < options.first_character ||
      options.last_character - options.first_character >= kMaxCharacters) {
    return FieldError(
        "characters",
        absl::StrCat("must be 1 to ", kMaxCharacters, " seeds, got ",
                     options.first_character, "..", options.last_character));
  }
  ANIMATE_RETURN_IF_ERROR(CheckSetRange("motions_per_character",
                                        options.motions_per_character, 1, 100));
  ANIMATE_RETURN_IF_ERROR(CheckSetRange("width", options.width, 64, 2048));
  ANIMATE_RETURN_IF_ERROR(CheckSetRange("height", options.height, 64, 2048));
  ANIMATE_RETURN_IF_ERROR(CheckSetRange("frames", options.frames, 1, 1000));
  return CheckSetRange("fps", options.fps, 1.0, 240.0);
}

}  // namespace

// A case before it is drawn.
struct ProceduralSet::Scenery {
  uint64_t seed;
  std::string motion;
  CharacterTake take;
  Renderer renderer;
};

absl::StatusOr<ProceduralSet> ProceduralSet::Create(
    const ProceduralSetOptions& options) {
  ANIMATE_RETURN_IF_ERROR(CheckSetOptions(options));
  ANIMATE_ASSIGN_OR_RETURN(MotionLibrary motions,
                           MotionLibrary::Open(options.motions));
  return ProceduralSet(options, std::move(motions));
}

size_t ProceduralSet::size() const {
  return static_cast<size_t>(options_.last_character -
                             options_.first_character + 1) *
         static_cast<size_t>(options_.motions_per_character);
}

size_t ProceduralSet::StrangerOf(size_t index) const {
  return (index + static_cast<size_t>(options_.motions_per_character)) % size();
}

absl::StatusOr<ProceduralSet::Scenery> ProceduralSet::Place(
    size_t index) const {
  const uint64_t seed =
      options_.first_character +
      index / static_cast<size_t>(options_.motions_per_character);
  const Character character = Character::FromSeed(seed);
  for (size_t attempt = 0; attempt < motions_.size(); ++attempt) {
    const size_t at = (index + attempt) % motions_.size();
    const uint64_t drawn =
        SampleSeed(options_.seed, static_cast<int64_t>(index));
    MotionWindow window{.motion = motions_.Get(at, drawn)};
    // A recorded motion has an end, behind which it stands still.
    const double length = options_.frames / options_.fps;
    const double last = motions_.is_recorded(at)
                            ? window.motion.duration() - length
                            : window.motion.duration();
    window.start = SynthRandom(drawn).Uniform(0.0, std::max(0.0, last));
    CharacterTake take = PlaceTake(character, {&window, 1},
                                   {.width = options_.width,
                                    .height = options_.height,
                                    .frames = options_.frames,
                                    .fps = options_.fps});
    if (!take.visible) continue;
    return Scenery{
        .seed = seed,
        .motion = motions_.name(at),
        .take = std::move(take),
        .renderer = Renderer(character, Scene::ForCharacter(character, seed),
                             options_.width, options_.height)};
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "all motions go so far that character ", seed, " is not seen in ",
      options_.width, "x", options_.height, " pixels"));
}

absl::StatusOr<ProceduralCase> ProceduralSet::Make(size_t index) const {
  ANIMATE_ASSIGN_OR_RETURN(const Scenery scenery, Place(index));
  const View& view = scenery.take.view;
  ProceduralCase made{
      .name = absl::StrCat(scenery.seed, "-", scenery.motion),
      .motion = scenery.motion,
      .character = scenery.seed,
      .reference = scenery.renderer.Render(scenery.take.neutral, view).image};
  for (const Figure& figure : scenery.take.figures) {
    RenderedFrame frame = scenery.renderer.Render(figure, view);
    made.poses.push_back(RenderPose({.width = options_.width,
                                     .height = options_.height,
                                     .people = {frame.keypoints}},
                                    options_.width, options_.height));
    made.truth.push_back(std::move(frame.image));
    made.parts.push_back(std::move(frame.parts));
  }
  return made;
}

absl::StatusOr<RgbImage> ProceduralSet::Reference(size_t index) const {
  ANIMATE_ASSIGN_OR_RETURN(const Scenery scenery, Place(index));
  return scenery.renderer.Render(scenery.take.neutral, scenery.take.view).image;
}

}  // namespace animate
