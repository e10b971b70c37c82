#include "engine/detector/blaze_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace animate {

const BlazeFile& BlazeFileOf(BlazeNetwork network) {
  static const auto& files = *new std::vector<BlazeFile>{
      {.file = {"pose_detection", 11'879'983,
                "50420fb31e111627ccd1e5388b2081f3"
                "bc86b93c7ce10966c031df418358ed03"},
       .side = 224,
       .outputs = {{"Identity", 2254 * 12}, {"Identity_1", 2254}}},
      {.file = {"pose_landmark_full", 12'692'153,
                "8b69b65f2610286076050f92800ca13c"
                "9e9a02b23c8d0b973ab0809a0522f9c1"},
       .side = 256,
       .outputs = {{"Identity", 39 * 5},
                   {"Identity_1", 1},
                   {"Identity_3", 39 * 64 * 64}}},
      {.file = {"hand_recrop", 115'767,
                "4d98fbf3d619b1d3bd2650e1c1971f12"
                "bedcd63eeecae3f1e6b6875016cd1bde"},
       .side = 256,
       .outputs = {{"output_crop", 4}}},
      {.file = {"hand_landmark_full", 10'583'543,
                "1b67cabdc5bc48566a490157530f427f"
                "746d29d5fe1570fc83d58190fac2b62a"},
       .side = 224,
       .outputs = {{"Identity", 63}, {"Identity_1", 1}}},
      {.file = {"face_detection_short_range", 415'430,
                "dcfb66f9858a2d72e1586fa660b7ba36"
                "a9f5b8e881e28732dc73576cfa874f3f"},
       .side = 128,
       .outputs = {{"regressors", 896 * 16}, {"classificators", 896}}},
      {.file = {"face_landmark", 2'429'511,
                "7ed2bc07bbf7235114f88ea80ec705f2"
                "0f4d71ed63b5680a21da81b5cfdb65e8"},
       .side = 192,
       .outputs = {{"conv2d_21", 1404}, {"conv2d_31", 1}}}};
  return files[network];
}

absl::StatusOr<Network> LoadBlazeNetwork(const std::string& folder,
                                         BlazeNetwork network) {
  const BlazeFile& blaze = BlazeFileOf(network);
  ANIMATE_ASSIGN_OR_RETURN(const std::string onnx,
                           ReadNetworkFile(folder, blaze.file));
  ANIMATE_ASSIGN_OR_RETURN(
      Network loaded, Network::FromBytes(std::string(blaze.file.name), onnx));
  const auto side = static_cast<size_t>(blaze.side);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      loaded.Run({.shape = {1, 3, blaze.side, blaze.side},
                  .values = std::vector<float>(3 * side * side)}));
  for (const BlazeOutput& wanted : blaze.outputs) {
    const NetworkTensor* output = FindTensor(outputs, wanted.name);
    if (output == nullptr || output->values.size() != wanted.count) {
      return DetectorDamaged(absl::StrCat(
          blaze.file.name, " does not give ", wanted.count, " numbers as ",
          wanted.name, " with this OpenCV; 4.6 or later is needed"));
    }
  }
  return loaded;
}

}  // namespace animate
