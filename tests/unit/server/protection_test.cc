#include "server/protection.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/log.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

class ProtectionTest : public testing::Test {
 protected:
  ProtectionTest() {
    const TestAuthority authority("authority");
    const TestIdentity identity = authority.Issue({.common_name = "server"});
    tls_ = {.certificate = folder_.Write("tls.crt", identity.certificate),
            .key = folder_.Write("tls.key", identity.key)};
    ca_ = folder_.Write("ca.crt", authority.certificate());
    auth_file_ = folder_.Write("auth", "farm certificate\n");
    SetLogSink(
        [this](absl::string_view line) { absl::StrAppend(&log_, line, "\n"); });
  }
  ~ProtectionTest() override { SetLogSink(nullptr); }

  std::string FaultOf(const ServerConfig& config) {
    return std::string(
        OpenProtection(config, Clock::Real()).status().message());
  }

  TemporaryFolder folder_;
  TlsFiles tls_;
  std::string ca_;
  std::string auth_file_;
  std::string log_;
};

TEST_F(ProtectionTest, NoneIsPossibleAndWarnedOf) {
  const auto protection = OpenProtection(ServerConfig(), Clock::Real());
  ASSERT_TRUE(protection.ok());
  EXPECT_EQ(protection->certificates, nullptr);
  EXPECT_EQ(protection->authenticator, nullptr);
  EXPECT_TRUE(absl::StrContains(log_, "\"unprotected\"")) << log_;
}

TEST_F(ProtectionTest, TlsTokensAndClientCertificatesGoTogether) {
  ServerConfig config;
  config.tls = tls_;
  EXPECT_EQ(OpenProtection(config, Clock::Real())->authenticator, nullptr);
  config.auth_file = auth_file_;
  EXPECT_NE(OpenProtection(config, Clock::Real())->authenticator, nullptr);
  config.auth_file.clear();
  config.tls.client_ca = ca_;
  const auto mutual = OpenProtection(config, Clock::Real());
  EXPECT_NE(mutual->authenticator, nullptr);
  EXPECT_TRUE(mutual->certificates->wants_client_certificates());
  EXPECT_FALSE(absl::StrContains(log_, "\"unprotected\"")) << log_;
}

TEST_F(ProtectionTest, TokensDoNotCrossANetworkInTheClear) {
  ServerConfig config;
  config.auth_file = auth_file_;
  EXPECT_TRUE(absl::StrContains(FaultOf(config), "in the clear"));
  config.insecure_tokens = true;
  EXPECT_EQ(FaultOf(config), "");
  config.insecure_tokens = false;
  config.listen_address = "127.0.0.1:50051";
  EXPECT_EQ(FaultOf(config), "");
}

TEST_F(ProtectionTest, SettingsThatMakeNoSenseTogetherAreRefused) {
  ServerConfig config;
  config.tls.certificate = tls_.certificate;
  EXPECT_TRUE(absl::StrContains(FaultOf(config), "tls-key"));
  config.tls = {.key = tls_.key};
  EXPECT_TRUE(absl::StrContains(FaultOf(config), "tls-cert"));
  config.tls = {.client_ca = ca_};
  EXPECT_TRUE(absl::StrContains(FaultOf(config), "tls-client-ca"));
}

TEST_F(ProtectionTest, BadFilesAreNamed) {
  ServerConfig config;
  config.tls = tls_;
  config.auth_file = "/nowhere/auth";
  EXPECT_TRUE(absl::StrContains(FaultOf(config), "/nowhere/auth"));
  folder_.Write("tls.crt", "");
  EXPECT_TRUE(absl::StrContains(FaultOf(config), tls_.certificate));
}

}  // namespace
}  // namespace animate
