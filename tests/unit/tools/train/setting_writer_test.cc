#include "tools/train/setting_writer.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

namespace animate {
namespace {

void Visit(SettingVisitor& visitor, int64_t steps, double rate) {
  bool fast = true;
  std::string name = "a \"b\"";
  std::string kind = "small";
  std::vector<int64_t> widths = {1, 2};
  std::vector<std::string> motions = {"walk"};
  std::vector<bool> attention = {true};
  visitor.Whole("steps", steps, {}, "");
  visitor.Enter("deep", "");
  visitor.Enter("deeper", "");
  visitor.Number("rate", rate, {}, "");
  visitor.Leave();
  visitor.Flag("fast", fast, "");
  visitor.Leave();
  visitor.Text("name", name, "");
  visitor.OneOf("kind", kind, {"small"}, "");
  visitor.WholeList("widths", widths, {}, "");
  visitor.TextList("motions", motions, "");
  visitor.FlagList("attention", attention, "");
  visitor.Require(false, "name", "is not looked at here");
}

TEST(SettingWriterTest, WritesInTheOrderOfTheVisit) {
  SettingWriter writer;
  Visit(writer, 3, 0.25);
  EXPECT_EQ(writer.Json(), R"({
  "steps": 3,
  "deep": {
    "deeper": {
      "rate": 0.25
    },
    "fast": true
  },
  "name": "a \"b\"",
  "kind": "small",
  "widths": [
    1,
    2
  ],
  "motions": [
    "walk"
  ],
  "attention": [
    true
  ]
}
)");
}

TEST(SettingWriterTest, TellsWhatDiffers) {
  SettingWriter one;
  Visit(one, 3, 0.25);
  SettingWriter same;
  Visit(same, 3, 0.25);
  SettingWriter other;
  Visit(other, 3, 0.5);
  EXPECT_EQ(one.DifferenceFrom(same), "[]");
  EXPECT_EQ(other.DifferenceFrom(one),
            R"([{"op":"replace","path":"/deep/deeper/rate","value":0.5}])");
}

}  // namespace
}  // namespace animate
