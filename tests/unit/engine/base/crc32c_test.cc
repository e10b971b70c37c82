#include "engine/base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace animate {
namespace {

// Vectors of RFC 3720, appendix B.4.
TEST(Crc32cTest, MatchesTheStandardsVectors) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(Crc32c(std::string(ascending.rbegin(), ascending.rend())),
            0x113fdb5cu);
}

TEST(Crc32cTest, ExtendsOverAnySplit) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += static_cast<char>(i * 37);
  for (size_t split = 0; split <= text.size(); ++split) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(text.substr(0, split)), text.substr(split)),
              Crc32c(text))
        << split;
  }
}

TEST(Crc32cTest, SeesEveryFlippedBit) {
  const std::string text(41, 'a');
  for (size_t i = 0; i < text.size() * 8; ++i) {
    std::string flipped = text;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    EXPECT_NE(Crc32c(flipped), Crc32c(text)) << i;
  }
}

}  // namespace
}  // namespace animate
