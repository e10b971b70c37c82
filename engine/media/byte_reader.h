#ifndef ANIMATE_ENGINE_MEDIA_BYTE_READER_H_
#define ANIMATE_ENGINE_MEDIA_BYTE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace animate {

// Reads unsigned integers out of file headers. REQUIRES: the bytes read lie
// within `bytes`.
inline uint32_t ReadByte(absl::string_view bytes, size_t offset) {
  return static_cast<uint8_t>(bytes[offset]);
}

inline uint32_t ReadBigEndian16(absl::string_view bytes, size_t offset) {
  return ReadByte(bytes, offset) << 8 | ReadByte(bytes, offset + 1);
}

inline uint32_t ReadBigEndian32(absl::string_view bytes, size_t offset) {
  return ReadBigEndian16(bytes, offset) << 16 |
         ReadBigEndian16(bytes, offset + 2);
}

inline uint64_t ReadBigEndian64(absl::string_view bytes, size_t offset) {
  return uint64_t{ReadBigEndian32(bytes, offset)} << 32 |
         ReadBigEndian32(bytes, offset + 4);
}

inline uint32_t ReadLittleEndian24(absl::string_view bytes, size_t offset) {
  return ReadByte(bytes, offset) | ReadByte(bytes, offset + 1) << 8 |
         ReadByte(bytes, offset + 2) << 16;
}

inline uint32_t ReadLittleEndian32(absl::string_view bytes, size_t offset) {
  return ReadLittleEndian24(bytes, offset) | ReadByte(bytes, offset + 3) << 24;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_MEDIA_BYTE_READER_H_
