#include "engine/weights/byte_tensor.h"

#include <gmock/gmock.h>

#include <limits>

#include <ATen/core/Tensor.h>

#include "absl/strings/string_view.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

constexpr int64_t kMaxSize = std::numeric_limits<int64_t>::max();

TEST(ElementCountTest, MultipliesTheSizes) {
  EXPECT_EQ(ElementCount({}), 1);
  EXPECT_EQ(ElementCount({2, 3, 4}), 24);
  EXPECT_EQ(ElementCount({2, 0}), 0);
  EXPECT_EQ(ElementCount({kMaxSize}), kMaxSize);
}

TEST(ElementCountTest, RefusesNegativeSizesAndOverflow) {
  EXPECT_EQ(ElementCount({-1}), std::nullopt);
  EXPECT_EQ(ElementCount({-2, -3}), std::nullopt);
  EXPECT_EQ(ElementCount({kMaxSize, 2}), std::nullopt);
  EXPECT_EQ(ElementCount({int64_t{1} << 32, int64_t{1} << 32}), std::nullopt);
}

TEST(ByteCountTest, MultipliesByTheElementSize) {
  EXPECT_EQ(ByteCount(3, at::kHalf), 6);
  EXPECT_EQ(ByteCount(0, at::kDouble), 0);
  EXPECT_EQ(ByteCount(-1, at::kByte), std::nullopt);
  EXPECT_EQ(ByteCount(kMaxSize / 2, at::kFloat), std::nullopt);
}

TEST(TensorOverBytesTest, PointsIntoAlignedBytes) {
  const SharedBytes bytes = CopyBytes(LittleEndian(7, 8) + LittleEndian(9, 8));
  const auto tensor = TensorOverBytes(bytes, 8, {1}, at::kLong);
  ASSERT_THAT(tensor, IsOk());
  EXPECT_EQ(tensor->const_data_ptr(), bytes.bytes.data() + 8);
  EXPECT_EQ(tensor->item<int64_t>(), 9);
}

TEST(TensorOverBytesTest, CopiesMisalignedBytes) {
  const SharedBytes bytes = CopyBytes("x" + LittleEndian(9, 8));
  const auto tensor = TensorOverBytes(bytes, 1, {1}, at::kLong);
  ASSERT_THAT(tensor, IsOk());
  EXPECT_EQ(tensor->item<int64_t>(), 9);
}

TEST(TensorOverBytesTest, RefusesWhatReachesBeyondTheBytes) {
  const SharedBytes bytes = CopyBytes(LittleEndian(7, 8));
  EXPECT_THAT(TensorOverBytes(bytes, 8, {0}, at::kLong), IsOk());
  EXPECT_THAT(TensorOverBytes(bytes, 0, {2}, at::kLong), IsRefused("beyond"));
  EXPECT_THAT(TensorOverBytes(bytes, 1, {1}, at::kLong), IsRefused("beyond"));
  EXPECT_THAT(TensorOverBytes(bytes, 9, {0}, at::kLong), IsRefused("beyond"));
  EXPECT_THAT(TensorOverBytes(bytes, -1, {1}, at::kByte), IsRefused("beyond"));
  EXPECT_THAT(TensorOverBytes(bytes, kMaxSize, {1}, at::kByte),
              IsRefused("beyond"));
  EXPECT_THAT(TensorOverBytes(bytes, 0, {kMaxSize}, at::kLong),
              IsRefused("beyond"));
}

TEST(TensorOverBytesTest, RefusesABooleanThatIsNeitherZeroNorOne) {
  EXPECT_THAT(TensorOverBytes(CopyBytes(absl::string_view("\0\1", 2)), 0, {2},
                              at::kBool),
              IsOk());
  EXPECT_THAT(TensorOverBytes(CopyBytes("\1\2"), 0, {2}, at::kBool),
              IsRefused("not 0 or 1"));
}

}  // namespace
}  // namespace animate
