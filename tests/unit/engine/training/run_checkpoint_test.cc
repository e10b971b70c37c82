#include "engine/training/run_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <ATen/ops/full.h>

#include "engine/base/error.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/training_testing.h"

namespace animate {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

StateDict Filled(double value) {
  return {{"net.bias", at::full({3}, value, at::kFloat)},
          {"net.weight", at::full({2, 2}, value + 0.5, at::kFloat)}};
}

RunState StateAt(int64_t step) {
  RunState state;
  state.position = {.step = step,
                    .updates = step - 1,
                    .next_sample = 8 * step,
                    .total_steps = 100,
                    .loss_scale = 1024.0,
                    .loss_scale_good_steps = 7};
  state.settings = {{"batch_size", "8"}};
  const double value = static_cast<double>(step);
  state.weights = Filled(value);
  state.average = Filled(value + 1000);
  state.exp_avg = Filled(value + 2000);
  state.exp_avg_sq = Filled(value + 3000);
  return state;
}

std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void FlipLastByte(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(-1, std::ios::end);
  file.put(byte);
}

TEST(RunCheckpoint, KeepsEverythingOfARun) {
  const TemporaryFolder folder;
  const RunState state = StateAt(5);
  const auto path = SaveRunCheckpoint(folder / "run", state, 2);
  ASSERT_TRUE(path.ok()) << path.status();
  const auto loaded = LoadRunCheckpoint(*path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->position, state.position);
  EXPECT_EQ(loaded->settings, state.settings);
  EXPECT_EQ(BytesOf(loaded->weights), BytesOf(state.weights));
  EXPECT_EQ(BytesOf(loaded->average), BytesOf(state.average));
  EXPECT_EQ(BytesOf(loaded->exp_avg), BytesOf(state.exp_avg));
  EXPECT_EQ(BytesOf(loaded->exp_avg_sq), BytesOf(state.exp_avg_sq));
}

TEST(RunCheckpoint, OnlyTheNewestStay) {
  const TemporaryFolder folder;
  for (const int64_t step : {1, 2, 10}) {
    ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(step), 2).ok());
  }
  EXPECT_THAT(Names(folder.path()),
              ElementsAre("step-0000000002", "step-0000000010"));
}

TEST(RunCheckpoint, NewestIsFoundByNumber) {
  const TemporaryFolder folder;
  for (const int64_t step : {9, 10}) {
    ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(step), 2).ok());
  }
  const auto found = LoadNewestRunCheckpoint(folder.path());
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->state.position.step, 10);
  EXPECT_THAT(found->broken, IsEmpty());
}

TEST(RunCheckpoint, WhatACrashHasLeftIsNoCheckpointAndGoes) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(1), 2).ok());
  folder.Write("step-0000000002.partial-4711/weights.safetensors", "half");
  EXPECT_EQ(LoadNewestRunCheckpoint(folder.path())->state.position.step, 1);
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(3), 2).ok());
  EXPECT_THAT(Names(folder.path()),
              ElementsAre("step-0000000001", "step-0000000003"));
}

TEST(RunCheckpoint, BrokenOneIsPassedOverAndReplaced) {
  for (const char* file : {"weights.safetensors", "average.safetensors",
                           "optimizer.safetensors", "run.json"}) {
    const TemporaryFolder folder;
    ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(1), 2).ok());
    const auto path = SaveRunCheckpoint(folder.path(), StateAt(2), 2);
    FlipLastByte(*path + "/" + file);
    if (std::string(file) == "run.json") fs::remove(*path + "/" + file);
    const auto broken = LoadRunCheckpoint(*path);
    EXPECT_EQ(GetErrorReason(broken.status()), "CHECKPOINT_BROKEN") << file;
    const auto found = LoadNewestRunCheckpoint(folder.path());
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->state.position.step, 1);
    EXPECT_THAT(found->broken, ElementsAre(HasSubstr(file)));
    ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(2), 2).ok());
    EXPECT_TRUE(LoadRunCheckpoint(*path).ok());
  }
}

TEST(RunCheckpoint, BrokenOnesOfLaterStepsGoWithTheNextSave) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(1), 2).ok());
  folder.Write("step-0000000009/run.json", "{}");
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(2), 2).ok());
  EXPECT_THAT(Names(folder.path()),
              ElementsAre("step-0000000001", "step-0000000002"));
}

TEST(RunCheckpoint, FullDiskLeavesTheOneBefore) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(1), 2).ok());
  RunState large = StateAt(2);
  large.weights["large"] = at::full({1 << 18}, 1.0, at::kFloat);
  // A limit on the size of files stands for the end of the disk.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit = {};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  rlimit limit = old_limit;
  limit.rlim_cur = 1 << 16;
  setrlimit(RLIMIT_FSIZE, &limit);
  const auto saved = SaveRunCheckpoint(folder.path(), large, 2);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(saved.ok());
  EXPECT_THAT(Names(folder.path()), ElementsAre("step-0000000001"));
  EXPECT_EQ(LoadNewestRunCheckpoint(folder.path())->state.position.step, 1);
}

TEST(RunCheckpoint, WholeOneIsNotReplaced) {
  const TemporaryFolder folder;
  ASSERT_TRUE(SaveRunCheckpoint(folder.path(), StateAt(1), 2).ok());
  EXPECT_EQ(SaveRunCheckpoint(folder.path(), StateAt(1), 2).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(RunCheckpoint, NoneIsNotFound) {
  const TemporaryFolder folder;
  EXPECT_FALSE(HasRunCheckpoint(folder.path()));
  EXPECT_EQ(LoadNewestRunCheckpoint(folder.path()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadNewestRunCheckpoint(folder / "gone").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(RunCheckpoint, NoWholeOneIsAnErrorThatNamesThem) {
  const TemporaryFolder folder;
  folder.Write("step-0000000003/run.json", "[1, 2");
  EXPECT_TRUE(HasRunCheckpoint(folder.path()));
  const absl::Status status = LoadNewestRunCheckpoint(folder.path()).status();
  EXPECT_EQ(GetErrorReason(status), "CHECKPOINT_BROKEN");
  EXPECT_THAT(std::string(status.message()), HasSubstr("step-0000000003"));
}

}  // namespace
}  // namespace animate
