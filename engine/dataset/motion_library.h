#ifndef ANIMATE_ENGINE_DATASET_MOTION_LIBRARY_H_
#define ANIMATE_ENGINE_DATASET_MOTION_LIBRARY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/synth/motion.h"

namespace animate {

// The motions a dataset chooses from. Files are read once, when it is opened.
// Immutable, thread-safe.
class MotionLibrary {
 public:
  // Of each entry: one of MotionNames(), "all" of them, a motion-capture file,
  // or a folder, of which files that are none are counted and left out. Entries
  // that occur twice are chosen twice as often. Returns NOT_FOUND for an entry
  // that is nothing of that, INVALID_ARGUMENT when it is a file that cannot be
  // read, or when no motion is left.
  static absl::StatusOr<MotionLibrary> Open(
      const std::vector<std::string>& entries);

  size_t size() const { return motions_.size(); }

  // Files of folders that are not motions.
  int64_t skipped() const { return skipped_; }

  // Motion `index`, < size(), and its name; what is made by a formula varies
  // with `seed`.
  CharacterMotion Get(size_t index, uint64_t seed) const;
  const std::string& name(size_t index) const { return motions_[index].name; }

  // Whether it was read from a file: it has an end, and nothing varies.
  bool is_recorded(size_t index) const {
    return motions_[index].recorded.has_value();
  }

 private:
  struct Entry {
    std::string name;
    std::optional<CharacterMotion> recorded;  // read from a file
  };

  absl::Status Add(const std::string& entry);
  void AddFolder(const std::string& folder);

  std::vector<Entry> motions_;
  int64_t skipped_ = 0;
};

}  // namespace animate

#endif  // ANIMATE_ENGINE_DATASET_MOTION_LIBRARY_H_
