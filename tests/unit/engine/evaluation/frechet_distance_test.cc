#include "engine/evaluation/frechet_distance.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <limits>

#include "tests/support/random_weights.h"
#include "tests/unit/engine/evaluation/evaluation_goldens.h"

namespace animate {
namespace {

using ::testing::HasSubstr;

TEST(FrechetDistanceTest, IsThatOfAMatrixSquareRoot) {
  const EvaluationGoldens goldens;
  for (const auto& [name, want] : goldens.figures()["frechet"].items()) {
    const absl::StatusOr<double> got =
        FrechetDistance(goldens.tensor(name + ".features_a"),
                        goldens.tensor(name + ".features_b"));
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_NEAR(*got, want.get<double>(), 1e-4) << name;
  }
}

TEST(FrechetDistanceTest,
     OfASetToItselfIsZeroAlsoWithFewerSamplesThanFeatures) {
  const at::Tensor few = RandomTensor({5, 40});
  EXPECT_NEAR(*FrechetDistance(few, few), 0.0, 1e-9);
  const at::Tensor many = RandomTensor({200, 7});
  EXPECT_NEAR(*FrechetDistance(many, many), 0.0, 1e-9);
}

TEST(FrechetDistanceTest, OfShiftedSetsIsTheSquareOfTheShift) {
  const at::Tensor a = RandomTensor({30, 4}).to(at::kDouble);
  EXPECT_NEAR(*FrechetDistance(a, a + 3.0), 4 * 9.0, 1e-9);
}

TEST(FrechetDistanceTest, RefusesWhatHasNoCovariance) {
  EXPECT_THAT(
      FrechetDistance(at::ones({1, 4}), at::ones({3, 4})).status().message(),
      HasSubstr("at least two samples, the first set has 1"));
  EXPECT_THAT(
      FrechetDistance(at::ones({3, 4}), at::ones({3, 5})).status().message(),
      HasSubstr("4 and 5 features"));
  EXPECT_FALSE(FrechetDistance(at::ones({3}), at::ones({3})).ok());
}

TEST(FrechetDistanceTest, RefusesFeaturesThatAreNotFinite) {
  at::Tensor bad = at::zeros({3, 2});
  bad[1][1] = std::numeric_limits<double>::quiet_NaN();
  const absl::Status status = FrechetDistance(at::ones({3, 2}), bad).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("the second set"));
}

}  // namespace
}  // namespace animate
