#include "engine/tensor/shape.h"

#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace animate {
namespace {

using ::testing::HasSubstr;

template <typename Function>
std::string MessageOf(Function function) {
  try {
    function();
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return "";
}

TEST(ShapesTest, BindsNamesAndChecksNumbers) {
  Shapes shapes;
  shapes.Expect(at::zeros({2, 4, 8, 3, 5}), "latents", "B 4 F h w");
  shapes.Expect(at::zeros({2, 7, 8, 3, 5}), "pose", "B C F h w");
  EXPECT_EQ(shapes["F"], 8);
  EXPECT_EQ(shapes["C"], 7);
}

TEST(ShapesTest, NamesTensorPatternAndAxis) {
  Shapes shapes;
  shapes.Expect(at::zeros({2, 4}), "latents", "B C");
  const std::string message = MessageOf([&] {
    shapes.Expect(at::zeros({3, 1}), "context", "B 1");
  });
  EXPECT_THAT(message, HasSubstr("context must be [B 1]"));
  EXPECT_THAT(message, HasSubstr("B = 2"));
  EXPECT_THAT(message, HasSubstr("[3, 1]"));
}

TEST(ShapesTest, RejectsAnotherNumberOfAxes) {
  EXPECT_THAT(MessageOf([] {
                ExpectShape(at::zeros({2, 4}), "image", "B 3 H W");
              }),
              HasSubstr("image must be [B 3 H W]: got [2, 4]"));
}

TEST(ShapesTest, RejectsAnotherNumber) {
  EXPECT_THAT(MessageOf([] {
                ExpectShape(at::zeros({2, 4}), "image", "B 3");
              }),
              HasSubstr("3 = 3: got [2, 4]"));
}

TEST(ShapesTest, RejectsTheUndefinedTensor) {
  EXPECT_THAT(MessageOf([] { ExpectShape(at::Tensor(), "image", "B"); }),
              HasSubstr("got nothing"));
}

TEST(ShapesTest, UnknownNameThrows) {
  const Shapes shapes;
  EXPECT_THAT(MessageOf([&] { shapes["F"]; }), HasSubstr("no axis F"));
}

}  // namespace
}  // namespace animate
