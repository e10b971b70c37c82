// How a server stops: what it finishes, what it refuses, what it cancels.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/animate_stream.h"
#include "tests/unit/server/server_site.h"

namespace animate {
namespace {

using Point = FakeAnimator::Point;

TEST(ServerStopTest, AStopWhileLoadingMeansItNeverBecomesReady) {
  ServerSite site;
  bool was_loading = false;
  site.while_loading = [&] { was_loading = site.server().RequestStop(); };
  EXPECT_TRUE(site.server().Load().ok());
  EXPECT_TRUE(was_loading);
  EXPECT_FALSE(site.server().ready());
  site.server().ServeUntilStopped();  // returns at once
}

TEST(ServerStopTest, DrainingFinishesAcceptedJobsAndRefusesNewOnes) {
  ServerSite site;
  site.Serve();
  site.animator().HoldAt(Point::kStep, 2);
  std::vector<std::unique_ptr<AnimateStream>> accepted;
  accepted.push_back(std::make_unique<AnimateStream>(site.stub()));
  ASSERT_TRUE(accepted[0]->Send(SmallUpload()));
  accepted[0]->HalfClose();
  site.animator().AwaitHeld();

  EXPECT_FALSE(site.server().RequestStop());
  while (site.Get("/readyz") != 503) std::this_thread::yield();
  // The drain begins a moment later; who is quicker is accepted like the first.
  grpc::Status refused;
  while (refused.ok()) {
    auto stream = std::make_unique<AnimateStream>(site.stub());
    if (stream->Send(SmallUpload())) stream->HalfClose();
    if (stream->Read().has_value()) {
      accepted.push_back(std::move(stream));
    } else {
      refused = stream->Finish();
    }
  }
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(site.Metric("animate_draining"), 1);

  site.animator().Release();
  for (const auto& stream : accepted) {
    const Received received = stream->ReadAll();
    EXPECT_TRUE(received.status.ok()) << received.status.error_message();
    EXPECT_EQ(received.frames.size(), 2u);
  }
  site.AwaitStopped();
}

TEST(ServerStopTest, JobsAreStillAcceptedDuringTheDrainPause) {
  ServerConfig config = SiteConfig();
  config.drain_pause = absl::Hours(1);
  ServerSite site(config);
  site.Serve();
  site.server().RequestStop();
  while (site.Get("/readyz") != 503) std::this_thread::yield();
  EXPECT_TRUE(Animate(site.stub(), SmallUpload()).status.ok());
  site.server().RequestStop();  // skips the rest of the pause
  site.AwaitStopped();
}

// Asks a server with a running job to stop, so often that the job is cancelled.
void StopARunningJob(ServerSite& site, int stops) {
  site.Serve();
  site.animator().HoldAt(Point::kStep, 2);
  AnimateStream stream(site.stub());
  ASSERT_TRUE(stream.Send(SmallUpload()));
  stream.HalfClose();
  const std::string name = stream.ReadJobName();
  site.animator().AwaitHeld();
  for (int i = 0; i < stops; ++i) site.server().RequestStop();
  site.AwaitCancelling(name);
  site.animator().Release();
  EXPECT_EQ(stream.ReadAll().status.error_code(),
            grpc::StatusCode::UNAVAILABLE);
  site.AwaitStopped();
}

TEST(ServerStopTest, ASecondStopCancelsWhatIsRunning) {
  ServerSite site;
  StopARunningJob(site, 2);
}

TEST(ServerStopTest, TheDrainTimeoutCancelsWhatIsRunning) {
  ServerConfig config = SiteConfig();
  config.drain_timeout = absl::Milliseconds(1);
  ServerSite site(config);
  StopARunningJob(site, 1);
}

}  // namespace
}  // namespace animate
