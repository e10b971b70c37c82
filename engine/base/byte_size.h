#ifndef ANIMATE_ENGINE_BASE_BYTE_SIZE_H_
#define ANIMATE_ENGINE_BASE_BYTE_SIZE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace animate {

// What to ask for where ParseByteSize finds nothing.
inline constexpr char kByteSizeExample[] = "a size such as 512MiB or 4GiB";

// Reads a whole number above 0 with KiB, MiB, GiB, TiB or nothing behind it,
// "512MiB". Nothing for any other text, or more than an int64_t holds.
std::optional<int64_t> ParseByteSize(absl::string_view text);

// Writes the same with the largest unit that leaves a whole number.
std::string FormatByteSize(int64_t bytes);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_BYTE_SIZE_H_
