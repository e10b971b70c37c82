#include "engine/detector/blaze_networks.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/detector/blaze_files.h"
#include "engine/detector/region_crop.h"
#include "engine/detector/ssd.h"

namespace animate {
namespace {

constexpr double kRight = 0.0;  // directions, in radians
constexpr double kUp = 1.57079632679489661923;
constexpr double kMinPresence = 0.5;
constexpr size_t kNumRefined = kNumBlazeLandmarks + 2;  // landmarks and axis

double Sigmoid(double logit) { return 1.0 / (1.0 + std::exp(-logit)); }

double Number(absl::Span<const NetworkTensor> outputs, absl::string_view name) {
  return FindTensor(outputs, name)->values[0];
}

// The first two of every three numbers of output `name` as points of `region`,
// which the network saw with `side` pixels.
template <typename Points>
void ReadPoints(absl::Span<const NetworkTensor> outputs, absl::string_view name,
                const Region& region, int side, Points& points) {
  const std::vector<float>& values = FindTensor(outputs, name)->values;
  for (size_t i = 0; i < points.size(); ++i) {
    points[i] = FromRegion(
        {double{values[3 * i]} / side, double{values[3 * i + 1]} / side},
        region);
  }
}

// The upright box of `points`, to be turned by `rotation` about its middle.
Region BoxOf(absl::Span<const Point> points, double rotation) {
  const auto [left, right] = std::minmax_element(
      points.begin(), points.end(),
      [](const Point& a, const Point& b) { return a.x < b.x; });
  const auto [top, bottom] = std::minmax_element(
      points.begin(), points.end(),
      [](const Point& a, const Point& b) { return a.y < b.y; });
  Region box = RegionOfBox(left->x, top->y, right->x, bottom->y);
  box.rotation = rotation;
  return box;
}

CropOptions CropFor(BlazeNetwork network, CropBorder border, ValueRange range) {
  return {.side = BlazeFileOf(network).side, .border = border, .range = range};
}

CropOptions LandmarkCrop(BlazeNetwork network) {
  return CropFor(network, CropBorder::kRepeatEdge, ValueRange::kZeroToOne);
}

CropOptions DetectionCrop(BlazeNetwork network) {
  return CropFor(network, CropBorder::kBlack, ValueRange::kMinusOneToOne);
}

// Where the hand should be, by wrist, little finger and index of the body.
Region HandSearchRegion(const BlazeBody& body, BodySide side) {
  const size_t wrist = side == BodySide::kLeft ? 15 : 16;
  const Point from = body.points[wrist];
  const Point middle =
      (1.0 / 3.0) * (2.0 * body.points[wrist + 4] + body.points[wrist + 2]);
  Region region = RegionAround(middle, from, kUp);
  region.rotation = RotationToward(from, middle, kUp);
  return Grown(region, 2.7, -0.1);
}

}  // namespace

Region BlazeRegion(Point hips, Point rim) {
  return Grown(RegionAround(hips, rim, kUp), 1.25, 0.0);
}

void RefineByHeatmaps(absl::Span<const float> heatmaps,
                      absl::Span<Point> landmarks) {
  constexpr int kCells = 64;
  constexpr int kReach = 4;
  for (size_t i = 0; i < landmarks.size(); ++i) {
    const double at_x = landmarks[i].x * kCells;
    const double at_y = landmarks[i].y * kCells;
    // Truncation makes cell 0 of (-1, 1), as in the reference.
    if (!(at_x > -1 && at_x < kCells && at_y > -1 && at_y < kCells)) continue;
    const int column = static_cast<int>(at_x);
    const int row = static_cast<int>(at_y);
    double best = 0.0;
    double sum = 0.0;
    Point weighted;
    for (int y = std::max(row - kReach, 0);
         y <= std::min(row + kReach, kCells - 1); ++y) {
      for (int x = std::max(column - kReach, 0);
           x <= std::min(column + kReach, kCells - 1); ++x) {
        const size_t cell = (i * kCells + static_cast<size_t>(y)) * kCells +
                            static_cast<size_t>(x);
        const double weight = Sigmoid(heatmaps[cell]);
        best = std::max(best, weight);
        sum += weight;
        weighted = weighted + weight * Point{1.0 * x, 1.0 * y};
      }
    }
    if (best >= 0.5) landmarks[i] = (1.0 / (sum * kCells)) * weighted;
  }
}

BlazeNetworks::BlazeNetworks(std::vector<Network> networks)
    : networks_(std::move(networks)),
      pose_anchors_(SsdAnchors({{28, 2}, {14, 2}, {7, 6}})),
      face_anchors_(SsdAnchors({{16, 2}, {8, 6}})) {}

absl::StatusOr<std::unique_ptr<BlazeNetworks>> BlazeNetworks::Load(
    const std::string& folder) {
  std::vector<Network> networks;
  for (size_t i = 0; i < kNumBlazeNetworks; ++i) {
    ANIMATE_ASSIGN_OR_RETURN(
        Network network,
        LoadBlazeNetwork(folder, static_cast<BlazeNetwork>(i)));
    networks.push_back(std::move(network));
  }
  return std::unique_ptr<BlazeNetworks>(new BlazeNetworks(std::move(networks)));
}

absl::StatusOr<std::vector<BlazeDetection>> BlazeNetworks::DetectPeople(
    const RgbImage& image, const Region& square) {
  const CropOptions crop = DetectionCrop(kPoseDetection);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      networks_[kPoseDetection].Run(CropRegion(image, square, crop)));
  std::vector<BlazeDetection> people;
  for (const SsdDetection& found : MergeOverlapping(
           DecodeSsd({.raw = FindTensor(outputs, "Identity")->values,
          .logits = FindTensor(outputs, "Identity_1")->values,
          .side = crop.side,
          .num_points = 4},
                     pose_anchors_))) {
    BlazeDetection& person = people.emplace_back();
    for (size_t i = 0; i < person.points.size(); ++i) {
      person.points[i] = FromRegion(found.points[i], square);
    }
    person.score = found.score;
  }
  return people;
}

absl::StatusOr<std::optional<BlazeBody>> BlazeNetworks::FindBody(
    const RgbImage& image, const Region& region) {
  const CropOptions crop = LandmarkCrop(kPoseLandmark);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      networks_[kPoseLandmark].Run(CropRegion(image, region, crop)));
  BlazeBody body{.presence = Number(outputs, "Identity_1")};
  if (body.presence < kMinPresence) return std::nullopt;

  // Per landmark x, y, z in pixels, logits of visibility and presence.
  const std::vector<float>& raw = FindTensor(outputs, "Identity")->values;
  std::array<Point, kNumRefined> landmarks;
  for (size_t i = 0; i < kNumRefined; ++i) {
    landmarks[i] = {double{raw[5 * i]} / crop.side,
                    double{raw[5 * i + 1]} / crop.side};
  }
  RefineByHeatmaps(FindTensor(outputs, "Identity_3")->values,
                   absl::MakeSpan(landmarks));
  for (size_t i = 0; i < kNumBlazeLandmarks; ++i) {
    body.points[i] = FromRegion(landmarks[i], region);
    body.visibility[i] = Sigmoid(raw[5 * i + 3]);
  }
  body.axis = {FromRegion(landmarks[kNumBlazeLandmarks], region),
               FromRegion(landmarks[kNumBlazeLandmarks + 1], region)};
  return body;
}

absl::StatusOr<std::optional<BlazeHand>> BlazeNetworks::FindHand(
    const RgbImage& image, const BlazeBody& body, BodySide side) {
  constexpr double kMinWristVisibility = 0.1;
  const size_t wrist = side == BodySide::kLeft ? 15 : 16;
  if (body.visibility[wrist] <= kMinWristVisibility) return std::nullopt;
  const Region search = HandSearchRegion(body, side);
  if (!IsUsable(search)) return std::nullopt;

  const CropOptions recrop = LandmarkCrop(kHandRecrop);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> corners,
      networks_[kHandRecrop].Run(CropRegion(image, search, recrop)));
  const std::vector<float>& raw = FindTensor(corners, "output_crop")->values;
  const auto point = [&](size_t i) {
    return FromRegion(
        {double{raw[i]} / recrop.side, double{raw[i + 1]} / recrop.side},
        search);
  };
  const Region region =
      Grown(RegionAround(point(0), point(2), -kUp), 1.0, -0.1);
  if (!IsUsable(region)) return std::nullopt;

  const CropOptions crop = LandmarkCrop(kHandLandmark);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      networks_[kHandLandmark].Run(CropRegion(image, region, crop)));
  BlazeHand hand{.presence = Number(outputs, "Identity_1")};
  if (hand.presence <= kMinPresence) return std::nullopt;
  ReadPoints(outputs, "Identity", region, crop.side, hand.points);
  return hand;
}

absl::StatusOr<std::optional<Region>> BlazeNetworks::FaceRegion(
    const RgbImage& image, const BlazeBody& body) {
  constexpr size_t kNumHeadLandmarks = 11;
  const Region search =
      Grown(BoxOf(absl::MakeSpan(body.points).first(kNumHeadLandmarks),
                  RotationToward(body.points[5], body.points[2], kRight)),
            3.0, 0.0);
  if (!IsUsable(search)) return std::nullopt;
  const CropOptions crop = DetectionCrop(kFaceDetection);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      networks_[kFaceDetection].Run(CropRegion(image, search, crop)));
  const std::vector<SsdDetection> faces = MergeOverlapping(
      DecodeSsd({.raw = FindTensor(outputs, "regressors")->values,
                 .logits = FindTensor(outputs, "classificators")->values,
                 .side = crop.side,
                 .num_points = 6},
                face_anchors_));
  if (faces.empty()) return std::nullopt;
  std::vector<Point> points;
  for (const Point& point : faces.front().points) {
    points.push_back(FromRegion(point, search));
  }
  return Grown(BoxOf(points, RotationToward(points[0], points[1], kRight)), 2.0,
               -0.1);
}

absl::StatusOr<std::optional<BlazeFace>> BlazeNetworks::FindFace(
    const RgbImage& image, const BlazeBody& body) {
  ANIMATE_ASSIGN_OR_RETURN(const std::optional<Region> region,
                           FaceRegion(image, body));
  if (!region || !IsUsable(*region)) return std::nullopt;
  const CropOptions crop = LandmarkCrop(kFaceLandmark);
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<NetworkTensor> outputs,
      networks_[kFaceLandmark].Run(CropRegion(image, *region, crop)));
  BlazeFace face{.presence = Sigmoid(Number(outputs, "conv2d_31"))};
  if (face.presence <= kMinPresence) return std::nullopt;
  face.points.resize(kNumFaceMeshPoints);
  ReadPoints(outputs, "conv2d_21", *region, crop.side, face.points);
  return face;
}

}  // namespace animate
