// A server that is killed, and started again on the same folder.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/animation_client.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/server_process.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

constexpr int kFrames = 12;

// A job that waits for its caller as long as it takes.
Upload PatientJob(uint64_t seed) {
  Upload upload = SmallUpload(kFrames);
  v1::JobSpec& spec = *upload.start.mutable_spec();
  spec.set_seed(seed);
  spec.mutable_disconnect_grace()->set_seconds(3600);
  return upload;
}

// What a reader has of a job, through every stream it needed.
struct Collected {
  uint32_t generation = 0;
  std::vector<std::string> frames;
  int resets = 0;
};

// Reads on from where `collected` ends, up to `until` frames or the end.
grpc::Status Read(v1::AnimationService::Stub& stub, const std::string& name,
                  Collected& collected, size_t until) {
  grpc::ClientContext context;
  const auto stream = stub.StreamFrames(&context);
  v1::StreamFramesRequest request;
  v1::StreamFramesRequest::Open& open = *request.mutable_open();
  open.set_name(name);
  open.set_start_frame(static_cast<uint32_t>(collected.frames.size()));
  open.set_generation(collected.generation);
  open.set_window_frames(3);
  open.set_follow(true);
  stream->Write(request);
  v1::StreamFramesResponse response;
  while (collected.frames.size() < until && stream->Read(&response)) {
    if (response.has_reset()) {
      ++collected.resets;
      collected.frames.clear();
      collected.generation = response.reset().generation();
    }
    if (!response.has_frame()) continue;
    const v1::Frame& frame = response.frame();
    EXPECT_EQ(frame.index(), collected.frames.size());
    EXPECT_TRUE(collected.generation == 0 ||
                collected.generation == frame.generation());
    collected.generation = frame.generation();
    collected.frames.push_back(frame.data());
    request.mutable_ack()->set_generation(frame.generation());
    request.mutable_ack()->set_through_frame(frame.index());
    stream->Write(request);
  }
  if (collected.frames.size() >= until && until < kFrames) {
    context.TryCancel();
  } else {
    while (stream->Read(&response)) {
    }
  }
  return stream->Finish();
}

v1::Job JobNamed(v1::AnimationService::Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  v1::GetJobRequest request;
  request.set_name(name);
  v1::GetJobResponse response;
  EXPECT_TRUE(stub.GetJob(&context, request, &response).ok());
  return response.job();
}

std::vector<std::string> FramesOf(const Received& received) {
  std::vector<std::string> frames;
  for (const auto& frame : received.frames) frames.push_back(frame.data);
  return frames;
}

std::vector<std::string> Undisturbed(uint64_t seed) {
  const TemporaryFolder folder;
  ServerProcess server(folder.path());
  std::vector<std::string> frames =
      FramesOf(Animate(server.stub(), PatientJob(seed)));
  EXPECT_EQ(frames.size(), static_cast<size_t>(kFrames));
  return frames;
}

TEST(DurableServerTest, AJobKilledMidwayEndsWithTheSameBytes) {
  const TemporaryFolder folder;
  std::string name;
  Collected collected;
  {
    ServerProcess server(folder.path(), 5);
    ASSERT_TRUE(server.started());
    AnimateStream stream(server.stub());
    stream.Send(PatientJob(7));
    name = stream.ReadJobName();
    Read(server.stub(), name, collected, 5).ok();
    ASSERT_EQ(collected.frames.size(), 5u);
    server.Kill();
  }
  ServerProcess server(folder.path());
  ASSERT_TRUE(server.started());
  const grpc::Status status = Read(server.stub(), name, collected, kFrames);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(collected.resets, 0);
  EXPECT_EQ(collected.generation, 1u);
  EXPECT_EQ(collected.frames, Undisturbed(7));
  EXPECT_EQ(JobNamed(server.stub(), name).attempt(), 2u);
}

// Starts a job of four steps and returns once it waits for ever at `step`.
std::string StartJobHeldAt(ServerProcess& server, uint32_t step) {
  EXPECT_TRUE(server.started());
  Upload upload = PatientJob(7);
  upload.start.mutable_spec()->set_steps(4);
  AnimateStream stream(server.stub());
  stream.Send(upload);
  std::string name = stream.ReadJobName();
  while (const auto response = stream.Read()) {
    if (response->progress().step() + 1 == step) break;
  }
  return name;
}

// The fields of the first log line about `event`; "" when there is none.
std::string LoggedLine(const std::string& log, const std::string& event) {
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (absl::StrContains(line, "\"event\":\"" + event + "\"")) return line;
  }
  return "";
}

TEST(DurableServerTest, AJobKilledWhileDenoisingGoesOnAtTheNextStep) {
  const TemporaryFolder folder;
  const std::string log = folder.path() + ".log";
  std::string name;
  {
    ServerProcess server(folder.path(), {.hold_at_step = 4});
    name = StartJobHeldAt(server, 4);
    server.Kill();
  }
  ServerProcess server(folder.path(), {.log = log});
  ASSERT_TRUE(server.started());
  Collected collected;
  EXPECT_TRUE(Read(server.stub(), name, collected, kFrames).ok());
  EXPECT_EQ(collected.generation, 1u);
  EXPECT_EQ(collected.frames, Undisturbed(7));
  const std::string recovered = LoggedLine(log, "job_recovered");
  EXPECT_TRUE(absl::StrContains(recovered, "\"outcome\":\"resumes\""))
      << recovered;
  const std::string resumed = LoggedLine(log, "job_resumed");
  // A step is reported just before it is stored.
  EXPECT_TRUE(absl::StrContains(resumed, "\"step\":2,") ||
              absl::StrContains(resumed, "\"step\":3,"))
      << resumed;
  EXPECT_EQ(LoggedLine(log, "job_started_over"), "");
  std::remove(log.c_str());
}

TEST(DurableServerTest, AServerWithAnotherModelStartsTheJobOverWithAReset) {
  const TemporaryFolder folder;
  Collected collected;
  std::string name;
  {
    ServerProcess server(folder.path(), 5);
    ASSERT_TRUE(server.started());
    AnimateStream stream(server.stub());
    stream.Send(PatientJob(7));
    name = stream.ReadJobName();
    Read(server.stub(), name, collected, 5).ok();
    server.Kill();
  }
  ServerProcess server(folder.path(), {.model = "1"});
  ASSERT_TRUE(server.started());
  EXPECT_TRUE(Read(server.stub(), name, collected, kFrames).ok());
  EXPECT_EQ(collected.resets, 1);
  EXPECT_EQ(collected.generation, 2u);
  EXPECT_EQ(collected.frames, Undisturbed(7));
}

TEST(DurableServerTest, AJobThatOutlastsTheDrainGoesOnWithTheNextStart) {
  const TemporaryFolder folder;
  const std::string log = folder.path() + ".log";
  std::string name;
  {
    ServerProcess server(folder.path(), {.hold_at_step = 3});
    name = StartJobHeldAt(server, 3);
    EXPECT_EQ(server.Terminate(), 0);
  }
  ServerProcess server(folder.path(), {.log = log});
  ASSERT_TRUE(server.started());
  Collected collected;
  EXPECT_TRUE(Read(server.stub(), name, collected, kFrames).ok());
  EXPECT_EQ(collected.generation, 1u);
  EXPECT_EQ(collected.frames, Undisturbed(7));
  const std::string resumed = LoggedLine(log, "job_resumed");
  EXPECT_TRUE(absl::StrContains(resumed, "\"step\":2,")) << resumed;
  std::remove(log.c_str());
}

TEST(DurableServerTest, FinishedJobsAndWaitingOnesSurviveAKill) {
  const TemporaryFolder folder;
  std::string finished;
  std::vector<std::string> waiting;
  {
    ServerProcess server(folder.path());
    finished = Animate(server.stub(), PatientJob(1)).jobs[0].name();
    server.Kill();
  }
  {
    ServerProcess server(folder.path(), 0);  // nothing gets done
    ASSERT_TRUE(server.started());
    for (uint64_t seed = 2; seed < 5; ++seed) {
      AnimateStream stream(server.stub());
      stream.Send(PatientJob(seed));
      waiting.push_back(stream.ReadJobName());
    }
    server.Kill();
  }
  ServerProcess server(folder.path());
  ASSERT_TRUE(server.started());
  Collected again;
  EXPECT_TRUE(Read(server.stub(), finished, again, kFrames).ok());
  EXPECT_EQ(again.frames, Undisturbed(1));
  for (size_t i = 0; i < waiting.size(); ++i) {
    Collected collected;
    EXPECT_TRUE(Read(server.stub(), waiting[i], collected, kFrames).ok());
    EXPECT_EQ(collected.frames, Undisturbed(2 + i));
  }
}

TEST(DurableServerTest, AnOrderlyStopKeepsWhatWasMade) {
  const TemporaryFolder folder;
  ServerProcess first(folder.path());
  ASSERT_TRUE(first.started());
  const Received received = Animate(first.stub(), PatientJob(7));
  EXPECT_EQ(first.Terminate(), 0);
  ServerProcess second(folder.path());
  Collected again;
  EXPECT_TRUE(
      Read(second.stub(), received.jobs[0].name(), again, kFrames).ok());
  EXPECT_EQ(again.frames, FramesOf(received));
}

TEST(DurableServerTest, TheClientGoesOnByItselfWhenTheServerIsKilled) {
  const TemporaryFolder folder;
  auto server = std::make_unique<ServerProcess>(folder.path(), 5);
  ASSERT_TRUE(server->started());
  const int port = server->port();
  const Upload upload = PatientJob(7);
  AnimationRequest request;
  request.spec = upload.start.spec();
  request.pose_kind = v1::POSE_KIND_IMAGES;
  request.reference = upload.items[0];
  request.poses.assign(upload.items.begin() + 1, upload.items.end());
  std::vector<std::string> frames;
  int resets = 0;
  std::thread restart;
  const auto job =
      AnimationClient(server->address())
          .Animate(request,
                   {.on_frame =
                        [&](ReceivedFrame frame) {
                          frames.push_back(std::move(frame.data));
                          if (frames.size() == 5 && resets == 0) {
                            restart = std::thread([&] {
                              server->Kill();
                              server = std::make_unique<ServerProcess>(
                                  folder.path(), -1, port);
                            });
                          }
                          return absl::OkStatus();
                        },
                    .on_reset =
                        [&](const v1::Reset&) {
                          ++resets;
                          frames.clear();
                        }},
                   nullptr, absl::InfiniteDuration(), absl::Minutes(2));
  restart.join();
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(resets, 0);
  EXPECT_EQ(frames, Undisturbed(7));
}

TEST(DurableServerTest, ASecondServerDoesNotTouchTheFolderOfTheFirst) {
  const TemporaryFolder folder;
  ServerProcess first(folder.path());
  ASSERT_TRUE(first.started());
  EXPECT_FALSE(ServerProcess(folder.path()).started());
  EXPECT_TRUE(Animate(first.stub(), PatientJob(1)).status.ok());
}

TEST(DurableServerTest, KillsAtAnyPointLoseNoAcceptedJob) {
  constexpr int kKills = 6;  // many more: tests/reliability
  const TemporaryFolder folder;
  std::mt19937 dice(3);
  std::map<std::string, Collected> jobs;  // accepted ones
  int requests = 0;
  for (int round = 0; round < kKills; ++round) {
    ServerProcess server(folder.path());
    ASSERT_TRUE(server.started()) << "round " << round;
    // Leaves off at any point of upload, acceptance or stream.
    AnimateStream stream(server.stub());
    Upload upload = PatientJob(7);
    upload.start.set_request_id(
        absl::StrFormat("00000000-0000-4000-8000-%012d", ++requests));
    stream.Send(upload);
    if (dice() % 4 != 0) {
      const auto job = stream.Read();
      ASSERT_TRUE(job.has_value());
      const std::string name = job->job().name();
      Collected& collected = jobs[name];
      Read(server.stub(), name, collected, dice() % kFrames).ok();
    }
    server.Kill();
  }
  const std::vector<std::string> want = Undisturbed(7);
  ServerProcess server(folder.path());
  ASSERT_TRUE(server.started());
  ASSERT_GT(jobs.size(), 0u);
  for (auto& [name, collected] : jobs) {
    const grpc::Status status = Read(server.stub(), name, collected, kFrames);
    EXPECT_TRUE(status.ok()) << name << ": " << status.error_message();
    EXPECT_EQ(collected.frames, want) << name;
  }
}

}  // namespace
}  // namespace animate
