// Connections that are cut after any number of bytes in either direction:
// readers resume, and must end up with every frame once, in order, as it was
// made.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/animation_client.h"
#include "tests/reliability/cutting_proxy.h"
#include "tests/reliability/faults.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/metrics_scraper.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr int kReaders = 3;
constexpr absl::Duration kCutPatience = absl::Minutes(2);

LabJob CutJob(uint64_t number) {
  return {.seed = number,
          .frames = 48,
          .steps = 1,
          .request_id = RequestId(number)};
}

struct CutWork {
  std::string address;
  const CuttingProxy& proxy;
  int64_t wanted_cuts = 0;
  std::atomic<uint64_t> next_number{1};
  std::atomic<int64_t> frames{0};
  Faults faults;

  bool done() const {
    return proxy.cuts() >= wanted_cuts || !faults.list().empty();
  }
  void Compare(uint64_t number, const std::string& name,
               const std::vector<std::string>& got) {
    if (got == ExpectedFrames(CutJob(number))) {
      frames += static_cast<int64_t>(got.size());
    } else {
      faults.Add(absl::StrCat(name, ": other frames"));
    }
  }
};

// CreateJob and StreamFrames, each attempt on a connection of its own.
void ReadThroughCuts(CutWork& work) {
  while (!work.done()) {
    const uint64_t number = work.next_number++;
    const absl::Time give_up = absl::Now() + kCutPatience;
    std::string name;
    grpc::Status status(grpc::StatusCode::UNAVAILABLE, "nobody asked");
    while (ServerWasAway(status) && absl::Now() < give_up) {
      status = Submit(*NewStub(work.address), CutJob(number), name);
    }
    if (!status.ok()) {
      work.faults.Add(
          absl::StrCat("request ", number, ": ", status.error_message()));
      return;
    }
    FrameReader reader(name);
    do {
      status = reader.ReadOn(*NewStub(work.address));
    } while (ServerWasAway(status) && absl::Now() < give_up);
    work.faults.Add(reader.faults());
    if (!status.ok()) {
      work.faults.Add(absl::StrCat(name, ": ", status.error_message()));
    }
    work.Compare(number, name, reader.frames());
  }
}

// The same with the client library, which resumes by itself.
void AnimateThroughCuts(CutWork& work) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  AnimationClient client(grpc::CreateCustomChannel(
      work.address, grpc::InsecureChannelCredentials(), arguments));
  while (!work.done()) {
    const uint64_t number = work.next_number++;
    const v1::CreateJobRequest create = CreateRequest(CutJob(number));
    AnimationRequest request;
    request.spec = create.spec();
    request.request_id = create.request_id();
    request.pose_kind = v1::POSE_KIND_IMAGES;
    request.reference = create.inline_inputs().reference();
    const auto& poses = create.inline_inputs().skeletons().image();
    request.poses.assign(poses.begin(), poses.end());
    std::vector<std::string> frames;
    std::string name;
    const auto job = client.Animate(
        request,
        {.on_accepted =
             [&](const v1::Job& accepted) { name = accepted.name(); },
         .on_frame =
             [&](ReceivedFrame frame) {
               if (frame.index != frames.size()) {
                 work.faults.Add(absl::StrCat(name, ": frame ", frame.index,
                                              " after ", frames.size()));
               }
               frames.push_back(std::move(frame.data));
               return absl::OkStatus();
             },
         .on_reset =
             [&](const v1::Reset&) {
               work.faults.Add(absl::StrCat(name, ": began anew"));
             }},
        nullptr, absl::InfiniteDuration(), kCutPatience);
    if (!job.ok()) {
      work.faults.Add(absl::StrCat("request ", number,
                                   " over Animate: ", job.status().ToString()));
    }
    work.Compare(number, name, frames);
  }
}

}  // namespace

RowResult RunCutRow(const RowOptions& options) {
  RowResult result{.property = "cut connections, resumed"};
  const int wanted = options.Pick(150, 1000, 10'000);
  result.demanded = absl::StrCat(
      "every frame once, in order, byte-identical in ", wanted, " cuts");
  // Jobs take a moment, so that readers are cut while frames are made, too.
  LabServer server({{"frame_us", "200"}}, options.folder + "/server.log");
  if (!server.started()) {
    result.Fault("the server did not start");
    return result;
  }
  MetricsScraper scraper;
  scraper.Watch(server.http_port());
  CuttingProxy proxy({.target_port = server.grpc_port(), .seed = options.seed});
  CutWork work{.address = proxy.address(), .proxy = proxy};
  work.wanted_cuts = wanted;
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&] { ReadThroughCuts(work); });
  }
  threads.emplace_back([&] { AnimateThroughCuts(work); });
  for (absl::Time next = absl::Now() + absl::Seconds(10); !work.done();) {
    absl::SleepFor(absl::Milliseconds(50));
    if (absl::Now() < next) continue;
    next += absl::Seconds(10);
    SayProgress(absl::StrCat(proxy.cuts(), " of ", wanted, " cuts, ",
                             work.frames.load(), " frames"));
  }
  for (std::thread& thread : threads) thread.join();

  result.faults = work.faults.list();
  for (const std::string& fault : scraper.faults()) result.Fault(fault);
  result.Figure("cuts", static_cast<double>(proxy.cuts()));
  result.Figure("frames", static_cast<double>(work.frames));
  result.Figure("jobs", static_cast<double>(work.next_number - 1));
  result.Figure("scrapes", static_cast<double>(scraper.scrapes()));
  result.Figure("book_faults", static_cast<double>(scraper.faults().size()));
  result.measured = absl::StrCat(
      work.frames.load(), " frames of ", work.next_number - 1, " jobs in ",
      proxy.cuts(), " cuts, ", result.faults.size(), " wrong");
  return result;
}

}  // namespace animate
