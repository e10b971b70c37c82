#ifndef ANIMATE_ENGINE_WEIGHTS_BYTE_ORDER_H_
#define ANIMATE_ENGINE_WEIGHTS_BYTE_ORDER_H_

#include <bit>
#include <cstdint>
#include <cstring>

namespace animate {

static_assert(std::endian::native == std::endian::little,
              "checkpoints are little-endian and mapped without conversion");

// Reads an integer or float at `bytes`, which may be misaligned.
template <typename T>
T LoadLittleEndian(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

}  // namespace animate

#endif  // ANIMATE_ENGINE_WEIGHTS_BYTE_ORDER_H_
