#ifndef ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_DETECTOR_TESTING_H_
#define ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_DETECTOR_TESTING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/animation/image.h"
#include "engine/detector/blaze_networks.h"
#include "engine/detector/region.h"

namespace animate {

// Where the networks are that come with the repository.
std::string DetectorDir();

// An array of a golden file; one of the two has its numbers.
struct GoldenArray {
  std::vector<size_t> shape;
  std::vector<float> numbers;
  std::vector<uint8_t> bytes;
  std::vector<int32_t> integers;
};
using GoldenArrays = std::map<std::string, GoldenArray>;

// Reads tests/golden/detector/<name>.safetensors; fails the test without it.
GoldenArrays ReadDetectorGolden(const std::string& name);

// `array`, [height, width, 3] bytes, as a picture.
RgbImage PictureOf(const GoldenArray& array);

// Row `index` of `array`, whose rows begin with x and y.
Point PointOf(const GoldenArray& array, size_t index);

// Returns the photo "astronaut", "anyone-2" or "anyone-10". Only the first is
// in the repository; nullopt when the others' folder is not beside it.
std::optional<RgbImage> ReadPhoto(const std::string& name);

// A picture of one colour.
RgbImage PlainPicture(int width, int height, uint8_t value);

// Copies `image` into `canvas`, its upper left corner at (left, top).
void Paste(const RgbImage& image, int left, int top, RgbImage& canvas);

// Returns `image` scaled, turned (radians, clockwise) and moved: its middle
// lies at `center` of a grey picture of width x height.
struct Placement {
  Point center;
  double scale = 1.0;
  double rotation = 0.0;
};
RgbImage Placed(const RgbImage& image, const Placement& placement, int width,
                int height);
// Where point `at` of a picture of width x height lies after that.
Point PlacedPoint(Point at, const Placement& placement, int width, int height);

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_DETECTOR_DETECTOR_TESTING_H_
