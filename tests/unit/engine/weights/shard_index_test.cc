#include "engine/weights/shard_index.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

absl::StatusOr<ShardIndex> ParseIndex(const std::string& json) {
  return ParseShardIndex(AsBytes(json));
}

TEST(ParseShardIndexTest, GroupsKeysByFile) {
  const auto index = ParseIndex(
      R"({"metadata": {"total_size": 1},
          "weight_map": {"a": "2.bin", "b": "1.bin", "c": "2.bin"}})");
  ASSERT_THAT(index, IsOk());
  EXPECT_THAT(*index, ElementsAre(Pair("1.bin", ElementsAre("b")),
                                  Pair("2.bin", ElementsAre("a", "c"))));
}

TEST(ParseShardIndexTest, RefusesAnythingWithoutAWeightMap) {
  for (const char* json : {"", "{", "[]", "1", "{}", R"({"weight_map": {}})",
                           R"({"weight_map": []})"}) {
    EXPECT_THAT(ParseIndex(json), IsRefused("no weight_map")) << json;
  }
}

TEST(ParseShardIndexTest, RefusesNamesThatLeaveTheFolder) {
  for (const char* name :
       {"/etc/passwd", "../a", "..", ".", "", "a/b", "a\\\\b", "a\\u0000"}) {
    EXPECT_THAT(
        ParseIndex(absl::StrCat(R"({"weight_map": {"k": ")", name, "\"}}")),
        IsRefused("own folder"))
        << name;
  }
}

TEST(ParseShardIndexTest, RefusesNamesThatAreNotText) {
  for (const char* value : {"1", "null", "[]", "{}"}) {
    EXPECT_THAT(
        ParseIndex(absl::StrCat(R"({"weight_map": {"k": )", value, "}}")),
        IsRefused("own folder"))
        << value;
  }
}

TEST(ParseShardIndexTest, SurvivesDeepNesting) {
  EXPECT_THAT(ParseIndex(std::string(1'000'000, '[')),
              IsRefused("no weight_map"));
  EXPECT_THAT(
      ParseIndex(std::string(1'000'000, '[') + std::string(1'000'000, ']')),
      IsRefused("no weight_map"));
}

TEST(ParseShardIndexTest, RefusesAHugeIndexUnread) {
  EXPECT_THAT(ParseIndex(std::string((64 << 20) + 1, ' ')),
              IsRefused("at most 67108864"));
}

}  // namespace
}  // namespace animate
