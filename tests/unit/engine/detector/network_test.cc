#include "engine/detector/network.h"

#include <gtest/gtest.h>

#include "tests/support/paths.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

std::string HandMadeFile() {
  return SourceDir() + "/tests/golden/detector/hand_made/yolox_l.onnx";
}

NetworkTensor Input(int side) {
  const auto count = static_cast<size_t>(3 * side * side);
  return {.shape = {1, 3, side, side}, .values = std::vector<float>(count)};
}

TEST(Network, GivesItsOutputsWithNamesAndShapes) {
  auto network = Network::FromFile("yolox", HandMadeFile());
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->name(), "yolox");
  const auto outputs = network->Run(Input(640));
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->size(), 1u);
  EXPECT_EQ(FindTensor(*outputs, (*outputs)[0].name), outputs->data());
  EXPECT_EQ(FindTensor(*outputs, "other"), nullptr);
  EXPECT_EQ((*outputs)[0].shape, (std::vector<int>{1, 8400, 85}));
  EXPECT_EQ((*outputs)[0].values.size(), 8400u * 85u);
  EXPECT_EQ((*outputs)[0].values[0], 0.5f);
}

TEST(Network, ComesFromBytesAsFromAFile) {
  auto network = Network::FromBytes("yolox", ReadFile(HandMadeFile()));
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_TRUE(network->Run(Input(640)).ok());
}

TEST(Network, RefusesBytesThatAreNoNetwork) {
  for (const char* bytes : {"", "nonsense", "\x08\x07\x12\x04null"}) {
    auto network = Network::FromBytes("broken", bytes);
    if (!network.ok()) {
      EXPECT_EQ(network.status().code(), absl::StatusCode::kInternal);
      EXPECT_EQ(network.status().message().find("broken: "), 0u);
      continue;
    }
    // OpenCV reads an empty file as a network without layers.
    EXPECT_FALSE(network->Run(Input(8)).ok()) << bytes;
  }
  EXPECT_FALSE(Network::FromFile("absent", "/nowhere/x.onnx").ok());
}

TEST(Network, AnInputThatDoesNotFitIsAnError) {
  auto network = Network::FromFile("yolox", HandMadeFile());
  ASSERT_TRUE(network.ok()) << network.status();
  EXPECT_EQ(network->Run(Input(40)).status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace animate
