#include "server/measured_job_store.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engine/base/error.h"
#include "engine/base/log.h"
#include "server/store/memory_job_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/fragile_store.h"

namespace animate {
namespace {

StoredJob JobOf(const std::string& name) {
  StoredJob job;
  job.name = name;
  return job;
}

absl::Status StoreError(const std::string& reason) {
  return MakeError(absl::StatusCode::kUnavailable, "broken",
                   {.reason = reason});
}

class MeasuredJobStoreTest : public ::testing::Test {
 protected:
  MeasuredJobStoreTest() {
    auto fragile = std::make_unique<FragileStore>(memory_);
    fragile_ = fragile.get();
    store_ = std::make_unique<MeasuredJobStore>(std::move(fragile), recorder_,
                                                clock_);
  }

  FakeClock clock_;
  FakeRecorder recorder_;
  MemoryJobStore memory_;
  FragileStore* fragile_ = nullptr;
  std::unique_ptr<MeasuredJobStore> store_;
};

TEST_F(MeasuredJobStoreTest, CountsEachChangeByItsKind) {
  const EncodedFrame frame = {.data = std::make_shared<std::string>("f")};
  ASSERT_TRUE(store_->Insert(JobOf("jobs/a"), {"in"}).ok());
  ASSERT_TRUE(store_->RecordStart("jobs/a", absl::UnixEpoch()).ok());
  ASSERT_TRUE(store_->AppendFrame("jobs/a", frame).ok());
  ASSERT_TRUE(store_->SaveCheckpoint("jobs/a", {.data = "latents"}).ok());
  ASSERT_TRUE(store_->RecordReport("jobs/a", "r").ok());
  ASSERT_TRUE(store_->RecordStop("jobs/a", absl::CancelledError("")).ok());
  ASSERT_TRUE(store_->RecordUsage("jobs/a", {}).ok());
  ASSERT_TRUE(store_->RecordPause("jobs/a").ok());
  EXPECT_EQ(*store_->StartGeneration("jobs/a"), 2);
  ASSERT_TRUE(store_->RecordEnd("jobs/a", {}).ok());
  ASSERT_TRUE(store_->Delete("jobs/a").ok());
  const auto count = [this](StoreCommit what) {
    return recorder_.Count("StoreCommitted", what);
  };
  EXPECT_EQ(count(StoreCommit::kInsert), 1);
  EXPECT_EQ(count(StoreCommit::kState), 7);
  EXPECT_EQ(count(StoreCommit::kFrame), 1);
  EXPECT_EQ(count(StoreCommit::kCheckpoint), 1);
  EXPECT_EQ(count(StoreCommit::kDelete), 1);
  EXPECT_EQ(recorder_.Count("StoreFailed"), 0);
}

TEST_F(MeasuredJobStoreTest, ReadsArePassedOnAndNotTimed) {
  ASSERT_TRUE(store_->Insert(JobOf("jobs/a"), {"in"}).ok());
  EXPECT_EQ(store_->Get("jobs/a")->name, "jobs/a");
  EXPECT_EQ(store_->List()->size(), 1U);
  EXPECT_EQ(*store_->ReadInputs("jobs/a"), StoredInputs{"in"});
  EXPECT_FALSE(store_->FindRequest("ada", "r")->has_value());
  EXPECT_FALSE(store_->LoadCheckpoint("jobs/a")->has_value());
  fragile_->SetFreeBytes(7);
  EXPECT_EQ(*store_->FreeBytes(), 7);
  EXPECT_EQ(store_->used_bytes(), memory_.used_bytes());
  EXPECT_TRUE(store_->durable());
  EXPECT_EQ(recorder_.Count("StoreCommitted"), 1);
}

TEST_F(MeasuredJobStoreTest, TellsHowTheStoreFailed) {
  const auto fails = [this](const absl::Status& error) {
    fragile_->Break(error);
    EXPECT_EQ(store_->Insert(JobOf("jobs/a"), {}).status(), error);
  };
  fails(StoreError("SPOOL_FULL"));
  fails(StoreError("STORE_CORRUPT"));
  fails(StoreError("STORE_FAILED"));
  fails(MakeError(
      absl::StatusCode::kUnavailable, "cannot sync",
      {.reason = "STORE_FAILED", .metadata = {{"operation", "sync"}}}));
  for (const StoreFault fault : {StoreFault::kFull, StoreFault::kSync,
                                 StoreFault::kCorrupt, StoreFault::kOther}) {
    EXPECT_EQ(recorder_.Count("StoreFailed", fault), 1)
        << static_cast<int>(fault);
  }
  EXPECT_EQ(recorder_.Count("StoreCommitted"), 4) << "failing takes time, too";
}

TEST_F(MeasuredJobStoreTest, WhatCallersDoWrongIsNoFault) {
  EXPECT_FALSE(store_->Get("jobs/none").ok());
  EXPECT_FALSE(store_->Delete("jobs/none").ok());
  ASSERT_TRUE(store_->Insert(JobOf("jobs/a"), {}).ok());
  EXPECT_FALSE(store_->Insert(JobOf("jobs/a"), {}).ok());
  EXPECT_FALSE(store_->ReadFrame("jobs/a", 3).ok());
  EXPECT_EQ(recorder_.Count("StoreFailed"), 0);
}

}  // namespace
}  // namespace animate
