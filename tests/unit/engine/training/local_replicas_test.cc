#include "engine/training/local_replicas.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/training/child_test.h"

namespace animate {
namespace {

TEST(LocalReplicas, OneIsThisProcess) {
  const auto replicas = LocalReplicas::Fork(1);
  ASSERT_TRUE(replicas.ok());
  EXPECT_EQ((*replicas)->address().world_size, 1);
  EXPECT_TRUE((*replicas)->Wait().ok());
}

TEST(LocalReplicas, RefusesImpossibleNumbers) {
  EXPECT_FALSE(LocalReplicas::Fork(0).ok());
  EXPECT_FALSE(LocalReplicas::Fork(1000).ok());
}

TEST(LocalReplicas, DISABLED_ChildThatForks) {
  const auto replicas = LocalReplicas::Fork(3);
  ASSERT_TRUE(replicas.ok());
  const ReplicaAddress& address = (*replicas)->address();
  if (address.rank > 0) {
    const bool as_told = address.world_size == 3 && address.master_port > 0 &&
                         address.local_rank == address.rank &&
                         address.bound_socket < 0;
    _exit(!as_told || ChildTest::Argument() == std::to_string(address.rank));
  }
  const absl::Status status = (*replicas)->Wait();
  if (ChildTest::Argument() == "none") {
    EXPECT_TRUE(status.ok()) << status;
  } else {
    EXPECT_EQ(status, absl::AbortedError("the process of rank 2 failed"));
  }
}

TEST(LocalReplicas, StartsCopiesAndWaitsForThem) {
  EXPECT_TRUE(
      ChildTest("LocalReplicas.DISABLED_ChildThatForks", "none").Passed());
}

TEST(LocalReplicas, NamesTheCopyThatFailed) {
  EXPECT_TRUE(ChildTest("LocalReplicas.DISABLED_ChildThatForks", "2").Passed());
}

}  // namespace
}  // namespace animate
