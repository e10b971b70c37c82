#include "tests/support/test_pictures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "absl/strings/str_split.h"
#include "tests/support/paths.h"

namespace animate {

RgbImage NoiseImage(int width, int height) {
  RgbImage image(width, height);
  uint32_t state =
      static_cast<uint32_t>(width) * 65537U + static_cast<uint32_t>(height);
  for (uint8_t& value : image.pixels) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<uint8_t>(state >> 24);
  }
  return image;
}

RgbImage MovingPicture(int width, int height, int frame) {
  RgbImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t* pixel = image.at(x, y);
      pixel[0] = static_cast<uint8_t>(255 * x / width);
      pixel[1] = static_cast<uint8_t>(255 * y / height);
      const bool bar = (x + 2 * frame) % width < width / 4;
      pixel[2] = bar ? 220 : 40;
    }
  }
  return image;
}

uint32_t Crc32(absl::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

uint32_t Crc32(const RgbImage& image) {
  return Crc32(absl::string_view(
      reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size()));
}

double MeanDifference(const RgbImage& a, const RgbImage& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  if (a.pixels.size() != b.pixels.size()) return 255.0;
  double sum = 0.0;
  for (size_t i = 0; i < a.pixels.size(); ++i) {
    sum += std::abs(a.pixels[i] - b.pixels[i]);
  }
  return sum / static_cast<double>(a.pixels.size());
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ReadMediaGolden(const std::string& name) {
  const std::string path = SourceDir() + "/tests/golden/media/" + name;
  std::string bytes = ReadFile(path);
  EXPECT_FALSE(bytes.empty()) << path;
  return bytes;
}

std::vector<std::vector<std::string>> ReadMediaTable(const std::string& name) {
  std::vector<std::vector<std::string>> rows;
  for (absl::string_view line :
       absl::StrSplit(ReadMediaGolden(name), '\n', absl::SkipEmpty())) {
    if (line[0] != '#') rows.push_back(absl::StrSplit(line, ' '));
  }
  EXPECT_FALSE(rows.empty()) << name;
  return rows;
}

std::string TempPath(const std::string& name) {
  return testing::TempDir() + "/animate_media_" + name;
}

std::string SharedDataPath(const std::string& name) {
  return SourceDir() + "/../shared/data/" + name;
}

}  // namespace animate
