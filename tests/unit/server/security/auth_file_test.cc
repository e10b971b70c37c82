#include "server/security/auth_file.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace animate {
namespace {

const std::string kHashA(64, 'a');
const std::string kHashB(64, 'B');

std::string Line(const std::string& options) {
  return absl::StrCat("alice sha256:", kHashA, " ", options);
}

std::string FaultOf(const std::string& text) {
  return std::string(ParseAuthFile(text).status().message());
}

TEST(AuthFileTest, ReadsPrincipalsHashesAndOptions) {
  const auto entries = ParseAuthFile(absl::StrCat(
      "# who may call\n\n",
      Line("admin waiting=4 unfinished=5 per-minute=6 "
           "bytes=2GiB expires=2031-02-03  # comment"),
      "\r\n\tbob\tsha256:", kHashB, "\nfarm certificate\n* certificate"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 4u);
  const AuthEntry& alice = (*entries)[0];
  EXPECT_EQ(alice.principal, "alice");
  EXPECT_EQ(alice.token_hash, std::string(32, '\xaa'));
  EXPECT_TRUE(alice.admin);
  EXPECT_EQ(alice.quota, (PrincipalQuota{.waiting = 4,
                                         .unfinished = 5,
                                         .bytes = int64_t{2} << 30,
                                         .per_minute = 6}));
  EXPECT_EQ(alice.expire_time,
            absl::FromCivil(absl::CivilDay(2031, 2, 3), absl::UTCTimeZone()));
  const AuthEntry& bob = (*entries)[1];
  EXPECT_EQ(bob.token_hash, std::string(32, '\xbb'));
  EXPECT_FALSE(bob.admin);
  EXPECT_EQ(bob.quota, PrincipalQuota());
  EXPECT_EQ(bob.expire_time, absl::InfiniteFuture());
  EXPECT_TRUE((*entries)[2].is_certificate());
  EXPECT_EQ((*entries)[3].principal, kAnyPrincipal);
}

TEST(AuthFileTest, AMomentOfADayMayBeTheEnd) {
  const auto entries = ParseAuthFile(Line("expires=2031-02-03T04:05:06Z"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->front().expire_time,
            absl::FromCivil(absl::CivilSecond(2031, 2, 3, 4, 5, 6),
                            absl::UTCTimeZone()));
}

TEST(AuthFileTest, AnEmptyFileLetsNobodyIn) {
  for (const char* text : {"", "\n\n", "# nobody", "  \t # nobody\n"}) {
    const auto entries = ParseAuthFile(text);
    ASSERT_TRUE(entries.ok()) << entries.status();
    EXPECT_TRUE(entries->empty());
  }
}

TEST(AuthFileTest, ATokenIsChangedWithoutAGap) {
  const auto entries = ParseAuthFile(
      absl::StrCat("alice sha256:", kHashA, " waiting=2 expires=2031-01-01\n",
                   "alice sha256:", kHashB, " waiting=2\n"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->size(), 2u);
}

TEST(AuthFileTest, LinesOfAPrincipalMustAgree) {
  EXPECT_TRUE(absl::StrContains(
      FaultOf(absl::StrCat("alice sha256:", kHashA, " waiting=2\n",
                           "alice sha256:", kHashB, " waiting=3\n")),
      "line 2"));
  EXPECT_NE(FaultOf(absl::StrCat("alice sha256:", kHashA, " admin\n",
                                 "alice sha256:", kHashB, "\n")),
            "");
}

TEST(AuthFileTest, ACredentialIsSomebodys) {
  EXPECT_NE(FaultOf(absl::StrCat("alice sha256:", kHashA,
                                 "\nbob sha256:", kHashA, "\n")),
            "");
  EXPECT_NE(FaultOf("farm certificate\nfarm certificate\n"), "");
  EXPECT_NE(FaultOf(absl::StrCat("* sha256:", kHashA)), "");
}

TEST(AuthFileTest, HostileLinesAreRefusedWithTheirNumber) {
  const std::string zero("a\0b certificate", 15);
  for (const std::string& line :
       {std::string("alice"),
        std::string("alice password"),
        std::string("alice sha256:"),
        std::string("alice sha256:12"),
        absl::StrCat("alice ", kHashA),
        absl::StrCat("alice md5:", kHashA),
        absl::StrCat("alice sha256:", kHashA, "a"),
        absl::StrCat("alice sha256:", std::string(64, 'g')),
        Line("root"),
        Line("admin admin"),
        Line("admin=yes"),
        Line("waiting"),
        Line("waiting="),
        Line("waiting=0"),
        Line("waiting=-1"),
        Line("waiting=1000001"),
        Line("waiting=1e3"),
        Line("waiting=99999999999999999999"),
        Line("waiting=1 waiting=1"),
        Line("bytes=0"),
        Line("bytes=GiB"),
        Line("bytes=9999999999GiB"),
        Line("bytes=-5"),
        Line("expires="),
        Line("expires=tomorrow"),
        Line("expires=2031-02-30"),
        Line("expires=infinite-future"),
        Line("=1"),
        zero,
        std::string("\xff\xfe certificate"),
        std::string(257, 'p') + " certificate"}) {
    const auto entries = ParseAuthFile("# first\n" + line + "\n");
    EXPECT_FALSE(entries.ok()) << absl::CHexEscape(line);
    EXPECT_TRUE(absl::StrContains(entries.status().message(), "line 2: "))
        << entries.status();
  }
}

TEST(AuthFileTest, FaultsDoNotRepeatWhatMayBeASecret) {
  for (const char* text : {"alice hunter2secret", "hunter2secret",
                           "alice certificate hunter2secret",
                           "alice certificate bytes=hunter2secret",
                           "alice certificate expires=hunter2secret"}) {
    EXPECT_FALSE(absl::StrContains(FaultOf(text), "hunter2")) << FaultOf(text);
    EXPECT_NE(FaultOf(text), "");
  }
}

TEST(AuthFileTest, IsOfLimitedSize) {
  EXPECT_TRUE(ParseAuthFile(std::string(size_t{4} << 20, '\n')).ok());
  EXPECT_FALSE(ParseAuthFile(std::string((size_t{4} << 20) + 1, '\n')).ok());
  std::string many;
  for (int i = 0; i < 10'000; ++i) {
    absl::StrAppend(&many, "p", i, " certificate\n");
  }
  EXPECT_TRUE(ParseAuthFile(many).ok());
  EXPECT_FALSE(ParseAuthFile(many + "more certificate").ok());
}

}  // namespace
}  // namespace animate
