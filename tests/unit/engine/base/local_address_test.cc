#include "engine/base/local_address.h"

#include <gtest/gtest.h>

namespace animate {
namespace {

TEST(LocalAddressTest, OnlyLoopbackAndSocketsInFilesAreLocal) {
  for (const char* address : {"127.0.0.1:50051", "127.1.2.3:0", "localhost:1",
                              "[::1]:50051", "unix:/run/animate.sock"}) {
    EXPECT_TRUE(IsLocalAddress(address)) << address;
  }
  for (const char* address :
       {"0.0.0.0:50051", "[::]:50051", "10.0.0.1:50051", "example.com:443",
        "127.0.0.1.example.com:1", "127example:1", "128.0.0.1:1", "", ":1",
        "127.0.0.1", "localhost.evil:1"}) {
    EXPECT_FALSE(IsLocalAddress(address)) << address;
  }
}

}  // namespace
}  // namespace animate
