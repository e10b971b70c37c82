// Readers that attach to a job, read at their own pace, leave and come back.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/animate_stream.h"
#include "tests/integration/test_server.h"
#include "tests/support/fake_clock.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using grpc::StatusCode;
using Point = FakeAnimator::Point;
using Open = v1::StreamFramesRequest::Open;

// One StreamFrames call.
class FrameStream {
 public:
  FrameStream(v1::AnimationService::Stub& stub, const Open& open)
      : stream_(stub.StreamFrames(&context_)) {
    v1::StreamFramesRequest request;
    *request.mutable_open() = open;
    stream_->Write(request);
  }
  ~FrameStream() {
    context_.TryCancel();
    if (!finished_) Finish();
  }

  void Acknowledge(uint32_t generation, uint32_t through) {
    v1::StreamFramesRequest request;
    request.mutable_ack()->set_generation(generation);
    request.mutable_ack()->set_through_frame(through);
    stream_->Write(request);
  }

  bool Read(v1::StreamFramesResponse& response) {
    return stream_->Read(&response);
  }

  // The next frame; -1 at the end.
  int ReadFrame() {
    v1::StreamFramesResponse response;
    while (Read(response)) {
      if (response.has_frame())
        return static_cast<int>(response.frame().index());
    }
    return -1;
  }

  grpc::Status Finish() {
    finished_ = true;
    v1::StreamFramesResponse response;
    while (Read(response)) {
    }
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamFramesRequest,
                                           v1::StreamFramesResponse>>
      stream_;
  bool finished_ = false;
};

Open OpenOf(const std::string& name, uint32_t start_frame = 0) {
  Open open;
  open.set_name(name);
  open.set_start_frame(start_frame);
  open.set_window_frames(64);
  open.set_follow(true);
  return open;
}

Upload PatientUpload(int frames) {
  Upload upload = SmallUpload(frames);
  upload.start.mutable_spec()->mutable_disconnect_grace()->set_seconds(3600);
  return upload;
}

constexpr absl::Duration kSlow = absl::Minutes(1);

// Looks every few milliseconds who has been slow for `kSlow` of `clock`.
TestServer::Options Watchful(const FakeClock& clock) {
  TestServer::Options options;
  options.clock = &clock;
  options.frontend.slow_consumer_timeout = kSlow;
  options.frontend.heartbeat_interval = absl::Milliseconds(5);
  return options;
}

// Time for a reader who reads: less than `kSlow` in any two writes.
void PassTime(FakeClock& clock) { clock.Advance(0.3 * kSlow); }

// What an undisturbed reader gets.
std::vector<std::string> FramesOf(const Received& received) {
  std::vector<std::string> frames;
  for (const JoinedFrame& frame : received.frames) {
    frames.push_back(frame.data);
  }
  return frames;
}

TEST(StreamFramesTest, AnEndedJobCanBeReadAgainFromAnyFrame) {
  TestServer server;
  const Received received = Animate(server.stub(), SmallUpload(5));
  const std::vector<std::string> want = FramesOf(received);
  const std::string name = received.jobs[0].name();
  for (uint32_t start = 0; start <= 5; ++start) {
    FrameStream stream(server.stub(), OpenOf(name, start));
    v1::StreamFramesResponse response;
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.job().name(), name);
    for (uint32_t i = start; i < 5; ++i) {
      ASSERT_TRUE(stream.Read(response));
      EXPECT_EQ(response.frame().index(), i);
      EXPECT_EQ(response.frame().data(), want[i]);
    }
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.job().state(), v1::Job::STATE_SUCCEEDED);
    EXPECT_TRUE(stream.Finish().ok());
  }
}

TEST(StreamFramesTest, AReaderThatComesBackInTimeSavesTheJob) {
  TestServer server;
  server.animator().HoldAt(Point::kFrame, 2);
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(PatientUpload(4));
    name = stream.ReadJobName();
    server.animator().AwaitHeld();
  }
  Await([&] { return server.recorder().Count("StreamClosed") == 1; });
  FrameStream back(server.stub(), OpenOf(name, 1));
  EXPECT_EQ(back.ReadFrame(), 1);
  server.animator().Release();
  EXPECT_EQ(back.ReadFrame(), 2);
  EXPECT_EQ(back.ReadFrame(), 3);
  EXPECT_TRUE(back.Finish().ok());
  EXPECT_EQ(server.animator().runs_started(), 1);
}

TEST(StreamFramesTest, ADetachedJobRunsOnByItself) {
  TestServer server;
  Upload upload = SmallUpload();
  upload.start.mutable_spec()->set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  server.animator().HoldAt(Point::kStep, 1);
  std::string name;
  {
    AnimateStream stream(server.stub());
    stream.Send(upload);
    name = stream.ReadJobName();
    server.animator().AwaitHeld();
  }
  Await([&] { return server.recorder().Count("StreamClosed") == 1; });
  server.animator().Release();
  server.AwaitState(name, v1::Job::STATE_SUCCEEDED);
}

TEST(StreamFramesTest, ManyReadersGetEveryFrame) {
  TestServer server;
  constexpr int kReaders = 16;
  constexpr int kFrames = 30;
  server.animator().HoldAt(Point::kFrame, 0);
  AnimateStream submitter(server.stub());
  submitter.Send(SmallUpload(kFrames));
  const std::string name = submitter.ReadJobName();
  std::vector<std::thread> readers;
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&server, &name, r] {
      Open open = OpenOf(name);
      open.set_window_frames(static_cast<uint32_t>(1 + r % 4));
      FrameStream stream(server.stub(), open);
      for (int i = 0; i < kFrames; ++i) {
        EXPECT_EQ(stream.ReadFrame(), i);
        stream.Acknowledge(1, static_cast<uint32_t>(i));
      }
      EXPECT_TRUE(stream.Finish().ok());
    });
  }
  server.animator().Release();
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(submitter.ReadAll().status.ok());
}

TEST(StreamFramesTest, WithoutFollowingItEndsWithWhatThereIs) {
  TestServer server;
  server.animator().HoldAt(Point::kFrame, 2);
  AnimateStream submitter(server.stub());
  submitter.Send(SmallUpload(4));
  const std::string name = submitter.ReadJobName();
  Await([&] { return server.jobs().Get(name)->frames == 2; });
  Open open = OpenOf(name);
  open.set_follow(false);
  FrameStream stream(server.stub(), open);
  EXPECT_EQ(stream.ReadFrame(), 0);
  EXPECT_EQ(stream.ReadFrame(), 1);
  EXPECT_EQ(stream.ReadFrame(), -1);
  EXPECT_TRUE(stream.Finish().ok());
  server.animator().Release();
}

TEST(StreamFramesTest, AReaderWhoDoesNotAcknowledgeLosesOnlyItsStream) {
  FakeClock clock;
  TestServer server(Watchful(clock));
  const std::string name =
      Animate(server.stub(), SmallUpload(5)).jobs[0].name();
  Open open = OpenOf(name);
  open.set_window_frames(2);
  FrameStream stream(server.stub(), open);
  EXPECT_EQ(stream.ReadFrame(), 0);
  EXPECT_EQ(stream.ReadFrame(), 1);
  stream.Acknowledge(1, 0);
  EXPECT_EQ(stream.ReadFrame(), 2);
  v1::StreamFramesResponse heartbeat;
  while (stream.Read(heartbeat)) PassTime(clock);
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(status), "SLOW_CONSUMER");
  EXPECT_EQ(
      server.recorder().Count("StreamClosed", StreamCloseReason::kSlowConsumer),
      1);
  EXPECT_EQ(server.GetJob(name).state(), v1::Job::STATE_SUCCEEDED);
  FrameStream again(server.stub(), OpenOf(name, 1));
  EXPECT_EQ(again.ReadFrame(), 1);
}

TEST(StreamFramesTest, AReaderWhoNeverReadsLosesItsStream) {
  FakeClock clock;
  TestServer server(Watchful(clock));
  // More than the transport takes unread.
  Upload large = PatientUpload(64);
  large.start.mutable_spec()->set_width(512);
  large.start.mutable_spec()->set_height(512);
  AnimateStream slow(server.stub());
  slow.Send(large);
  const std::string name = slow.ReadJobName();
  Await([&] {
    PassTime(clock);
    return server.recorder().Count("StreamClosed",
                                   StreamCloseReason::kSlowConsumer) == 1;
  });
  server.AwaitState(name, v1::Job::STATE_SUCCEEDED);
}

TEST(StreamFramesTest, ALongSilenceOfTheJobIsNotTheReadersFault) {
  FakeClock clock;
  TestServer server(Watchful(clock));
  server.animator().HoldAt(Point::kFrame, 1);
  AnimateStream submitter(server.stub());
  submitter.Send(PatientUpload(2));
  const std::string name = submitter.ReadJobName();
  FrameStream stream(server.stub(), OpenOf(name));
  v1::StreamFramesResponse response;
  for (int heartbeats = 0; heartbeats < 10;) {
    ASSERT_TRUE(stream.Read(response));
    if (!response.has_heartbeat()) continue;
    ++heartbeats;
    PassTime(clock);
  }
  server.animator().Release();
  EXPECT_TRUE(stream.Finish().ok());
}

TEST(StreamFramesTest, TheStatusIsTheOutcomeOfTheJob) {
  TestServer server;
  server.animator().FailAtStep(
      1, absl::ResourceExhaustedError("out of device memory"));
  const Received received = Animate(server.stub(), SmallUpload());
  const std::string name = received.jobs[0].name();
  FrameStream stream(server.stub(), OpenOf(name));
  EXPECT_EQ(stream.Finish().error_code(), received.status.error_code());
}

TEST(StreamFramesTest, RefusesWhatMakesNoSense) {
  TestServer server;
  const std::string name = Animate(server.stub(), SmallUpload()).jobs[0].name();
  EXPECT_EQ(ReasonOf(FrameStream(server.stub(), OpenOf("jobs/none")).Finish()),
            "JOB_NOT_FOUND");
  EXPECT_EQ(FieldOf(FrameStream(server.stub(), OpenOf(name, 3)).Finish()),
            "open.start_frame");
  Open future = OpenOf(name);
  future.set_generation(2);
  EXPECT_EQ(FieldOf(FrameStream(server.stub(), future).Finish()),
            "open.generation");
  Open wide = OpenOf(name);
  wide.set_window_frames(65);
  EXPECT_EQ(FieldOf(FrameStream(server.stub(), wide).Finish()),
            "open.window_frames");
  // Not even an Open.
  grpc::ClientContext context;
  const auto silent = server.stub().StreamFrames(&context);
  silent->WritesDone();
  EXPECT_EQ(ReasonOf(silent->Finish()), "OPEN_EXPECTED");
}

TEST(StreamFramesTest, RefusesImpossibleAcknowledgements) {
  TestServer server;
  server.animator().HoldAt(Point::kFrame, 1);
  AnimateStream submitter(server.stub());
  submitter.Send(SmallUpload());
  const std::string name = submitter.ReadJobName();
  FrameStream stream(server.stub(), OpenOf(name));
  EXPECT_EQ(stream.ReadFrame(), 0);
  stream.Acknowledge(1, 1);
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "BAD_ACK");
  EXPECT_EQ(FieldOf(status), "ack.through_frame");
  server.animator().Release();
}

TEST(StreamFramesTest, ADeletedJobEndsItsReaders) {
  TestServer server;
  const std::string name =
      Animate(server.stub(), SmallUpload(3)).jobs[0].name();
  Open open = OpenOf(name);
  open.set_window_frames(1);
  FrameStream stream(server.stub(), open);
  EXPECT_EQ(stream.ReadFrame(), 0);
  ASSERT_TRUE(server.jobs().Delete(name, std::nullopt).ok());
  stream.Acknowledge(1, 0);
  EXPECT_EQ(ReasonOf(stream.Finish()), "JOB_NOT_FOUND");
}

TEST(StreamFramesTest, AJobWhoseTimeIsUpEndsItsReaders) {
  TestServer::Options options;
  options.jobs.retention = absl::Milliseconds(1);
  TestServer server(options);
  server.animator().HoldAt(Point::kFrame, 1);
  AnimateStream submitter(server.stub());
  submitter.Send(SmallUpload(3));
  const std::string name = submitter.ReadJobName();
  Open open = OpenOf(name);
  open.set_window_frames(1);
  FrameStream stream(server.stub(), open);
  EXPECT_EQ(stream.ReadFrame(), 0);
  server.animator().Release();
  Await([&] { return !server.jobs().Get(name).ok(); });
  stream.Acknowledge(1, 0);
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "JOB_NOT_FOUND");
  EXPECT_EQ(ReasonOf(FrameStream(server.stub(), OpenOf(name)).Finish()),
            "JOB_NOT_FOUND");
}

TEST(StreamFramesTest, AcknowledgementsMayRepeatAndComeLate) {
  TestServer server;
  const std::string name =
      Animate(server.stub(), SmallUpload(4)).jobs[0].name();
  Open open = OpenOf(name);
  open.set_window_frames(2);
  FrameStream stream(server.stub(), open);
  EXPECT_EQ(stream.ReadFrame(), 0);
  EXPECT_EQ(stream.ReadFrame(), 1);
  stream.Acknowledge(1, 1);
  stream.Acknowledge(1, 0);
  stream.Acknowledge(1, 1);
  EXPECT_EQ(stream.ReadFrame(), 2);
  EXPECT_EQ(stream.ReadFrame(), 3);
  EXPECT_TRUE(stream.Finish().ok());
  // The stream may end before it has read the others.
  EXPECT_GE(server.recorder().Count("FramesAcknowledged"), 1);
  EXPECT_EQ(server.recorder().Count("StreamResumed"), 0);
}

TEST(StreamFramesTest, AGenerationThatNeverWasCannotBeAcknowledged) {
  TestServer server;
  const std::string name =
      Animate(server.stub(), SmallUpload(4)).jobs[0].name();
  for (const uint32_t generation : {0u, 2u}) {
    Open open = OpenOf(name);
    open.set_window_frames(1);
    FrameStream stream(server.stub(), open);
    EXPECT_EQ(stream.ReadFrame(), 0);
    stream.Acknowledge(generation, 0);
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(ReasonOf(status), "BAD_ACK");
    EXPECT_EQ(FieldOf(status), "ack.generation");
  }
}

TEST(StreamFramesTest, WhoComesBackForTheRestIsCounted) {
  TestServer server;
  const std::string name =
      Animate(server.stub(), SmallUpload(4)).jobs[0].name();
  FrameStream stream(server.stub(), OpenOf(name, 2));
  EXPECT_EQ(stream.ReadFrame(), 2);
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(server.recorder().Count("StreamResumed"), 1);
}

TEST(AnimateAckTest, FramesMayBeAcknowledgedOnTheStreamItself) {
  TestServer server;
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());  // no half-close
  uint32_t frames = 0;
  while (const auto response = stream.Read()) {
    if (!response->has_frame()) continue;
    stream.SendAck(1, response->frame().index());
    ++frames;
  }
  EXPECT_EQ(frames, 2u);
  EXPECT_TRUE(stream.Finish().ok());
}

TEST(AnimateAckTest, RefusesAnAckOfWhatWasNotSent) {
  TestServer server;
  server.animator().HoldAt(Point::kStep, 1);
  AnimateStream stream(server.stub());
  stream.Send(SmallUpload());
  stream.ReadJobName();
  stream.SendAck(1, 0);
  EXPECT_EQ(ReasonOf(stream.ReadAll().status), "BAD_ACK");
  server.animator().Release();
}

}  // namespace
}  // namespace animate
