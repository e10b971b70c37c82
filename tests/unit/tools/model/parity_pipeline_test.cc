#include "tools/model/parity_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/golden_folder.h"

namespace animate {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;

class ParityPipelineTest : public ::testing::Test {
 protected:
  ParityPipelineTest()
      : golden_(GoldenData::Open(*GoldenFolder("nano")).value()),
        models_(
            LoadModelBundle(*GoldenFolder("nano") + "/pretrained_weights", {})
                .value()),
        tensors_(golden_.Load("pipeline_steps_15").value()),
        run_(golden_.DescribeRun("pipeline_steps_15", tensors_, 8).value()) {
    run_.num_inference_steps = 2;
  }
  absl::StatusOr<ParityResults> Run(const WantedOutputs& wanted) {
    return RunPipeline(models_, golden_, run_, tensors_, wanted, {});
  }
  GoldenData golden_;
  ModelBundle models_;
  StateDict tensors_;
  PipelineRun run_;
};

TEST_F(ParityPipelineTest, StacksTheSteps) {
  const ParityResults results = Run({"frames"}).value();
  EXPECT_EQ(results.at("noise_pred").sizes(),
            at::IntArrayRef({2, 1, 4, 2, 9, 10}));
  EXPECT_EQ(results.at("step_latents").sizes(),
            at::IntArrayRef({2, 1, 4, 2, 9, 10}));
  EXPECT_EQ(results.at("final_latents").sizes(),
            at::IntArrayRef({1, 4, 2, 9, 10}));
  EXPECT_EQ(results.at("frames").sizes(), at::IntArrayRef({1, 3, 2, 72, 80}));
  EXPECT_EQ(results.at("timesteps")[0].item<int>(), 999);
}

TEST_F(ParityPipelineTest, DecodesOnlyWhenWanted) {
  EXPECT_THAT(Run({}).value(), Not(Contains(Key("frames"))));
}

TEST_F(ParityPipelineTest, BadRunsAreErrors) {
  run_.context_overlap = run_.context_frames;
  EXPECT_EQ(Run({}).status().code(), absl::StatusCode::kFailedPrecondition);
  run_.context_overlap = 2;
  run_.num_inference_steps = 1001;
  EXPECT_EQ(Run({}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace animate
