// Readers that are too slow, seen from the stream's side of the network.
#include "server/service/job_stream.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "tests/support/await.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_recorder.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"

namespace animate {
namespace {

constexpr absl::Duration kSlow = absl::Minutes(1);

// A network that takes an event and does not say that it is sent.
class HeldNetwork final : public JobStream::Sink {
 public:
  void Write(const FrameOutbox::Event& event) override {
    MutexLock lock(mutex_);
    ++writes_;
    writes_heartbeat_ = std::holds_alternative<HeartbeatEvent>(event);
  }
  void End(const absl::Status& status) override {
    MutexLock lock(mutex_);
    ended_ = true;
    outcome_ = status;
  }
  void Abort() override {
    MutexLock lock(mutex_);
    ++aborts_;
  }
  absl::Status Check() override { return absl::OkStatus(); }

  int writes() const { return Get(writes_); }
  int aborts() const { return Get(aborts_); }
  bool ended() const { return Get(ended_); }
  bool writes_heartbeat() const { return Get(writes_heartbeat_); }
  absl::Status outcome() const { return Get(outcome_); }

 private:
  template <typename T>
  T Get(const T& value) const {
    MutexLock lock(mutex_);
    return value;
  }

  mutable Mutex mutex_;
  int writes_ = 0;
  int aborts_ = 0;
  bool writes_heartbeat_ = false;
  bool ended_ = false;
  absl::Status outcome_;
};

// A stream about a job of two frames that are both made; its reader may have
// one that is not acknowledged. Looks at the clock every few milliseconds.
class SlowReaderStreamTest : public testing::Test {
 protected:
  SlowReaderStreamTest() {
    SetLogSink([this](absl::string_view line) {
      if (absl::StrContains(line, "slow_consumer")) found_slow_ = true;
    });
    const JobSnapshot job =
        *jobs_.Submit(SmallJobSpec(), {}, stream_->observer());
    std::unique_ptr<Job> work = jobs_.Take();
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(
          jobs_
              .ReportFrame(*work, {.index = i,
                                   .data = std::make_shared<const std::string>(
                                       absl::StrCat("frame ", i))})
              .ok());
    }
    jobs_.Finish(std::move(work), absl::OkStatus(), {});
    stream_->Start(job, {.window = 1});
  }
  ~SlowReaderStreamTest() override {
    stream_->Close();
    SetLogSink(nullptr);
  }

  // Everything up to the first frame goes out, and then a heartbeat that the
  // network holds.
  void FillWindow() {
    while (!network_.writes_heartbeat()) {
      const int before = network_.writes();
      stream_->OnWritten(true);
      Await([&] { return network_.writes() > before; });
    }
  }

  std::atomic<bool> found_slow_ = false;
  FakeClock clock_;
  FakeRecorder recorder_;
  MemoryJobs jobs_{StoredJobManager::Options{}};
  ServingState serving_{Limits()};
  UploadBudget uploads_{0};
  OpenStreams streams_;
  ServiceEnvironment environment_ = {
      .jobs = jobs_,
      .recorder = recorder_,
      .clock = clock_,
      .serving = serving_,
      .uploads = uploads_,
      .streams = streams_,
      .heartbeat_interval = absl::Milliseconds(2),
      .slow_consumer_timeout = kSlow};
  HeldNetwork network_;
  std::shared_ptr<JobStream> stream_ =
      JobStream::Create(environment_, network_);
};

TEST_F(SlowReaderStreamTest, WhoDoesNotAcknowledgeIsToldWhy) {
  FillWindow();
  // The heartbeat under way is a moment old when the window's time is over.
  clock_.Advance(kSlow - absl::Milliseconds(1));
  stream_->OnWritten(true);
  const int before = network_.writes();
  Await([&] { return network_.writes() > before; });
  clock_.Advance(absl::Milliseconds(1));
  Await([&] { return found_slow_.load(); });
  EXPECT_FALSE(network_.ended()) << "one write at a time";
  stream_->OnWritten(true);
  Await([&] { return network_.ended(); });
  EXPECT_EQ(GetErrorReason(network_.outcome()), "SLOW_CONSUMER");
  EXPECT_EQ(network_.aborts(), 0);
}

TEST_F(SlowReaderStreamTest, WhoDoesNotReadIsCutOff) {
  FillWindow();
  clock_.Advance(kSlow);
  Await([&] { return network_.aborts() > 0; });
  EXPECT_FALSE(network_.ended());
  stream_->OnWritten(false);
  Await([&] { return network_.ended(); });
  EXPECT_EQ(GetErrorReason(network_.outcome()), "SLOW_CONSUMER");
}

}  // namespace
}  // namespace animate
