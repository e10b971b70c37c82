#ifndef ANIMATE_TOOLS_EVAL_PROCEDURAL_SET_H_
#define ANIMATE_TOOLS_EVAL_PROCEDURAL_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/dataset/motion_library.h"

namespace animate {

struct ProceduralSetOptions {
  // Seeds of the characters, both included; at most 100,000 of them. Unseen are
  // those outside of what a model was trained on (the presets: below 10^6).
  uint64_t first_character = 2'000'000;
  uint64_t last_character = 2'000'049;
  std::vector<std::string> motions = {"all"};  // as MotionLibrary::Open
  int motions_per_character = 1;               // [1, 100]; they take turns
  uint64_t seed = 2'000'000;                   // of what varies in a motion
  int width = 96;                              // pixels, [64, 2048]
  int height = 144;                            // pixels, [64, 2048]
  int frames = 24;                             // of each clip, [1, 1000]
  double fps = 24.0;                           // [1, 240]
};

// A clip with everything a model is asked for and judged by.
struct ProceduralCase {
  std::string name;  // "2000003-walk"
  std::string motion;
  uint64_t character = 0;  // seed
  RgbImage reference;      // the character's neutral pose
  std::vector<RgbImage> poses;
  std::vector<RgbImage> truth;
  std::vector<std::vector<uint8_t>> parts;  // FigurePart of each true pixel
};

// Invented characters in invented or captured motions; drawn when asked for,
// the same each time. Immutable, thread-safe.
class ProceduralSet {
 public:
  // INVALID_ARGUMENT for options out of range, errors of MotionLibrary::Open.
  static absl::StatusOr<ProceduralSet> Create(
      const ProceduralSetOptions& options);

  const ProceduralSetOptions& options() const { return options_; }
  size_t size() const;

  // Draws case `index`, < size(). FAILED_PRECONDITION when all motions go so
  // far that the character is not seen; one that does is passed over for the
  // next.
  absl::StatusOr<ProceduralCase> Make(size_t index) const;

  // The reference of case `index` alone.
  absl::StatusOr<RgbImage> Reference(size_t index) const;

  // A case with another character, where there are several: whose reference
  // goes to case `index` when references are shuffled.
  size_t StrangerOf(size_t index) const;

 private:
  struct Scenery;

  ProceduralSet(const ProceduralSetOptions& options, MotionLibrary motions)
      : options_(options), motions_(std::move(motions)) {}

  absl::StatusOr<Scenery> Place(size_t index) const;

  ProceduralSetOptions options_;
  MotionLibrary motions_;
};

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_PROCEDURAL_SET_H_
