#include "engine/detector/people_search.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/engine/detector/detector_testing.h"
#include "tests/unit/engine/detector/fake_networks.h"

namespace animate {
namespace {

FakeNetworks NetworksWith(std::vector<FakePerson> people) {
  return FakeNetworks([people](const RgbImage&) { return people; });
}

TEST(PeopleSearch, FindsEverybodyFromLeftToRight) {
  FakeNetworks networks =
      NetworksWith({{.center = {500, 200}, .size = 300},
                    {.center = {100, 200}, .size = 280, .score = 0.95},
                    {.center = {300, 200}, .size = 290}});
  const auto people = SearchPeople(PlainPicture(640, 400, 0), {}, networks);
  ASSERT_TRUE(people.ok()) << people.status();
  ASSERT_EQ(people->size(), 3u);
  EXPECT_EQ((*people)[0].size, 280.0);
  EXPECT_EQ((*people)[1].size, 290.0);
  EXPECT_EQ((*people)[2].size, 300.0);
  EXPECT_EQ(networks.searches, 1);
}

TEST(PeopleSearch, ListsAPersonOnceThatIsDetectedTwice) {
  FakeNetworks networks =
      NetworksWith({{.center = {300, 200}, .size = 300},
                    {.center = {305, 200}, .size = 300, .score = 0.95}});
  const auto people = SearchPeople(PlainPicture(640, 400, 0), {}, networks);
  ASSERT_EQ(people->size(), 1u);
  EXPECT_EQ((*people)[0].region.center.x, 305.0);  // the surer one
}

TEST(PeopleSearch, FindsSmallPeopleInTiles) {
  FakeNetworks networks = NetworksWith({{.center = {500, 300}, .size = 80}});
  const RgbImage picture = PlainPicture(640, 400, 0);
  const auto people = SearchPeople(picture, {}, networks);
  ASSERT_TRUE(people.ok()) << people.status();
  ASSERT_EQ(people->size(), 1u);
  EXPECT_EQ((*people)[0].size, 80.0);
  const auto without = SearchPeople(picture, {.small_people = false}, networks);
  EXPECT_TRUE(without->empty());
}

TEST(PeopleSearch, TilesAreNotSearchedWhenSomebodyIsFound) {
  FakeNetworks networks = NetworksWith({{.center = {300, 200}, .size = 300},
                                        {.center = {500, 300}, .size = 80}});
  const auto people = SearchPeople(PlainPicture(640, 400, 0), {}, networks);
  EXPECT_EQ(people->size(), 1u);
  EXPECT_EQ(networks.searches, 1);
}

TEST(PeopleSearch, DoubtfulPartsInTilesAreNobody) {
  FakeNetworks networks =
      NetworksWith({{.center = {500, 300}, .size = 80, .score = 0.6}});
  EXPECT_TRUE(SearchPeople(PlainPicture(640, 400, 0), {}, networks)->empty());
}

TEST(PeopleSearch, LooksNearerWhereItIsUnsure) {
  FakeNetworks networks =
      NetworksWith({{.center = {300, 200}, .size = 300, .score = 0.6}});
  const auto people = SearchPeople(PlainPicture(640, 400, 0), {}, networks);
  EXPECT_EQ(people->size(), 1u);
  EXPECT_EQ(networks.searches, 2);
}

TEST(PeopleSearch, SomebodyOutsideOfThePictureIsNobody) {
  FakeNetworks networks = NetworksWith({{.center = {700, 200}, .size = 40}});
  EXPECT_TRUE(SearchPeople(PlainPicture(640, 400, 0), {}, networks)->empty());
  FakeNetworks unseen =
      NetworksWith({{.center = {300, 200}, .size = 300, .confidence = 0.1}});
  EXPECT_TRUE(SearchPeople(PlainPicture(640, 400, 0), {}, unseen)->empty());
}

TEST(PeopleSearch, ACrowdIsBounded) {
  std::vector<FakePerson> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.push_back({.center = {10.0 + 0.6 * i, 200}, .size = 300});
  }
  FakeNetworks networks = NetworksWith(crowd);
  const auto people = SearchPeople(PlainPicture(640, 400, 0), {}, networks);
  ASSERT_TRUE(people.ok()) << people.status();
  EXPECT_LE(static_cast<size_t>(networks.looks), kMaxBodiesSearched);
  EXPECT_FALSE(people->empty());
}

TEST(PeopleSearch, StopsWhenCancelled) {
  FakeNetworks networks = NetworksWith({});
  CancellationToken token;
  token.Cancel(absl::CancelledError("enough"));
  const auto people = SearchPeople(PlainPicture(640, 400, 0),
                                   {.cancellation = &token}, networks);
  EXPECT_EQ(people.status(), absl::CancelledError("enough"));
  EXPECT_EQ(networks.searches, 0);
}

TEST(PeopleSearch, HandsOnTheNetworksError) {
  FakeNetworks networks = NetworksWith({{.center = {300, 200}, .size = 300}});
  networks.failure = absl::InternalError("broken");
  EXPECT_EQ(SearchPeople(PlainPicture(640, 400, 0), {}, networks).status(),
            absl::InternalError("broken"));
}

}  // namespace
}  // namespace animate
