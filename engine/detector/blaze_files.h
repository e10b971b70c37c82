#ifndef ANIMATE_ENGINE_DETECTOR_BLAZE_FILES_H_
#define ANIMATE_ENGINE_DETECTOR_BLAZE_FILES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/detector/network.h"
#include "engine/detector/network_file.h"

namespace animate {

enum BlazeNetwork : size_t {
  kPoseDetection,
  kPoseLandmark,
  kHandRecrop,
  kHandLandmark,
  kFaceDetection,
  kFaceLandmark,
  kNumBlazeNetworks,
};

struct BlazeOutput {
  absl::string_view name;
  size_t count;  // numbers
};

// One network of models/detector: its file, and what goes in and out.
struct BlazeFile {
  NetworkFile file;
  int side;  // of the input [1, 3, side, side]
  std::vector<BlazeOutput> outputs;
};

const BlazeFile& BlazeFileOf(BlazeNetwork network);

// Loads `network` from `folder` and runs it once: it must give the outputs it
// should. Errors as ReadNetworkFile.
absl::StatusOr<Network> LoadBlazeNetwork(const std::string& folder,
                                         BlazeNetwork network);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_BLAZE_FILES_H_
