#include "engine/detector/person_choice.h"

#include <utility>

#include "engine/pose/pose_sequence.h"

namespace animate {
namespace {

// Returns the index of the highest `rank(person)`, of equals the first.
template <typename Rank>
std::optional<size_t> Best(absl::Span<const Sighting> people, Rank rank) {
  std::optional<size_t> best;
  for (size_t i = 0; i < people.size(); ++i) {
    if (!best || rank(people[*best]) < rank(people[i])) best = i;
  }
  return best;
}

}  // namespace

std::optional<size_t> ChoosePerson(absl::Span<const Sighting> people,
                                   const PersonChoice& choice, int width,
                                   int height) {
  switch (choice.rule) {
    case PersonRule::kMostVisible:
      return Best(people, [&](const Sighting& sighting) {
        PersonPose person = sighting.person;
        FinishPerson(width, height, person);
        return std::pair(MeanBodyConfidence(person), sighting.size);
      });
    case PersonRule::kLargest:
      return Best(people,
                  [](const Sighting& sighting) { return sighting.size; });
    case PersonRule::kMostCentral:
      return Best(people, [&](const Sighting& sighting) {
        return -Distance(sighting.region.center, {width / 2.0, height / 2.0});
      });
    case PersonRule::kIndex:
      break;
  }
  if (choice.index >= people.size()) return std::nullopt;
  return choice.index;
}

std::optional<size_t> NearestPerson(absl::Span<const Sighting> people,
                                    const Region& last) {
  return Best(people, [&](const Sighting& sighting) {
    return -Distance(sighting.region.center, last.center);
  });
}

}  // namespace animate
