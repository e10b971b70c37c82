#ifndef ANIMATE_TOOLS_EVAL_CLIP_FILES_H_
#define ANIMATE_TOOLS_EVAL_CLIP_FILES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"

namespace animate {

// A clip on disk.
struct ClipFiles {
  // Its pictures by name (the file's without ending), in order; empty when it
  // is one file.
  std::vector<std::pair<std::string, std::string>> pictures;
  std::string file;  // an MP4, GIF, …; "" when there are pictures

  std::string path;  // of the folder or file, for messages
};

// Finds the clips at `path` by name: a clip file or a folder of pictures is one
// clip, called ""; else those in a folder of such, called like their files
// without ending. Hidden files and files of other kinds are passed over.
// NOT_FOUND when there is nothing at `path`, or no clip in it.
absl::StatusOr<std::map<std::string, ClipFiles>> FindClips(
    const std::string& path);

// Decodes a clip. INVALID_ARGUMENT, naming the file, when it cannot be read,
// when it has no frame, or when its pictures differ in size.
absl::StatusOr<std::vector<RgbImage>> ReadClip(const ClipFiles& clip);

// Decodes one picture; the error names it.
absl::StatusOr<RgbImage> ReadPicture(const std::string& path);

}  // namespace animate

#endif  // ANIMATE_TOOLS_EVAL_CLIP_FILES_H_
