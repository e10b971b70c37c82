#include "engine/weights/load_weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/weights/safetensors_writer.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

// The pages that lie wholly in [data, data + size) and that this process has in
// memory.
size_t PagesInMemory(const void* data, size_t size) {
  const int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t begin = reinterpret_cast<uintptr_t>(data);
  const uint64_t end = begin + size;
  size_t present = 0;
  for (uint64_t i = (begin + page - 1) / page; (i + 1) * page <= end; ++i) {
    uint64_t entry = 0;
    EXPECT_EQ(pread(map, &entry, sizeof(entry),
                    static_cast<off_t>(i * sizeof(entry))),
              static_cast<ssize_t>(sizeof(entry)));
    present += entry >> 63;
  }
  close(map);
  return present;
}

std::string WriteWeights(const TemporaryFolder& folder) {
  const std::string path = folder / "weights.safetensors";
  EXPECT_TRUE(SaveSafetensors(path, {{"big", at::arange(1'000'000, at::kFloat)},
                                     {"half", at::ones({300}, at::kHalf)},
                                     {"ids", at::arange(5, at::kLong)}})
                  .ok());
  return path;
}

TEST(LoadWeightsTest, FloatingPointTensorsGetTheType) {
  const TemporaryFolder folder;
  const absl::StatusOr<LoadedWeights> loaded =
      LoadWeights(WriteWeights(folder), {.dtype = at::kBFloat16});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const StateDict& weights = loaded->tensors;
  EXPECT_TRUE(at::equal(weights.at("big"),
                        at::arange(1'000'000, at::kFloat).to(at::kBFloat16)));
  EXPECT_EQ(weights.at("half").scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::equal(weights.at("ids"), at::arange(5, at::kLong)));
}

TEST(LoadWeightsTest, WhatHasTheTypeIsNotCopied) {
  const TemporaryFolder folder;
  const std::string path = WriteWeights(folder);
  const StateDict weights = LoadWeights(path, {.dtype = at::kFloat})->tensors;
  const at::Tensor& big = weights.at("big");
  EXPECT_TRUE(at::equal(big, at::arange(1'000'000, at::kFloat)));
  // from_blob: a storage that nobody allocated cannot be resized.
  EXPECT_FALSE(big.storage().resizable());
  EXPECT_TRUE(weights.at("half").storage().resizable());
}

TEST(LoadWeightsTest, ErrorsNameTheFile) {
  EXPECT_EQ(LoadWeights("/nowhere/x.pth", {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(GiveBackUnusedTest, KeepsOnlyThePagesOfTensorsThatAreHeld) {
  const TemporaryFolder folder;
  const std::string path = WriteWeights(folder);
  for (const bool held : {true, false}) {
    LoadedWeights weights = LoadWeights(path, {.dtype = at::kFloat}).value();
    const std::vector<SharedBytes> keep_mapped = weights.mappings;
    const void* big = weights.tensors.at("big").const_data_ptr();
    const size_t size = weights.tensors.at("big").nbytes();
    const at::Tensor holder = held ? weights.tensors.at("big") : at::Tensor();
    EXPECT_GT(PagesInMemory(big, size), 900u);
    GiveBackUnused(std::move(weights));
    EXPECT_EQ(PagesInMemory(big, size) > 900u, held);
  }
}

TEST(KeysInFileOrderTest, FollowsTheFileNotTheAlphabet) {
  const TemporaryFolder folder;
  const Checkpoint checkpoint = LoadCheckpoint(WriteWeights(folder)).value();
  // The writer puts the widest elements first.
  EXPECT_THAT(KeysInFileOrder(checkpoint), ElementsAre("ids", "big", "half"));
}

TEST(VisitTensorsTest, GivesBackWhatIsDoneAndKeepsItsValues) {
  const TemporaryFolder folder;
  const Checkpoint checkpoint = LoadCheckpoint(WriteWeights(folder)).value();
  const at::Tensor& big = checkpoint.tensors.at("big");
  const auto visit = [&](bool done) {
    return VisitTensors(checkpoint, {"big"},
                        [&](const std::string&,
                            const at::Tensor& tensor) -> absl::StatusOr<bool> {
                          EXPECT_EQ(tensor.sum().item<float>(),
                                    big.sum().item<float>());
                          return done;
                        });
  };
  ASSERT_TRUE(visit(false).ok());
  EXPECT_GT(PagesInMemory(big.const_data_ptr(), big.nbytes()), 900u);
  ASSERT_TRUE(visit(true).ok());
  EXPECT_EQ(PagesInMemory(big.const_data_ptr(), big.nbytes()), 0u);
  EXPECT_EQ(big[999'999].item<float>(), 999'999.0f);
}

TEST(VisitTensorsTest, StopsAtTheFirstError) {
  const TemporaryFolder folder;
  const Checkpoint checkpoint = LoadCheckpoint(WriteWeights(folder)).value();
  std::vector<std::string> visited;
  const absl::Status status = VisitTensors(
      checkpoint, {"half", "big", "ids"},
      [&](const std::string& key, const at::Tensor&) -> absl::StatusOr<bool> {
        visited.push_back(key);
        if (key == "big") return absl::InternalError("enough");
        return true;
      });
  EXPECT_EQ(status.message(), "enough");
  EXPECT_THAT(visited, ElementsAre("half", "big"));
}

TEST(GiveBackTest, LeavesMemoryThatIsNoFileAlone) {
  const SharedBytes copy = CopyBytes(std::string(100'000, 'x'));
  GiveBack(copy, copy.bytes.data(), copy.bytes.size());
  ReadAhead(copy, copy.bytes.data(), copy.bytes.size());
  ReadNow(copy, copy.bytes.data(), copy.bytes.size());
  EXPECT_EQ(copy.bytes.front(), 'x');
  EXPECT_EQ(copy.bytes[50'000], 'x');
}

}  // namespace
}  // namespace animate
