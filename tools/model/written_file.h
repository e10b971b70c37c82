#ifndef ANIMATE_TOOLS_MODEL_WRITTEN_FILE_H_
#define ANIMATE_TOOLS_MODEL_WRITTEN_FILE_H_

#include <cstdint>
#include <string>

namespace animate {

// A file of weights that a command has written.
struct WrittenFile {
  std::string name;  // Relative to the folder.
  int64_t tensors = 0;
  uint64_t size_bytes = 0;
  double seconds = 0;
};

// Prints a line with its size and the speed of writing to standard output.
void PrintWrittenFile(const WrittenFile& file);

}  // namespace animate

#endif  // ANIMATE_TOOLS_MODEL_WRITTEN_FILE_H_
