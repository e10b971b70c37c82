#include "server/security/access_token.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace animate {
namespace {

TEST(AccessTokenTest, HasTwoHundredFiftySixBitsAndIsNeverTheSame) {
  const std::string token = *NewAccessToken();
  ASSERT_EQ(token.size(), 4u + 64u);
  EXPECT_TRUE(absl::StartsWith(token, "ani_"));
  EXPECT_TRUE(std::all_of(token.begin() + 4, token.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  }));
  EXPECT_NE(token, *NewAccessToken());
}

TEST(AccessTokenTest, IsTakenFromTheBearerScheme) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bearer  abc "), "abc");
  for (const char* none :
       {"", "Bearer", "Bearer ", "abc", "Basic abc", "Bearerabc"}) {
    EXPECT_EQ(BearerToken(none), "") << none;
  }
}

TEST(AccessTokenTest, HashesAreComparedAsAWhole) {
  EXPECT_TRUE(SameHash("abcd", "abcd"));
  EXPECT_FALSE(SameHash("abcd", "abce"));
  EXPECT_FALSE(SameHash("abcd", "abc"));
  EXPECT_FALSE(SameHash("", "abc"));
}

}  // namespace
}  // namespace animate
