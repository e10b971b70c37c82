#include "engine/training/vae_sheet.h"

#include <algorithm>

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include "engine/pipeline/image_tensor.h"
#include "engine/training/vae_crops.h"

namespace animate {
namespace {

constexpr int kGap = 4;  // pixels
constexpr uint8_t kWhite = 255;

void Paste(const RgbImage& picture, int x, int y, RgbImage& sheet) {
  for (int row = 0; row < picture.height; ++row) {
    std::copy_n(picture.at(0, row), 3 * static_cast<size_t>(picture.width),
                sheet.at(x, y + row));
  }
}

}  // namespace

RgbImage PictureGrid(const std::vector<SheetRow>& rows) {
  int width = 0;
  int height = 0;
  size_t columns = 0;
  for (const SheetRow& row : rows) {
    columns = std::max(columns, row.size());
    for (const RgbImage& picture : row) {
      width = std::max(width, picture.width);
      height = std::max(height, picture.height);
    }
  }
  if (width == 0 || height == 0) return {};
  RgbImage sheet(static_cast<int>(columns) * (width + kGap) - kGap,
                 static_cast<int>(rows.size()) * (height + kGap) - kGap);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kWhite);
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t c = 0; c < rows[r].size(); ++c) {
      Paste(rows[r][c], static_cast<int>(c) * (width + kGap),
            static_cast<int>(r) * (height + kGap), sheet);
    }
  }
  return sheet;
}

RgbImage Reconstruct(const AutoencoderKL& vae, const RgbImage& picture,
                     c10::Device device) {
  const c10::NoGradGuard no_grad;
  const at::Tensor image =
      vae.Decode(vae.Encode(PictureTensor(picture).to(device)).mean);
  return FrameImage(image.squeeze(0).mul(0.5).add(0.5),
                    FrameRounding::kNearest);
}

}  // namespace animate
