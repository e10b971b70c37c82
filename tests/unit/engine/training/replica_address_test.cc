#include "engine/training/replica_address.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/base/error.h"

namespace animate {
namespace {

absl::StatusOr<ReplicaAddress> Read(
    const std::map<std::string, std::string>& variables) {
  return ReplicaAddressFromEnvironment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

const std::map<std::string, std::string> kTorchrun = {
    {"MASTER_ADDR", "node1"},
    {"MASTER_PORT", "29400"},
    {"RANK", "5"},
    {"WORLD_SIZE", "8"},
    {"LOCAL_RANK", "1"},
    {"TORCHELASTIC_USE_AGENT_STORE", "True"},
    {"TORCHELASTIC_RESTART_COUNT", "2"}};

TEST(ReplicaAddress, IsThatOfASingleProcessWithoutTorchrun) {
  const auto address = Read({});
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->world_size, 1);
  EXPECT_EQ(address->rank, 0);
}

TEST(ReplicaAddress, IsWhatTorchrunSets) {
  const auto address = Read(kTorchrun);
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->master_address, "node1");
  EXPECT_EQ(address->master_port, 29400);
  EXPECT_EQ(address->rank, 5);
  EXPECT_EQ(address->world_size, 8);
  EXPECT_EQ(address->local_rank, 1);
  EXPECT_TRUE(address->agent_is_master);
  EXPECT_EQ(address->attempt, 2);
}

TEST(ReplicaAddress, NamesTheVariableThatIsMissing) {
  for (const char* name : {"MASTER_ADDR", "MASTER_PORT", "RANK"}) {
    auto variables = kTorchrun;
    variables.erase(name);
    const auto details = GetErrorDetails(Read(variables).status());
    ASSERT_TRUE(details.has_value()) << name;
    EXPECT_EQ(details->field_violations.at(0).field, name);
  }
}

TEST(ReplicaAddress, NamesTheVariableThatIsWrong) {
  const std::pair<const char*, const char*> faults[] = {
      {"RANK", "8"},
      {"RANK", "one"},
      {"WORLD_SIZE", "0"},
      {"MASTER_PORT", "0"},
      {"LOCAL_RANK", "-1"},
      {"MASTER_PORT", "70000"},
      {"TORCHELASTIC_RESTART_COUNT", "x"}};
  for (const auto& [name, value] : faults) {
    auto variables = kTorchrun;
    variables[name] = value;
    const auto details = GetErrorDetails(Read(variables).status());
    ASSERT_TRUE(details.has_value()) << name << "=" << value;
    EXPECT_EQ(details->field_violations.at(0).field, name);
  }
}

}  // namespace
}  // namespace animate
