// What the machinery of queue and streams can do when there is nothing else to
// do: submissions per second in memory and on disk, bytes of frames per second
// to readers on this machine.
#include <grpcpp/generic/generic_stub.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "server/queue/stored_job_manager.h"
#include "server/store/memory_job_store.h"
#include "server/store/sqlite_job_store.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/nearest_rank.h"
#include "tests/reliability/row.h"
#include "tests/support/job_specs.h"

namespace animate {
namespace {

constexpr double kMemorySubmits = 5000;
constexpr double kDurableSubmits = 500;
constexpr double kGigabytes = 1;
constexpr int kSubmitters = 8;
constexpr int64_t kBurst = 400;
constexpr int kStreamReaders = 4;

EncodedInputs TinyInputs() {
  EncodedInputs inputs;
  inputs.reference.assign(200, 'r');
  inputs.poses.assign(2, std::string(200, 'p'));
  return inputs;
}

struct SubmitRates {
  double steady = 0;  // while a worker takes and finishes jobs at once
  double burst = 0;   // into an empty queue
};

// Accepted jobs per second from several threads, until `time` is over or
// `most` are accepted.
double SubmitsPerSecond(StoredJobManager& jobs, absl::Duration time,
                        int64_t most) {
  std::atomic<int64_t> accepted{0};
  std::vector<std::thread> submitters;
  const absl::Time start = absl::Now();
  const absl::Time end = start + time;
  for (int i = 0; i < kSubmitters; ++i) {
    submitters.emplace_back([&] {
      while (accepted < most && absl::Now() < end) {
        if (jobs.Submit(SmallJobSpec(), TinyInputs(), nullptr).ok()) {
          ++accepted;
        } else {
          std::this_thread::yield();  // the queue is full
        }
      }
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  return static_cast<double>(accepted) /
         absl::ToDoubleSeconds(absl::Now() - start);
}

SubmitRates MeasureSubmits(JobStore& store, absl::Duration time) {
  SubmitRates rates;
  {
    StoredJobManager jobs({.max_finished = 100}, store);
    std::thread worker([&] {
      while (std::unique_ptr<Job> job = jobs.Take()) {
        jobs.Finish(std::move(job), absl::OkStatus(), JobUsage());
      }
    });
    rates.steady =
        SubmitsPerSecond(jobs, time / 2, std::numeric_limits<int64_t>::max());
    jobs.Shutdown();
    worker.join();
  }
  std::vector<double> bursts;
  for (const absl::Time end = absl::Now() + time / 2; absl::Now() < end;) {
    StoredJobManager jobs({.capacity = 2 * kBurst}, store);
    bursts.push_back(SubmitsPerSecond(jobs, absl::Minutes(1), kBurst));
  }
  rates.burst = NearestRank(bursts, 0.5);
  return rates;
}

// Takes all messages of StreamFrames as they are, without looking into them:
// what a reader does with them is its own affair. Returns their bytes.
class RawReader {
 public:
  explicit RawReader(const std::string& address)
      : stub_(grpc::CreateCustomChannel(
            address, grpc::InsecureChannelCredentials(), Arguments())) {}

  int64_t ReadAll(const std::string& name) {
    v1::StreamFramesRequest open;
    open.mutable_open()->set_name(name);
    open.mutable_open()->set_window_frames(64);
    grpc::Slice slice(open.SerializeAsString());
    grpc::ByteBuffer message(&slice, 1);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto stream = stub_.PrepareCall(
        &context, "/animate.v1.AnimationService/StreamFrames", &queue);
    const auto done = [&queue] {
      void* tag = nullptr;
      bool fine = false;
      return queue.Next(&tag, &fine) && fine;
    };
    stream->StartCall(nullptr);
    int64_t bytes = 0;
    if (done()) {
      stream->Write(message, nullptr);
      done();
      grpc::ByteBuffer response;
      while (true) {
        stream->Read(&response, nullptr);
        if (!done()) break;
        bytes += static_cast<int64_t>(response.Length());
      }
    }
    grpc::Status status;
    stream->Finish(&status, nullptr);
    done();
    return status.ok() ? bytes : -1;
  }

 private:
  static grpc::ChannelArguments Arguments() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    return arguments;
  }

  grpc::GenericStub stub_;
};

double UsedCpu(int who) {
  rusage usage{};
  getrusage(who, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec +
                                    usage.ru_stime.tv_usec);
}

// GB/s of frames of 3 MiB to readers of their own connections.
double GigabytesPerSecond(const RowOptions& options, RowResult& result) {
  LabServer server({}, options.folder + "/server.log");
  const auto stub = NewStub(server.address());
  std::string name;
  const LabJob job{.frames = 32,
                   .steps = 1,
                   .side = 1024,
                   .format = v1::OUTPUT_FORMAT_RAW_RGB8};
  if (!Submit(*stub, job, name).ok() || !FrameReader(name).ReadOn(*stub).ok()) {
    result.Fault("no frames to read");
    return 0;
  }
  std::atomic<bool> ending{false};
  std::atomic<int64_t> bytes{0};
  std::atomic<bool> failed{false};
  std::vector<std::thread> readers;
  const double server_cpu = server.cpu_seconds();
  const double reader_cpu = UsedCpu(RUSAGE_SELF);
  const absl::Time start = absl::Now();
  for (int i = 0; i < kStreamReaders; ++i) {
    readers.emplace_back([&] {
      RawReader reader(server.address());
      while (!ending) {
        const int64_t count = reader.ReadAll(name);
        if (count < job.frames * 3 * 1024 * 1024) failed = true;
        if (failed) return;
        bytes += count;
      }
    });
  }
  absl::SleepFor(absl::Seconds(options.Pick(2, 10, 60)));
  ending = true;
  for (std::thread& reader : readers) reader.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  const double gigabytes = static_cast<double>(bytes) / 1e9;
  if (failed) result.Fault("a stream was not whole");
  result.Figure("server_cpu_s_per_gb",
                (server.cpu_seconds() - server_cpu) / gigabytes);
  result.Figure("reader_cpu_s_per_gb",
                (UsedCpu(RUSAGE_SELF) - reader_cpu) / gigabytes);
  return gigabytes / seconds;
}

}  // namespace

RowResult RunThroughputRow(const RowOptions& options) {
  RowResult result{
      .property = "queue and stream machinery alone",
      .demanded =
          "5000 submits/s in memory, 500/s durable; 1 GB/s of frames "
          "to readers on loopback"};
  double load = 0;
  getloadavg(&load, 1);
  const absl::Duration time = absl::Seconds(options.Pick(1, 8, 60));
  MemoryJobStore memory_store;
  const SubmitRates memory = MeasureSubmits(memory_store, time);
  SayProgress(absl::StrFormat("in memory: %.0f submits/s, bursts of %d: %.0f/s",
                              memory.steady, kBurst, memory.burst));
  const auto disk = SqliteJobStore::Open(options.folder + "/store");
  if (!disk.ok()) {
    result.Fault(std::string(disk.status().message()));
    return result;
  }
  const SubmitRates durable = MeasureSubmits(**disk, time);
  SayProgress(absl::StrFormat("durable: %.0f submits/s, bursts of %d: %.0f/s",
                              durable.steady, kBurst, durable.burst));
  const double gigabytes = GigabytesPerSecond(options, result);
  if (memory.burst < kMemorySubmits && options.strict()) {
    result.Fault(absl::StrFormat("%.0f submits/s in memory", memory.burst));
  }
  if (durable.burst < kDurableSubmits && options.strict()) {
    result.Fault(absl::StrFormat("%.0f submits/s durable", durable.burst));
  }
  if (gigabytes < kGigabytes && options.strict()) {
    result.Fault(absl::StrFormat("%.2f GB/s of frames", gigabytes));
  }
  result.Figure("memory_burst_per_s", memory.burst);
  result.Figure("memory_steady_per_s", memory.steady);
  result.Figure("durable_burst_per_s", durable.burst);
  result.Figure("durable_steady_per_s", durable.steady);
  result.Figure("frames_gb_per_s", gigabytes);
  result.Figure("load_average_before", load);
  result.measured = absl::StrFormat(
      "%.0f/s in memory, %.0f/s durable (bursts of %d; with a worker beside "
      "%.0f and %.0f), %.2f GB/s (2 MiB messages, %d readers); load average "
      "before %.1f",
      memory.burst, durable.burst, kBurst, memory.steady, durable.steady,
      gigabytes, kStreamReaders, load);
  return result;
}

}  // namespace animate
