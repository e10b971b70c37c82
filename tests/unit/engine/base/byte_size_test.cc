#include "engine/base/byte_size.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(ByteSizeTest, ReadsNumbersWithAndWithoutUnits) {
  EXPECT_EQ(ParseByteSize("17"), 17);
  EXPECT_EQ(ParseByteSize("3KiB"), 3 * 1024);
  EXPECT_EQ(ParseByteSize("512MiB"), int64_t{512} << 20);
  EXPECT_EQ(ParseByteSize("4 GiB"), int64_t{4} << 30);
  EXPECT_EQ(ParseByteSize("2TiB"), int64_t{2} << 40);
}

TEST(ByteSizeTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "GiB", "0", "0MiB", "-1", "1.5GiB", "4GB", "4gib", "1KiBMiB",
        "9223372036854775808", "9007199254740992KiB"}) {
    EXPECT_EQ(ParseByteSize(text), std::nullopt) << text;
  }
}

TEST(ByteSizeTest, WritesWhatItReads) {
  for (const char* text : {"17", "3KiB", "512MiB", "4GiB", "2TiB"}) {
    EXPECT_EQ(FormatByteSize(*ParseByteSize(text)), text);
  }
  EXPECT_EQ(FormatByteSize(2048 * 1024), "2MiB");
}

}  // namespace
}  // namespace animate
