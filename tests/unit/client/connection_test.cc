#include "client/connection.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

// Sets ANIMATE_TOKEN while it lives.
class TokenVariable {
 public:
  explicit TokenVariable(const char* value) {
    setenv("ANIMATE_TOKEN", value, 1);
  }
  ~TokenVariable() { unsetenv("ANIMATE_TOKEN"); }
};

TEST(ConnectionTest, NeedsNoFlags) { EXPECT_TRUE(Connect({}).ok()); }

TEST(ConnectionTest, ATokenDoesNotCrossANetworkInTheClear) {
  TemporaryFolder folder;
  CommonOptions options = {.server = "animate.example.com:50051",
                           .token_file = folder.Write("token", "a-secret\n")};
  const absl::Status refusal = Connect(options).status();
  EXPECT_EQ(refusal.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refusal.message(), "--tls"));
  EXPECT_FALSE(absl::StrContains(refusal.message(), "a-secret"));
  options.tls = true;
  EXPECT_TRUE(Connect(options).ok());
  options.tls = false;
  options.insecure_token = true;
  EXPECT_TRUE(Connect(options).ok());
  options.insecure_token = false;
  options.server = "127.0.0.1:50051";
  EXPECT_TRUE(Connect(options).ok());
}

TEST(ConnectionTest, TheEnvironmentMayHoldTheToken) {
  const CommonOptions remote = {.server = "animate.example.com:50051"};
  EXPECT_TRUE(Connect(remote).ok());
  const TokenVariable token("a-secret");
  EXPECT_FALSE(Connect(remote).ok());
}

TEST(ConnectionTest, WhatIsNoTokenIsRefusedWithoutBeingShown) {
  TemporaryFolder folder;
  for (const char* text : {"two secrets", "sec\nret", "secret\x01", " \n"}) {
    const absl::Status refusal =
        Connect({.token_file = folder.Write("token", text)}).status();
    EXPECT_TRUE(absl::StrContains(refusal.message(), folder / "token"))
        << refusal;
    EXPECT_FALSE(absl::StrContains(refusal.message(), "sec")) << refusal;
  }
  EXPECT_FALSE(Connect({.token_file = folder / "missing"}).ok());
}

TEST(ConnectionTest, FilesOfTlsAreNamedWhenTheyAreMissing) {
  EXPECT_TRUE(absl::StrContains(
      Connect({.tls_ca = "/nowhere/ca.crt"}).status().message(),
      "/nowhere/ca.crt"));
  EXPECT_TRUE(absl::StrContains(
      Connect({.tls_cert = "/nowhere/tls.crt"}).status().message(),
      "--tls-key"));
}

}  // namespace
}  // namespace animate
