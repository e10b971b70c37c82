#include "server/security/tls_certificates.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/log.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

// As cert-manager and Kubernetes do it: other files under the names.
void Replace(const TemporaryFolder& folder, const TestIdentity& identity) {
  folder.Write("new.crt", identity.certificate);
  folder.Write("new.key", identity.key);
  std::filesystem::rename(folder / "new.crt", folder / "tls.crt");
  std::filesystem::rename(folder / "new.key", folder / "tls.key");
}

TEST(TlsCertificatesTest, AreReadAgainOnlyWhenTheyHaveChanged) {
  TemporaryFolder folder;
  const TestAuthority authority("authority");
  Replace(folder, authority.Issue({.common_name = "one"}));
  auto certificates = *TlsCertificates::Open(
      {.certificate = folder / "tls.crt", .key = folder / "tls.key"});
  EXPECT_FALSE(certificates->wants_client_certificates());
  const auto one = certificates->Current();
  EXPECT_EQ(one, certificates->Current());
  const TestIdentity next = authority.Issue({.common_name = "two"});
  Replace(folder, next);
  const auto two = certificates->Current();
  EXPECT_NE(one, two);
  EXPECT_EQ(two->certificate_chain, next.certificate);
}

TEST(TlsCertificatesTest, BadOnesLeaveTheOldInForceAndAreLoggedOnce) {
  TemporaryFolder folder;
  const TestAuthority authority("authority");
  const TestIdentity good = authority.Issue({.common_name = "one"});
  Replace(folder, good);
  auto certificates = *TlsCertificates::Open(
      {.certificate = folder / "tls.crt", .key = folder / "tls.key"});
  const auto before = certificates->Current();
  int rejected = 0;
  SetLogSink([&rejected](absl::string_view line) {
    if (absl::StrContains(line, "tls_certificate_rejected")) ++rejected;
  });
  // Half of a rotation: the new certificate with the old key.
  Replace(folder,
          {.certificate = authority.Issue({.common_name = "two"}).certificate,
           .key = good.key});
  EXPECT_EQ(certificates->Current(), before);
  EXPECT_EQ(certificates->Current(), before);
  EXPECT_EQ(rejected, 1);
  std::filesystem::remove(folder / "tls.key");
  EXPECT_EQ(certificates->Current(), before);
  SetLogSink(nullptr);
  Replace(folder, authority.Issue({.common_name = "three"}));
  EXPECT_NE(certificates->Current(), before);
}

TEST(TlsCertificatesTest, OneThatHasExpiredIsServedWithAWarning) {
  TemporaryFolder folder;
  Replace(folder,
          TestAuthority("authority")
              .Issue({.common_name = "old", .lasts = -absl::Minutes(5)}));
  std::string log;
  SetLogSink([&log](absl::string_view line) { absl::StrAppend(&log, line); });
  EXPECT_TRUE(TlsCertificates::Open({.certificate = folder / "tls.crt",
                                     .key = folder / "tls.key"})
                  .ok());
  SetLogSink(nullptr);
  EXPECT_TRUE(absl::StrContains(log, "tls_certificate_not_valid")) << log;
}

}  // namespace
}  // namespace animate
