// Readers that attach and never read: what the jobs of others cost meanwhile,
// and how much memory the server holds for them.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/nearest_rank.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr int kDeafReaders = 64;
constexpr double kAllowedRatio = 1.02;
// What gRPC may take for its buffers (GrpcFrontendOptions::transport_memory).
constexpr double kCapMiB = 256;
constexpr double kMiB = 1 << 20;

// A connection with a stream that is opened and never read.
class DeafReader {
 public:
  DeafReader(const std::string& address, const std::string& name)
      : stub_(NewStub(address)), stream_(stub_->StreamFrames(&context_)) {
    v1::StreamFramesRequest request;
    request.mutable_open()->set_name(name);
    request.mutable_open()->set_window_frames(64);
    request.mutable_open()->set_follow(true);
    stream_->Write(request);
  }
  ~DeafReader() {
    context_.TryCancel();
    stream_->Finish();
  }
  DeafReader(const DeafReader&) = delete;
  DeafReader& operator=(const DeafReader&) = delete;

 private:
  const std::unique_ptr<v1::AnimationService::Stub> stub_;
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReaderWriter<v1::StreamFramesRequest,
                                                 v1::StreamFramesResponse>>
      stream_;
};

struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
};

// What the server wrote down per seed.
std::map<uint64_t, Cost> ReadJournal(const std::string& path) {
  std::map<uint64_t, Cost> costs;
  std::ifstream in(path);
  uint64_t seed = 0;
  Cost cost;
  while (in >> seed >> cost.seconds >> cost.cpu_seconds) costs[seed] = cost;
  return costs;
}

class DeafTrial {
 public:
  DeafTrial(LabServer& server, std::string big_job)
      : server_(server),
        stub_(NewStub(server.address())),
        big_job_(std::move(big_job)) {}

  // Runs a job to its end, half of the deaf readers on it and half on another
  // one, which they were offered before.
  void Run(uint64_t seed, bool with_readers, RowResult& result) {
    const LabJob job{.seed = seed, .frames = 4, .steps = 4, .side = 256};
    std::vector<std::unique_ptr<DeafReader>> readers;
    for (int i = 0; with_readers && i < kDeafReaders / 2; ++i) {
      readers.push_back(
          std::make_unique<DeafReader>(server_.address(), big_job_));
    }
    AwaitQuiet();
    std::string name;
    if (!Submit(*stub_, job, name).ok()) {
      result.Fault("a job was refused");
      return;
    }
    for (int i = 0; with_readers && i < kDeafReaders / 2; ++i) {
      readers.push_back(std::make_unique<DeafReader>(server_.address(), name));
    }
    const double cpu_before = server_.cpu_seconds();
    FrameReader reader(name);
    const grpc::Status status = reader.ReadOn(*stub_);
    if (!status.ok() || reader.frames() != ExpectedFrames(job)) {
      result.Fault(absl::StrCat("a job failed: ", status.error_message()));
    }
    (with_readers ? cpu_beside_ : cpu_alone_) +=
        server_.cpu_seconds() - cpu_before;
    most_bytes_ = std::max(most_bytes_, server_.resident_bytes());
    readers.clear();
    Delete(*stub_, name);
  }

  int64_t most_bytes() const { return most_bytes_; }
  // Of the whole server, from submission to end, of all jobs.
  double cpu_alone() const { return cpu_alone_; }
  double cpu_beside() const { return cpu_beside_; }

 private:
  // Until what fits into the buffers of the deaf is in there.
  void AwaitQuiet() {
    for (int i = 0; i < 40; ++i) {
      const double before = server_.cpu_seconds();
      absl::SleepFor(absl::Milliseconds(50));
      if (server_.cpu_seconds() - before < 0.02) return;
    }
  }

  LabServer& server_;
  const std::unique_ptr<v1::AnimationService::Stub> stub_;
  const std::string big_job_;
  int64_t most_bytes_ = 0;
  double cpu_alone_ = 0;
  double cpu_beside_ = 0;
};

}  // namespace

RowResult RunReaderRow(const RowOptions& options) {
  RowResult result{
      .property = "64 readers that never read",
      .demanded = absl::StrFormat(
          "compute time of others within 2%%, memory within %.0f MiB",
          kCapMiB)};
  const std::string journal = options.folder + "/journal";
  LabServer server({{"rounds", "100000000"}, {"journal", journal}},
                   options.folder + "/server.log");
  const auto stub = NewStub(server.address());
  // 24 frames of 3 MiB for those who do not want them.
  std::string big_job;
  Submit(*stub,
         {.seed = 1,
          .frames = 24,
          .steps = 1,
          .side = 1024,
          .format = v1::OUTPUT_FORMAT_RAW_RGB8},
         big_job);
  v1::Job job;
  do {
    absl::SleepFor(absl::Milliseconds(5));
  } while (Look(*stub, big_job, job).ok() &&
           job.state() < v1::Job::STATE_CANCELLING);
  if (job.state() != v1::Job::STATE_SUCCEEDED) {
    result.Fault("the big job failed");
    return result;
  }
  const int64_t before = server.resident_bytes();
  DeafTrial trial(server, big_job);
  const int pairs = options.Pick(3, 20, 100);
  std::vector<uint64_t> alone;
  std::vector<uint64_t> beside;
  uint64_t seed = 100;
  for (int i = 0; i < pairs; ++i) {
    // Which comes first changes: the machine may get slower or faster.
    for (const bool with_readers : {i % 2 == 0, i % 2 != 0}) {
      trial.Run(++seed, with_readers, result);
      (with_readers ? beside : alone).push_back(seed);
    }
    if (i % 10 == 9) SayProgress(absl::StrCat(i + 1, " of ", pairs, " pairs"));
  }
  std::map<uint64_t, Cost> costs = ReadJournal(journal);
  std::vector<double> cpu_ratios;
  std::vector<double> wall_ratios;
  for (size_t i = 0; i < alone.size(); ++i) {
    const Cost& without = costs[alone[i]];
    const Cost& with = costs[beside[i]];
    if (without.cpu_seconds <= 0 || with.cpu_seconds <= 0) continue;
    cpu_ratios.push_back(with.cpu_seconds / without.cpu_seconds);
    wall_ratios.push_back(with.seconds / without.seconds);
  }
  const double cpu_ratio = NearestRank(cpu_ratios, 0.5);
  const double wall_ratio = NearestRank(wall_ratios, 0.5);
  const double growth = static_cast<double>(trial.most_bytes() - before) / kMiB;
  if (cpu_ratios.size() != static_cast<size_t>(pairs)) {
    result.Fault("the journal of the server lacks jobs");
  }
  if (cpu_ratio > kAllowedRatio && options.strict()) {
    result.Fault(absl::StrFormat("compute time %.3f of that without readers",
                                 cpu_ratio));
  }
  if (growth > kCapMiB) {
    result.Fault(absl::StrFormat("memory grew by %.0f MiB", growth));
  }
  result.Figure("pairs", pairs);
  result.Figure("cpu_ratio_median", cpu_ratio);
  result.Figure("wall_ratio_median", wall_ratio);
  result.Figure("memory_growth_mib", growth);
  result.Figure("server_cpu_s_alone", trial.cpu_alone() / pairs);
  result.Figure("server_cpu_s_beside", trial.cpu_beside() / pairs);
  result.Figure("job_cpu_seconds", costs[alone.front()].cpu_seconds);
  result.measured = absl::StrFormat(
      "CPU time of the compute thread x%.3f (median of %d pairs; wall x%.3f), "
      "memory +%.0f MiB",
      cpu_ratio, pairs, wall_ratio, growth);
  return result;
}

}  // namespace animate
