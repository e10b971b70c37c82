// Processes as torchrun starts them: its agent, not one of them, has opened the
// meeting place.
#include <gtest/gtest.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ops/full.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/training/torch_replicas.h"
#include "tests/unit/engine/training/child_test.h"

namespace animate {
namespace {

TEST(Torchrun, DISABLED_ChildOfTheAgent) {
  const std::vector<std::string> words =
      absl::StrSplit(ChildTest::Argument(), ' ');
  setenv("MASTER_ADDR", "localhost", 1);
  setenv("MASTER_PORT", words.at(0).c_str(), 1);
  setenv("RANK", words.at(1).c_str(), 1);
  setenv("LOCAL_RANK", words.at(1).c_str(), 1);
  setenv("WORLD_SIZE", "2", 1);
  setenv("TORCHELASTIC_USE_AGENT_STORE", "True", 1);
  setenv("TORCHELASTIC_RESTART_COUNT", words.at(2).c_str(), 1);
  const auto address = ReplicaAddressFromEnvironment(
      [](const char* name) { return std::getenv(name); });
  ASSERT_TRUE(address.ok()) << address.status();
  const auto replicas = ConnectReplicas(*address, absl::Minutes(2));
  ASSERT_TRUE(replicas.ok()) << replicas.status();
  const double rank = (*replicas)->rank();
  const at::Tensor mean = at::full({3}, 2.0 + 4.0 * rank, at::kFloat);
  ASSERT_TRUE((*replicas)->Average(mean).ok());
  EXPECT_EQ(mean[2].item<double>(), 4.0);
  const at::Tensor first = at::full({3}, 7.0 + rank, at::kFloat);
  ASSERT_TRUE((*replicas)->Broadcast(first).ok());
  EXPECT_EQ(first[0].item<double>(), 7.0);
}

TEST(Torchrun, ProcessesMeetAtTheAgentAndAgainAfterARestart) {
  c10d::TCPStoreOptions options;
  options.port = 0;
  options.isServer = true;
  options.waitWorkers = false;
  const c10d::TCPStore agent("localhost", options);
  for (const int attempt : {0, 1}) {
    const auto start = [&](int rank) {
      return std::make_unique<ChildTest>(
          "Torchrun.DISABLED_ChildOfTheAgent",
          absl::StrCat(agent.getPort(), " ", rank, " ", attempt));
    };
    const auto first = start(0);
    const auto second = start(1);
    EXPECT_TRUE(first->Passed());
    EXPECT_TRUE(second->Passed());
  }
}

}  // namespace
}  // namespace animate
