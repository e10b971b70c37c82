#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/mutex.h"
#include "server/queue/stored_job_manager.h"
#include "tests/support/job_specs.h"
#include "tests/support/memory_jobs.h"
#include "tests/support/recording_observer.h"

namespace animate {
namespace {

constexpr int kSubmitters = 4;
constexpr int kWorkers = 3;
constexpr int kJobsEach = 100;

EncodedFrame StressFrame(int index) {
  EncodedFrame frame;
  frame.index = index;
  frame.data = std::make_shared<const std::string>("frame");
  return frame;
}

// Names of accepted jobs, for the threads that cancel.
class StressNames {
 public:
  void Add(std::string name) {
    MutexLock lock(mutex_);
    names_.push_back(std::move(name));
  }
  std::vector<std::string> Copy() const {
    MutexLock lock(mutex_);
    return names_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mutex_);
};

void WorkUntilClosed(MemoryJobs& jobs) {
  while (std::unique_ptr<Job> job = jobs.Take()) {
    absl::Status status;
    for (int step = 1; step <= 2 && status.ok(); ++step) {
      jobs.ReportProgress(*job, {.stage = JobStage::kDenoising, .step = step});
      status = job->token->Check();
    }
    for (int index = 0; index < 2 && status.ok(); ++index) {
      status = jobs.ReportFrame(*job, StressFrame(index));
      if (status.ok()) status = job->token->Check();
    }
    jobs.Finish(std::move(job), status, {});
  }
}

int64_t StressAccounted(const QueueStats& stats) {
  int64_t sum = stats.running;
  for (const auto& [reason, count] : stats.refused) sum += count;
  for (const auto& [priority, count] : stats.waiting) sum += count;
  for (const auto& [ending, count] : stats.finished) sum += count;
  return sum;
}

// Submits jobs of all priorities, some with a timeout that may pass.
void SubmitJobs(MemoryJobs& jobs, std::deque<RecordingObserver>& observers,
                StressNames& names, std::atomic<int>& refused) {
  for (int i = 0; i < kJobsEach; ++i) {
    JobSpec spec = SmallJobSpec();
    spec.priority = static_cast<Priority>(i % 3);
    if (i % 5 == 0) spec.queue_timeout = absl::Microseconds(200);
    RecordingObserver& observer = observers.emplace_back();
    const auto job = jobs.Submit(std::move(spec), {}, &observer);
    if (job.ok()) {
      names.Add(job->name);
    } else {
      observers.pop_back();
      ++refused;
    }
  }
}

TEST(StoredJobManagerStressTest, EveryAcceptedJobEndsExactlyOnce) {
  MemoryJobs jobs({.capacity = 32, .slots = kWorkers});
  std::vector<std::deque<RecordingObserver>> observers(kSubmitters);
  StressNames names;
  std::atomic<int> refused = 0;
  std::atomic<bool> done = false;

  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] { WorkUntilClosed(jobs); });
  }
  std::thread canceller([&] {
    while (!done) {
      const std::vector<std::string> known = names.Copy();
      for (size_t i = 0; i < known.size(); i += 3) {
        jobs.Cancel(known[i], "").IgnoreError();
      }
      std::this_thread::yield();
    }
  });
  std::thread scraper([&] {
    while (!done) {
      const QueueStats stats = jobs.stats();
      EXPECT_EQ(stats.submitted, StressAccounted(stats));
      jobs.List({}).IgnoreError();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> submitters;
  for (auto& own : observers) {
    submitters.emplace_back([&] { SubmitJobs(jobs, own, names, refused); });
  }
  for (std::thread& thread : submitters) thread.join();
  done = true;
  canceller.join();
  scraper.join();
  jobs.Drain();
  for (std::thread& thread : workers) thread.join();

  int ended = 0;
  for (auto& own : observers) {
    for (RecordingObserver& observer : own) {
      EXPECT_TRUE(IsTerminal(observer.AwaitEnd().state));
      EXPECT_EQ(observer.breaches(), 0);
      ++ended;
    }
  }
  EXPECT_EQ(ended + refused, kSubmitters * kJobsEach);
  EXPECT_EQ(jobs.counts().waiting + jobs.counts().running, 0);
  EXPECT_EQ(jobs.stats().output_reserved_bytes, jobs.stats().output_bytes)
      << "nothing is promised any more";
}

TEST(StoredJobManagerStressTest, ShutdownAmidTrafficEndsEveryJob) {
  for (int round = 0; round < 20; ++round) {
    std::deque<RecordingObserver> observers;
    StressNames names;
    std::atomic<int> refused = 0;
    {
      MemoryJobs jobs({.capacity = 200});
      std::thread worker([&] { WorkUntilClosed(jobs); });
      std::thread submitter(
          [&] { SubmitJobs(jobs, observers, names, refused); });
      while (names.Copy().size() < static_cast<size_t>(round)) {
        std::this_thread::yield();
      }
      jobs.Shutdown();
      submitter.join();
      worker.join();
    }
    for (RecordingObserver& observer : observers) {
      EXPECT_TRUE(IsTerminal(observer.AwaitEnd().state));
      EXPECT_EQ(observer.breaches(), 0);
    }
  }
}

}  // namespace
}  // namespace animate
