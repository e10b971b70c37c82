#include "engine/detector/blaze_pose.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/detector/blaze_mapping.h"
#include "engine/detector/blaze_networks.h"

namespace animate {
namespace {

std::vector<Landmark> LandmarksOf(const BlazeBody& body) {
  std::vector<Landmark> landmarks;
  for (size_t i = 0; i < kNumBlazeLandmarks; ++i) {
    landmarks.push_back({body.points[i], body.visibility[i]});
  }
  return landmarks;
}

BlazeBody BodyOf(const Sighting& sighting) {
  BlazeBody body{.axis = sighting.axis, .presence = sighting.score};
  for (size_t i = 0; i < kNumBlazeLandmarks; ++i) {
    body.points[i] = sighting.landmarks[i].at;
    body.visibility[i] = sighting.landmarks[i].visibility;
  }
  return body;
}

class BlazePose : public PersonNetworks {
 public:
  explicit BlazePose(std::unique_ptr<BlazeNetworks> networks)
      : networks_(std::move(networks)) {}

  absl::StatusOr<std::vector<Candidate>> FindPeople(
      const RgbImage& image, const Region& square) override {
    ANIMATE_ASSIGN_OR_RETURN(const std::vector<BlazeDetection> people,
                             networks_->DetectPeople(image, square));
    std::vector<Candidate> candidates;
    candidates.reserve(people.size());
    for (const BlazeDetection& person : people) {
      candidates.push_back(
          {.region = BlazeRegion(person.points[0], person.points[1]),
           .score = person.score});
    }
    return candidates;
  }

  // A few pixels decide about unusual people, so that a margin can help.
  std::vector<Region> WholePictureSquares(int width,
                                          int height) const override {
    const Region whole = LetterboxRegion(width, height);
    return {whole, Grown(whole, 1.1, 0.0), Grown(whole, 1.5, 0.0)};
  }

  std::vector<std::vector<Region>> SmallPeopleRounds(
      int width, int height) const override {
    return OverlappingTiles(width, height);
  }

  absl::StatusOr<std::optional<Sighting>> FindBody(
      const RgbImage& image, const Region& region) override {
    ANIMATE_ASSIGN_OR_RETURN(const std::optional<BlazeBody> body,
                             networks_->FindBody(image, region));
    if (!body) return std::nullopt;
    return Sighting{.person = PersonOfBlazeBody(*body),
                    .axis = body->axis,
                    .region = RegionOf(body->axis),
                    .size = 2 * Distance(body->axis[0], body->axis[1]),
                    .score = body->presence,
                    .landmarks = LandmarksOf(*body)};
  }

  absl::Status AddParts(const RgbImage& image, PersonParts parts,
                        Sighting& sighting) override {
    const BlazeBody body = BodyOf(sighting);
    if (HasHands(parts)) {
      for (const BodySide side : {BodySide::kLeft, BodySide::kRight}) {
        ANIMATE_ASSIGN_OR_RETURN(const std::optional<BlazeHand> hand,
                                 networks_->FindHand(image, body, side));
        if (hand) AddBlazeHand(*hand, side, sighting.person);
      }
    }
    if (HasFace(parts)) {
      ANIMATE_ASSIGN_OR_RETURN(const std::optional<BlazeFace> face,
                               networks_->FindFace(image, body));
      if (face) AddBlazeFace(*face, sighting.person);
    }
    return absl::OkStatus();
  }

  Region RegionOf(const std::array<Point, 2>& axis) const override {
    return BlazeRegion(axis[0], axis[1]);
  }

  SmoothingTraits smoothing() const override {
    return {.points = {.min_cutoff_hz = 0.05, .beta = 80.0},
            .axis = {.min_cutoff_hz = 0.01, .beta = 10.0},
            .confidence_alpha = 0.1};
  }

 private:
  std::unique_ptr<BlazeNetworks> networks_;
};

}  // namespace

std::vector<std::vector<Region>> OverlappingTiles(int width, int height) {
  constexpr double kFractions[] = {1.0, 0.6, 0.4};  // of the short side
  constexpr double kStep = 0.5;                     // of a tile's side
  constexpr size_t kMaxTiles = 128;
  size_t count = 0;
  std::vector<std::vector<Region>> rounds;
  for (const double fraction : kFractions) {
    const double side = fraction * std::min(width, height);
    // How many tiles, spread evenly, cover `length`.
    const auto tiles = [&](double length) {
      return static_cast<size_t>(
          std::ceil((length - side) / (kStep * side) - 1e-9) + 1);
    };
    // Where tile `index` `of` so many begins.
    const auto begin = [&](size_t index, size_t of, double length) {
      return of == 1 ? (length - side) / 2
                     : static_cast<double>(index) * (length - side) /
                           static_cast<double>(of - 1);
    };
    const size_t columns = tiles(width);
    const size_t rows = tiles(height);
    count += columns * rows;
    if (count > kMaxTiles) break;
    std::vector<Region>& round = rounds.emplace_back();
    for (size_t i = 0; i < columns * rows; ++i) {
      const double left = begin(i % columns, columns, width);
      const double top = begin(i / columns, rows, height);
      round.push_back(RegionOfBox(left, top, left + side, top + side));
    }
  }
  return rounds;
}

absl::StatusOr<std::unique_ptr<PersonNetworks>> LoadBlazePose(
    const std::string& folder) {
  ANIMATE_ASSIGN_OR_RETURN(std::unique_ptr<BlazeNetworks> networks,
                           BlazeNetworks::Load(folder));
  return std::make_unique<BlazePose>(std::move(networks));
}

}  // namespace animate
