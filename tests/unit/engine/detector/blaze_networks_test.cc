#include "engine/detector/blaze_networks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "engine/detector/blaze_files.h"
#include "engine/detector/region_crop.h"
#include "tests/unit/engine/detector/detector_testing.h"

namespace animate {
namespace {

constexpr double kNetworkTolerance = 2e-3;
constexpr double kPixelTolerance = 0.5;

double MaxDifference(absl::Span<const float> actual,
                     absl::Span<const float> expected) {
  EXPECT_EQ(actual.size(), expected.size());
  double worst = 0.0;
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    worst = std::max(worst, std::abs(double{actual[i]} - double{expected[i]}));
  }
  return worst;
}

// Runs `network` on the golden picture.
std::vector<NetworkTensor> RunOn(BlazeNetwork network,
                                 const GoldenArray& picture, ValueRange range) {
  auto loaded = LoadBlazeNetwork(DetectorDir(), network);
  if (!loaded.ok()) {
    ADD_FAILURE() << loaded.status();
    return {};
  }
  auto outputs = loaded->Run(ToInput(PictureOf(picture), range));
  if (!outputs.ok()) ADD_FAILURE() << outputs.status();
  return outputs.value_or(std::vector<NetworkTensor>());
}

void ExpectOutput(const std::vector<NetworkTensor>& outputs,
                  absl::string_view name, absl::Span<const float> expected) {
  const NetworkTensor* output = FindTensor(outputs, name);
  ASSERT_NE(output, nullptr) << name;
  EXPECT_LE(MaxDifference(output->values, expected), kNetworkTolerance) << name;
}

TEST(BlazeNetworksGolden, PoseDetectionGivesTheOriginalsNumbers) {
  GoldenArrays golden = ReadDetectorGolden("pose_detection");
  const auto outputs =
      RunOn(kPoseDetection, golden["input_u8"], ValueRange::kMinusOneToOne);
  ExpectOutput(outputs, "Identity_1", golden["Identity_1"].numbers);
  const NetworkTensor* boxes = FindTensor(outputs, "Identity");
  ASSERT_NE(boxes, nullptr);
  std::vector<float> top;
  for (const int32_t row : golden["top_index"].integers) {
    const auto begin = boxes->values.begin() + 12 * row;
    top.insert(top.end(), begin, begin + 12);
  }
  EXPECT_LE(MaxDifference(top, golden["Identity_top"].numbers),
            kNetworkTolerance);
}

TEST(BlazeNetworksGolden, PoseLandmarkGivesTheOriginalsNumbers) {
  GoldenArrays golden = ReadDetectorGolden("pose_landmark_full");
  const auto outputs =
      RunOn(kPoseLandmark, golden["input_u8"], ValueRange::kZeroToOne);
  for (const char* name : {"Identity", "Identity_1", "Identity_4"}) {
    ExpectOutput(outputs, name, golden[name].numbers);
  }
  const NetworkTensor* heatmaps = FindTensor(outputs, "Identity_3");
  ASSERT_NE(heatmaps, nullptr);
  std::vector<float> some;
  for (const int channel : {0, 15, 33}) {
    const auto begin = heatmaps->values.begin() + channel * 64 * 64;
    some.insert(some.end(), begin, begin + 64 * 64);
  }
  EXPECT_LE(MaxDifference(some, golden["heatmap_channels_0_15_33"].numbers),
            kNetworkTolerance);
}

TEST(BlazeNetworksGolden, HandAndFaceNetworksGiveTheOriginalsNumbers) {
  GoldenArrays golden = ReadDetectorGolden("hand_face");
  const auto recrop =
      RunOn(kHandRecrop, golden["recrop_input_u8"], ValueRange::kZeroToOne);
  ExpectOutput(recrop, "output_crop", golden["recrop_output_crop"].numbers);
  const auto hand =
      RunOn(kHandLandmark, golden["hand_input_u8"], ValueRange::kZeroToOne);
  ExpectOutput(hand, "Identity", golden["hand_Identity"].numbers);
  ExpectOutput(hand, "Identity_1", golden["hand_Identity_1"].numbers);
  const auto detection = RunOn(kFaceDetection, golden["facedet_input_u8"],
                               ValueRange::kMinusOneToOne);
  for (const char* name : {"regressors", "classificators"}) {
    ExpectOutput(detection, name,
                 golden[absl::StrCat("facedet_", name)].numbers);
  }
  const auto face =
      RunOn(kFaceLandmark, golden["face_input_u8"], ValueRange::kZeroToOne);
  for (const char* name : {"conv2d_21", "conv2d_31"}) {
    ExpectOutput(face, name, golden[absl::StrCat("face_", name)].numbers);
  }
}

// The largest distance of `points` from the golden's rows.
template <typename Points>
double Farthest(const Points& points, const GoldenArray& golden) {
  EXPECT_EQ(golden.shape.at(0), points.size());
  double worst = 0.0;
  for (size_t i = 0; i < points.size(); ++i) {
    worst = std::max(worst, Distance(points[i], PointOf(golden, i)));
  }
  return worst;
}

class BlazeNetworksPhoto : public testing::TestWithParam<std::string> {
 protected:
  const GoldenArray* Golden(absl::string_view key) const {
    const auto found = golden_.find(absl::StrCat(GetParam(), ".", key));
    return found == golden_.end() ? nullptr : &found->second;
  }

  // A part is seen where the original sees it, in the same place.
  template <typename Part>
  void ExpectPart(const char* key,
                  const absl::StatusOr<std::optional<Part>>& part) const {
    ASSERT_TRUE(part.ok()) << part.status();
    const GoldenArray* golden = Golden(key);
    ASSERT_EQ(part->has_value(), golden != nullptr) << key;
    if (golden == nullptr) return;
    const double worst = Farthest((*part)->points, *golden);
    std::printf("%s %s: %.3f px\n", GetParam().c_str(), key, worst);
    EXPECT_LE(worst, kPixelTolerance) << key;
  }

  const GoldenArrays golden_ = ReadDetectorGolden("e2e_reference");
};

TEST_P(BlazeNetworksPhoto, AgreesWithTheMakersOwnProgram) {
  const std::optional<RgbImage> photo = ReadPhoto(GetParam());
  if (!photo) {
    GTEST_SKIP() << "no ../shared/data/real beside the repository: "
                 << GetParam() << " was not tried";
  }
  auto networks = BlazeNetworks::Load(DetectorDir());
  ASSERT_TRUE(networks.ok()) << networks.status();
  const auto people = (*networks)->DetectPeople(
      *photo, LetterboxRegion(photo->width, photo->height));
  ASSERT_TRUE(people.ok()) << people.status();
  ASSERT_FALSE(people->empty());
  const BlazeDetection& person = people->front();
  EXPECT_LE(Farthest(person.points, *Golden("det_kp")), kPixelTolerance);
  EXPECT_NEAR(person.score, Golden("det_score")->numbers[0], kNetworkTolerance);

  const Region region = BlazeRegion(person.points[0], person.points[1]);
  const std::vector<float>& roi = Golden("roi")->numbers;
  EXPECT_NEAR(region.center.x, roi[0], kPixelTolerance);
  EXPECT_NEAR(region.center.y, roi[1], kPixelTolerance);
  EXPECT_NEAR(region.width, roi[2], 2 * kPixelTolerance);
  EXPECT_NEAR(region.height, roi[3], 2 * kPixelTolerance);
  EXPECT_NEAR(region.rotation, roi[4], kNetworkTolerance);

  const auto found = (*networks)->FindBody(*photo, region);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  const BlazeBody& body = **found;
  const double worst = Farthest(body.points, *Golden("pose33"));
  std::printf("%s pose33: %.3f px\n", GetParam().c_str(), worst);
  EXPECT_LE(worst, kPixelTolerance);
  for (size_t i = 0; i < kNumBlazeLandmarks; ++i) {
    EXPECT_NEAR(body.visibility[i], Golden("pose33")->numbers[3 * i + 2],
                kNetworkTolerance)
        << i;
  }
  ExpectPart("left_hand21",
             (*networks)->FindHand(*photo, body, BodySide::kLeft));
  ExpectPart("right_hand21",
             (*networks)->FindHand(*photo, body, BodySide::kRight));
  ExpectPart("face468", (*networks)->FindFace(*photo, body));
}

INSTANTIATE_TEST_SUITE_P(Photos, BlazeNetworksPhoto,
                         testing::Values("astronaut", "anyone-2", "anyone-10"),
                         [](const auto& photo) {
                           std::string name = photo.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(RefineByHeatmaps, MovesToTheMiddleOfWhatIsCertain) {
  constexpr size_t kCells = 64;
  std::vector<float> heatmaps(3 * kCells * kCells, -100.0f);
  const auto set = [&](size_t map, size_t x, size_t y) {
    heatmaps[(map * kCells + y) * kCells + x] = 100.0f;
  };
  set(0, 10, 20);
  set(0, 13, 20);
  set(0, 15, 20);  // beyond the nine cells around cell 10
  std::vector<Point> points = {
      {10.5 / 64, 20.5 / 64}, {0.25, 0.25}, {1.5, 0.25}};
  RefineByHeatmaps(heatmaps, absl::MakeSpan(points));
  EXPECT_NEAR(points[0].x, 11.5 / 64, 1e-9);
  EXPECT_NEAR(points[0].y, 20.0 / 64, 1e-9);
  EXPECT_EQ(points[1].x, 0.25);  // nothing certain
  EXPECT_EQ(points[2].x, 1.5);   // outside of the map
}

TEST(BlazeNetworks, SeesNobodyInAPlainPicture) {
  auto networks = BlazeNetworks::Load(DetectorDir());
  ASSERT_TRUE(networks.ok()) << networks.status();
  const RgbImage grey = PlainPicture(320, 240, 128);
  const auto people =
      (*networks)->DetectPeople(grey, LetterboxRegion(320, 240));
  ASSERT_TRUE(people.ok()) << people.status();
  EXPECT_TRUE(people->empty());
  const auto body = (*networks)->FindBody(grey, LetterboxRegion(320, 240));
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_FALSE(body->has_value());
}

TEST(BlazeNetworks, SaysWhichFileIsMissing) {
  const auto networks = BlazeNetworks::Load(testing::TempDir());
  EXPECT_EQ(networks.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(networks.status().message().find("pose_detection.onnx.gz"),
            std::string::npos);
}

}  // namespace
}  // namespace animate
