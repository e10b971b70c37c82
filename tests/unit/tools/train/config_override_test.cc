#include "tools/train/config_override.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json Override(const std::string& json,
              const std::vector<std::string>& assignments) {
  const absl::StatusOr<std::string> text =
      OverrideConfig(json, "run.json", assignments);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? Json::parse(*text) : Json();
}

std::string OverrideFault(const std::string& json,
                          const std::string& assignment) {
  const absl::Status fault =
      OverrideConfig(json, "run.json", {assignment}).status();
  EXPECT_EQ(GetErrorReason(fault), "BAD_CONFIG");
  return std::string(fault.message());
}

TEST(OverrideConfigTest, ReplacesAndAdds) {
  EXPECT_EQ(
      Override(R"({"a": {"b": 1, "c": 2}})",
               {"a.b=3", "d.e.f=[1, 2]", "a.b=4"}),
      Json::parse(R"({"a": {"b": 4, "c": 2}, "d": {"e": {"f": [1, 2]}}})"));
}

TEST(OverrideConfigTest, TakesWhatIsNoJsonAsText) {
  EXPECT_EQ(Override("{}", {"path=out/run=1", "yes=true", "text=\"7\"", "e="}),
            Json::parse(R"({"path": "out/run=1", "yes": true, "text": "7",
                            "e": ""})"));
}

TEST(OverrideConfigTest, LeavesTextWithoutAssignmentsAsItIs) {
  EXPECT_EQ(*OverrideConfig("not json", "run.json", {}), "not json");
}

TEST(OverrideConfigTest, RefusesWhatIsNoAssignment) {
  EXPECT_THAT(OverrideFault("{}", "steps"), HasSubstr("got steps"));
  EXPECT_THAT(OverrideFault("{}", "=3"), HasSubstr("must look like"));
  EXPECT_THAT(OverrideFault("{}", "a..b=3"), HasSubstr("must look like"));
  EXPECT_THAT(OverrideFault(R"({"a": 1})", "a.b=3"), HasSubstr("no object"));
  EXPECT_EQ(OverrideFault("[]", "a=3"), "run.json: is not a JSON object");
}

}  // namespace
}  // namespace animate
