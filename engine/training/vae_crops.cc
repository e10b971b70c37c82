#include "engine/training/vae_crops.h"

#include <cstdlib>
#include <random>

#include "absl/strings/str_cat.h"
#include "engine/pipeline/image_tensor.h"
#include "engine/training/sample_seed.h"

namespace animate {
namespace {

constexpr uint64_t kCropPurpose = 0x63726f70;

// Uniform in [0, count), the same with every standard library.
size_t Below(std::mt19937_64& random, size_t count) { return random() % count; }

int SideOr(int side, int whole) { return side == 0 ? whole : side; }

// Where a crop of `side` pixels begins on a `whole` of them.
int DrawCorner(std::mt19937_64& random, int whole, int side, int grid) {
  const int places = (whole - side) / grid + 1;
  return grid * static_cast<int>(Below(random, static_cast<size_t>(places)));
}

// The sum of the differences between bytes below each other.
int64_t Contrast(const RgbImage& picture, const VaeCrop& crop) {
  int64_t sum = 0;
  for (int y = crop.y + 1; y < crop.y + crop.height; ++y) {
    const uint8_t* above = picture.at(crop.x, y - 1);
    const uint8_t* below = picture.at(crop.x, y);
    for (int i = 0; i < 3 * crop.width; ++i)
      sum += std::abs(below[i] - above[i]);
  }
  return sum;
}

VaeCrop DrawCrop(const RgbImage& picture, const VaeCropOptions& options,
                 std::mt19937_64& random) {
  VaeCrop best;
  int64_t most = -1;
  for (int i = 0; i < options.candidates; ++i) {
    VaeCrop crop{.width = SideOr(options.width, picture.width),
                 .height = SideOr(options.height, picture.height)};
    crop.x = DrawCorner(random, picture.width, crop.width, options.grid);
    crop.y = DrawCorner(random, picture.height, crop.height, options.grid);
    const int64_t contrast =
        options.candidates == 1 ? 0 : Contrast(picture, crop);
    if (contrast > most) {
      most = contrast;
      best = crop;
    }
  }
  return best;
}

}  // namespace

std::vector<const RgbImage*> PicturesOf(const TrainingClip& clip) {
  std::vector<const RgbImage*> pictures;
  if (!clip.reference.empty()) pictures.push_back(&clip.reference);
  for (const RgbImage& frame : clip.frames) pictures.push_back(&frame);
  return pictures;
}

std::vector<VaeCrop> DrawCrops(const TrainingClip& clip,
                               const VaeCropOptions& options,
                               CropPictures pictures) {
  const std::vector<const RgbImage*> all = PicturesOf(clip);
  const size_t first =
      pictures == CropPictures::kAll ? 0 : all.size() - clip.frames.size();
  std::mt19937_64 random(MixSeeds(clip.seed, kCropPurpose));
  // They walk through the pictures from anywhere: none comes twice before each
  // has come once.
  const size_t start = Below(random, all.size() - first);
  std::vector<VaeCrop> crops;
  for (int i = 0; i < options.count; ++i) {
    const size_t picture =
        first + (start + static_cast<size_t>(i)) % (all.size() - first);
    crops.push_back(DrawCrop(*all[picture], options, random));
    crops.back().picture = picture;
  }
  return crops;
}

absl::Status CheckPictures(const TrainingClip& clip,
                           const VaeCropOptions& options, int64_t factor) {
  if (clip.frames.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(clip.source, ": a clip without frames"));
  }
  const RgbImage& first = clip.frames.front();
  for (const RgbImage* picture : PicturesOf(clip)) {
    if (picture->width == first.width && picture->height == first.height) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        clip.source, ": pictures of ", first.width, "x", first.height, " and ",
        picture->width, "x", picture->height));
  }
  if (first.width % factor != 0 || first.height % factor != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(clip.source, ": pictures must be multiples of ", factor,
                     " pixels: got ", first.width, "x", first.height));
  }
  if (options.width > first.width || options.height > first.height) {
    return absl::InvalidArgumentError(absl::StrCat(
        clip.source, ": crops of ", options.width, "x", options.height,
        " do not fit pictures of ", first.width, "x", first.height));
  }
  return absl::OkStatus();
}

at::Tensor CropTensor(const RgbImage& picture, const VaeCrop& crop) {
  return PixelTensor(picture)  // [H, W, 3]
      .narrow(0, crop.y, crop.height)
      .narrow(1, crop.x, crop.width)
      .permute({2, 0, 1})
      .unsqueeze(0)
      .to(at::kFloat)
      .contiguous()
      .div_(127.5)
      .sub_(1.0);
}

at::Tensor PictureTensor(const RgbImage& picture) {
  return CropTensor(picture,
                    {.width = picture.width, .height = picture.height});
}

}  // namespace animate
