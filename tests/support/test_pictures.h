#ifndef ANIMATE_TESTS_SUPPORT_TEST_PICTURES_H_
#define ANIMATE_TESTS_SUPPORT_TEST_PICTURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/animation/image.h"

namespace animate {

// Pictures and files that the tests of raster, media and mocap share.

// Noise that depends on the size only; matches noise() of
// tools/golden/make_media_goldens.py.
RgbImage NoiseImage(int width, int height);

// A smooth picture in which something moves with `frame`: kind to codecs.
RgbImage MovingPicture(int width, int height, int frame);

// CRC-32 of zlib and PNG.
uint32_t Crc32(absl::string_view bytes);
uint32_t Crc32(const RgbImage& image);

// Mean absolute difference per sample. Fails the test when the sizes differ.
double MeanDifference(const RgbImage& a, const RgbImage& b);

// Returns the file's bytes; "" when it cannot be read.
std::string ReadFile(const std::string& path);

// Returns the bytes of tests/golden/media/`name`; fails the test without them.
std::string ReadMediaGolden(const std::string& name);

// Returns the lines of a golden table, split at spaces, without comments.
std::vector<std::vector<std::string>> ReadMediaTable(const std::string& name);

// A path in the test's temporary folder.
std::string TempPath(const std::string& name);

// Where real pictures and clips lie that are too large for the repository;
// they are optional.
std::string SharedDataPath(const std::string& name);

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_TEST_PICTURES_H_
