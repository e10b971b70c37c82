#include "engine/nn/taps.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(TapsTest, RecordsWhatIsWantedAndTheFirstOfIt) {
  const at::Tensor first = at::tensor({1.0});
  Taps taps({"conv_in", "mid_block"});
  Tap(&taps, "conv_in", first);
  Tap(&taps, "conv_in", at::tensor({2.0}));
  Tap(&taps, "conv_out", at::tensor({3.0}));
  EXPECT_THAT(taps.outputs(), testing::SizeIs(1));
  EXPECT_TRUE(taps.outputs().at("conv_in").is_same(first));
  EXPECT_THAT(taps.Missing(), testing::ElementsAre("mid_block"));
}

TEST(TapsTest, NobodyListeningPassesTheTensorOn) {
  const at::Tensor x = at::tensor({1.0});
  EXPECT_TRUE(Tap(nullptr, "conv_in", x).is_same(x));
}

}  // namespace
}  // namespace animate
