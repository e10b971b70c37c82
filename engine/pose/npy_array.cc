#include "engine/pose/npy_array.h"

#include <cstdint>
#include <cstring>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/pose/pose_error.h"

namespace animate {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMaxValues = size_t{1} << 28;
constexpr size_t kMaxDimensions = 8;

absl::Status Damaged(absl::string_view what) {
  return PoseError(absl::StrCat("the NumPy file is damaged: ", what));
}

size_t Number(absl::string_view bytes, size_t offset, size_t size) {
  size_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value |= static_cast<size_t>(static_cast<uint8_t>(bytes[offset + i]))
             << (8 * i);
  }
  return value;
}

// The text behind `'key':` in the header, a Python dictionary of literals.
absl::StatusOr<absl::string_view> Field(absl::string_view header,
                                        absl::string_view key) {
  const size_t at = header.find(absl::StrCat("'", key, "'"));
  if (at == absl::string_view::npos) {
    return Damaged(absl::StrCat("its header has no ", key));
  }
  absl::string_view rest = header.substr(at + key.size() + 2);
  rest = absl::StripLeadingAsciiWhitespace(rest);
  if (!absl::ConsumePrefix(&rest, ":")) return Damaged("its header");
  return absl::StripLeadingAsciiWhitespace(rest);
}

absl::StatusOr<std::vector<size_t>> ParseShape(absl::string_view text) {
  const size_t close = text.find(')');
  if (!absl::StartsWith(text, "(") || close == absl::string_view::npos) {
    return Damaged("its shape");
  }
  std::vector<size_t> shape;
  for (absl::string_view part :
       absl::StrSplit(text.substr(1, close - 1), ',', absl::SkipWhitespace())) {
    uint64_t side = 0;
    if (!absl::SimpleAtoi(part, &side) || shape.size() == kMaxDimensions) {
      return Damaged("its shape");
    }
    shape.push_back(side);
  }
  return shape;
}

absl::StatusOr<size_t> CountValues(const std::vector<size_t>& shape) {
  size_t count = 1;
  for (const size_t side : shape) {
    if (side != 0 && count > kMaxValues / side) {
      return PoseError(
          absl::StrCat("the NumPy file has more than ", kMaxValues, " values"));
    }
    count *= side;
  }
  return count;
}

template <typename T>
void AppendValues(absl::string_view data, size_t count,
                  std::vector<double>& values) {
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    values.push_back(static_cast<double>(value));
  }
}

// How one element type is read.
struct ElementType {
  absl::string_view name;
  size_t size;
  void (*append)(absl::string_view, size_t, std::vector<double>&);
};
constexpr ElementType kElementTypes[] = {
    {"<f4", 4, AppendValues<float>},   {"<f8", 8, AppendValues<double>},
    {"|b1", 1, AppendValues<uint8_t>}, {"|u1", 1, AppendValues<uint8_t>},
    {"|i1", 1, AppendValues<int8_t>},  {"<u2", 2, AppendValues<uint16_t>},
    {"<i2", 2, AppendValues<int16_t>}, {"<u4", 4, AppendValues<uint32_t>},
    {"<i4", 4, AppendValues<int32_t>}, {"<u8", 8, AppendValues<uint64_t>},
    {"<i8", 8, AppendValues<int64_t>}};

// A scalar text: "<U…" has four bytes per character, "|S…" one.
absl::StatusOr<std::string> ParseText(absl::string_view descr,
                                      absl::string_view data) {
  const size_t width = descr[1] == 'U' ? 4 : 1;
  uint32_t length = 0;
  if (!absl::SimpleAtoi(descr.substr(2), &length) ||
      data.size() / width < length) {
    return Damaged("its text");
  }
  std::string text;
  for (size_t i = 0; i < length; ++i) {
    const size_t character = Number(data, i * width, width);
    if (character == 0) break;
    if (character > 127) return PoseError("a text is not plain ASCII");
    text.push_back(static_cast<char>(character));
  }
  return text;
}

absl::StatusOr<NpyArray> ParseBody(absl::string_view header,
                                   absl::string_view data) {
  ANIMATE_ASSIGN_OR_RETURN(absl::string_view descr, Field(header, "descr"));
  if (!absl::ConsumePrefix(&descr, "'")) {
    return PoseError("structured NumPy arrays are not supported");
  }
  descr = descr.substr(0, descr.find('\''));
  if (absl::StrContains(descr, 'O')) {
    return PoseError(
        "the NumPy array holds pickled Python objects (as MusePose's .npy "
        "does): loading those runs code from the file, so they are refused. "
        "Save plain numbers instead, for example "
        "numpy.savez(path, keypoints=array_of_shape_T_K_3)");
  }
  ANIMATE_ASSIGN_OR_RETURN(const absl::string_view order,
                           Field(header, "fortran_order"));
  ANIMATE_ASSIGN_OR_RETURN(const absl::string_view shape,
                           Field(header, "shape"));
  NpyArray array;
  ANIMATE_ASSIGN_OR_RETURN(array.shape, ParseShape(shape));
  ANIMATE_ASSIGN_OR_RETURN(const size_t count, CountValues(array.shape));
  if (absl::StartsWith(order, "True") && array.shape.size() > 1) {
    return PoseError(
        "NumPy arrays in Fortran order are not supported; save "
        "numpy.ascontiguousarray(array)");
  }
  if (absl::StartsWith(descr, "<U") || absl::StartsWith(descr, "|S")) {
    if (count != 1) return PoseError("arrays of texts are not supported");
    ANIMATE_ASSIGN_OR_RETURN(array.text, ParseText(descr, data));
    return array;
  }
  for (const ElementType& type : kElementTypes) {
    if (type.name != descr) continue;
    if (data.size() / type.size < count) return Damaged("values are missing");
    type.append(data, count, array.values);
    return array;
  }
  return PoseError(absl::StrCat("NumPy arrays of type '", descr.substr(0, 20),
                                "' are not supported; save float32"));
}

}  // namespace

bool IsNpy(absl::string_view bytes) { return absl::StartsWith(bytes, kMagic); }

absl::StatusOr<NpyArray> ParseNpy(absl::string_view bytes) {
  constexpr size_t kVersionEnd = 8;
  if (!IsNpy(bytes) || bytes.size() < kVersionEnd) {
    return Damaged("it does not begin as one");
  }
  const auto version = static_cast<uint8_t>(bytes[6]);
  if (version < 1 || version > 3) {
    return PoseError(
        absl::StrCat("NumPy files of version ", version, " are not supported"));
  }
  const size_t length_size = version == 1 ? 2 : 4;
  if (bytes.size() < kVersionEnd + length_size) return Damaged("its header");
  const size_t length = Number(bytes, kVersionEnd, length_size);
  const absl::string_view rest = bytes.substr(kVersionEnd + length_size);
  if (rest.size() < length) return Damaged("its header");
  return ParseBody(rest.substr(0, length), rest.substr(length));
}

}  // namespace animate
