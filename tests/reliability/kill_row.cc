// A server that is killed at any moment, start-up included, while clients
// submit and read: every job that was accepted must end well, once.
#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/animation_client.h"
#include "tests/reliability/faults.h"
#include "tests/reliability/lab_job.h"
#include "tests/reliability/lab_server.h"
#include "tests/reliability/metrics_scraper.h"
#include "tests/reliability/row.h"

namespace animate {
namespace {

constexpr int kClients = 4;
constexpr absl::Duration kKillPatience = absl::Minutes(2);
constexpr absl::Duration kKillPause = absl::Milliseconds(15);

LabJob JobOfNumber(uint64_t number) {
  return {.seed = number,
          .frames = 1 + static_cast<int>(number % 4),
          .request_id = RequestId(number)};
}

// What the clients of the row have in common.
struct Clients {
  std::string address;
  int wanted = 0;
  std::atomic<uint64_t> next_number{1};
  std::atomic<int> accepted{0};
  std::atomic<int> resets{0};
  std::atomic<int> right{0};
  Faults faults;
};

// A client that submits with CreateJob, and reads with StreamFrames.
class Client {
 public:
  Client(Clients& shared, uint64_t seed)
      : shared_(shared), stub_(NewStub(shared.address)), dice_(seed) {}

  void Load() {
    while (shared_.accepted < shared_.wanted) {
      const uint64_t number = shared_.next_number++;
      const std::string name = SubmitAtLast(number);
      if (name.empty()) return;
      ++shared_.accepted;
      // Somebody who has not heard the answer asks again.
      if (dice_() % 4 == 0 && SubmitAtLast(number) != name) {
        shared_.faults.Add(absl::StrCat(name, ": there twice"));
      }
      if (dice_() % 2 == 0) {
        Check(number, name);
      } else {
        later_.emplace_back(number, name);
      }
    }
  }

  void CheckTheRest() {
    for (const auto& [number, name] : later_) Check(number, name);
  }

 private:
  // Calls until the server is there to answer.
  grpc::Status AtLast(
      absl::FunctionRef<grpc::Status(v1::AnimationService::Stub&)> call) {
    const absl::Time give_up = absl::Now() + kKillPatience;
    while (true) {
      const grpc::Status status = call(*stub_);
      if (!ServerWasAway(status) || absl::Now() > give_up) return status;
      absl::SleepFor(kKillPause);
      stub_ = NewStub(shared_.address);  // connects at once
    }
  }

  std::string SubmitAtLast(uint64_t number) {
    std::string name;
    const grpc::Status status = AtLast([&](v1::AnimationService::Stub& stub) {
      return Submit(stub, JobOfNumber(number), name);
    });
    if (status.ok()) return name;
    shared_.faults.Add(
        absl::StrCat("request ", number, ": ", status.error_message()));
    return "";
  }

  void Check(uint64_t number, const std::string& name) {
    FrameReader reader(name);
    const grpc::Status status = AtLast(
        [&](v1::AnimationService::Stub& stub) { return reader.ReadOn(stub); });
    shared_.faults.Add(reader.faults());
    shared_.resets += reader.resets();
    if (!status.ok() || reader.state() != v1::Job::STATE_SUCCEEDED) {
      shared_.faults.Add(absl::StrCat(name, ": lost: ", status.error_message(),
                                      ", state ", reader.state()));
    } else if (reader.frames() != ExpectedFrames(JobOfNumber(number))) {
      shared_.faults.Add(absl::StrCat(name, ": other frames"));
    } else {
      ++shared_.right;
    }
    if (number % 2 == 0) Forget(name);
  }

  // Of a deletion that was not answered the repetition finds nothing.
  void Forget(const std::string& name) {
    const grpc::Status status = AtLast(
        [&](v1::AnimationService::Stub& stub) { return Delete(stub, name); });
    if (!status.ok() && status.error_code() != grpc::StatusCode::NOT_FOUND) {
      shared_.faults.Add(absl::StrCat(name, ": ", status.error_message()));
    }
  }

  Clients& shared_;
  std::unique_ptr<v1::AnimationService::Stub> stub_;
  std::mt19937_64 dice_;
  std::vector<std::pair<uint64_t, std::string>> later_;
};

// A client that uploads and reads over Animate, with the client library.
void LoadWithTheLibrary(Clients& shared) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  AnimationClient client(grpc::CreateCustomChannel(
      shared.address, grpc::InsecureChannelCredentials(), arguments));
  while (shared.accepted < shared.wanted) {
    const uint64_t number = shared.next_number++;
    const v1::CreateJobRequest create = CreateRequest(JobOfNumber(number));
    AnimationRequest request;
    request.spec = create.spec();
    request.request_id = create.request_id();
    request.pose_kind = v1::POSE_KIND_IMAGES;
    request.reference = create.inline_inputs().reference();
    const auto& poses = create.inline_inputs().skeletons().image();
    request.poses.assign(poses.begin(), poses.end());
    std::vector<std::string> frames;
    const auto job = client.Animate(
        request,
        {.on_accepted = [&](const v1::Job&) { ++shared.accepted; },
         .on_frame =
             [&](ReceivedFrame frame) {
               frames.push_back(std::move(frame.data));
               return absl::OkStatus();
             },
         .on_reset =
             [&](const v1::Reset&) {
               ++shared.resets;
               frames.clear();
             }},
        nullptr, absl::InfiniteDuration(), kKillPatience);
    if (!job.ok()) {
      shared.faults.Add(absl::StrCat(
          "request ", number, " over Animate: ", job.status().ToString()));
    } else if (frames != ExpectedFrames(JobOfNumber(number))) {
      shared.faults.Add(absl::StrCat(job->name(), ": other frames"));
    } else {
      ++shared.right;
    }
  }
}

}  // namespace

RowResult RunKillRow(const RowOptions& options) {
  RowResult result{.property = "random-point kill -9 under load"};
  const int wanted = options.Pick(30, 200, 1000);
  result.demanded = absl::StrCat("0 lost in ", wanted, " accepted jobs");
  const int port = FreePort();
  const std::string log = options.folder + "/server.log";
  LabServer::Settings settings = {{"data_dir", options.folder + "/data"},
                                  {"port", absl::StrCat(port)},
                                  {"step_us", "2000"},
                                  {"frame_us", "2000"}};
  Clients shared;
  shared.address = absl::StrCat("127.0.0.1:", port);
  shared.wanted = wanted;
  MetricsScraper scraper;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::thread> threads;
  for (uint64_t i = 1; i < kClients; ++i) {
    clients.push_back(std::make_unique<Client>(shared, options.seed + i));
    threads.emplace_back([&client = *clients.back()] { client.Load(); });
  }
  threads.emplace_back([&] { LoadWithTheLibrary(shared); });

  std::mt19937_64 dice(options.seed);
  int kills = 0;
  int while_starting = 0;
  while (shared.accepted < wanted && shared.faults.list().size() < 10) {
    settings["die_after_us"] = absl::StrCat(10'000 + dice() % 250'000);
    LabServer server(settings, log);
    scraper.Watch(server.http_port());
    if (!server.started()) ++while_starting;
    server.Wait(absl::InfiniteDuration());
    scraper.Watch(0);
    ++kills;
    if (kills % 20 == 0) {
      SayProgress(absl::StrCat(kills, " kills, ", shared.accepted.load(),
                               " of ", wanted, " jobs accepted"));
    }
  }
  settings.erase("die_after_us");
  LabServer server(settings, log);
  scraper.Watch(server.http_port());
  if (!server.started()) result.Fault("the last server did not start");
  SayProgress(absl::StrCat(kills, " kills; reading what is left"));
  for (std::thread& thread : threads) thread.join();
  for (const auto& client : clients) client->CheckTheRest();

  result.faults = shared.faults.list();
  for (const std::string& fault : scraper.faults()) result.Fault(fault);
  const int accepted = shared.accepted;
  const int lost = accepted - shared.right;
  if (lost != 0) result.Fault(absl::StrCat(lost, " jobs were lost"));
  result.Figure("accepted", accepted);
  result.Figure("lost", lost);
  result.Figure("kills", kills);
  result.Figure("kills_while_starting", while_starting);
  result.Figure("resets", shared.resets);
  result.Figure("scrapes", static_cast<double>(scraper.scrapes()));
  result.Figure("book_faults", static_cast<double>(scraper.faults().size()));
  result.measured =
      absl::StrCat(lost, " lost in ", accepted, " jobs, ", kills, " kills (",
                   while_starting, " while starting), every byte right");
  return result;
}

}  // namespace animate
