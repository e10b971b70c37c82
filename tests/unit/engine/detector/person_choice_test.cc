#include "engine/detector/person_choice.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/engine/detector/fake_networks.h"

namespace animate {
namespace {

Sighting SightingOf(const FakePerson& person) {
  return {.person = FakePose(person),
          .region = {.center = person.center,
                     .width = person.size,
                     .height = person.size},
          .size = person.size};
}

const std::vector<Sighting>& ThreePeople() {
  static const auto& people = *new std::vector<Sighting>{
      SightingOf({.center = {100, 200}, .size = 150, .confidence = 0.8}),
      SightingOf({.center = {300, 200}, .size = 100, .confidence = 0.7}),
      SightingOf({.center = {500, 200}, .size = 120, .confidence = 0.9})};
  return people;
}

std::optional<size_t> Choose(PersonRule rule, size_t index = 0) {
  return ChoosePerson(ThreePeople(), {.rule = rule, .index = index}, 640, 400);
}

TEST(PersonChoice, EachRuleTakesItsOwn) {
  EXPECT_EQ(Choose(PersonRule::kMostVisible), 2u);
  EXPECT_EQ(Choose(PersonRule::kLargest), 0u);
  EXPECT_EQ(Choose(PersonRule::kMostCentral), 1u);
  EXPECT_EQ(Choose(PersonRule::kIndex, 1), 1u);
}

TEST(PersonChoice, OfEquallyVisiblePeopleTheLarger) {
  const std::vector<Sighting> people = {
      SightingOf({.center = {100, 200}, .size = 100}),
      SightingOf({.center = {300, 200}, .size = 150})};
  EXPECT_EQ(ChoosePerson(people, {}, 640, 400), 1u);
}

TEST(PersonChoice, JointsOutsideOfThePictureDoNotCount) {
  EXPECT_EQ(ChoosePerson(ThreePeople(), {}, 450, 400), 0u);
}

TEST(PersonChoice, NobodyWhenThereAreFewer) {
  EXPECT_EQ(Choose(PersonRule::kIndex, 3), std::nullopt);
  EXPECT_EQ(ChoosePerson({}, {}, 640, 400), std::nullopt);
  EXPECT_EQ(NearestPerson({}, {}), std::nullopt);
}

TEST(PersonChoice, NearestIsByTheMiddleOfTheRegion) {
  EXPECT_EQ(NearestPerson(ThreePeople(), {.center = {390, 100}}), 1u);
}

}  // namespace
}  // namespace animate
