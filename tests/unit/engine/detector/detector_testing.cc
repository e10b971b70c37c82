#include "tests/unit/engine/detector/detector_testing.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/media/image_codec.h"
#include "tests/support/paths.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

template <typename T>
std::vector<T> Numbers(absl::string_view bytes) {
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(T));
  return numbers;
}

}  // namespace

std::string DetectorDir() { return SourceDir() + "/models/detector"; }

GoldenArrays ReadDetectorGolden(const std::string& name) {
  const std::string file = ReadFile(absl::StrCat(
      SourceDir(), "/tests/golden/detector/", name, ".safetensors"));
  GoldenArrays arrays;
  uint64_t size = 0;
  if (file.size() < sizeof(size)) {
    ADD_FAILURE() << "no golden " << name;
    return arrays;
  }
  std::memcpy(&size, file.data(), sizeof(size));
  const absl::string_view data =
      absl::string_view(file).substr(sizeof(size) + size);
  const auto header = nlohmann::json::parse(file.substr(sizeof(size), size));
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") continue;
    const size_t begin = entry["data_offsets"][0];
    const size_t end = entry["data_offsets"][1];
    const absl::string_view bytes = data.substr(begin, end - begin);
    GoldenArray& array = arrays[key];
    array.shape = entry["shape"].get<std::vector<size_t>>();
    if (entry["dtype"] == "F32") array.numbers = Numbers<float>(bytes);
    if (entry["dtype"] == "U8") array.bytes = Numbers<uint8_t>(bytes);
    if (entry["dtype"] == "I32") array.integers = Numbers<int32_t>(bytes);
  }
  return arrays;
}

RgbImage PictureOf(const GoldenArray& array) {
  RgbImage picture(static_cast<int>(array.shape.at(1)),
                   static_cast<int>(array.shape.at(0)));
  EXPECT_EQ(picture.pixels.size(), array.bytes.size());
  picture.pixels = array.bytes;
  return picture;
}

Point PointOf(const GoldenArray& array, size_t index) {
  const size_t columns = array.shape.at(1);
  return {array.numbers.at(index * columns),
          array.numbers.at(index * columns + 1)};
}

std::optional<RgbImage> ReadPhoto(const std::string& name) {
  const std::string path =
      name == "astronaut" ? SourceDir() + "/models/demo_inputs/astronaut.png"
                          : SharedDataPath(absl::StrCat("real/", name, ".png"));
  const std::string bytes = ReadFile(path);
  if (bytes.empty()) return std::nullopt;
  absl::StatusOr<RgbImage> photo = DecodeImage(bytes);
  if (!photo.ok()) {
    ADD_FAILURE() << path << ": " << photo.status();
    return std::nullopt;
  }
  return *std::move(photo);
}

RgbImage PlainPicture(int width, int height, uint8_t value) {
  RgbImage picture(width, height);
  std::fill(picture.pixels.begin(), picture.pixels.end(), value);
  return picture;
}

void Paste(const RgbImage& image, int left, int top, RgbImage& canvas) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int to_x = left + x;
      const int to_y = top + y;
      if (to_x < 0 || to_y < 0 || to_x >= canvas.width ||
          to_y >= canvas.height) {
        continue;
      }
      std::copy_n(image.at(x, y), 3, canvas.at(to_x, to_y));
    }
  }
}

Point PlacedPoint(Point at, const Placement& placement, int width, int height) {
  const Point from = placement.scale * (at - Point{width / 2.0, height / 2.0});
  const double c = std::cos(placement.rotation);
  const double s = std::sin(placement.rotation);
  return placement.center +
         Point{from.x * c - from.y * s, from.x * s + from.y * c};
}

RgbImage Placed(const RgbImage& image, const Placement& placement, int width,
                int height) {
  RgbImage canvas = PlainPicture(width, height, 128);
  const double c = std::cos(placement.rotation);
  const double s = std::sin(placement.rotation);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      // Middles of pixels count: (x + 0.5) of one is (x + 0.5) of the other.
      const Point to = (1.0 / placement.scale) *
                       (Point{x + 0.5, y + 0.5} - placement.center);
      const double from_x = to.x * c + to.y * s + image.width / 2.0 - 0.5;
      const double from_y = to.y * c - to.x * s + image.height / 2.0 - 0.5;
      const int left = static_cast<int>(std::floor(from_x));
      const int top = static_cast<int>(std::floor(from_y));
      if (left < 0 || top < 0 || left + 1 >= image.width ||
          top + 1 >= image.height) {
        continue;
      }
      const double right_share = from_x - left;
      const double bottom_share = from_y - top;
      for (int channel = 0; channel < 3; ++channel) {
        const double upper = (1 - right_share) * image.at(left, top)[channel] +
                             right_share * image.at(left + 1, top)[channel];
        const double lower =
            (1 - right_share) * image.at(left, top + 1)[channel] +
            right_share * image.at(left + 1, top + 1)[channel];
        canvas.at(x, y)[channel] = static_cast<uint8_t>(
            (1 - bottom_share) * upper + bottom_share * lower + 0.5);
      }
    }
  }
  return canvas;
}

}  // namespace animate
