#ifndef ANIMATE_TESTS_SUPPORT_JOB_INPUTS_H_
#define ANIMATE_TESTS_SUPPORT_JOB_INPUTS_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/animation/image.h"
#include "engine/media/image_codec.h"
#include "server/queue/job.h"

namespace animate {

// A PNG file of one grey.
inline std::string GreyPng(int width, int height, uint8_t shade) {
  RgbImage image(width, height);
  std::fill(image.pixels.begin(), image.pixels.end(), shade);
  return *EncodeImage(image, {.format = EncodedImageFormat::kPng});
}

// A reference and `num_poses` poses, pose i of shade i.
inline EncodedInputs GreyInputs(int num_poses) {
  EncodedInputs inputs;
  inputs.reference = GreyPng(80, 60, 200);
  for (int i = 0; i < num_poses; ++i) {
    inputs.poses.push_back(GreyPng(32, 48, static_cast<uint8_t>(i)));
  }
  return inputs;
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_JOB_INPUTS_H_
