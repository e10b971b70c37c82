#include "server/security/tls_material.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace animate {
namespace {

class TlsMaterialTest : public testing::Test {
 protected:
  TlsMaterialTest()
      : authority_("authority"),
        identity_(authority_.Issue({.common_name = "server"})) {
    files_.certificate = folder_.Write("tls.crt", identity_.certificate);
    files_.key = folder_.Write("tls.key", identity_.key);
    files_.client_ca = folder_.Write("ca.crt", authority_.certificate());
  }

  std::string Fault() const {
    return std::string(ReadTlsFiles(files_).status().message());
  }

  TemporaryFolder folder_;
  TestAuthority authority_;
  TestIdentity identity_;
  TlsFiles files_;
};

TEST_F(TlsMaterialTest, IsWhatStandsInTheFiles) {
  const auto material = ReadTlsFiles(files_);
  ASSERT_TRUE(material.ok()) << material.status();
  EXPECT_EQ(material->certificate_chain, identity_.certificate);
  EXPECT_EQ(material->private_key, identity_.key);
  EXPECT_EQ(material->client_ca, authority_.certificate());
  EXPECT_LT(material->not_before, absl::Now());
  EXPECT_GT(material->not_after, absl::Now());
  files_.client_ca.clear();
  EXPECT_EQ(ReadTlsFiles(files_)->client_ca, "");
}

TEST_F(TlsMaterialTest, MayHaveIntermediates) {
  folder_.Write("tls.crt", identity_.certificate + authority_.certificate());
  EXPECT_TRUE(ReadTlsFiles(files_).ok()) << Fault();
}

TEST_F(TlsMaterialTest, AMissingFileIsNamed) {
  files_.key = folder_ / "missing.key";
  EXPECT_TRUE(absl::StrContains(Fault(), "missing.key: No such file"))
      << Fault();
}

TEST_F(TlsMaterialTest, AKeyOfAnotherCertificateIsRefused) {
  folder_.Write("tls.key", authority_.Issue({.common_name = "other"}).key);
  EXPECT_TRUE(absl::StrContains(Fault(), "tls.key: the key does not belong"))
      << Fault();
}

TEST_F(TlsMaterialTest, WhatIsNoPemIsRefused) {
  for (const char* name : {"tls.crt", "tls.key", "ca.crt"}) {
    const std::string good = folder_.Read(name);
    for (const std::string& bad : {std::string(), std::string("text"),
                                   good.substr(0, good.size() / 2)}) {
      folder_.Write(name, bad);
      EXPECT_TRUE(absl::StrContains(Fault(), name)) << name << ": " << bad;
    }
    folder_.Write(name, good);
  }
  folder_.Write("tls.crt", identity_.certificate +
                               "-----BEGIN CERTIFICATE-----\nAAAA\n"
                               "-----END CERTIFICATE-----\n");
  EXPECT_TRUE(absl::StrContains(Fault(), "certificate 2")) << Fault();
}

TEST_F(TlsMaterialTest, AnEncryptedKeyIsRefusedWithoutAskingForAPassword) {
  folder_.Write("tls.key", EncryptedKey());
  EXPECT_TRUE(absl::StrContains(Fault(), "encrypted")) << Fault();
}

}  // namespace
}  // namespace animate
