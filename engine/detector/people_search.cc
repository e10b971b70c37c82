#include "engine/detector/people_search.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

// Tiles overlap, so that they find the same person several times.
constexpr double kSameCandidateOverlap = 0.6;
// Of the regions of one person, before and after a nearer look.
constexpr double kSamePlaceOverlap = 0.3;
// Below this, a person was probably too small for the place to be exact.
constexpr double kSureScore = 0.7;
// In tiles, parts of things look like people more often.
constexpr double kMinTileScore = 0.75;

// Whether two sightings are of one person: their joints lie within a tenth of
// its size of each other, on average.
bool IsSamePerson(const Sighting& a, const Sighting& b) {
  constexpr double kNear = 0.1;
  double sum = 0.0;
  for (size_t i = 0; i < kNumBodyJoints; ++i) {
    sum += Distance(PointOf(a.person.body[i]), PointOf(b.person.body[i]));
  }
  return sum / static_cast<double>(a.person.body.size()) <
         kNear * std::max(a.size, b.size);
}

bool IsInPicture(const RgbImage& image, const Sighting& sighting) {
  PersonPose person = sighting.person;
  FinishPerson(image.width, image.height, person);
  return ShowsSomebody(person);
}

// Leaves out candidates that mostly cover a better one.
std::vector<Candidate> Distinct(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> distinct;
  for (const Candidate& candidate : candidates) {
    const bool known = absl::c_any_of(distinct, [&](const Candidate& other) {
      return Overlap(candidate.region, other.region) > kSameCandidateOverlap;
    });
    if (!known) distinct.push_back(candidate);
  }
  return distinct;
}

class PeopleSearch {
 public:
  PeopleSearch(const RgbImage& image, const PeopleSearchOptions& options,
               PersonNetworks& networks)
      : image_(image), options_(options), networks_(networks) {}

  absl::StatusOr<std::vector<Sighting>> Run() {
    for (const Region& square :
         networks_.WholePictureSquares(image_.width, image_.height)) {
      if (!people_.empty()) break;
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<Candidate> whole,
                               FindCandidates({square}));
      ANIMATE_RETURN_IF_ERROR(LookAt(whole));
    }
    ANIMATE_RETURN_IF_ERROR(ZoomIn());
    if (options_.small_people) ANIMATE_RETURN_IF_ERROR(SearchTiles());
    absl::c_stable_sort(people_, [](const Sighting& a, const Sighting& b) {
      return a.region.center.x < b.region.center.x;
    });
    return std::move(people_);
  }

 private:
  // Returns the candidates in `squares`, best first.
  absl::StatusOr<std::vector<Candidate>> FindCandidates(
      const std::vector<Region>& squares) {
    std::vector<Candidate> all;
    for (const Region& square : squares) {
      if (!IsUsable(square)) continue;
      ANIMATE_RETURN_IF_ERROR(CheckCancellation(options_.cancellation));
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<Candidate> some,
                               networks_.FindPeople(image_, square));
      absl::c_copy(some, std::back_inserter(all));
    }
    absl::c_stable_sort(all, [](const Candidate& a, const Candidate& b) {
      return a.score > b.score;
    });
    return all;
  }

  absl::Status SearchTiles() {
    for (const std::vector<Region>& round :
         networks_.SmallPeopleRounds(image_.width, image_.height)) {
      if (!people_.empty()) break;
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<Candidate> all,
                               FindCandidates(round));
      ANIMATE_RETURN_IF_ERROR(LookAt(Distinct(all)));
      ANIMATE_RETURN_IF_ERROR(LookAgain());
      people_.erase(std::remove_if(people_.begin(), people_.end(),
                                   [](const Sighting& sighting) {
                                     return sighting.score < kMinTileScore;
                                   }),
                    people_.end());
    }
    return absl::OkStatus();
  }

  // Adds the bodies at `candidates`, each person once.
  absl::Status LookAt(const std::vector<Candidate>& candidates) {
    for (const Candidate& candidate : candidates) {
      if (!IsUsable(candidate.region)) continue;
      if (looks_left_ == 0) break;
      --looks_left_;
      ANIMATE_RETURN_IF_ERROR(CheckCancellation(options_.cancellation));
      ANIMATE_ASSIGN_OR_RETURN(std::optional<Sighting> sighting,
                               networks_.FindBody(image_, candidate.region));
      if (!sighting || !IsInPicture(image_, *sighting)) continue;
      sighting->score *= candidate.score;
      Add(*std::move(sighting));
    }
    return absl::OkStatus();
  }

  // Searches again, and nearer, where somebody was found without certainty.
  absl::Status ZoomIn() {
    constexpr double kMargin = 1.5;
    std::vector<Sighting> unsure;
    const auto begin = std::stable_partition(
        people_.begin(), people_.end(),
        [](const Sighting& sighting) { return sighting.score >= kSureScore; });
    std::move(begin, people_.end(), std::back_inserter(unsure));
    people_.erase(begin, people_.end());
    for (Sighting& sighting : unsure) {
      Region square = Grown(sighting.region, kMargin, 0.0);
      square.rotation = 0.0;
      ANIMATE_ASSIGN_OR_RETURN(const std::vector<Candidate> nearer,
                               FindCandidates({square}));
      ANIMATE_RETURN_IF_ERROR(LookAt(nearer));
      const bool found = absl::c_any_of(people_, [&](const Sighting& other) {
        return Overlap(sighting.region, other.region) > kSamePlaceOverlap;
      });
      if (!found) Add(std::move(sighting));
    }
    return absl::OkStatus();
  }

  // The body found in a tile gives a region that is more exact.
  absl::Status LookAgain() {
    std::vector<Sighting> coarse;
    std::swap(coarse, people_);
    for (const Sighting& sighting : coarse) {
      if (!IsUsable(sighting.region)) continue;
      ANIMATE_RETURN_IF_ERROR(CheckCancellation(options_.cancellation));
      ANIMATE_ASSIGN_OR_RETURN(std::optional<Sighting> better,
                               networks_.FindBody(image_, sighting.region));
      if (!better || !IsInPicture(image_, *better)) continue;
      better->score *= sighting.score;
      Add(*std::move(better));
    }
    return absl::OkStatus();
  }

  void Add(Sighting sighting) {
    const auto same = absl::c_find_if(people_, [&](const Sighting& other) {
      return IsSamePerson(sighting, other);
    });
    if (same == people_.end()) {
      people_.push_back(std::move(sighting));
    } else if (same->score < sighting.score) {
      *same = std::move(sighting);
    }
  }

  const RgbImage& image_;
  const PeopleSearchOptions& options_;
  PersonNetworks& networks_;
  size_t looks_left_ = kMaxBodiesSearched;
  std::vector<Sighting> people_;
};

}  // namespace

absl::Status CheckCancellation(const CancellationToken* cancellation) {
  return cancellation == nullptr ? absl::OkStatus() : cancellation->Check();
}

absl::StatusOr<std::vector<Sighting>> SearchPeople(
    const RgbImage& image, const PeopleSearchOptions& options,
    PersonNetworks& networks) {
  return PeopleSearch(image, options, networks).Run();
}

}  // namespace animate
