#ifndef ANIMATE_ENGINE_RASTER_PILLOW_RESIZE_H_
#define ANIMATE_ENGINE_RASTER_PILLOW_RESIZE_H_

#include "engine/animation/image.h"

namespace animate {

// Names as in PIL.Image.Resampling.
enum class ResampleFilter { kBox, kBilinear, kBicubic, kLanczos };

// Returns `image` resized to width x height, aspect ratio ignored, equal to
// Pillow's Image.resize(size, filter) byte by byte (compared with Pillow 9.5).
// The filters widen with the scale when shrinking, unlike OpenCV's of the same
// names: the networks were trained on pictures resized this way. The reference
// uses kLanczos for the VAE and the poses, kBicubic for CLIP. Thread-safe.
//
// REQUIRES: `image` is not empty; width > 0 and height > 0.
RgbImage PillowResize(const RgbImage& image, int width, int height,
                      ResampleFilter filter);

// The part of a picture to be resized, in its pixels; edges may lie between
// them. 0 <= left < right <= width, 0 <= top < bottom <= height.
struct ResizeBox {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
};

// Image.resize(size, filter, box): the box becomes all of the result.
RgbImage PillowResize(const RgbImage& image, const ResizeBox& box, int width,
                      int height, ResampleFilter filter);

// The first, byte by byte, in time that goes with the pixels that are not
// black: for skeletons, many times faster.
RgbImage PillowResizeMostlyBlack(const RgbImage& image, int width, int height,
                                 ResampleFilter filter);

}  // namespace animate

#endif  // ANIMATE_ENGINE_RASTER_PILLOW_RESIZE_H_
