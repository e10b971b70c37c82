#include "engine/detector/dw_pose.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/detector/network.h"
#include "engine/detector/network_file.h"
#include "engine/detector/simcc.h"
#include "engine/detector/yolox.h"
#include "engine/pose/keypoint_layout.h"
#include "engine/pose/pose_sequence.h"

namespace animate {
namespace {

// Mean confidence of the body from which it counts as somebody: a face alone
// has 5 joints of 18.
constexpr double kMinBodyConfidence = 0.2;

// Returns the output whose rows are `columns` long and as many numbers in all
// as `count`; nullptr when there is none. Exports differ in names and order.
const std::vector<float>* OutputOfShape(
    const std::vector<NetworkTensor>& outputs, size_t columns, size_t count) {
  for (const NetworkTensor& output : outputs) {
    if (!output.shape.empty() &&
        output.shape.back() == static_cast<int>(columns) &&
        output.values.size() == count) {
      return &output.values;
    }
  }
  return nullptr;
}

const std::vector<float>* YoloxRows(const std::vector<NetworkTensor>& outputs) {
  return OutputOfShape(outputs, kYoloxRow, kYoloxCells * kYoloxRow);
}
const std::vector<float>* SimccColumns(
    const std::vector<NetworkTensor>& outputs) {
  return OutputOfShape(outputs, kSimccColumns, kSimccKeypoints * kSimccColumns);
}
const std::vector<float>* SimccRows(const std::vector<NetworkTensor>& outputs) {
  return OutputOfShape(outputs, kSimccRows, kSimccKeypoints * kSimccRows);
}

class DwPose : public PersonNetworks {
 public:
  DwPose(Network yolox, Network pose)
      : yolox_(std::move(yolox)), pose_(std::move(pose)) {}

  absl::StatusOr<std::vector<Candidate>> FindPeople(
      const RgbImage& image, const Region& /*square*/) override {
    const RgbImage picture = DwPosePicture(image);
    const YoloxInput input = ToYoloxInput(picture);
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<NetworkTensor> outputs,
                             yolox_.Run(input.tensor));
    std::vector<YoloxPerson> people =
        DecodeYolox(*YoloxRows(outputs), input.scale);
    if (people.empty()) {  // the reference looks at the whole picture, then
      people.push_back({.right = 1.0 * picture.width,
                        .bottom = 1.0 * picture.height,
                        .score = 1.0});
    }
    std::vector<Candidate> candidates;
    for (const YoloxPerson& person : people) {
      const Region box =
          RegionOfBox(person.left, person.top, person.right, person.bottom);
      candidates.push_back(
          {.region = Scaled(box, picture, image), .score = person.score});
    }
    return candidates;
  }

  std::vector<Region> WholePictureSquares(int width,
                                          int height) const override {
    return {LetterboxRegion(width, height)};
  }

  // YOLOX finds small people in the whole picture.
  std::vector<std::vector<Region>> SmallPeopleRounds(int, int) const override {
    return {};
  }

  absl::StatusOr<std::optional<Sighting>> FindBody(const RgbImage& image,
                                                   const Region& box) override {
    const RgbImage picture = DwPosePicture(image);
    const Region region = SimccRegion(Scaled(box, image, picture));
    if (!IsUsable(region)) return std::nullopt;
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<NetworkTensor> outputs,
                             pose_.Run(ToSimccInput(picture, region)));
    std::vector<Keypoint> keypoints =
        DecodeSimcc(*SimccColumns(outputs), *SimccRows(outputs), region);
    for (Keypoint& keypoint : keypoints) {
      keypoint.x *= 1.0 * image.width / picture.width;
      keypoint.y *= 1.0 * image.height / picture.height;
    }
    ANIMATE_ASSIGN_OR_RETURN(
        const PersonPose person,
        PersonFromLayout(KeypointLayout::kCocoWholeBody133, keypoints));
    if (MeanBodyConfidence(person) < kMinBodyConfidence) return std::nullopt;
    return SightingOf(person);
  }

  // They came with the body.
  absl::Status AddParts(const RgbImage&, PersonParts parts,
                        Sighting& sighting) override {
    if (!HasHands(parts)) {
      sighting.person.left_hand.fill({});
      sighting.person.right_hand.fill({});
    }
    if (!HasFace(parts)) sighting.person.face.fill({});
    return absl::OkStatus();
  }

  Region RegionOf(const std::array<Point, 2>& axis) const override {
    return RegionOfBox(axis[0].x, axis[0].y, axis[1].x, axis[1].y);
  }

  SmoothingTraits smoothing() const override {
    return {.points = {.min_cutoff_hz = 0.05, .beta = 80.0},
            .axis = {.min_cutoff_hz = 0.01, .beta = 10.0}};
  }

 private:
  static Region Scaled(const Region& box, const RgbImage& from,
                       const RgbImage& to) {
    const double x = 1.0 * to.width / from.width;
    const double y = 1.0 * to.height / from.height;
    return {.center = {box.center.x * x, box.center.y * y},
            .width = box.width * x,
            .height = box.height * y};
  }

  // The next region is the box of the points that are seen.
  std::optional<Sighting> SightingOf(const PersonPose& person) const {
    std::optional<std::array<Point, 2>> box;
    ForEachKeypoint(person, [&](const Keypoint& point) {
      if (!IsSeen(point, kMinKeypointConfidence)) return;
      if (!box) box = {PointOf(point), PointOf(point)};
      auto& [low, high] = *box;
      low = {std::min(low.x, point.x), std::min(low.y, point.y)};
      high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    });
    if (!box) return std::nullopt;
    const Region region = RegionOf(*box);
    return Sighting{.person = person,
                    .axis = *box,
                    .region = region,
                    .size = std::max(region.width, region.height),
                    .score = std::min(MeanBodyConfidence(person), 1.0)};
  }

  Network yolox_;
  Network pose_;
};

// Loads `file` and runs it on zeros of `shape`.
struct Trial {
  Network network;
  std::vector<NetworkTensor> outputs;
};
absl::StatusOr<Trial> LoadAndTry(const std::string& folder, const char* file,
                                 std::vector<int> shape) {
  const std::string path = absl::StrCat(folder, "/", file);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return DetectorMissing(absl::StrCat(
        path, " is missing: the DWPose backend needs ", kYoloxFile, " and ",
        kDwPoseFile,
        " from the DWPose project in the folder given with "
        "--pose-detector-dir; the BlazePose backend needs no download"));
  }
  NetworkTensor zeros{.shape = std::move(shape)};
  size_t count = 1;
  for (const int side : zeros.shape) count *= static_cast<size_t>(side);
  zeros.values.resize(count);
  absl::StatusOr<Network> network = Network::FromFile(file, path);
  absl::StatusOr<std::vector<NetworkTensor>> outputs =
      network.ok() ? network->Run(zeros) : network.status();
  if (!outputs.ok()) {
    return DetectorDamaged(absl::StrCat("OpenCV cannot run ", path,
                                        " (damaged, or an export that "
                                        "it does not know): ",
                                        outputs.status().message()));
  }
  return Trial{*std::move(network), *std::move(outputs)};
}

absl::Status WrongOutputs(const std::string& folder, const char* file,
                          absl::string_view want) {
  return DetectorDamaged(absl::StrCat(folder, "/", file,
                                      " is another network: its outputs "
                                      "should be ",
                                      want));
}

}  // namespace

RgbImage DwPosePicture(const RgbImage& image) {
  constexpr double kShortSide = 512;
  constexpr double kMultiple = 64;
  constexpr double kMaxSide = 8192;  // of extremely narrow pictures
  const double scale = kShortSide / std::min(image.width, image.height);
  const auto side = [&](int length) {
    return static_cast<int>(std::min(
        std::nearbyint(length * scale / kMultiple) * kMultiple, kMaxSide));
  };
  // OpenCV has no picture type that only reads.
  const cv::Mat source(image.height, image.width, CV_8UC3,
                       const_cast<uint8_t*>(image.pixels.data()));
  RgbImage picture(side(image.width), side(image.height));
  cv::Mat target(picture.height, picture.width, CV_8UC3, picture.pixels.data());
  cv::resize(source, target, target.size(), 0, 0,
             scale > 1 ? cv::INTER_LANCZOS4 : cv::INTER_AREA);
  return picture;
}

absl::StatusOr<std::unique_ptr<PersonNetworks>> LoadDwPose(
    const std::string& folder) {
  ANIMATE_ASSIGN_OR_RETURN(
      Trial yolox,
      LoadAndTry(folder, kYoloxFile, {1, 3, kYoloxSide, kYoloxSide}));
  if (YoloxRows(yolox.outputs) == nullptr) {
    return WrongOutputs(folder, kYoloxFile, "[1, 8400, 85]");
  }
  ANIMATE_ASSIGN_OR_RETURN(
      Trial pose,
      LoadAndTry(folder, kDwPoseFile, {1, 3, kSimccHeight, kSimccWidth}));
  if (SimccColumns(pose.outputs) == nullptr ||
      SimccRows(pose.outputs) == nullptr) {
    return WrongOutputs(folder, kDwPoseFile, "[1, 133, 576] and [1, 133, 768]");
  }
  return std::make_unique<DwPose>(std::move(yolox.network),
                                  std::move(pose.network));
}

}  // namespace animate
