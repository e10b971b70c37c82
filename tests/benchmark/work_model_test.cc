#include "tests/benchmark/work_model.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace animate {
namespace {

// The expected figures are those of an independent count in Python.

constexpr double kGiga = 1e9;
constexpr double kTera = 1e12;

WorkShape Wide() { return {.width = 512, .height = 784}; }
WorkShape Square() { return {.width = 512, .height = 512}; }

using Table = std::vector<std::pair<std::string, double>>;

// `table`: GFLOP of one frame, to a decimal.
void ExpectFrameTable(const WorkList& work, int64_t frames,
                      const Table& table) {
  for (const auto& [group, gflop] : table) {
    EXPECT_NEAR(TotalFlops(work, group) / static_cast<double>(frames) / kGiga,
                gflop, 0.051)
        << group;
  }
}

TEST(DenoisingWorkTest, AgreesWithTheTableOfTheReferenceGroupByGroup) {
  const WorkList work = DenoisingWork({}, Wide(), WorkShortcuts::Reference());
  ExpectFrameTable(work, 24,
                   {{"resnet conv3x3", 1011.7},
                    {"resnet shortcut", 55.8},
                    {"resample conv", 226.4},
                    {"spatial proj", 79.0},
                    {"attn1 proj", 79.0},
                    {"attn1 reference proj", 157.9},
                    {"attn1 scores", 1149.5},
                    {"attn1 again", 366.3},
                    {"attn2", 79.2},
                    {"spatial ff", 473.7},
                    {"temporal proj", 85.8},
                    {"temporal qkvo", 343.1},
                    {"temporal scores", 7.1},
                    {"temporal ff", 514.6},
                    {"conv_in/out", 0.6}});
  EXPECT_NEAR(TotalFlops(work) / 24 / kGiga, 4629.6, 0.1);
}

TEST(DenoisingWorkTest, AgreesWithTheTableOfTheShortcutsGroupByGroup) {
  const WorkList work = DenoisingWork({}, Wide(), {.core = true});
  ExpectFrameTable(work, 24,
                   {{"resample conv", 226.4},
                    {"attn1 proj", 157.9},
                    {"attn1 scores", 862.2},
                    {"attn2", 0},
                    {"spatial ff", 473.7}});
  EXPECT_NEAR(TotalFlops(work) / 24 / kGiga, 3817.8, 0.1);
}

TEST(DenoisingWorkTest, AgreesWithTheTotalsOfAStep) {
  struct Totals {
    WorkShape shape;
    double reference, core, shared, all;  // TFLOP
  };
  for (const Totals& t : {Totals{Wide(), 111.11, 91.63, 89.74, 86.96},
                          Totals{Square(), 64.25, 54.68, 53.72, 51.91}}) {
    const auto tflop = [&](const WorkShortcuts& shortcuts) {
      return TotalFlops(DenoisingWork({}, t.shape, shortcuts)) / kTera;
    };
    EXPECT_NEAR(tflop(WorkShortcuts::Reference()), t.reference, 0.006);
    EXPECT_NEAR(tflop({.core = true}), t.core, 0.006);
    EXPECT_NEAR(tflop({.core = true, .shared_front = true}), t.shared, 0.006);
    EXPECT_NEAR(tflop(WorkShortcuts::All()), t.all, 0.006);
  }
}

TEST(DenoisingWorkTest, CountsOneRowWithoutGuidance) {
  WorkShape shape = Square();
  shape.guided = false;
  const double unguided =
      TotalFlops(DenoisingWork({}, shape, {.core = true})) / kTera;
  // The conditional row alone attends to the reference.
  EXPECT_GT(unguided, 54.68 / 2);
  EXPECT_LT(unguided, 54.68 * 0.6);
}

TEST(ReferenceWorkTest, AgreesWithTheTable) {
  for (const auto& [shape, reference, once, keys] :
       {std::tuple{Wide(), 2.659, 1.218, 0.039},
        std::tuple{Square(), 1.593, 0.735, 0.026}}) {
    EXPECT_NEAR(
        TotalFlops(ReferenceWork({}, shape, WorkShortcuts::Reference())) /
            kTera,
        reference, 0.0006);
    const WorkList work = ReferenceWork({}, shape, {.core = true});
    const double reference_keys = TotalFlops(work, "reference keys");
    EXPECT_NEAR(reference_keys / kTera, keys, 0.0006);
    EXPECT_NEAR((TotalFlops(work) - reference_keys) / kTera, once, 0.0006);
  }
}

TEST(SmallNetworksWorkTest, AgreeWithTheTable) {
  for (const auto& [shape, pose, encode, decode, subpixel] :
       {std::tuple{Wide(), 0.541, 1.738, 93.08, 78.87},
        std::tuple{Square(), 0.353, 1.117, 60.35, 51.07}}) {
    EXPECT_NEAR(24 * TotalFlops(PoseGuiderWork({}, shape)) / kTera, pose,
                0.0006);
    EXPECT_NEAR(TotalFlops(VaeEncodeWork({}, shape)) / kTera, encode, 0.0006);
    EXPECT_NEAR(
        24 * TotalFlops(VaeDecodeWork({}, shape, WorkShortcuts::Reference())) /
            kTera,
        decode, 0.006);
    EXPECT_NEAR(
        24 * TotalFlops(VaeDecodeWork({}, shape, WorkShortcuts::All())) / kTera,
        subpixel, 0.006);
    EXPECT_NEAR(TotalFlops(ClipWork({}, shape)) / kTera, 0.162, 0.0006);
  }
}

TEST(WorkModelTest, BytesFollowTheTypeAndFlopsDoNot) {
  WorkShape half = Square();
  half.element_size = 2;
  const WorkList full = DenoisingWork({}, Square(), WorkShortcuts::All());
  const WorkList narrow = DenoisingWork({}, half, WorkShortcuts::All());
  EXPECT_DOUBLE_EQ(TotalBytes(full), 2 * TotalBytes(narrow));
  EXPECT_DOUBLE_EQ(TotalFlops(full), TotalFlops(narrow));
}

TEST(WorkModelTest, RooflineTakesTheSlowerResourceOfEachOperator) {
  const WorkList work = {{"compute", 100, 1}, {"memory", 1, 100}};
  EXPECT_DOUBLE_EQ(
      RooflineSeconds(work, {.flops_per_second = 10, .bytes_per_second = 20}),
      100.0 / 10 + 100.0 / 20);
}

}  // namespace
}  // namespace animate
