#include "engine/dataset/clip_crop.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

// Pixels of the picture.
struct PixelRect {
  double left = 0.0;
  double top = 0.0;
  double width = 0.0;
  double height = 0.0;
};

PixelRect Centered(const PictureSize& picture, double width, double height) {
  return {.left = std::nearbyint((picture.width - width) / 2.0),
          .top = std::nearbyint((picture.height - height) / 2.0),
          .width = width,
          .height = height};
}

// The largest part in the middle whose aspect lies within the limits.
PixelRect CenterPart(const PictureSize& picture, double min_aspect,
                     double max_aspect) {
  double width = picture.width;
  double height = picture.height;
  if (width / height < min_aspect) {
    height = std::max(1.0, std::nearbyint(width / min_aspect));
  } else if (width / height > max_aspect) {
    width = std::max(1.0, std::nearbyint(height * max_aspect));
  }
  return Centered(picture, width, height);
}

// torchvision.transforms.RandomResizedCrop.get_params.
PixelRect RandomPart(const ClipCropOptions& options, const PictureSize& picture,
                     double aspect, SynthRandom& random) {
  const double area = static_cast<double>(picture.width) * picture.height;
  const double min_aspect = options.min_ratio * aspect;
  const double max_aspect = options.max_ratio * aspect;
  constexpr int kAttempts = 10;
  for (int i = 0; i < kAttempts; ++i) {
    const double part =
        area * random.Uniform(options.min_scale, options.max_scale);
    const double chosen =
        std::exp(random.Uniform(std::log(min_aspect), std::log(max_aspect)));
    const double width = std::nearbyint(std::sqrt(part * chosen));
    const double height = std::nearbyint(std::sqrt(part / chosen));
    if (width < 1.0 || width > picture.width || height < 1.0 ||
        height > picture.height) {
      continue;
    }
    const auto offset = [&](double room) {
      return static_cast<double>(random.Index(static_cast<size_t>(room) + 1));
    };
    const double top = offset(picture.height - height);
    const double left = offset(picture.width - width);
    return {.left = left, .top = top, .width = width, .height = height};
  }
  return CenterPart(picture, min_aspect, max_aspect);
}

absl::Status CheckLimits(absl::string_view name, double low, double high,
                         double least, double most) {
  if (low >= least && high <= most && low <= high) return absl::OkStatus();
  return FieldError(
      name, absl::StrCat("must be two ascending numbers from ", least, " to ",
                         most, ", got ", low, " and ", high));
}

}  // namespace

absl::Status CheckCropOptions(const ClipCropOptions& options) {
  absl::Status scale = CheckLimits("crop_scale", options.min_scale,
                                   options.max_scale, 0.01, 1.0);
  if (!scale.ok()) return scale;
  return CheckLimits("crop_ratio", options.min_ratio, options.max_ratio, 0.1,
                     10.0);
}

ClipCrop ChooseCrop(const ClipCropOptions& options, const PictureSize& picture,
                    const PictureSize& format, SynthRandom& random) {
  const double aspect = static_cast<double>(format.width) / format.height;
  PixelRect part = {.width = static_cast<double>(picture.width),
                    .height = static_cast<double>(picture.height)};
  ClipCrop crop{.place_width = format.width, .place_height = format.height};
  switch (options.mode) {
    case CropMode::kRandomResized:
      part = RandomPart(options, picture, aspect, random);
      break;
    case CropMode::kCenter:
      part = CenterPart(picture, aspect, aspect);
      break;
    case CropMode::kPad: {
      const double scale =
          std::min(format.width / part.width, format.height / part.height);
      const auto fit = [&](double side) {
        return std::max(1, static_cast<int>(std::lround(side * scale)));
      };
      crop.place_width = fit(part.width);
      crop.place_height = fit(part.height);
      crop.place_left = (format.width - crop.place_width) / 2;
      crop.place_top = (format.height - crop.place_height) / 2;
      break;
    }
  }
  crop.left = part.left / picture.width;
  crop.top = part.top / picture.height;
  crop.right = (part.left + part.width) / picture.width;
  crop.bottom = (part.top + part.height) / picture.height;
  return crop;
}

RgbImage CropPicture(const RgbImage& image, const ClipCrop& crop,
                     const PictureSize& format, ResampleFilter filter) {
  const ResizeBox box{.left = crop.left * image.width,
                      .top = crop.top * image.height,
                      .right = crop.right * image.width,
                      .bottom = crop.bottom * image.height};
  RgbImage part =
      PillowResize(image, box, crop.place_width, crop.place_height, filter);
  if (part.width == format.width && part.height == format.height) return part;
  RgbImage padded(format.width, format.height);
  for (int y = 0; y < part.height; ++y) {
    std::copy_n(part.at(0, y), 3 * part.width,
                padded.at(crop.place_left, crop.place_top + y));
  }
  return padded;
}

PersonPose CropPose(PersonPose person, const PictureSize& canvas,
                    const ClipCrop& crop) {
  const double scale_x = crop.place_width / (crop.right - crop.left);
  const double scale_y = crop.place_height / (crop.bottom - crop.top);
  ForEachKeypoint(person, [&](Keypoint& point) {
    point.x = crop.place_left + (point.x / canvas.width - crop.left) * scale_x;
    point.y = crop.place_top + (point.y / canvas.height - crop.top) * scale_y;
  });
  return person;
}

}  // namespace animate
