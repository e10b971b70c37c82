#ifndef ANIMATE_ENGINE_DETECTOR_PERSON_CHOICE_H_
#define ANIMATE_ENGINE_DETECTOR_PERSON_CHOICE_H_

#include <cstddef>
#include <optional>

#include "absl/types/span.h"
#include "engine/detector/person_networks.h"
#include "engine/detector/pose_detector.h"

namespace animate {

// Returns the index of the person to take in a picture of width x height;
// nullopt when there is none, or none of that index. `people` from left to
// right.
std::optional<size_t> ChoosePerson(absl::Span<const Sighting> people,
                                   const PersonChoice& choice, int width,
                                   int height);

// Returns the index of the person nearest to where `last` was; nullopt when
// there is none.
std::optional<size_t> NearestPerson(absl::Span<const Sighting> people,
                                    const Region& last);

}  // namespace animate

#endif  // ANIMATE_ENGINE_DETECTOR_PERSON_CHOICE_H_
