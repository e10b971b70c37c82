#include "server/server.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "engine/base/error.h"
#include "server/store/sqlite_database.h"
#include "server/store/sqlite_job_store.h"
#include "tests/integration/animate_stream.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"
#include "tests/unit/server/server_site.h"

namespace animate {
namespace {

namespace v1 = ::animate::v1;

TEST(ServerTest, AnswersProbesBeforeTheModelIsLoaded) {
  ServerSite site;
  EXPECT_EQ(site.Get("/healthz"), 200);
  EXPECT_EQ(site.Get("/readyz"), 503);
  EXPECT_EQ(site.Metric("animate_ready"), 0);
  const Received received = Animate(site.stub(), SmallUpload());
  EXPECT_EQ(received.status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(ServerTest, ServesOnceLoadedAndWarm) {
  ServerSite site;
  site.Serve();
  EXPECT_EQ(site.animator().runs_started(), 1);  // the warm-up
  EXPECT_EQ(site.Get("/readyz"), 200);
  EXPECT_EQ(site.Metric("animate_ready"), 1);
  EXPECT_EQ(site.Metric("animate_job_slots"), 1);
  const Received received = Animate(site.stub(), SmallUpload());
  EXPECT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(received.frames.size(), 2u);
  EXPECT_EQ(site.Metric("animate_jobs_finished_total{state=\"succeeded\","
                        "reason=\"none\"}"),
            1);
  EXPECT_EQ(site.Metric("animate_jobs_submitted_total"), 1);
  EXPECT_EQ(site.Metric("animate_frames_delivered_total"), 2);
}

TEST(ServerTest, MakesOneWorkerPerDevice) {
  ServerConfig config = SiteConfig();
  config.devices = {"cpu", "cuda:0"};
  ServerSite site(config);
  site.Serve();
  EXPECT_EQ(site.devices_made, config.devices);
  EXPECT_EQ(site.Metric("animate_job_slots"), 2);
}

TEST(ServerTest, AModelThatDoesNotLoadIsAnErrorThatNamesTheDevice) {
  ServerSite site;
  site.factory_error = MakeError(absl::StatusCode::kFailedPrecondition,
                                 "no such folder", {.reason = "NO_MODEL"});
  const absl::Status status = site.server().Load();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(), "device auto: no such folder");
  EXPECT_EQ(GetErrorReason(status), "NO_MODEL");
  EXPECT_FALSE(site.server().ready());
}

absl::Status DetectorMissing() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "no networks there",
                   {.reason = kPoseDetectorMissing});
}

v1::GetServerInfoResponse Info(ServerSite& site) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse info;
  EXPECT_TRUE(site.stub()
                  .GetServerInfo(&context, v1::GetServerInfoRequest(), &info)
                  .ok());
  return info;
}

TEST(ServerTest, LoadsTheDetectorThatIsAskedForAndPublishesIt) {
  ServerConfig config = SiteConfig();
  config.pose_detector = "dwpose";
  config.pose_detector_dir = "/networks";
  ServerSite site(config);
  site.Serve();
  ASSERT_EQ(site.detectors_made.size(), 1u);
  EXPECT_EQ(site.detectors_made[0].backend, PoseBackend::kDwPose);
  EXPECT_EQ(site.detectors_made[0].folder, "/networks");
  EXPECT_EQ(Info(site).pose_detector(), "dwpose");
  EXPECT_EQ(Info(site).pose_kinds_size(), 4);
}

TEST(ServerTest, DoesWithoutADetectorThatNobodyAskedFor) {
  ServerSite site;
  site.detector_error = DetectorMissing();
  site.Serve();
  EXPECT_EQ(Info(site).pose_detector(), "");
  EXPECT_EQ(Info(site).pose_kinds_size(), 3);
}

TEST(ServerTest, NeverLoadsADetectorThatIsSwitchedOff) {
  ServerConfig config = SiteConfig();
  config.pose_detector = "none";
  ServerSite site(config);
  site.Serve();
  EXPECT_TRUE(site.detectors_made.empty());
  EXPECT_EQ(Info(site).pose_detector(), "");
}

TEST(ServerTest, ADetectorThatWasAskedForAndIsMissingStopsTheStart) {
  ServerConfig by_name = SiteConfig();
  by_name.pose_detector = "blazepose";
  ServerConfig by_folder = SiteConfig();
  by_folder.pose_detector_dir = "/networks";
  for (const ServerConfig& config : {by_name, by_folder}) {
    ServerSite site(config);
    site.detector_error = DetectorMissing();
    const absl::Status status = site.server().Load();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(), "no networks there");
    EXPECT_TRUE(site.devices_made.empty()) << "before the model is read";
  }
}

TEST(ServerTest, ADamagedDetectorStopsTheStart) {
  ServerSite site;
  site.detector_error =
      MakeError(absl::StatusCode::kFailedPrecondition, "wrong checksum",
                {.reason = kPoseDetectorDamaged});
  EXPECT_FALSE(site.server().Load().ok());
}

TEST(ServerTest, PublishesTheMemoryOfDevicesThatHaveTheirOwn) {
  ServerConfig config = SiteConfig();
  config.devices = {"cpu", "cuda:0"};
  ServerSite site(config);
  site.Serve();
  const std::string series =
      "animate_gpu_memory_bytes{device=\"cuda:0\",kind=\"used\"}";
  EXPECT_EQ(site.Metric(series), -1) << "a device that cannot say";
  site.animator().SetDeviceMemory({.total_bytes = 1000, .used_bytes = 300});
  EXPECT_EQ(site.Metric(series), 300);
  EXPECT_EQ(
      site.Metric("animate_gpu_memory_bytes{device=\"cpu\",kind=\"used\"}"),
      -1);
}

TEST(ServerTest, APortInUseIsAnError) {
  ServerSite first;
  const auto listen = [](const ServerConfig& config) {
    Server server(config, {}, {});
    return server.Listen();
  };
  ServerConfig config = SiteConfig();
  config.listen_address =
      absl::StrCat("127.0.0.1:", first.server().grpc_port());
  EXPECT_EQ(GetErrorReason(listen(config)), "LISTEN_FAILED");
  config = SiteConfig();
  config.metrics_address =
      absl::StrCat("127.0.0.1:", first.server().http_port());
  EXPECT_EQ(GetErrorReason(listen(config)), "LISTEN_FAILED");
}

TEST(ServerTest, AStoreThatItMustNotTouchStopsTheStart) {
  const TemporaryFolder data;
  ServerConfig config = SiteConfig();
  config.data_dir = data.path();
  const auto start = [&config] {
    Server server(config, {}, {});
    return GetErrorReason(server.Listen());
  };
  {
    const auto other = SqliteJobStore::Open(data.path());
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(start(), "STORE_LOCKED");
  }
  {
    const auto database = SqliteDatabase::Open(data / "jobs.sqlite");
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=99").ok());
  }
  const std::string before = data.Read("jobs.sqlite");
  EXPECT_EQ(start(), "STORE_TOO_NEW");
  EXPECT_EQ(data.Read("jobs.sqlite"), before) << "a newer server may want it";
}

TEST(ServerTest, PublishesWhatItsStoreAndItsStreamsDo) {
  const TemporaryFolder data;
  ServerConfig config = SiteConfig();
  config.data_dir = data.path();
  ServerSite site(config);
  site.Serve();
  const Received received = Animate(site.stub(), SmallUpload(3));
  ASSERT_TRUE(received.status.ok()) << received.status.error_message();
  EXPECT_EQ(
      site.Metric("animate_store_commit_seconds_count{operation=\"insert\"}"),
      1);
  EXPECT_EQ(
      site.Metric("animate_store_commit_seconds_count{operation=\"frame\"}"),
      3);
  EXPECT_GE(
      site.Metric("animate_store_commit_seconds_count{operation=\"state\"}"),
      2);
  EXPECT_EQ(site.Metric("animate_store_errors_total{reason=\"sync\"}"), 0);
  EXPECT_GT(site.Metric("animate_spool_bytes{tier=\"disk\"}"), 0);
  EXPECT_EQ(site.Metric("animate_streams_opened_total"), 1);
  EXPECT_EQ(site.Metric("animate_reference_cache_hits_total{device=\"cpu\"}"),
            -1)
      << "an animator without a cache";
}

TEST(ServerTest, PublishesWhenTheCertificateInForceExpires) {
  const TestAuthority authority("authority");
  const TemporaryFolder folder;
  ServerConfig config = SiteConfig();
  const auto put_certificate = [&](absl::Duration lasts) {
    const TestIdentity identity =
        authority.Issue({.common_name = "server", .lasts = lasts});
    config.tls = {.certificate = folder.Write("tls.crt", identity.certificate),
                  .key = folder.Write("tls.key", identity.key)};
  };
  put_certificate(absl::Hours(1));
  ServerSite site(config);
  const auto hours_left = [&] {
    return (site.Metric("animate_tls_certificate_expiry_timestamp_seconds") -
            static_cast<double>(absl::ToUnixSeconds(absl::Now()))) /
           3600;
  };
  EXPECT_NEAR(hours_left(), 1, 0.5);
  put_certificate(absl::Hours(48));
  EXPECT_NEAR(hours_left(), 48, 0.5);
}

}  // namespace
}  // namespace animate
