#include "server/metrics/http_endpoint.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"

namespace animate {
namespace {

HttpEndpoint::Options OnAnyPort(std::atomic<bool>& ready) {
  return {.listen_address = "127.0.0.1:0",
          .render_metrics = [] { return std::string("a_metric 1\n"); },
          .is_ready = [&ready] { return ready.load(); }};
}

TEST(HttpEndpointTest, ServesMetricsAndProbes) {
  std::atomic<bool> ready = false;
  const auto endpoint = HttpEndpoint::Start(OnAnyPort(ready));
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  ASSERT_GT((*endpoint)->port(), 0);
  httplib::Client client("127.0.0.1", (*endpoint)->port());

  const auto metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->body, "a_metric 1\n");
  EXPECT_TRUE(absl::StartsWith(metrics->get_header_value("Content-Type"),
                               "text/plain; version=0.0.4"));
  EXPECT_EQ(client.Get("/healthz")->status, 200);
  EXPECT_EQ(client.Get("/readyz")->status, 503);
  ready = true;
  EXPECT_EQ(client.Get("/readyz")->status, 200);
  EXPECT_EQ(client.Get("/nothing")->status, 404);
}

TEST(HttpEndpointTest, AllowsOnlyGetAndHead) {
  std::atomic<bool> ready = true;
  const auto endpoint = HttpEndpoint::Start(OnAnyPort(ready));
  ASSERT_TRUE(endpoint.ok());
  httplib::Client client("127.0.0.1", (*endpoint)->port());
  EXPECT_EQ(client.Head("/metrics")->status, 200);
  const auto post = client.Post("/metrics", "x", "text/plain");
  ASSERT_TRUE(post);
  EXPECT_EQ(post->status, 405);
  EXPECT_EQ(post->get_header_value("Allow"), "GET, HEAD");
  EXPECT_EQ(client.Delete("/healthz")->status, 405);
}

TEST(HttpEndpointTest, APortInUseIsAnErrorThatNamesIt) {
  std::atomic<bool> ready = true;
  const auto first = HttpEndpoint::Start(OnAnyPort(ready));
  ASSERT_TRUE(first.ok());
  HttpEndpoint::Options options = OnAnyPort(ready);
  options.listen_address = absl::StrCat("127.0.0.1:", (*first)->port());
  const absl::Status status = HttpEndpoint::Start(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorReason(status), "LISTEN_FAILED");
  EXPECT_TRUE(absl::StrContains(status.message(), options.listen_address));
}

TEST(HttpEndpointTest, WhatIsNoAddressIsRefused) {
  std::atomic<bool> ready = true;
  for (const char* address : {"", "9400", ":9400", "localhost:", "a:b",
                              "127.0.0.1:70000", "127.0.0.1:-1"}) {
    HttpEndpoint::Options options = OnAnyPort(ready);
    options.listen_address = address;
    EXPECT_EQ(HttpEndpoint::Start(options).status().code(),
              absl::StatusCode::kInvalidArgument)
        << address;
  }
}

TEST(HttpEndpointTest, StopsCleanlyRightAfterTheStart) {
  std::atomic<bool> ready = true;
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(HttpEndpoint::Start(OnAnyPort(ready)).ok());
  }
}

TEST(HttpEndpointTest, ClientsThatSaySilentlyNothingDoNotBlockProbes) {
  std::atomic<bool> ready = true;
  const auto endpoint = HttpEndpoint::Start(OnAnyPort(ready));
  ASSERT_TRUE(endpoint.ok());
  // More silent connections than the endpoint has threads; they are dropped
  // after its read timeout.
  std::vector<int> silent;
  for (int i = 0; i < 6; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>((*endpoint)->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(
        connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    silent.push_back(fd);
  }
  httplib::Client client("127.0.0.1", (*endpoint)->port());
  client.set_read_timeout(30);
  const auto health = client.Get("/healthz");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  for (const int fd : silent) close(fd);
}

}  // namespace
}  // namespace animate
