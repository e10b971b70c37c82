#include "server/queue/field_bytes.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace animate {
namespace {

TEST(FieldBytesTest, FieldsComeBackInOrder) {
  FieldWriter writer;
  writer.PutInt(-5);
  writer.PutUint(std::numeric_limits<uint64_t>::max());
  writer.PutDouble(-0.0);
  writer.PutDouble(std::numeric_limits<double>::quiet_NaN());
  writer.PutBool(true);
  writer.PutString(std::string("a\0b", 3));
  writer.PutDuration(-absl::Milliseconds(1500));
  writer.PutDuration(absl::InfiniteDuration());
  const std::string bytes = writer.Take();
  FieldReader reader(bytes);
  EXPECT_EQ(reader.TakeInt(), -5);
  EXPECT_EQ(reader.TakeUint(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(std::signbit(reader.TakeDouble()));
  EXPECT_TRUE(std::isnan(reader.TakeDouble()));
  EXPECT_TRUE(reader.TakeBool());
  EXPECT_EQ(reader.TakeString(), std::string("a\0b", 3));
  EXPECT_EQ(reader.TakeDuration(), -absl::Milliseconds(1500));
  EXPECT_EQ(reader.TakeDuration(), absl::InfiniteDuration());
  EXPECT_TRUE(reader.AtEnd());
}

TEST(FieldBytesTest, ReadingBeyondTheEndFailsForGood) {
  FieldWriter writer;
  writer.PutBool(true);
  const std::string bytes = writer.Take();
  FieldReader reader(bytes);
  EXPECT_EQ(reader.TakeInt(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader.TakeBool());
  EXPECT_EQ(reader.TakeString(), "");
  EXPECT_FALSE(reader.AtEnd());
}

TEST(FieldBytesTest, RefusesWhatIsOutOfItsRange) {
  enum class Letter { kA, kB };
  for (const int64_t value : {int64_t{-1}, int64_t{2}, int64_t{1} << 40}) {
    FieldWriter writer;
    writer.PutInt(value);
    const std::string bytes = writer.Take();
    FieldReader reader(bytes);
    EXPECT_EQ(reader.TakeEnum(Letter::kB), Letter::kA);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(FieldBytesTest, ACountIsBoundedByWhatIsLeft) {
  FieldWriter writer;
  writer.PutUint(3);
  writer.PutUint(0);
  writer.PutUint(0);
  const std::string bytes = writer.Take();
  FieldReader reader(bytes);
  EXPECT_EQ(FieldReader(bytes).TakeCount(5), 3u);
  EXPECT_EQ(reader.TakeCount(8), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(FieldBytesTest, ATrailingByteIsNotTheEnd) {
  FieldReader reader("\x01x");
  EXPECT_TRUE(reader.TakeBool());
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.AtEnd());
}

}  // namespace
}  // namespace animate
