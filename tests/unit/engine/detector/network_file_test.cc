#include "engine/detector/network_file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "engine/detector/pose_detector.h"
#include "tests/support/test_pictures.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

constexpr NetworkFile kSmallest = {
    "hand_recrop", 115'767,
    "4d98fbf3d619b1d3bd2650e1c1971f12bedcd63eeecae3f1e6b6875016cd1bde"};

std::string FolderWith(const std::string& name, const std::string& bytes) {
  const std::string folder = testing::TempDir() + "/" + name;
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/hand_recrop.onnx.gz", std::ios::binary) << bytes;
  return folder;
}

std::string GoodBytes() {
  return ReadFile(DetectorDir() + "/hand_recrop.onnx.gz");
}

TEST(NetworkFile, IsInflated) {
  const auto bytes = ReadNetworkFile(DetectorDir(), kSmallest);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(bytes->size(), kSmallest.size);
}

TEST(NetworkFile, SaysWhatToDoWhenItIsMissing) {
  const auto bytes = ReadNetworkFile("/nowhere", kSmallest);
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(bytes.status()), kPoseDetectorMissing);
  EXPECT_NE(bytes.status().message().find("/nowhere/hand_recrop.onnx.gz"),
            std::string::npos);
}

TEST(NetworkFile, RefusesWhatIsDamaged) {
  std::string flipped = GoodBytes();
  flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
  const std::string cases[] = {"", "no gzip at all", flipped,
                               GoodBytes().substr(0, 50'000),
                               std::string(300'000, 'x')};
  for (const std::string& bytes : cases) {
    const auto read = ReadNetworkFile(FolderWith("damaged", bytes), kSmallest);
    EXPECT_EQ(GetErrorReason(read.status()), kPoseDetectorDamaged)
        << bytes.size();
  }
}

TEST(NetworkFile, RefusesAnotherContentOfTheSameSize) {
  NetworkFile other = kSmallest;
  other.sha256 = "00";
  EXPECT_EQ(GetErrorReason(ReadNetworkFile(DetectorDir(), other).status()),
            kPoseDetectorDamaged);
  other = kSmallest;
  --other.size;
  EXPECT_EQ(GetErrorReason(ReadNetworkFile(DetectorDir(), other).status()),
            kPoseDetectorDamaged);
}

}  // namespace
}  // namespace animate
