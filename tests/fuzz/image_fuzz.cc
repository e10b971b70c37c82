// Pictures of clients: refused, or a picture of as many bytes as it has pixels.
#include <cstdio>
#include <cstdlib>

#include "engine/media/image_codec.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto image = animate::DecodeImage(
      {reinterpret_cast<const char*>(data), size}, {.max_pixels = 1 << 20});
  if (image.ok() &&
      image->pixels.size() != static_cast<size_t>(image->width) *
                                  static_cast<size_t>(image->height) * 3) {
    std::fprintf(stderr, "a picture of another size\n");
    std::abort();
  }
  return 0;
}
