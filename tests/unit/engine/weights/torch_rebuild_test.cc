#include "engine/weights/torch_rebuild.h"

#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();

// Rebuilds the pickle `body` over a storage "0" of six floats.
absl::StatusOr<StateDict> RebuildBody(const std::string& body) {
  ANIMATE_ASSIGN_OR_RETURN(
      const Pickle pickle,
      ReadPickle(AsBytes(PickleProgram(body)), AllowedTorchGlobals()));
  ANIMATE_RETURN_IF_ERROR(FindTorchStorages(pickle).status());
  return RebuildStateDict(
      pickle, {{"0", at::arange(6, at::TensorOptions(at::kFloat))}});
}

// The same for a state dict with the one tensor "weight".
absl::StatusOr<StateDict> RebuildOne(const TensorInput& tensor) {
  return RebuildBody(PickleDict("weight", PickleTensor(tensor)));
}

TEST(FindTorchStoragesTest, ReturnsTypeAndSizeByKey) {
  const auto pickle = ReadPickle(
      AsBytes(PickleProgram(PickleDict(
          "weight",
          PickleTensor({.storage = PickleStorage("HalfStorage", "7", 9)})))),
      AllowedTorchGlobals());
  ASSERT_THAT(pickle, IsOk());
  const auto storages = FindTorchStorages(*pickle);
  ASSERT_THAT(storages, IsOk());
  ASSERT_EQ(storages->size(), 1u);
  EXPECT_EQ(storages->at("7").dtype, at::kHalf);
  EXPECT_EQ(storages->at("7").count, 9);
}

TEST(RebuildStateDictTest, RefusesATensorWhoseStorageIsNotGiven) {
  EXPECT_THAT(RebuildOne({.storage = PickleStorage("FloatStorage", "1", 6)}),
              IsRefused("storage 1 is missing"));
}

TEST(RebuildStateDictTest, BuildsAViewOfTheStorage) {
  const auto state_dict = RebuildOne({});
  ASSERT_THAT(state_dict, IsOk());
  EXPECT_TRUE(state_dict->at("weight").equal(
      at::arange(6, at::TensorOptions(at::kFloat)).reshape({2, 3})));
  // Size 0 may begin at the very end.
  EXPECT_THAT(RebuildOne({.offset = 6, .size = {0}, .stride = {1}}), IsOk());
}

TEST(RebuildStateDictTest, RefusesTensorsThatLeaveTheirStorage) {
  EXPECT_THAT(RebuildOne({.offset = 1}), IsRefused("last element is number 6"));
  EXPECT_THAT(RebuildOne({.stride = {4, 1}}), IsRefused("last element"));
  EXPECT_THAT(RebuildOne({.size = {7}, .stride = {1}}),
              IsRefused("7 elements"));
  EXPECT_THAT(RebuildOne({.offset = 7, .size = {0}, .stride = {1}}),
              IsRefused("do not fit together"));
  EXPECT_THAT(RebuildOne({.offset = -1}), IsRefused("do not fit together"));
  EXPECT_THAT(RebuildOne({.offset = kMaxInt64}),
              IsRefused("do not fit together"));
}

TEST(RebuildStateDictTest, RefusesSizesAndStridesThatOverflow) {
  EXPECT_THAT(RebuildOne({.size = {-2, -3}}), IsRefused("at least 0"));
  EXPECT_THAT(RebuildOne({.stride = {-3, 1}}), IsRefused("at least 0"));
  EXPECT_THAT(RebuildOne({.size = {kMaxInt64, 2}}),
              IsRefused("do not fit together"));
  EXPECT_THAT(RebuildOne({.size = {3, 1}, .stride = {kMaxInt64, 1}}),
              IsRefused("overflow"));
  EXPECT_THAT(RebuildOne({.size = {2, 2}, .stride = {kMaxInt64, kMaxInt64}}),
              IsRefused("overflow"));
  EXPECT_THAT(RebuildOne({.offset = 1, .size = {2}, .stride = {kMaxInt64}}),
              IsRefused("overflow"));
}

TEST(RebuildStateDictTest, RefusesMalformedTensors) {
  EXPECT_THAT(RebuildOne({.stride = {1}}), IsRefused("do not fit together"));
  EXPECT_THAT(RebuildOne({.size = std::vector<int64_t>(65, 1),
                          .stride = std::vector<int64_t>(65, 1)}),
              IsRefused("short tuple"));
  const std::string rebuild =
      PickleGlobal("torch._utils", "_rebuild_tensor_v2");
  EXPECT_THAT(RebuildBody(PickleDict("weight", rebuild + ")R")),
              IsRefused("unexpected arguments"));
  EXPECT_THAT(RebuildBody(PickleDict("weight", rebuild + "(NNNNNNtR")),
              IsRefused("unexpected arguments"));
  EXPECT_THAT(RebuildBody(PickleDict("weight", rebuild + "(NK\1NNNNtR")),
              IsRefused(""));
  EXPECT_THAT(
      RebuildBody(PickleDict(
          "weight", PickleGlobal("torch._utils", "_rebuild_parameter") + ")R")),
      IsRefused("is not a tensor"));
  EXPECT_THAT(RebuildBody(PickleDict(
                  "weight", PickleGlobal("torch", "FloatStorage") + ")R")),
              IsRefused("is not a tensor"));
}

TEST(RebuildStateDictTest, RefusesMalformedStorageReferences) {
  for (const std::string& storage :
       {std::string("NQ"), std::string(")Q"), PickleText("0") + "Q",
        absl::StrCat("(", PickleText("module"),
                     PickleGlobal("torch", "FloatStorage"), PickleText("0"),
                     PickleText("cpu"), "K\6tQ"),
        absl::StrCat("(", PickleText("storage"),
                     PickleGlobal("torch._utils", "_rebuild_parameter"),
                     PickleText("0"), PickleText("cpu"), "K\6tQ"),
        PickleStorage("FloatStorage", std::string(65, '0'), 6),
        PickleStorage("FloatStorage", "0", -6),
        PickleStorage("FloatStorage", "0", kMaxInt64)}) {
    EXPECT_THAT(RebuildOne({.storage = storage}),
                IsRefused("reference to a storage is malformed"));
  }
}

TEST(RebuildStateDictTest, RefusesViewsOfStorages) {
  const std::string storage = absl::StrCat(
      "(", PickleText("storage"), PickleGlobal("torch", "FloatStorage"),
      PickleText("0"), PickleText("cpu"), "K\6", PickleInts({0, 1, 2}), "tQ");
  EXPECT_THAT(RebuildOne({.storage = storage}), IsRefused("before 0.4"));
}

TEST(RebuildStateDictTest, RefusesReferencesThatDisagree) {
  const std::string body = absl::StrCat(
      "}(", PickleText("a"), PickleTensor({}), PickleText("b"),
      PickleTensor({.storage = PickleStorage("IntStorage", "0", 6)}), "u");
  EXPECT_THAT(RebuildBody(body), IsRefused("storage 0 disagree"));
}

TEST(RebuildStateDictTest, RefusesKeysThatAreRepeatedOrNotText) {
  const std::string twice =
      absl::StrCat("}(", PickleText("a"), PickleTensor({}), PickleText("a"),
                   PickleTensor({}), "u");
  EXPECT_THAT(RebuildBody(twice), IsRefused("\"a\" occurs more than once"));
  EXPECT_THAT(RebuildBody(absl::StrCat("}K\1", PickleTensor({}), "s")),
              IsRefused("not a string"));
}

TEST(RebuildStateDictTest, RefusesAStateDictThatContainsItself) {
  EXPECT_THAT(RebuildBody(absl::StrCat("}q\1", PickleText("a"), "h\1s")),
              IsRefused("\"a\": is not a tensor"));
  EXPECT_THAT(
      RebuildBody(absl::StrCat("}q\1", PickleText("state_dict"), "h\1s")),
      IsRefused("\"state_dict\": is not a tensor"));
}

}  // namespace
}  // namespace animate
