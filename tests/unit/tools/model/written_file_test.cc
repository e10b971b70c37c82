#include "tools/model/written_file.h"

#include <gmock/gmock.h>

namespace animate {
namespace {

TEST(WrittenFileTest, PrintsSizeAndSpeed) {
  ::testing::internal::CaptureStdout();
  PrintWrittenFile({.name = "vae.safetensors",
                    .tensors = 248,
                    .size_bytes = 334'000'000,
                    .seconds = 2});
  PrintWrittenFile({.name = "empty", .seconds = 0});
  const std::string out = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(out, ::testing::HasSubstr("248 tensors     334.00 MB    2.00 s"));
  EXPECT_THAT(out, ::testing::HasSubstr("167.0 MB/s"));
}

}  // namespace
}  // namespace animate
