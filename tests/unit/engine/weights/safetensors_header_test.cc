#include "engine/weights/safetensors_header.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;

constexpr absl::string_view kOneFloat =
    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";

// The header of `kOneFloat` with `from` replaced by `to`.
absl::StatusOr<SafetensorsHeader> ParseWith(absl::string_view from,
                                            absl::string_view to) {
  const std::string header = absl::StrReplaceAll(kOneFloat, {{from, to}});
  EXPECT_NE(header, kOneFloat) << from;
  return ParseSafetensorsHeader(AsBytes(SafetensorsBytes(header, "1234")));
}

absl::StatusOr<SafetensorsHeader> ParseFile(absl::string_view header,
                                            absl::string_view data) {
  return ParseSafetensorsHeader(AsBytes(SafetensorsBytes(header, data)));
}

// Two byte tensors of two bytes each at these offsets, over four bytes.
absl::StatusOr<SafetensorsHeader> ParseTwo(absl::string_view first,
                                           absl::string_view second) {
  return ParseFile(
      absl::StrCat(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)", first,
                   R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)", second,
                   "}}"),
      "1234");
}

TEST(SafetensorsHeaderTest, ReadsNameDtypeShapeAndOffsets) {
  const auto header = ParseFile(kOneFloat, "1234");
  ASSERT_THAT(header, IsOk());
  ASSERT_EQ(header->tensors.size(), 1u);
  const SafetensorsEntry& entry = header->tensors.at("a");
  EXPECT_EQ(entry.dtype, at::ScalarType::Float);
  EXPECT_THAT(entry.shape, ElementsAre(1));
  EXPECT_EQ(entry.begin, 0u);
  EXPECT_EQ(entry.end, 4u);
  EXPECT_EQ(header->data_begin, 8 + kOneFloat.size());
}

TEST(SafetensorsHeaderTest, AcceptsPaddingAndAnEmptyFile) {
  EXPECT_THAT(ParseFile(absl::StrCat(kOneFloat, "    "), "1234"), IsOk());
  EXPECT_THAT(ParseFile("{}", ""), IsOk());
}

TEST(SafetensorsHeaderTest, AcceptsScalarsEmptyTensorsAndAnyOrder) {
  EXPECT_THAT(ParseWith("[1]", "[]"), IsOk());
  EXPECT_THAT(ParseTwo("[2,4]", "[0,2]"), IsOk());
  EXPECT_THAT(
      ParseFile(R"({"e":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}})",
                ""),
      IsOk());
}

TEST(SafetensorsHeaderTest, RefusesAFileShorterThanTheLength) {
  for (size_t size = 0; size < 8; ++size) {
    EXPECT_THAT(ParseSafetensorsHeader(AsBytes(std::string(size, '\0'))),
                IsRefused("too short"));
  }
}

TEST(SafetensorsHeaderTest, RefusesAHeaderLongerThanTheFile) {
  for (const uint64_t length :
       {uint64_t{kOneFloat.size() + 5}, uint64_t{1} << 40, ~uint64_t{0},
        ~uint64_t{7}}) {
    EXPECT_THAT(ParseSafetensorsHeader(AsBytes(
                    absl::StrCat(LittleEndian(length, 8), kOneFloat, "1234"))),
                IsRefused("header length"));
  }
}

TEST(SafetensorsHeaderTest, RefusesAHeaderOfMoreThan100Megabytes) {
  const std::string header = absl::StrCat("{", std::string(100'000'000, ' '));
  EXPECT_THAT(ParseFile(header, ""), IsRefused("at most 100000000"));
}

TEST(SafetensorsHeaderTest, RefusesAHeaderThatDoesNotBeginWithABrace) {
  EXPECT_THAT(ParseFile("", "1234"), IsRefused("'{'"));
  EXPECT_THAT(ParseFile(" {}", ""), IsRefused("'{'"));
  EXPECT_THAT(ParseFile("[]", ""), IsRefused("'{'"));
}

TEST(SafetensorsHeaderTest, RefusesWhatIsNotJson) {
  EXPECT_THAT(ParseFile("{\"a\":", ""), IsRefused("not valid JSON"));
  EXPECT_THAT(ParseFile("{} {}", ""), IsRefused("not valid JSON"));
  EXPECT_THAT(ParseFile("{\"\xff\":{}}", ""), IsRefused("not valid JSON"));
  EXPECT_THAT(ParseWith("[1]", "[1e999]"), IsRefused("not valid JSON"));
}

TEST(SafetensorsHeaderTest, RefusesEveryTruncationOfTheHeader) {
  const std::string file = SafetensorsBytes(kOneFloat, "1234");
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(ParseSafetensorsHeader(AsBytes(file.substr(0, size))),
                IsRefused(""))
        << size;
    if (size > 8) {  // The length corrected, so that the JSON itself is cut.
      const std::string cut = file.substr(8, size - 8);
      EXPECT_THAT(ParseFile(cut, ""), IsRefused("")) << cut;
    }
  }
}

TEST(SafetensorsHeaderTest, RefusesATensorNamedTwice) {
  const std::string twice = absl::StrCat(
      kOneFloat.substr(0, kOneFloat.size() - 1), ",", kOneFloat.substr(1));
  EXPECT_THAT(ParseFile(twice, "1234"),
              IsRefused("\"a\": the name occurs more"));
}

TEST(SafetensorsHeaderTest, RefusesAKeyGivenTwice) {
  EXPECT_THAT(ParseWith("\"shape\":[1],", "\"shape\":[1],\"shape\":[1],"),
              IsRefused("\"shape\" occurs more than once"));
  EXPECT_THAT(ParseFile(R"({"__metadata__":{"k":"1","k":"2"}})", ""),
              IsRefused("\"k\" occurs more than once"));
  EXPECT_THAT(ParseFile(R"({"__metadata__":{},"__metadata__":{}})", ""),
              IsRefused("occurs more than once"));
}

TEST(SafetensorsHeaderTest, RefusesUnknownAndMissingKeys) {
  EXPECT_THAT(ParseWith("\"shape\":[1],", "\"shape\":[1],\"order\":[1],"),
              IsRefused("unknown key \"order\""));
  EXPECT_THAT(ParseWith("\"shape\":[1],", ""), IsRefused("all needed"));
  EXPECT_THAT(ParseWith("\"dtype\":\"F32\",", ""), IsRefused("all needed"));
  EXPECT_THAT(ParseWith(",\"data_offsets\":[0,4]", ""),
              IsRefused("all needed"));
}

TEST(SafetensorsHeaderTest, RefusesOtherDtypesByName) {
  for (const char* dtype :
       {"F8_E4M3", "F8_E5M2", "U16", "U32", "U64", "C64", "f32", "", "F4"}) {
    EXPECT_THAT(ParseWith("F32", dtype),
                IsRefused(absl::StrCat("dtype ", dtype, " is not supported")));
  }
}

TEST(SafetensorsHeaderTest, RefusesValuesOfAnotherType) {
  EXPECT_THAT(ParseWith("\"F32\"", "32"), IsRefused("a number"));
  EXPECT_THAT(ParseWith("\"F32\"", "[1]"), IsRefused("an array"));
  EXPECT_THAT(ParseWith("\"F32\"", "null"), IsRefused("null"));
  EXPECT_THAT(ParseWith("\"F32\"", "true"), IsRefused("a boolean"));
  EXPECT_THAT(ParseWith("\"F32\"", "{}"), IsRefused("an object"));
  EXPECT_THAT(ParseWith("[1]", "1"), IsRefused("a number"));
  EXPECT_THAT(ParseWith("[1]", "\"1\""), IsRefused("a string"));
  EXPECT_THAT(ParseWith("[1]", "[\"1\"]"), IsRefused("a string"));
  EXPECT_THAT(ParseWith("[1]", "[[1]]"), IsRefused("an array"));
  EXPECT_THAT(ParseWith("[1]", "[{}]"), IsRefused("an object"));
  EXPECT_THAT(ParseWith("[1]", "[1.0]"), IsRefused("not whole"));
  EXPECT_THAT(ParseFile(R"({"a":1})", ""), IsRefused("a number"));
  EXPECT_THAT(ParseFile(R"({"a":"x"})", ""), IsRefused("a string"));
  EXPECT_THAT(ParseFile(R"({"a":[1]})", ""), IsRefused("an array"));
}

TEST(SafetensorsHeaderTest, RefusesNegativeAndTooLargeNumbers) {
  EXPECT_THAT(ParseWith("[1]", "[-1]"), IsRefused("negative"));
  EXPECT_THAT(ParseWith("[0,4]", "[-4,0]"), IsRefused("negative"));
  EXPECT_THAT(ParseWith("[1]", "[18446744073709551615]"),
              IsRefused("too large"));
  EXPECT_THAT(ParseWith("[1]", "[9223372036854775807,2]"),
              IsRefused("too many elements"));
  EXPECT_THAT(ParseWith("[1]", "[4611686018427387904]"),
              IsRefused("too many elements"));
  EXPECT_THAT(ParseWith("[1]", "[4294967296,4294967296]"),
              IsRefused("too many elements"));
}

TEST(SafetensorsHeaderTest, RefusesTooManyDimensions) {
  std::string shape = "[1";
  for (int i = 0; i < 64; ++i) {
    shape += ",1";
  }
  EXPECT_THAT(ParseWith("[1]", shape + "]"), IsRefused("too many entries"));
}

TEST(SafetensorsHeaderTest, RefusesOffsetsThatAreNotAnOrderedPair) {
  EXPECT_THAT(ParseWith("[0,4]", "[4,0]"), IsRefused("backwards"));
  EXPECT_THAT(ParseWith("[0,4]", "[0]"), IsRefused("two entries: got 1"));
  EXPECT_THAT(ParseWith("[0,4]", "[0,4,8]"), IsRefused("two entries: got 3"));
}

TEST(SafetensorsHeaderTest, RefusesOffsetsThatDoNotFitTheShape) {
  EXPECT_THAT(ParseWith("[1]", "[2]"), IsRefused("needs 8 bytes"));
  EXPECT_THAT(ParseWith("F32", "F64"), IsRefused("needs 8 bytes"));
  EXPECT_THAT(ParseWith("[0,4]", "[0,3]"), IsRefused("needs 4 bytes"));
}

TEST(SafetensorsHeaderTest, RefusesOverlapsAndGaps) {
  EXPECT_THAT(ParseTwo("[0,2]", "[2,4]"), IsOk());
  EXPECT_THAT(ParseTwo("[0,2]", "[1,3]"), IsRefused("\"b\": overlaps"));
  EXPECT_THAT(ParseTwo("[0,2]", "[0,2]"), IsRefused("overlaps"));
  EXPECT_THAT(ParseTwo("[0,2]", "[3,5]"), IsRefused("\"b\": follows a gap"));
  EXPECT_THAT(ParseTwo("[1,3]", "[3,5]"), IsRefused("\"a\": follows a gap"));
}

TEST(SafetensorsHeaderTest, RefusesDataThatIsTooShortOrTooLong) {
  EXPECT_THAT(ParseFile(kOneFloat, "123"), IsRefused("the file has 3"));
  EXPECT_THAT(ParseFile(kOneFloat, "12345"), IsRefused("the file has 5"));
}

TEST(SafetensorsHeaderTest, RefusesMetadataThatIsNotText) {
  for (const char* metadata : {"[]", "\"x\"", "1", "null", R"({"k":1})",
                               R"({"k":["x"]})", R"({"k":{}})"}) {
    EXPECT_THAT(
        ParseFile(absl::StrCat(R"({"__metadata__":)", metadata, "}"), ""),
        IsRefused("where none belongs"))
        << metadata;
  }
}

TEST(SafetensorsDtypeNameTest, NamesWhatTheFormatCanHold) {
  EXPECT_EQ(SafetensorsDtypeName(at::ScalarType::BFloat16), "BF16");
  EXPECT_EQ(SafetensorsDtypeName(at::ScalarType::Bool), "BOOL");
  EXPECT_EQ(SafetensorsDtypeName(at::ScalarType::ComplexFloat), "");
}

}  // namespace
}  // namespace animate
