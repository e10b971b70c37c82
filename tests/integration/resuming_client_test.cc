// The client library through connections that break.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/animation_client.h"
#include "engine/base/error.h"
#include "tests/integration/animate_stream.h"
#include "tests/integration/tcp_proxy.h"
#include "tests/integration/test_server.h"
#include "tests/support/fake_clock.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;
using Point = FakeAnimator::Point;

constexpr absl::Duration kPatience = absl::Minutes(1);

AnimationRequest RequestOf(int frames) {
  const Upload upload = SmallUpload(frames);
  AnimationRequest request;
  request.spec = upload.start.spec();
  request.spec.mutable_disconnect_grace()->set_seconds(3600);
  request.pose_kind = v1::POSE_KIND_IMAGES;
  request.reference = upload.items[0];
  request.poses.assign(upload.items.begin() + 1, upload.items.end());
  return request;
}

TEST(ResumingClientTest, GetsEveryFrameOnceThroughManyCuts) {
  constexpr int kFrames = 20;
  TestServer server;
  TcpProxy proxy(server.frontend().port());
  AnimationClient client(proxy.address());
  std::vector<uint32_t> indices;
  std::vector<std::string> frames;
  const auto job =
      client.Animate(RequestOf(kFrames),
                     {.on_frame =
                          [&](ReceivedFrame frame) {
                            indices.push_back(frame.index);
                            frames.push_back(std::move(frame.data));
                            if (indices.size() % 3 == 0) proxy.Drop();
                            return absl::OkStatus();
                          }},
                     nullptr, absl::InfiniteDuration(), kPatience);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(indices.size(), static_cast<size_t>(kFrames));
  for (uint32_t i = 0; i < kFrames; ++i) EXPECT_EQ(indices[i], i);
  EXPECT_EQ(server.animator().runs_started(), 1);
}

TEST(ResumingClientTest, WithARequestIdAlsoBeforeTheJobIsAccepted) {
  TestServer server;
  TcpProxy proxy(server.frontend().port());
  AnimationClient client(proxy.address());
  AnimationRequest request = RequestOf(2);
  request.request_id = "123e4567-e89b-12d3-a456-426614174000";
  bool cut = false;
  const auto job = client.Animate(request,
                                  {.on_upload =
                                       [&](uint64_t, uint64_t) {
                                         if (!cut) proxy.Drop();
                                         cut = true;
                                       }},
                                  nullptr, absl::InfiniteDuration(), kPatience);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(server.animator().runs_started(), 1);
}

TEST(ResumingClientTest, GoesOnAfterAPauseThatCostItItsStream) {
  constexpr uint32_t kFrames = 64;
  FakeClock clock;
  TestServer::Options options;
  options.clock = &clock;
  options.frontend.heartbeat_interval = absl::Milliseconds(5);
  TestServer server(options);
  // More than the transport takes unread.
  AnimationRequest request = RequestOf(kFrames);
  request.spec.set_width(512);
  request.spec.set_height(512);
  AnimationClient client(server.address());
  std::vector<uint32_t> indices;
  const auto job = client.Animate(
      request,
      {.on_frame =
           [&](ReceivedFrame frame) {
             indices.push_back(frame.index);
             if (indices.size() > 1) return absl::OkStatus();
             Await([&] {
               clock.Advance(0.3 * options.frontend.slow_consumer_timeout);
               return server.recorder().Count(
                          "StreamClosed", StreamCloseReason::kSlowConsumer) > 0;
             });
             return absl::OkStatus();
           }},
      nullptr, absl::InfiniteDuration(), kPatience);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(indices.size(), kFrames);
  for (uint32_t i = 0; i < kFrames; ++i) EXPECT_EQ(indices[i], i);
}

TEST(ResumingClientTest, WithoutPatienceALostConnectionIsAnError) {
  TestServer server;
  TcpProxy proxy(server.frontend().port());
  AnimationClient client(proxy.address());
  const auto job = client.Animate(RequestOf(2), {.on_frame = [&](auto) {
                                    proxy.Drop();
                                    return absl::OkStatus();
                                  }});
  // The last frames may have come through before.
  EXPECT_TRUE(job.ok() || absl::IsUnavailable(job.status())) << job.status();
}

TEST(ResumingClientTest, CanBeCancelledWhileTheServerIsAway) {
  auto server = std::make_unique<TestServer>();
  server->animator().HoldAt(Point::kStep, 1);
  AnimationClient client(server->address());
  CallControl control;
  std::thread stop;
  const auto job =
      client.Animate(RequestOf(2),
                     {.on_accepted =
                          [&](const v1::Job&) {
                            stop = std::thread([&] {
                              server.reset();
                              control.Cancel();
                            });
                          }},
                     &control, absl::InfiniteDuration(), kPatience);
  stop.join();
  EXPECT_FALSE(job.ok());
  EXPECT_TRUE(control.cancelled());
}

TEST(ResumingClientTest, FollowsAJobThatIsThereAlready) {
  TestServer server;
  AnimationClient client(server.address());
  AnimationRequest request = RequestOf(4);
  request.spec.set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  const auto submitted = client.Submit(request, {});
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  std::vector<uint32_t> indices;
  const AnimationCallbacks collect = {.on_frame = [&](ReceivedFrame frame) {
    indices.push_back(frame.index);
    return absl::OkStatus();
  }};
  const auto job =
      client.Follow(submitted->name(), {.start_frame = 1}, collect);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(indices, (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_TRUE(client.DeleteJob(submitted->name()).ok());
  EXPECT_EQ(
      GetErrorReason(client.Follow(submitted->name(), {}, collect).status()),
      "JOB_NOT_FOUND");
}

TEST(ResumingClientTest, WithoutWaitingItTakesWhatThereIs) {
  TestServer server;
  AnimationClient client(server.address());
  server.animator().HoldAt(Point::kFrame, 2);
  AnimationRequest request = RequestOf(4);
  request.spec.set_on_disconnect(v1::ON_DISCONNECT_DETACH);
  const auto submitted = client.Submit(request, {});
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  Await([&] { return server.jobs().Get(submitted->name())->frames == 2; });
  int frames = 0;
  const auto job =
      client.Follow(submitted->name(), {.wait = false}, {.on_frame = [&](auto) {
                      ++frames;
                      return absl::OkStatus();
                    }});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(frames, 2);
  EXPECT_EQ(job->state(), v1::Job::STATE_RUNNING);
  server.animator().Release();
}

}  // namespace
}  // namespace animate
