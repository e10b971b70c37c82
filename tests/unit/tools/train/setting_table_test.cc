#include "tools/train/setting_table.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

namespace animate {
namespace {

TEST(SettingTableTest, ListsKeysWithTheirObjectsValuesAndDefaults) {
  int64_t steps = 3;
  int threads = 1;
  double rate = 0.25;
  double free = 2;
  bool fast = false;
  std::string name;
  std::string kind = "small";
  std::vector<int64_t> widths = {1, 2};
  std::vector<std::string> motions = {"walk"};
  std::vector<bool> attention = {true, false};
  SettingTable table;
  table.Whole("steps", steps, {.min = 1}, "how long");
  table.Enter("machine", "where");
  table.Whole("threads", threads, {.min = 0, .max = 64}, "how many");
  table.Number("rate", rate, {.min = 0, .max = 1}, "how fast");
  table.Number("free", free, {}, "anything");
  table.Flag("fast", fast, "whether");
  table.Leave();
  table.Text("name", name, "whose");
  table.OneOf("kind", kind, {"", "small", "large"}, "which");
  table.WholeList("widths", widths, {.min = 1, .max = 8}, "how wide");
  table.TextList("motions", motions, "what");
  table.FlagList("attention", attention, "where");
  table.Require(false, "name", "is not looked at here");
  EXPECT_EQ(table.Markdown(),
            R"(| key | values | default | meaning |
|---|---|---|---|
| `steps` | whole, ≥ 1 | 3 | how long |
| **machine** | | | where |
| `machine.threads` | whole, 0…64 | 1 | how many |
| `machine.rate` | number, 0…1 | 0.25 | how fast |
| `machine.free` | number, ≥ 0 | 2 | anything |
| `machine.fast` | true, false | false | whether |
| `name` | text | empty | whose |
| `kind` | empty, small, large | `small` | which |
| `widths` | list, each whole, 1…8 | [1, 2] | how wide |
| `motions` | list of texts | [walk] | what |
| `attention` | list of true, false | [true, false] | where |
)");
}

}  // namespace
}  // namespace animate
