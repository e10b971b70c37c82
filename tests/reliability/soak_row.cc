// Twenty clients for a long time: memory that grows after warm-up is a leak.
// That the row would notice one is shown by a server that leaks on purpose.
#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/faults.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/metrics_scraper.h"
#include "tests/reliability/nearest_rank.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr int kSoakClients = 20;
constexpr double kAllowedMiB = 10;
constexpr double kMiBOfSoak = 1 << 20;
// Records go soon, or they would be what grows.
constexpr int kRetentionSeconds = 5;
// So many leaks can be told from none, however busy the machine is; but not
// forever.
constexpr int kFewestJobs = 200;
constexpr absl::Duration kPatience = absl::Minutes(1);
// gRPC of Debian 12 now and then gives up a connection that it has just begun
// (grpc/grpc pull request 35064) and begins another a second later.
constexpr absl::Duration kReconnectPatience = absl::Seconds(5);

// Submits, reads, leaves early, cancels, forgets.
class SoakClient {
 public:
  SoakClient(const std::string& address, uint64_t seed, Faults& faults)
      : stub_(NewStub(address)), dice_(seed), faults_(faults) {}

  void Run(const std::atomic<bool>& ending, std::atomic<int64_t>& jobs) {
    absl::Time unreachable_since = absl::InfiniteFuture();
    while (!ending) {
      LabJob job{.seed = dice_() % 100'000,
                 .frames = 2 + static_cast<int>(dice_() % 6),
                 .side = 64 << (dice_() % 3)};
      std::string name;
      const grpc::Status status = Submit(*stub_, job, name);
      if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
        unreachable_since = std::min(unreachable_since, absl::Now());
        if (absl::Now() - unreachable_since < kReconnectPatience) {
          absl::SleepFor(absl::Milliseconds(100));
          continue;
        }
      } else {
        unreachable_since = absl::InfiniteFuture();
      }
      if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
        absl::SleepFor(absl::Milliseconds(20));
        continue;
      }
      if (!status.ok()) {
        faults_.Add(status.error_message());
        return;
      }
      ++jobs;
      const absl::Time accepted = absl::Now();
      if (dice_() % 8 == 0) {
        Cancel(*stub_, name);
        continue;
      }
      FrameReader reader(name);
      const grpc::Status end = reader.ReadOn(*stub_, absl::Minutes(2));
      // Who is held up for longer than finished jobs are kept comes too late.
      if (end.error_code() == grpc::StatusCode::NOT_FOUND &&
          absl::Now() - accepted > absl::Seconds(kRetentionSeconds)) {
        continue;
      }
      if (!end.ok() || reader.frames() != ExpectedFrames(job)) {
        faults_.Add(absl::StrCat(name, ": ", end.error_message()));
      }
      if (dice_() % 2 == 0) Delete(*stub_, name);
    }
  }

 private:
  const std::unique_ptr<v1::AnimationService::Stub> stub_;
  std::mt19937_64 dice_;
  Faults& faults_;
};

struct Soaked {
  double growth_mib = 0;
  double rest_mib = 0;
  int64_t jobs = 0;
  int64_t scrapes = 0;
  std::vector<std::string> faults;
};

// Memory at the end (median of the last tenth) less memory after the first
// third (median of a tenth).
Soaked Soak(const RowOptions& options, absl::Duration time,
            const std::string& leak_bytes) {
  Soaked soaked;
  LabServer server({{"retention_seconds", absl::StrCat(kRetentionSeconds)},
                    {"budget_bytes", "67108864"},
                    {"frame_us", "200"},
                    {"leak_bytes", leak_bytes}},
                   options.folder + "/server.log");
  if (!server.started()) {
    soaked.faults.push_back("the server did not start");
    return soaked;
  }
  MetricsScraper scraper;
  scraper.Watch(server.http_port());
  Faults faults;
  std::atomic<bool> ending{false};
  std::atomic<int64_t> jobs{0};
  std::vector<std::unique_ptr<SoakClient>> clients;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kSoakClients; ++i) {
    clients.push_back(std::make_unique<SoakClient>(
        server.address(), options.seed * 100 + i, faults));
    threads.emplace_back(
        [&, client = clients.back().get()] { client->Run(ending, jobs); });
  }
  std::vector<double> samples;
  const absl::Time end = absl::Now() + time;
  absl::Time next_word = absl::Now() + absl::Seconds(30);
  while (absl::Now() < end ||
         (jobs < kFewestJobs && absl::Now() < end + kPatience &&
          server.resident_bytes() > 0)) {
    samples.push_back(static_cast<double>(server.resident_bytes()) /
                      kMiBOfSoak);
    absl::SleepFor(absl::Milliseconds(50));
    if (absl::Now() > next_word) {
      next_word += absl::Seconds(30);
      SayProgress(
          absl::StrFormat("%d jobs, %.1f MiB", jobs.load(), samples.back()));
    }
  }
  ending = true;
  for (std::thread& thread : threads) thread.join();
  const auto tenth = static_cast<std::ptrdiff_t>(samples.size() / 10 + 1);
  const auto third = static_cast<std::ptrdiff_t>(samples.size() / 3);
  const std::vector<double> warm(samples.begin() + third,
                                 samples.begin() + third + tenth);
  const std::vector<double> last(samples.end() - tenth, samples.end());
  soaked.growth_mib = NearestRank(last, 0.5) - NearestRank(warm, 0.5);
  soaked.rest_mib = NearestRank(warm, 0.5);
  soaked.jobs = jobs;
  soaked.scrapes = scraper.scrapes();
  soaked.faults = faults.list();
  if (const std::string obituary = server.Obituary(); !obituary.empty()) {
    soaked.faults.insert(soaked.faults.begin(), obituary);
  }
  for (const std::string& fault : scraper.faults()) {
    soaked.faults.push_back(fault);
  }
  return soaked;
}

}  // namespace

RowResult RunSoakRow(const RowOptions& options) {
  const int seconds = options.Pick(5, 30, 1800);
  RowResult result{
      .property = absl::StrFormat("soak %d s, 20 clients", seconds),
      .demanded = "growth <= 10 MB after warm-up; a leak is noticed"};
  const Soaked soaked = Soak(options, absl::Seconds(seconds), "0");
  result.faults = soaked.faults;
  if (soaked.growth_mib > kAllowedMiB && options.strict()) {
    result.Fault(absl::StrFormat("grew by %.1f MiB", soaked.growth_mib));
  }
  SayProgress("the same with a leak of 256 KiB per job");
  const Soaked control =
      Soak(options, absl::Seconds(options.Pick(4, 15, 60)), "262144");
  if (control.growth_mib <= kAllowedMiB) {
    result.Fault(
        absl::StrFormat("a leak grew by only %.1f MiB", control.growth_mib));
  }
  result.Figure("seconds", seconds);
  result.Figure("jobs", static_cast<double>(soaked.jobs));
  result.Figure("resident_mib", soaked.rest_mib);
  result.Figure("growth_mib", soaked.growth_mib);
  result.Figure("control_growth_mib", control.growth_mib);
  result.Figure("scrapes", static_cast<double>(soaked.scrapes));
  result.measured = absl::StrFormat(
      "%+.1f MiB after warm-up (of %.0f MiB, %d jobs); with a leak %+.1f MiB",
      soaked.growth_mib, soaked.rest_mib, soaked.jobs, control.growth_mib);
  return result;
}

}  // namespace animate
