// A server that is told to stop while a job is in each of its states: it exits
// in time, and the next one on the same folder has every accepted job.
#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/faults.h"
#include "tests/reliability/job_moment.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/metrics_scraper.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr absl::Duration kDrainPause = absl::Milliseconds(30);
// Longer than it takes to submit and look.
constexpr absl::Duration kLongStep = absl::Milliseconds(250);
constexpr absl::Duration kDrainTimeout = absl::Milliseconds(100);
// For streams to take their last frames (server.cc).
constexpr absl::Duration kFlush = absl::Seconds(5);

struct Accepted {
  LabJob job;
  std::string name;
};

class SigtermTrial {
 public:
  SigtermTrial(const RowOptions& options, int number, JobMoment moment,
               MetricsScraper& scraper)
      : moment_(moment),
        scraper_(scraper),
        log_(options.folder + "/server.log"),
        dice_(options.seed * 1000 + static_cast<uint64_t>(number)),
        number_(static_cast<uint64_t>(number)) {
    settings_ = SettingsFor(moment, kLongStep);
    settings_["data_dir"] = absl::StrCat(options.folder, "/data", number);
    settings_["drain_pause_us"] =
        absl::StrCat(absl::ToInt64Microseconds(kDrainPause));
    settings_["drain_timeout_us"] =
        absl::StrCat(absl::ToInt64Microseconds(kDrainTimeout));
  }

  // Returns how long the exit took.
  std::optional<absl::Duration> Run(RowResult& result) {
    std::optional<absl::Duration> exit_time;
    {
      LabServer server(settings_, log_);
      scraper_.Watch(server.http_port());
      exit_time = Stop(server);
      scraper_.Watch(0);
    }
    LabServer next({{"data_dir", settings_["data_dir"]}}, log_);
    scraper_.Watch(next.http_port());
    for (const Accepted& accepted : accepted_) Check(next, accepted);
    scraper_.Watch(0);
    for (const std::string& fault : faults_.list()) {
      result.Fault(absl::StrCat(JobMomentName(moment_), ": ", fault));
    }
    return exit_time;
  }

 private:
  std::optional<absl::Duration> Stop(LabServer& server) {
    const auto stub = NewStub(server.address());
    for (uint64_t i = 0; i < 3; ++i) {
      LabJob job = JobFor(moment_, number_ * 100 + i);
      job.request_id = RequestId(job.seed);
      SubmitNow(*stub, job);
    }
    if (accepted_.size() < 3) return std::nullopt;
    const std::string& name =
        accepted_[moment_ == JobMoment::kWaiting ? 2 : 0].name;
    std::unique_ptr<MomentReader> reader;
    if (moment_ == JobMoment::kStreaming) {
      reader = std::make_unique<MomentReader>(*stub, name);
    }
    if (!AwaitMoment(*stub, name, moment_)) {
      faults_.Add("the moment never came");
      return std::nullopt;
    }
    absl::SleepFor(absl::Microseconds(dice_() % 250'000));
    server.Terminate();
    const absl::Time start = absl::Now();
    // Until it refuses, jobs may still come in; what it accepts, it keeps.
    for (uint64_t i = 10; i < 14; ++i) {
      LabJob job = JobFor(moment_, number_ * 100 + i);
      job.request_id = RequestId(job.seed);
      SubmitNow(*stub, job);
    }
    const std::optional<int> code =
        server.Wait(kDrainPause + kDrainTimeout + kFlush + absl::Seconds(5));
    if (code != 0) {
      faults_.Add(code.has_value() ? absl::StrCat("exit code ", *code)
                                   : "no exit in time");
      return std::nullopt;
    }
    return absl::Now() - start;
  }

  void SubmitNow(v1::AnimationService::Stub& stub, const LabJob& job) {
    std::string name;
    const grpc::Status status = Submit(stub, job, name, absl::Seconds(10));
    if (status.ok()) {
      accepted_.push_back({job, name});
    } else if (!ServerWasAway(status)) {
      faults_.Add(absl::StrCat("submit: ", status.error_message()));
    }
  }

  void Check(LabServer& server, const Accepted& accepted) {
    const auto stub = NewStub(server.address());
    FrameReader reader(accepted.name);
    const grpc::Status status = reader.ReadOn(*stub);
    faults_.Add(reader.faults());
    if (!status.ok()) {
      faults_.Add(
          absl::StrCat(accepted.name, " is lost: ", status.error_message()));
    } else if (reader.frames() != ExpectedFrames(accepted.job)) {
      faults_.Add(absl::StrCat(accepted.name, ": other frames"));
    }
  }

  const JobMoment moment_;
  MetricsScraper& scraper_;
  const std::string log_;
  std::mt19937_64 dice_;
  const uint64_t number_;
  LabServer::Settings settings_;
  std::vector<Accepted> accepted_;
  Faults faults_;
};

}  // namespace

RowResult RunSigtermRow(const RowOptions& options) {
  const absl::Duration grace = kDrainPause + kDrainTimeout + kLongStep + kFlush;
  RowResult result{
      .property = "SIGTERM at each state",
      .demanded = absl::StrFormat(
          "nothing accepted is lost, exit within the grace (%.2f s)",
          absl::ToDoubleSeconds(grace))};
  const int repetitions = options.Pick(1, 3, 50);
  MetricsScraper scraper;
  std::vector<double> exits;
  int number = 0;
  for (const JobMoment moment : kJobMoments) {
    SayProgress(absl::StrCat("SIGTERM while ", JobMomentName(moment)));
    double longest = 0;
    for (int i = 0; i < repetitions; ++i) {
      SigtermTrial trial(options, ++number, moment, scraper);
      const auto took = trial.Run(result);
      if (!took.has_value()) continue;
      exits.push_back(absl::ToDoubleSeconds(*took));
      longest = std::max(longest, exits.back());
    }
    result.Figure(absl::StrCat("longest_exit_s_", JobMomentName(moment)),
                  longest);
    if (longest > absl::ToDoubleSeconds(grace)) {
      result.Fault(absl::StrFormat("%s: exit took %.2f s",
                                   JobMomentName(moment), longest));
    }
  }
  for (const std::string& fault : scraper.faults()) result.Fault(fault);
  std::sort(exits.begin(), exits.end());
  const double median = exits.empty() ? 0 : exits[exits.size() / 2];
  const double longest = exits.empty() ? 0 : exits.back();
  result.Figure("stops", static_cast<double>(exits.size()));
  result.Figure("median_exit_s", median);
  result.Figure("scrapes", static_cast<double>(scraper.scrapes()));
  result.Figure("book_faults", static_cast<double>(scraper.faults().size()));
  result.measured = absl::StrFormat(
      "%d stops in %d states, %d faults; exit p50 %.2f s, "
      "longest %.2f s",
      exits.size(), std::size(kJobMoments), result.faults.size(), median,
      longest);
  return result;
}

}  // namespace animate
