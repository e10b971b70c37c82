#include "engine/model/config_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace animate {
namespace {

using testing::HasSubstr;

TEST(ConfigFieldsTest, AbsentAndNullLeaveTheDefault) {
  const nlohmann::json json = {{"there", nullptr}};
  ConfigFields fields(json, "file");
  int64_t number = 7;
  std::string word = "word";
  fields.Read("there", number);
  fields.Read("absent", number);
  fields.Read("absent", word, {"other"});
  fields.Expect("there", {1});
  EXPECT_EQ(number, 7);
  EXPECT_EQ(word, "word");
  EXPECT_FALSE(fields.Has("there"));
  EXPECT_TRUE(fields.status().ok());
}

TEST(ConfigFieldsTest, FirstErrorStaysAndNamesEverything) {
  const nlohmann::json json = {{"a", "x"}, {"b", true}};
  ConfigFields fields(json, "file");
  int64_t number = 7;
  fields.Read("a", number);
  fields.Read("b", number);
  EXPECT_THAT(std::string(fields.status().message()),
              testing::AllOf(HasSubstr("file: a"), HasSubstr("\"x\"")));
}

TEST(ConfigFieldsTest, SizesHaveBounds) {
  const nlohmann::json json = {{"zero", 0}, {"huge", int64_t{1} << 40}};
  int64_t number = 7;
  ConfigFields may_be_zero(json, "file");
  may_be_zero.Read("zero", number, /*min=*/0);
  EXPECT_TRUE(may_be_zero.status().ok());
  EXPECT_EQ(number, 0);
  for (const char* key : {"zero", "huge"}) {
    ConfigFields fields(json, "file");
    fields.Read(key, number);
    EXPECT_FALSE(fields.status().ok()) << key;
  }
}

TEST(ConfigFieldsTest, OneNumberServesAllLevels) {
  const nlohmann::json json = {{"one", 3}, {"list", {1, 2}}};
  ConfigFields fields(json, "file");
  std::vector<int64_t> values;
  fields.ReadPerLevel("one", 2, values);
  EXPECT_THAT(values, testing::ElementsAre(3, 3));
  fields.ReadPerLevel("list", 2, values);
  EXPECT_THAT(values, testing::ElementsAre(1, 2));
  EXPECT_TRUE(fields.status().ok());
  fields.ReadPerLevel("list", 3, values);
  EXPECT_FALSE(fields.status().ok());
}

TEST(ConfigFieldsTest, TextThatIsNotUtf8IsReportedSafely) {
  nlohmann::json json;
  json["a"] = std::string("\xff\xfe");
  ConfigFields fields(json, "file");
  int64_t number = 7;
  fields.Read("a", number);
  EXPECT_THAT(std::string(fields.status().message()), HasSubstr("file: a"));
}

}  // namespace
}  // namespace animate
