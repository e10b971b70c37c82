#ifndef ANIMATE_TESTS_SUPPORT_PATHS_H_
#define ANIMATE_TESTS_SUPPORT_PATHS_H_

#include <string>

namespace animate {

// The repository's root, and the build tree the running test belongs to. In a
// file of their own so that no other object depends on where the repository
// lies: ccache then serves a clone from another clone's objects.
std::string SourceDir();
std::string BinaryDir();

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_PATHS_H_
