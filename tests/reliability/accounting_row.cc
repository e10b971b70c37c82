// The books of a server under a load of everything: at every scrape
// submitted = rejected + waiting + running + finished, and in the end every
// stream that was opened is closed.
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/metrics_scraper.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr int kCallers = 8;

// Does anything at all, again and again.
class Caller {
 public:
  Caller(const std::string& address, uint64_t seed)
      : stub_(NewStub(address)), dice_(seed) {}

  void Run(const std::atomic<bool>& ending) {
    while (!ending) {
      DoSomething();
      absl::SleepFor(absl::Microseconds(dice_() % 2000));
    }
  }

 private:
  void DoSomething() {
    LabJob job{.seed = dice_() % 1000,
               .frames = 1 + static_cast<int>(dice_() % 4)};
    switch (dice_() % 8) {
      case 0:  // refused: there is no such size
        job.side = 63;
        break;
      case 1:  // one that exists, or is being made
        job.request_id = RequestId(job.seed % 8);
        break;
      case 2:
        ReadSome();
        return;
      case 3:
        Cancel(*stub_, Any());
        return;
      case 4:
        Delete(*stub_, Any());
        return;
      case 5:
        UploadHalf(job);
        return;
      default:
        break;
    }
    std::string name;
    if (Submit(*stub_, job, name).ok()) names_.push_back(name);
  }

  std::string Any() {
    return names_.empty() ? "jobs/none" : names_[dice_() % names_.size()];
  }

  // A reader that may leave at any time.
  void ReadSome() {
    grpc::ClientContext context;
    const auto stream = stub_->StreamFrames(&context);
    v1::StreamFramesRequest request;
    request.mutable_open()->set_name(Any());
    request.mutable_open()->set_follow(dice_() % 2 == 0);
    stream->Write(request);
    v1::StreamFramesResponse response;
    for (size_t left = dice_() % 8; left > 0 && stream->Read(&response);) {
      --left;
    }
    if (dice_() % 2 == 0) context.TryCancel();
    stream->WritesDone();
    while (stream->Read(&response)) {
    }
    stream->Finish();
  }

  // A caller of Animate that leaves in the middle of its upload.
  void UploadHalf(const LabJob& job) {
    const v1::CreateJobRequest create = CreateRequest(job);
    grpc::ClientContext context;
    const auto stream = stub_->Animate(&context);
    v1::AnimateRequest request;
    *request.mutable_start()->mutable_spec() = create.spec();
    v1::InputManifest& inputs = *request.mutable_start()->mutable_inputs();
    inputs.mutable_reference();
    inputs.set_pose_kind(v1::POSE_KIND_IMAGES);
    inputs.set_pose_items(static_cast<uint32_t>(job.frames));
    inputs.set_total_bytes(100'000);
    stream->Write(request);
    request.mutable_chunk()->set_data(create.inline_inputs().reference());
    if (dice_() % 2 == 0) stream->Write(request);
    context.TryCancel();
    stream->Finish();
  }

  const std::unique_ptr<v1::AnimationService::Stub> stub_;
  std::mt19937_64 dice_;
  std::vector<std::string> names_;
};

double Get(MetricSums& sums, const std::string& name) { return sums[name]; }

// Waits until nothing is left to be counted.
MetricSums ScrapeWhenIdle(int port) {
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  MetricSums sums;
  do {
    absl::SleepFor(absl::Milliseconds(20));
    sums = ScrapeMetrics(port);
  } while (absl::Now() < give_up &&
           (sums.empty() || Get(sums, "animate_streams_open") > 0 ||
            Get(sums, "animate_jobs_running") > 0 ||
            Get(sums, "animate_jobs_waiting") > 0));
  return sums;
}

void RunLoad(const RowOptions& options, const std::string& data_dir,
             absl::Duration time, RowResult& result, double& submitted,
             double& streams) {
  LabServer server({{"data_dir", data_dir},
                    {"capacity", "6"},
                    {"step_us", "1000"},
                    {"frame_us", "500"}},
                   options.folder + "/server.log");
  if (!server.started()) {
    result.Fault("the server did not start");
    return;
  }
  MetricsScraper scraper;
  scraper.Watch(server.http_port());
  {
    std::atomic<bool> ending{false};
    std::vector<std::unique_ptr<Caller>> callers;
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < kCallers; ++i) {
      callers.push_back(
          std::make_unique<Caller>(server.address(), options.seed * 100 + i));
      threads.emplace_back(
          [&ending, &caller = *callers.back()] { caller.Run(ending); });
    }
    absl::SleepFor(time);
    ending = true;
    for (std::thread& thread : threads) thread.join();
  }
  MetricSums sums = ScrapeWhenIdle(server.http_port());
  const double open = Get(sums, "animate_streams_open");
  if (open != 0) result.Fault(absl::StrCat(open, " streams were never closed"));
  if (Get(sums, "animate_jobs_rejected_total") == 0 ||
      Get(sums, "animate_jobs_finished_total") == 0 ||
      Get(sums, "animate_stream_closed_total") == 0) {
    result.Fault("the load was none");
  }
  if (BookImbalance(sums) != 0) result.Fault("unbalanced in the end");
  for (const std::string& fault : scraper.faults()) result.Fault(fault);
  submitted += Get(sums, "animate_jobs_submitted_total");
  streams += Get(sums, "animate_stream_closed_total");
  result.Figure(data_dir.empty() ? "scrapes_memory" : "scrapes_durable",
                static_cast<double>(scraper.scrapes()));
}

}  // namespace

RowResult RunAccountingRow(const RowOptions& options) {
  RowResult result{.property = "accounting",
                   .demanded =
                       "submitted = rejected + waiting + running + "
                       "finished at every scrape; streams created = "
                       "destroyed"};
  const absl::Duration time = absl::Seconds(options.Pick(3, 10, 120));
  double submitted = 0;
  double streams = 0;
  SayProgress("in memory");
  RunLoad(options, "", time, result, submitted, streams);
  SayProgress("on disk");
  RunLoad(options, options.folder + "/data", time, result, submitted, streams);
  double scrapes = 0;
  for (const auto& [name, value] : result.figures) scrapes += value;
  result.Figure("scrapes", scrapes);
  result.Figure("submitted", submitted);
  result.Figure("streams", streams);
  result.measured = absl::StrFormat(
      "%.0f scrapes, %d faults; %.0f submitted, %.0f streams created and "
      "destroyed",
      scrapes, result.faults.size(), submitted, streams);
  return result;
}

}  // namespace animate
