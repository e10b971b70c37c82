#include "engine/base/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/temporary_folder.h"

namespace animate {
namespace {

// FIPS 180-2, appendix B.
TEST(Sha256Test, MatchesTheStandard) {
  EXPECT_EQ(Sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, BytesAndHexAreTheSame) {
  const std::string bytes = Sha256Bytes("abc");
  ASSERT_EQ(bytes.size(), 32u);
  EXPECT_EQ(static_cast<unsigned char>(bytes.front()), 0xba);
  EXPECT_EQ(static_cast<unsigned char>(bytes.back()), 0xad);
}

TEST(Sha256Test, AFileHasTheDigestOfItsContent) {
  const TemporaryFolder folder;
  const std::string content(3'000'001, 'x');  // More than one block.
  const auto digest = Sha256OfFile(folder.Write("a", content));
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(*digest, Sha256(content));
}

TEST(Sha256Test, FilesThatCannotBeReadAreErrors) {
  EXPECT_EQ(Sha256OfFile("/nowhere/a").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(Sha256OfFile("/").ok());
}

}  // namespace
}  // namespace animate
