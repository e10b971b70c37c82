#include "tools/model/inspect_print.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ModelReport Report() {
  NetworkReport network = {.network = "pose guider",
                           .file = "pose_guider.pth",
                           .format = "torch zip",
                           .size_bytes = 4'345'678,
                           .parameters = 1'086'480,
                           .elements_by_dtype = {{"F16", 1}, {"F32", 1086479}}};
  network.tensors = {{.key = "conv_in.weight",
                      .dtype = "F32",
                      .shape = {16, 3, 3, 3},
                      .elements = 432}};
  network.modules = {{.name = "conv_in",
                      .keys = 1,
                      .parameters = 432,
                      .largest = {.key = "weight", .shape = {16, 3, 3, 3}}}};
  return {.path = "/models/m",
          .networks = {network},
          .configuration = {"topology.json"},
          .digests = {{.file = "pose_guider.pth", .sha256 = "abc"}},
          .model_digest = "def"};
}

ModelReport BrokenReport() {
  ModelReport report = Report();
  report.networks.push_back(
      {.network = "motion module",
       .file = "motion_module.pth",
       .status = absl::FailedPreconditionError("the file is truncated")});
  return report;
}

TEST(ReportTextTest, ShowsNetworksDigestsAndModules) {
  const std::string text = ReportText(Report());
  EXPECT_THAT(text, HasSubstr("/models/m\n"));
  EXPECT_THAT(text, HasSubstr("pose guider  pose_guider.pth  torch zip     1   "
                              "1,086,480  F16 F32  4.3 MB\n"));
  EXPECT_THAT(text, HasSubstr("\nabc  pose_guider.pth\ndef  (model)\n"));
  EXPECT_THAT(text,
              HasSubstr("  conv_in  1 key   432  weight  [16, 3, 3, 3]\n"));
  EXPECT_THAT(text, HasSubstr("  topology.json\n"));
}

TEST(ReportTextTest, ListsEveryKeyWhenAskedTo) {
  EXPECT_THAT(ReportText(Report(), {.all_keys = true}),
              HasSubstr("  conv_in.weight  F32  [16, 3, 3, 3]\n"));
}

TEST(ReportTextTest, SaysWhyANetworkCannotBeRead) {
  const std::string text = ReportText(BrokenReport());
  EXPECT_THAT(text, HasSubstr("motion module  motion_module.pth  UNREADABLE"));
  EXPECT_THAT(
      text, HasSubstr("motion module cannot be read\n  the file is truncated"));
}

TEST(ReportTextTest, UsesEscapesOnlyWithColour) {
  EXPECT_THAT(ReportText(Report()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(ReportText(Report(), {.colour = true}),
              HasSubstr("\x1b[1mpose guider\x1b[0m"));
}

TEST(ReportTextTest, NoLineEndsInSpaces) {
  EXPECT_THAT(ReportText(BrokenReport()), Not(HasSubstr(" \n")));
}

TEST(ReportJsonTest, HoldsEverythingForPrograms) {
  const nlohmann::json json = nlohmann::json::parse(ReportJson(Report()));
  EXPECT_EQ(json["path"], "/models/m");
  EXPECT_EQ(json["ok"], true);
  EXPECT_EQ(json["model_digest"], "def");
  EXPECT_EQ(json["sha256"]["pose_guider.pth"], "abc");
  EXPECT_EQ(json["configuration"][0], "topology.json");
  const nlohmann::json& network = json["networks"][0];
  EXPECT_EQ(network["file"], "pose_guider.pth");
  EXPECT_EQ(network["format"], "torch zip");
  EXPECT_EQ(network["keys"], 1);
  EXPECT_EQ(network["parameters"], 1086480);
  EXPECT_EQ(network["size_bytes"], 4345678);
  EXPECT_EQ(network["elements_by_dtype"]["F16"], 1);
  EXPECT_EQ(network["tensors"]["conv_in.weight"]["shape"][0], 16);
  EXPECT_EQ(network["modules"][0]["name"], "conv_in");
}

TEST(ReportJsonTest, AnUnreadableNetworkHasAnError) {
  const nlohmann::json json = nlohmann::json::parse(ReportJson(BrokenReport()));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["networks"][1]["error"], "the file is truncated");
  EXPECT_FALSE(json["networks"][1].contains("keys"));
}

}  // namespace
}  // namespace animate
