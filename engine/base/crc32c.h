#ifndef ANIMATE_ENGINE_BASE_CRC32C_H_
#define ANIMATE_ENGINE_BASE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace animate {

// Returns the CRC-32C (Castagnoli polynomial, reflected, as in RFC 3720
// appendix B.4) of `data`. Thread-safe.
uint32_t Crc32c(absl::string_view data);

// Returns the CRC-32C of the bytes whose CRC is `crc`, followed by `data`:
// ExtendCrc32c(Crc32c(a), b) == Crc32c(a + b).
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view data);

}  // namespace animate

#endif  // ANIMATE_ENGINE_BASE_CRC32C_H_
