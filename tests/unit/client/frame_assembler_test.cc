#include "client/frame_assembler.h"

#include <gtest/gtest.h>

#include "engine/base/error.h"
#include "tests/unit/client/fake_animation_service.h"

namespace animate {
namespace {

TEST(FrameAssemblerTest, GivesAFrameOfOnePartAtOnce) {
  FrameAssembler assembler;
  v1::Frame message = FramePart(0, 0, 1, "abc", "abc");
  message.mutable_pts()->set_nanos(40'000'000);
  message.set_width(8);
  message.set_height(16);

  const auto frame = assembler.Add(message);

  ASSERT_TRUE(frame.ok()) << frame.status();
  ASSERT_TRUE(frame->has_value());
  EXPECT_EQ((*frame)->data, "abc");
  EXPECT_EQ((*frame)->index, 0u);
  EXPECT_EQ((*frame)->pts, absl::Milliseconds(40));
  EXPECT_EQ((*frame)->width, 8u);
  EXPECT_EQ((*frame)->height, 16u);
  EXPECT_EQ((*frame)->format, v1::OUTPUT_FORMAT_PNG);
  EXPECT_EQ(assembler.next_index(), 1u);
}

TEST(FrameAssemblerTest, JoinsPartsInOrder) {
  FrameAssembler assembler;
  const auto first = assembler.Add(FramePart(0, 0, 2, "ab", "abc"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->has_value());

  const auto second = assembler.Add(FramePart(0, 1, 2, "c", "abc"));

  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((*second)->data, "abc");
}

TEST(FrameAssemblerTest, DamageIsDataLoss) {
  FrameAssembler assembler;
  const auto frame = assembler.Add(FramePart(0, 0, 1, "abd", "abc"));
  EXPECT_EQ(frame.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetErrorReason(frame.status()), "FRAME_CRC");
}

TEST(FrameAssemblerTest, RefusesMissingRepeatedAndContradictingPieces) {
  const auto reason_of_second = [](v1::Frame first, v1::Frame second) {
    FrameAssembler assembler;
    EXPECT_TRUE(assembler.Add(std::move(first)).ok());
    return GetErrorReason(assembler.Add(std::move(second)).status());
  };
  const v1::Frame whole = FramePart(0, 0, 1, "a", "a");
  const v1::Frame half = FramePart(0, 0, 2, "a", "ab");
  EXPECT_EQ(reason_of_second(whole, whole), "FRAME_ORDER");
  EXPECT_EQ(reason_of_second(whole, FramePart(2, 0, 1, "a", "a")),
            "FRAME_ORDER");
  EXPECT_EQ(reason_of_second(half, half), "FRAME_ORDER");
  EXPECT_EQ(reason_of_second(half, FramePart(0, 1, 3, "b", "ab")),
            "FRAME_ORDER");
  EXPECT_EQ(reason_of_second(half, FramePart(0, 1, 2, "b", "ax")),
            "FRAME_ORDER");
  v1::Frame newer = FramePart(1, 0, 1, "a", "a");
  newer.set_generation(2);
  EXPECT_EQ(reason_of_second(whole, newer), "FRAME_ORDER");

  FrameAssembler assembler;
  EXPECT_FALSE(assembler.Add(FramePart(0, 0, 0, "a", "a")).ok());
}

TEST(FrameAssemblerTest, ResetBeginsAgainWithTheNewGeneration) {
  FrameAssembler assembler;
  ASSERT_TRUE(assembler.Add(FramePart(0, 0, 1, "a", "a")).ok());
  ASSERT_TRUE(assembler.Add(FramePart(1, 0, 2, "a", "ab")).ok());

  assembler.Reset(2);

  EXPECT_EQ(assembler.next_index(), 0u);
  EXPECT_FALSE(assembler.Add(FramePart(0, 0, 1, "a", "a")).ok());
  v1::Frame frame = FramePart(0, 0, 1, "a", "a");
  frame.set_generation(2);
  EXPECT_TRUE(assembler.Add(frame).ok());
}

}  // namespace
}  // namespace animate
