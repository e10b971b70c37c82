// The way of a reference picture into the networks, compared with what the
// Python reference makes of it: decoding and resampling together.
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/media/byte_reader.h"
#include "engine/media/image_codec.h"
#include "engine/raster/pillow_resize.h"
#include "tests/support/paths.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

// Returns the bytes of one tensor of a safetensors file as an RGB picture; an
// empty one when the tensor is not there.
RgbImage ReadPicture(const std::string& file, const std::string& name) {
  if (file.size() < 8) return {};
  const size_t header_size = ReadLittleEndian32(file, 0);
  const auto header = nlohmann::json::parse(file.substr(8, header_size));
  if (!header.contains(name)) return {};
  const auto shape = header[name]["shape"].get<std::vector<int>>();
  const auto offsets = header[name]["data_offsets"].get<std::vector<size_t>>();
  RgbImage image(shape[1], shape[0]);
  const std::string pixels =
      file.substr(8 + header_size + offsets[0], offsets[1] - offsets[0]);
  image.pixels.assign(pixels.begin(), pixels.end());
  return image;
}

void ExpectResizedAsInTheReference(const std::string& picture_path,
                                   const std::string& golden_path,
                                   const std::string& prefix) {
  const absl::StatusOr<RgbImage> picture = DecodeImage(ReadFile(picture_path));
  ASSERT_TRUE(picture.ok()) << picture.status();
  const std::string goldens = ReadFile(golden_path);
  const RgbImage clip = ReadPicture(goldens, prefix + ".clip_resized_u8");
  const RgbImage vae = ReadPicture(goldens, prefix + ".vae_resized_u8");
  ASSERT_FALSE(clip.empty() || vae.empty()) << golden_path;
  EXPECT_EQ(
      PillowResize(*picture, clip.width, clip.height, ResampleFilter::kBicubic),
      clip);
  EXPECT_EQ(
      PillowResize(*picture, vae.width, vae.height, ResampleFilter::kLanczos),
      vae);
}

TEST(PreprocessGoldenTest, ReferencePictureOfTheNanoModel) {
  const std::string folder = SourceDir() + "/tests/golden/nano";
  ExpectResizedAsInTheReference(folder + "/inputs/ref.png",
                                folder + "/goldens/preprocess.safetensors",
                                "ref");
}

TEST(PreprocessGoldenTest, RealPicture) {
  const std::string picture = SharedDataPath("real/anyone-2.png");
  const std::string goldens =
      SharedDataPath("golden/tiny/goldens/preprocess.safetensors");
  if (ReadFile(picture).empty() || ReadFile(goldens).empty()) {
    GTEST_SKIP() << "no " << picture << " or " << goldens;
  }
  ExpectResizedAsInTheReference(picture, goldens, "full");
}

}  // namespace
}  // namespace animate
