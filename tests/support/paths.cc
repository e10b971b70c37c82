#include "tests/support/paths.h"

namespace animate {

std::string SourceDir() { return ANIMATE_SOURCE_DIR; }

std::string BinaryDir() { return ANIMATE_BINARY_DIR; }

}  // namespace animate
