#ifndef ANIMATE_ENGINE_DETECTOR_PEOPLE_SEARCH_H_
#define ANIMATE_ENGINE_DETECTOR_PEOPLE_SEARCH_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/animation/image.h"
#include "engine/base/cancellation.h"
#include "engine/detector/person_networks.h"

namespace animate {

// At most so many places in one picture are looked at for a body; the surest
// come first.
inline constexpr size_t kMaxBodiesSearched = 40;

struct PeopleSearchOptions {
  // When the whole picture shows nobody, look at its tiles.
  bool small_people = true;
  const CancellationToken* cancellation = nullptr;  // polled; may be null
};

// Returns the different people in `image`, bodies only, from left to right.
// Each shows somebody inside the picture. Errors: the networks', the reason of
// the cancellation. REQUIRES: image not empty.
absl::StatusOr<std::vector<Sighting>> SearchPeople(
    const RgbImage& image, const PeopleSearchOptions& options,
    PersonNetworks& networks);

// Returns OK, or why to stop. `cancellation` may be null.
absl::Status CheckCancellation(const CancellationToken* cancellation);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_PEOPLE_SEARCH_H_
