#include "tools/train/setting_reader.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/error.h"

namespace animate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

enum class Color { kRed, kGreen };

struct Sample {
  int64_t steps = 7;
  int threads = 1;
  double rate = 0.5;
  bool fast = false;
  std::string name = "none";
  std::string kind = "small";
  Color color = Color::kRed;
  std::vector<int64_t> widths = {1};
  std::vector<std::string> motions;
  std::vector<bool> attention;
};

void VisitSample(SettingVisitor& visitor, Sample& sample) {
  visitor.Whole("steps", sample.steps, {.min = 1}, "");
  visitor.Enter("machine", "");
  visitor.Whole("threads", sample.threads, {.min = 0, .max = 64}, "");
  visitor.Number("rate", sample.rate, {.min = 0, .max = 1}, "");
  visitor.Flag("fast", sample.fast, "");
  visitor.Require(!sample.fast || sample.threads > 1, "fast",
                  "needs two threads");
  visitor.Leave();
  visitor.Text("name", sample.name, "");
  visitor.OneOf("kind", sample.kind, {"small", "large"}, "");
  visitor.Choice("color", sample.color,
                 {{"red", Color::kRed}, {"green", Color::kGreen}}, "");
  visitor.WholeList("widths", sample.widths, {.min = 1, .max = 8}, "");
  visitor.TextList("motions", sample.motions, "");
  visitor.FlagList("attention", sample.attention, "");
}

absl::Status Read(const std::string& json, Sample& sample) {
  absl::StatusOr<std::unique_ptr<SettingReader>> reader =
      SettingReader::Create(json, "run.json");
  if (!reader.ok()) return reader.status();
  VisitSample(**reader, sample);
  return (*reader)->Finish();
}

std::string Fault(const std::string& json) {
  Sample sample;
  return std::string(Read(json, sample).message());
}

TEST(SettingReaderTest, FillsWhatTheFileHasAndKeepsTheRest) {
  Sample sample;
  const absl::Status read = Read(R"({
    // Comments are allowed.
    "steps": 12, "machine": {"rate": 1, "fast": true, "threads": 2},
    "color": "green", "widths": [2, 4], "motions": ["walk"],
    "attention": [true, false]})",
                                 sample);
  ASSERT_TRUE(read.ok()) << read;
  EXPECT_EQ(sample.steps, 12);
  EXPECT_EQ(sample.threads, 2);
  EXPECT_EQ(sample.rate, 1.0);
  EXPECT_TRUE(sample.fast);
  EXPECT_EQ(sample.name, "none");
  EXPECT_EQ(sample.color, Color::kGreen);
  EXPECT_EQ(sample.widths, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(sample.motions, std::vector<std::string>{"walk"});
  EXPECT_EQ(sample.attention, (std::vector<bool>{true, false}));
}

TEST(SettingReaderTest, NamesFileKeyValueAndLimit) {
  EXPECT_EQ(Fault(R"({"machine": {"threads": 65}})"),
            "run.json: machine.threads: must be a whole number in [0, 64]: "
            "got 65");
  EXPECT_EQ(Fault(R"({"steps": 0})"),
            "run.json: steps: must be a whole number of at least 1: got 0");
  EXPECT_EQ(Fault(R"({"steps": 2.5})"),
            "run.json: steps: must be a whole number of at least 1: got 2.5");
  EXPECT_EQ(Fault(R"({"steps": 18446744073709551615})"),
            "run.json: steps: must be a whole number of at least 1: got "
            "18446744073709551615");
  EXPECT_EQ(Fault(R"({"machine": {"rate": -0.1}})"),
            "run.json: machine.rate: must be a number in [0.0, 1.0]: got -0.1");
  EXPECT_EQ(Fault(R"({"machine": {"fast": 1}})"),
            "run.json: machine.fast: must be true or false: got 1");
  EXPECT_EQ(Fault(R"({"name": null})"),
            "run.json: name: must be a text: got null");
  EXPECT_EQ(Fault(R"({"kind": "huge"})"),
            "run.json: kind: must be small or large: got \"huge\"");
  EXPECT_EQ(Fault(R"({"color": "blue"})"),
            "run.json: color: must be red or green: got \"blue\"");
  EXPECT_EQ(Fault(R"({"widths": [4, 9]})"),
            "run.json: widths: must be a list, each a whole number in [1, 8]: "
            "got [4,9]");
  EXPECT_EQ(Fault(R"({"motions": "walk"})"),
            "run.json: motions: must be a list of texts: got \"walk\"");
  EXPECT_EQ(Fault(R"({"attention": [1]})"),
            "run.json: attention: must be a list of true and false: got [1]");
  EXPECT_EQ(Fault(R"({"machine": 4})"),
            "run.json: machine: must be an object: got 4");
}

TEST(SettingReaderTest, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(Fault(R"({"machine": {"treads": 2}})"),
            "run.json: machine.treads: unknown key; did you mean threads?");
  EXPECT_THAT(Fault(R"({"machine": {"zzz": 2}})"),
              HasSubstr("machine.zzz: unknown key; there are fast, rate, "
                        "threads"));
}

TEST(SettingReaderTest, FindsAllFaultsAtOnce) {
  Sample sample;
  const absl::Status read = Read(
      R"({"steps": "x", "machine": {"rate": 2, "foo": 1}, "bar": 1})", sample);
  EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorReason(read), "BAD_CONFIG");
  const std::vector<ErrorDetails::FieldViolation> faults =
      GetErrorDetails(read)->field_violations;
  ASSERT_EQ(faults.size(), 4u);
  EXPECT_EQ(faults[0].field, "steps");
  EXPECT_EQ(faults[1].field, "machine.rate");
  EXPECT_EQ(faults[2].field, "machine.foo");
  EXPECT_EQ(faults[3].field, "bar");
  EXPECT_THAT(std::string(read.message()),
              AllOf(HasSubstr("steps"), HasSubstr("\n"), HasSubstr("bar")));
}

TEST(SettingReaderTest, RulesJoinSettings) {
  EXPECT_EQ(Fault(R"({"machine": {"fast": true}})"),
            "run.json: machine.fast: needs two threads");
  // Not also said of settings that could not be read.
  EXPECT_EQ(Fault(R"({"machine": {"fast": true, "threads": "two"}})"),
            "run.json: machine.threads: must be a whole number in [0, 64]: "
            "got \"two\"");
}

TEST(SettingReaderTest, RefusesTextThatIsNoObjectAndKeysThatAreThereTwice) {
  EXPECT_EQ(Fault("[1]"), "run.json: is not a JSON object");
  EXPECT_EQ(Fault("{\"steps\": "), "run.json: is not a JSON object");
  EXPECT_EQ(Fault(R"({"steps": 1, "steps": 2})"),
            "run.json: \"steps\" is there twice");
}

}  // namespace
}  // namespace animate
