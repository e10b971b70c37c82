#include "server/security/authenticator.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/error.h"
#include "engine/base/log.h"
#include "engine/base/sha256.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

std::string LineOf(const std::string& principal, const std::string& token,
                   const std::string& options = "") {
  return absl::StrCat(principal, " sha256:", Sha256(token), " ", options, "\n");
}

// What is logged while it lives.
class LogLines {
 public:
  LogLines() {
    SetLogSink([this](absl::string_view line) {
      absl::StrAppend(&text_, line, "\n");
    });
  }
  ~LogLines() { SetLogSink(nullptr); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Site {
 public:
  explicit Site(const std::string& text) { WriteFile(text); }

  // As an operator should: another file under the name.
  void WriteFile(const std::string& text) {
    folder_.Write("new", text);
    chmod((folder_ / "new").c_str(), 0600);
    std::filesystem::rename(folder_ / "new", folder_ / "auth");
  }

  std::unique_ptr<Authenticator> Open() {
    auto opened = Authenticator::Open({.auth_file = path()}, clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  std::string path() const { return folder_ / "auth"; }
  FakeClock& clock() { return clock_; }

 private:
  TemporaryFolder folder_;
  FakeClock clock_;
};

absl::StatusOr<Caller> ByToken(Authenticator& authenticator,
                               const std::string& token) {
  const std::string header = "Bearer " + token;
  return authenticator.Authenticate({.authorization = header});
}

std::string ReasonFor(const absl::StatusOr<Caller>& caller) {
  EXPECT_EQ(caller.status().code(), absl::StatusCode::kUnauthenticated);
  return GetErrorReason(caller.status());
}

TEST(AuthenticatorTest, KnowsCallersByTheirTokens) {
  Site site(LineOf("alice", "a-token") + LineOf("ops", "o-token", "admin"));
  const auto authenticator = site.Open();
  const auto alice = ByToken(*authenticator, "a-token");
  ASSERT_TRUE(alice.ok()) << alice.status();
  EXPECT_EQ(alice->principal, "alice");
  EXPECT_FALSE(alice->admin);
  EXPECT_TRUE(ByToken(*authenticator, "o-token")->admin);
}

TEST(AuthenticatorTest, RefusesWhatIsNoTokenOfItsFile) {
  Site site(LineOf("alice", "a-token"));
  const auto authenticator = site.Open();
  EXPECT_EQ(ReasonFor(authenticator->Authenticate({})), "TOKEN_MISSING");
  for (const char* header : {"Bearer wrong", "Bearer ", "a-token",
                             "Basic a-token", "Bearer a-token2"}) {
    const auto caller = authenticator->Authenticate({.authorization = header});
    EXPECT_EQ(ReasonFor(caller), "TOKEN_INVALID") << header;
  }
  // The hash, which the file shows, is no token.
  EXPECT_EQ(ReasonFor(ByToken(*authenticator, Sha256("a-token"))),
            "TOKEN_INVALID");
}

TEST(AuthenticatorTest, NeverRepeatsATokenInErrorsOrLogs) {
  LogLines log;
  Site site(LineOf("alice", "a-very-secret-token"));
  const auto authenticator = site.Open();
  const auto refused = ByToken(*authenticator, "another-secret-token");
  EXPECT_FALSE(absl::StrContains(refused.status().ToString(), "secret"));
  ASSERT_TRUE(ByToken(*authenticator, "a-very-secret-token").ok());
  site.WriteFile("alice a-very-secret-token\n");
  ASSERT_TRUE(ByToken(*authenticator, "a-very-secret-token").ok());
  EXPECT_FALSE(absl::StrContains(log.text(), "secret")) << log.text();
  EXPECT_TRUE(absl::StrContains(log.text(), "auth_file_rejected"));
}

TEST(AuthenticatorTest, TakesANewFileAtTheNextCall) {
  Site site(LineOf("alice", "old"));
  const auto authenticator = site.Open();
  site.WriteFile(LineOf("alice", "new") + LineOf("bob", "b-token"));
  EXPECT_EQ(ReasonFor(ByToken(*authenticator, "old")), "TOKEN_INVALID");
  EXPECT_TRUE(ByToken(*authenticator, "new").ok());
  EXPECT_TRUE(ByToken(*authenticator, "b-token").ok());
}

TEST(AuthenticatorTest, ABadOrMissingFileLeavesTheOldOneInForce) {
  LogLines log;
  Site site(LineOf("alice", "a-token"));
  const auto authenticator = site.Open();
  site.WriteFile("alice is not a line\n");
  EXPECT_TRUE(ByToken(*authenticator, "a-token").ok());
  std::filesystem::remove(site.path());
  EXPECT_TRUE(ByToken(*authenticator, "a-token").ok());
  site.WriteFile(LineOf("bob", "b-token"));
  EXPECT_FALSE(ByToken(*authenticator, "a-token").ok());
  EXPECT_TRUE(ByToken(*authenticator, "b-token").ok());
}

TEST(AuthenticatorTest, ABadFileStopsTheStart) {
  Site site("alice");
  const absl::Status bad =
      Authenticator::Open({.auth_file = site.path()}).status();
  EXPECT_TRUE(absl::StrContains(bad.message(), site.path())) << bad;
  EXPECT_TRUE(absl::StrContains(bad.message(), "line 1")) << bad;
  const absl::Status missing =
      Authenticator::Open({.auth_file = "/nowhere/auth"}).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(missing.message(), "/nowhere/auth"));
  EXPECT_FALSE(Authenticator::Open({.auth_file = "/tmp"}).ok());
}

TEST(AuthenticatorTest, ATokenExpires) {
  Site site(LineOf("alice", "a-token", "expires=2023-11-14T22:13:30Z"));
  const auto authenticator = site.Open();  // at 22:13:21
  const auto alice = ByToken(*authenticator, "a-token");
  ASSERT_TRUE(alice.ok()) << alice.status();
  EXPECT_TRUE(authenticator->Recheck(*alice).ok());
  site.clock().Advance(absl::Seconds(9));
  EXPECT_EQ(ReasonFor(ByToken(*authenticator, "a-token")), "TOKEN_EXPIRED");
  EXPECT_EQ(GetErrorReason(authenticator->Recheck(*alice)), "TOKEN_EXPIRED");
}

TEST(AuthenticatorTest, ARemovedTokenHoldsNoLonger) {
  Site site(LineOf("alice", "a-token") + LineOf("alice", "second"));
  const auto authenticator = site.Open();
  const auto first = *ByToken(*authenticator, "a-token");
  const auto second = *ByToken(*authenticator, "second");
  site.WriteFile(LineOf("alice", "second"));
  EXPECT_EQ(GetErrorReason(authenticator->Recheck(first)), "TOKEN_INVALID");
  EXPECT_TRUE(authenticator->Recheck(second).ok());
}

TEST(AuthenticatorTest, WithoutAFileEveryVerifiedCertificateWillDo) {
  auto authenticator = *Authenticator::Open({});
  const auto farm = authenticator->Authenticate({.certificate_name = "farm"});
  ASSERT_TRUE(farm.ok()) << farm.status();
  EXPECT_EQ(farm->principal, "farm");
  EXPECT_FALSE(farm->admin);
  EXPECT_TRUE(authenticator->Recheck(*farm).ok());
  EXPECT_EQ(ReasonFor(authenticator->Authenticate({})), "TOKEN_MISSING");
}

TEST(AuthenticatorTest, WithAFileCertificatesNeedALine) {
  Site site(LineOf("alice", "a-token") + "farm certificate admin\n");
  const auto authenticator = site.Open();
  const auto farm = authenticator->Authenticate({.certificate_name = "farm"});
  ASSERT_TRUE(farm.ok()) << farm.status();
  EXPECT_TRUE(farm->admin);
  // A name that has a token does not go without it.
  for (const char* name : {"alice", "mallory", "*"}) {
    EXPECT_EQ(
        ReasonFor(authenticator->Authenticate({.certificate_name = name})),
        "TOKEN_MISSING")
        << name;
  }
  site.WriteFile("* certificate\n");
  EXPECT_TRUE(
      authenticator->Authenticate({.certificate_name = "mallory"}).ok());
  EXPECT_FALSE(authenticator
                   ->Recheck({.principal = "alice",
                              .token_hash = Sha256Bytes("a-token")})
                   .ok());
}

TEST(AuthenticatorTest, ATokenCountsForMoreThanACertificate) {
  Site site(LineOf("alice", "a-token") + "* certificate\n");
  const auto authenticator = site.Open();
  EXPECT_EQ(authenticator
                ->Authenticate({.authorization = "Bearer a-token",
                                .certificate_name = "farm"})
                ->principal,
            "alice");
  EXPECT_EQ(ReasonFor(authenticator->Authenticate(
                {.authorization = "Bearer wrong", .certificate_name = "farm"})),
            "TOKEN_INVALID");
}

TEST(AuthenticatorTest, KnowsQuotas) {
  Site site(LineOf("alice", "a-token", "waiting=3") +
            "* certificate waiting=1\n");
  const auto authenticator = site.Open();
  EXPECT_EQ(authenticator->QuotaOf("alice").waiting, 3);
  EXPECT_EQ(authenticator->QuotaOf("farm").waiting, 1);
  site.WriteFile(LineOf("alice", "a-token"));
  ASSERT_TRUE(ByToken(*authenticator, "a-token").ok());
  EXPECT_EQ(authenticator->QuotaOf("alice"), PrincipalQuota());
  EXPECT_EQ(authenticator->QuotaOf("farm"), PrincipalQuota());
}

TEST(AuthenticatorTest, WarnsWhenOthersMayReadTheFile) {
  LogLines log;
  Site site(LineOf("alice", "a-token"));
  site.Open();
  EXPECT_FALSE(absl::StrContains(log.text(), "auth_file_readable_by_others"));
  chmod(site.path().c_str(), 0644);
  site.Open();
  EXPECT_TRUE(absl::StrContains(log.text(), "auth_file_readable_by_others"));
}

}  // namespace
}  // namespace animate
