#include "tools/train/stop_request.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace animate {
namespace {

void AwaitCancelled(const CancellationToken& token) {
  while (!token.cancelled()) std::this_thread::yield();
}

TEST(StopRequestTest, ASignalCancels) {
  for (const int signal : {SIGINT, SIGTERM}) {
    CancellationToken token;
    const StopRequest stop(token);
    EXPECT_TRUE(token.Check().ok());
    std::raise(signal);
    AwaitCancelled(token);
    EXPECT_EQ(token.Check().message(),
              signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM");
  }
}

TEST(StopRequestTest, WithoutASignalNothingIsCancelled) {
  CancellationToken token;
  { const StopRequest stop(token); }
  EXPECT_TRUE(token.Check().ok());
}

TEST(StopRequestTest, WhatWasBeforeComesBack) {
  std::signal(SIGTERM, SIG_IGN);
  {
    CancellationToken token;
    const StopRequest stop(token);
  }
  struct sigaction action = {};
  sigaction(SIGTERM, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
}

TEST(StopRequestDeathTest, ASecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        CancellationToken token;
        const StopRequest stop(token);
        std::raise(SIGINT);
        AwaitCancelled(token);
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace animate
