// Processes that train together, and what they make of trouble.
#include "engine/training/torch_replicas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/error.h"
#include "engine/training/local_replicas.h"
#include "engine/training/trainer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/child_test.h"
#include "tests/unit/engine/training/training_testing.h"

namespace animate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kPairSteps = 12;
constexpr char kPairChild[] = "TorchReplicas.DISABLED_ChildThatTrains";

TrainerOptions PairSettings(int batch_size) {
  TrainerOptions options;
  options.steps = kPairSteps;
  options.batch_size = batch_size;
  options.learning_rate.peak = 0.02;
  options.checkpoint_steps = 4;
  options.checkpoint_seconds = 0.0;
  options.sheet_steps = 0;
  return options;
}

// What a process leaves in the folder for the test to see.
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Trains as one of two processes. `fault`: "cancel" and "nan" happen to rank 1
// in the sixth step, "exit" makes it go.
void TrainInPair(const LocalReplicas& local, const std::string& folder,
                 const std::string& fault) {
  const ReplicaAddress& address = local.address();
  const auto replicas = ConnectReplicas(address, absl::Minutes(2));
  ASSERT_TRUE(replicas.ok()) << replicas.status();
  SmallTask task;
  // Weights that differ until rank 0 has told its own.
  task.trained().at("first.bias").detach().add_(address.rank);
  const SmallClips clips;
  StepRecorder observer;
  CancellationToken cancel;
  task.factor = [&](const std::vector<TrainingClip>&) {
    const bool now = address.rank == 1 && task.batches.size() == 6;
    if (now && fault == "exit") _exit(0);
    if (now && fault == "cancel") {
      cancel.Cancel(absl::CancelledError("asked"));
    }
    return now && fault == "nan" ? std::nan("") : 1.0;
  };
  Trainer::Parts parts;
  parts.task = &task;
  parts.dataset = &clips;
  parts.replicas = replicas->get();
  parts.checkpoint_folder =
      address.rank == 0 ? folder + "/checkpoints" : folder + "/nobody";
  auto trainer = Trainer::Create(PairSettings(2), parts);
  ASSERT_TRUE(trainer.ok()) << trainer.status();
  const auto resumed = (*trainer)->Resume();
  ASSERT_TRUE(resumed.ok() || absl::IsNotFound(resumed.status()));
  const absl::Status status = (*trainer)->Run(observer, cancel);
  const std::string base = absl::StrCat(folder, "/", address.rank, ".");
  WriteFile(base + "status", status.ToString());
  WriteFile(base + "steps", absl::StrCat((*trainer)->step()));
  WriteFile(base + "weights", BytesOf(task.trained()));
  WriteFile(
      base + "loss",
      absl::StrCat(observer.steps.size(), " ",
                   observer.steps.empty() ? 0.0 : observer.steps.back().loss));
}

class TorchReplicas : public testing::Test {
 protected:
  void SetUp() override {
    if (!TorchReplicasAvailable()) GTEST_SKIP() << "LibTorch without Gloo";
  }
};

TEST_F(TorchReplicas, DISABLED_ChildThatTrains) {
  const std::vector<std::string> words =
      absl::StrSplit(ChildTest::Argument(), ';');
  auto local = LocalReplicas::Fork(2);
  ASSERT_TRUE(local.ok()) << local.status();
  TrainInPair(**local, words.at(0), words.at(1));
  if ((*local)->address().rank > 0) _exit(HasFailure() ? 1 : 0);
  EXPECT_TRUE((*local)->Wait().ok());
}

bool TrainAsPair(const TemporaryFolder& folder, const std::string& fault) {
  return ChildTest(kPairChild, absl::StrCat(folder.path(), ";", fault))
      .Passed();
}

TEST_F(TorchReplicas, TwoMakeTheUpdatesOfOneWithTwiceTheBatch) {
  SmallTask task;
  const SmallClips clips;
  StepRecorder observer;
  Trainer::Parts parts;
  parts.task = &task;
  parts.dataset = &clips;
  auto trainer = Trainer::Create(PairSettings(4), parts);
  ASSERT_TRUE((*trainer)->Run(observer, CancellationToken()).ok());

  const TemporaryFolder folder;
  ASSERT_TRUE(TrainAsPair(folder, "none"));
  const std::string pair = folder.Read("0.weights");
  const std::string alone = BytesOf(task.trained());
  EXPECT_EQ(folder.Read("1.weights"), pair);
  ASSERT_EQ(pair.size(), alone.size());
  for (size_t i = 0; i < pair.size(); i += sizeof(float)) {
    float ours = 0.0f;
    float theirs = 0.0f;
    std::memcpy(&ours, pair.data() + i, sizeof(float));
    std::memcpy(&theirs, alone.data() + i, sizeof(float));
    EXPECT_NEAR(ours, theirs, 1e-5f);
  }
  const std::pair<std::string, std::string> loss =
      absl::StrSplit(folder.Read("0.loss"), ' ');
  double value = 0.0;
  ASSERT_TRUE(absl::SimpleAtod(loss.second, &value));
  EXPECT_NEAR(value, observer.steps.back().loss, 1e-5);
}

TEST_F(TorchReplicas, OnlyRankZeroWritesAndReports) {
  const TemporaryFolder folder;
  ASSERT_TRUE(TrainAsPair(folder, "none"));
  EXPECT_TRUE(folder.Has("checkpoints/step-0000000012"));
  EXPECT_FALSE(folder.Has("nobody"));
  EXPECT_THAT(folder.Read("0.loss"), StartsWith("12 "));
  EXPECT_THAT(folder.Read("1.loss"), StartsWith("0 "));
}

TEST_F(TorchReplicas, OneThatIsCancelledStopsAllAndTheyContinueBitForBit) {
  const TemporaryFolder folder;
  const TemporaryFolder whole;
  ASSERT_TRUE(TrainAsPair(folder, "cancel"));
  EXPECT_EQ(folder.Read("0.steps"), "6");
  EXPECT_EQ(folder.Read("1.steps"), "6");
  EXPECT_THAT(folder.Read("0.status"), HasSubstr("another process"));
  EXPECT_THAT(folder.Read("1.status"), HasSubstr("asked"));
  ASSERT_TRUE(TrainAsPair(folder, "none"));
  ASSERT_TRUE(TrainAsPair(whole, "none"));
  EXPECT_EQ(folder.Read("0.weights"), whole.Read("0.weights"));
  EXPECT_EQ(folder.Read("1.weights"), whole.Read("0.weights"));
}

TEST_F(TorchReplicas, LossThatIsNoNumberInOneStopsAll) {
  const TemporaryFolder folder;
  ASSERT_TRUE(TrainAsPair(folder, "nan"));
  for (const char* status : {"0.status", "1.status"}) {
    EXPECT_THAT(folder.Read(status), StartsWith("ABORTED: step 6")) << status;
  }
}

TEST_F(TorchReplicas, OneThatIsGoneFailsTheOthersInsteadOfHangingThem) {
  const TemporaryFolder folder;
  ASSERT_TRUE(TrainAsPair(folder, "exit"));
  EXPECT_THAT(folder.Read("0.status"), StartsWith("UNAVAILABLE"));
  EXPECT_EQ(folder.Read("0.steps"), "5");
}

TEST_F(TorchReplicas, OthersThatDoNotComeAreAnError) {
  auto local = LocalReplicas::Fork(1);
  ASSERT_TRUE(local.ok());
  ReplicaAddress address = (*local)->address();
  address.world_size = 2;
  address.rank = 1;
  address.master_port = 1;  // nobody listens
  EXPECT_EQ(ConnectReplicas(address, absl::Milliseconds(100)).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace animate
