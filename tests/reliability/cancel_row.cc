// A job that is cancelled in each of its states: how long until the device
// works on the next one.
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/job_moment.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/nearest_rank.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr absl::Duration kAllowance = absl::Milliseconds(50);

// Notes when a device begins with a job.
class StartWatcher {
 public:
  StartWatcher(v1::AnimationService::Stub& stub, const std::string& name)
      : stream_(stub.StreamFrames(&context_)) {
    v1::StreamFramesRequest request;
    request.mutable_open()->set_name(name);
    request.mutable_open()->set_follow(true);
    stream_->Write(request);
    v1::StreamFramesResponse response;
    stream_->Read(&response);  // it is attached
    thread_ = std::thread([this] { Watch(); });
  }
  ~StartWatcher() {
    context_.TryCancel();
    if (thread_.joinable()) thread_.join();
    stream_->Finish();
  }
  StartWatcher(const StartWatcher&) = delete;
  StartWatcher& operator=(const StartWatcher&) = delete;

  // Blocks until it has begun; nullopt when it never does.
  std::optional<absl::Time> Await() {
    thread_.join();
    return began_;
  }

 private:
  void Watch() {
    v1::StreamFramesResponse response;
    while (stream_->Read(&response)) {
      if (response.has_progress() &&
          response.progress().stage() >= v1::STAGE_PREPARING) {
        began_ = absl::Now();
        return;
      }
    }
  }

  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::StreamFramesRequest,
                                                 v1::StreamFramesResponse>>
      stream_;
  std::optional<absl::Time> began_;
  std::thread thread_;
};

// One cancellation; returns milliseconds until the device was free, or for a
// waiting job until it was gone.
std::optional<double> CancelAt(v1::AnimationService::Stub& stub,
                               JobMoment moment, uint64_t seed,
                               std::mt19937_64& dice) {
  std::string first;
  std::string second;
  LabJob next{.seed = seed + 1, .frames = 1, .steps = 1};
  if (moment == JobMoment::kWaiting) next = JobFor(moment, seed + 1);
  if (!Submit(stub, JobFor(moment, seed), first).ok() ||
      !Submit(stub, next, second).ok()) {
    return std::nullopt;
  }
  std::unique_ptr<MomentReader> reader;
  if (moment == JobMoment::kStreaming) {
    reader = std::make_unique<MomentReader>(stub, first);
  }
  std::optional<double> milliseconds;
  v1::Job job;
  if (moment == JobMoment::kWaiting) {
    const absl::Time start = absl::Now();
    if (Cancel(stub, second).ok() && Look(stub, second, job).ok() &&
        job.state() == v1::Job::STATE_CANCELLED) {
      milliseconds = absl::ToDoubleMilliseconds(absl::Now() - start);
    }
    Cancel(stub, first);
  } else {
    StartWatcher watcher(stub, second);
    if (AwaitMoment(stub, first, moment)) {
      absl::SleepFor(kStepTime * static_cast<double>(dice() % 1000) / 1000);
      const absl::Time start = absl::Now();
      Cancel(stub, first);
      const std::optional<absl::Time> began = watcher.Await();
      // It may have ended by itself before.
      if (began.has_value() && Look(stub, first, job).ok() &&
          job.state() == v1::Job::STATE_CANCELLED) {
        milliseconds = absl::ToDoubleMilliseconds(*began - start);
      }
    }
    Cancel(stub, second);
  }
  for (const std::string& name : {first, second}) {
    while (Look(stub, name, job).ok() &&
           job.state() <= v1::Job::STATE_CANCELLING) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    Delete(stub, name);
  }
  return milliseconds;
}

}  // namespace

RowResult RunCancelRow(const RowOptions& options) {
  const double allowed = absl::ToDoubleMilliseconds(kStepTime + kAllowance);
  RowResult result{.property = "cancel at each state",
                   .demanded = absl::StrFormat(
                       "compute free within one step (%.0f ms) + 50 ms: p99",
                       absl::ToDoubleMilliseconds(kStepTime))};
  const int repetitions = options.Pick(4, 40, 400);
  std::mt19937_64 dice(options.seed);
  for (const JobMoment moment : kJobMoments) {
    const std::string name(JobMomentName(moment));
    LabServer server(SettingsFor(moment), options.folder + "/server.log");
    const auto stub = NewStub(server.address());
    std::vector<double> times;
    uint64_t seed = 1;
    // One that ended by itself just before does not count.
    for (int tries = 0; static_cast<int>(times.size()) < repetitions &&
                        tries < 3 * repetitions;
         ++tries) {
      const auto took = CancelAt(*stub, moment, seed += 2, dice);
      if (took.has_value()) times.push_back(*took);
    }
    const double p50 = NearestRank(times, 0.5);
    const double p99 = NearestRank(times, 0.99);
    SayProgress(absl::StrFormat("%-9s %3d cancels, p50 %5.1f ms, p99 %5.1f ms",
                                name, times.size(), p50, p99));
    result.Figure(absl::StrCat("p50_ms_", name), p50);
    result.Figure(absl::StrCat("p99_ms_", name), p99);
    result.Figure(absl::StrCat("cancels_", name),
                  static_cast<double>(times.size()));
    absl::StrAppendFormat(&result.measured, "%s%s %.0f/%.0f",
                          result.measured.empty() ? "" : ", ", name, p50, p99);
    if (static_cast<int>(times.size()) < repetitions) {
      result.Fault(absl::StrCat(name, ": only ", times.size(), " cancels"));
    }
    if (p99 > allowed && options.strict()) {
      result.Fault(absl::StrFormat("%s: p99 %.1f ms, allowed %.0f ms", name,
                                   p99, allowed));
    }
  }
  result.measured += absl::StrCat(" ms p50/p99 of ", repetitions, " each");
  return result;
}

}  // namespace animate
