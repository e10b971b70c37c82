#include "engine/detector/blaze_files.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

TEST(BlazeFiles, EachNetworkLoadsAndGivesItsOutputs) {
  for (size_t i = 0; i < kNumBlazeNetworks; ++i) {
    const auto network = static_cast<BlazeNetwork>(i);
    const auto loaded = LoadBlazeNetwork(DetectorDir(), network);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->name(), BlazeFileOf(network).file.name);
  }
}

TEST(BlazeFiles, StaySmallEnoughForARepository) {
  uintmax_t total = 0;
  for (size_t i = 0; i < kNumBlazeNetworks; ++i) {
    const auto& file = BlazeFileOf(static_cast<BlazeNetwork>(i)).file;
    total += std::filesystem::file_size(DetectorDir() + "/" +
                                        std::string(file.name) + ".onnx.gz");
  }
  EXPECT_LE(total, 17'000'000u);
}

}  // namespace
}  // namespace animate
