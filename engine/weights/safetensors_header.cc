#include "engine/weights/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_order.h"
#include "engine/weights/byte_tensor.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxDimensions = 64;
constexpr absl::string_view kMetadataKey = "__metadata__";
constexpr absl::string_view kDtypeNames =
    "F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL";

constexpr std::pair<absl::string_view, at::ScalarType> kDtypes[] = {
    {"F64", at::ScalarType::Double}, {"F32", at::ScalarType::Float},
    {"F16", at::ScalarType::Half},   {"BF16", at::ScalarType::BFloat16},
    {"I64", at::ScalarType::Long},   {"I32", at::ScalarType::Int},
    {"I16", at::ScalarType::Short},  {"I8", at::ScalarType::Char},
    {"U8", at::ScalarType::Byte},    {"BOOL", at::ScalarType::Bool},
};

at::ScalarType DtypeNamed(absl::string_view name) {
  for (const auto& [known, dtype] : kDtypes) {
    if (known == name) {
      return dtype;
    }
  }
  return at::ScalarType::Undefined;
}

// Receives the header's JSON event by event: a document tree would keep the
// last of two equal keys silently and cost many times the header's size.
class HeaderEvents final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderEvents(SafetensorsHeader& header) : header_(header) {}

  const std::string& error() const { return error_; }

  bool start_object(size_t /*size*/) override {
    if (depth_ == 2 || in_array_) {
      return Fail("an object is nested where none belongs");
    }
    ++depth_;
    if (depth_ == 2) {
      entry_ = {};
      fields_.clear();
    }
    return true;
  }

  bool key(string_t& text) override {
    if (depth_ == 1) {
      name_ = text;
      return names_.insert(text).second ||
             Fail("the name occurs more than once");
    }
    field_ = text;
    if (!fields_.insert(text).second) {
      return Fail(absl::StrCat("the key \"", text, "\" occurs more than once"));
    }
    if (!InMetadata() && text != "dtype" && text != "shape" &&
        text != "data_offsets") {
      return Fail(absl::StrCat("unknown key \"", text, "\""));
    }
    return true;
  }

  bool end_object() override {
    --depth_;
    if (depth_ == 0 || InMetadata()) {
      return true;
    }
    if (fields_.size() != 3) {
      return Fail("dtype, shape and data_offsets are all needed");
    }
    header_.tensors.emplace(name_, std::move(entry_));
    return true;
  }

  bool string(string_t& text) override {
    if (depth_ == 2 && InMetadata()) {
      header_.metadata.emplace(field_, text);
      return true;
    }
    if (depth_ != 2 || field_ != "dtype") {
      return Misplaced("a string");
    }
    entry_.dtype = DtypeNamed(text);
    return entry_.dtype != at::ScalarType::Undefined ||
           Fail(absl::StrCat("dtype ", text, " is not supported (supported: ",
                             kDtypeNames, ")"));
  }

  bool start_array(size_t /*size*/) override {
    if (depth_ != 2 || InMetadata() || in_array_ || field_ == "dtype") {
      return Misplaced("an array");
    }
    in_array_ = true;
    numbers_.clear();
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (!in_array_) {
      return Misplaced("a number");
    }
    if (number > std::numeric_limits<int64_t>::max()) {
      return Fail(absl::StrCat(field_, " has too large a number: ", number));
    }
    numbers_.push_back(static_cast<int64_t>(number));
    return numbers_.size() <= kMaxDimensions ||
           Fail(absl::StrCat(field_, " has too many entries"));
  }

  bool end_array() override {
    in_array_ = false;
    if (field_ == "shape") {
      entry_.shape = numbers_;
      return true;
    }
    if (numbers_.size() != 2) {
      return Fail(absl::StrCat("data_offsets must have two entries: got ",
                               numbers_.size()));
    }
    entry_.begin = static_cast<uint64_t>(numbers_[0]);
    entry_.end = static_cast<uint64_t>(numbers_[1]);
    return true;
  }

  bool number_integer(number_integer_t number) override {
    return Fail(absl::StrCat(field_, " has a negative number: ", number));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Fail(
        absl::StrCat(field_, " has a number that is not whole: ", text));
  }
  bool null() override { return Misplaced("null"); }
  bool boolean(bool) override { return Misplaced("a boolean"); }
  bool binary(binary_t&) override { return Misplaced("binary data"); }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_ = absl::StrCat("the header is not valid JSON at byte ", position);
    return false;
  }

 private:
  bool InMetadata() const { return name_ == kMetadataKey; }

  bool Misplaced(absl::string_view what) {
    return Fail(absl::StrCat(what, " is where none belongs"));
  }

  bool Fail(absl::string_view message) {
    error_ = name_.empty() ? std::string(message)
                           : absl::StrCat("\"", name_, "\": ", message);
    return false;
  }

  SafetensorsHeader& header_;
  int depth_ = 0;
  bool in_array_ = false;
  std::string name_;
  std::string field_;
  std::set<std::string> names_;
  std::set<std::string> fields_;
  SafetensorsEntry entry_;
  std::vector<int64_t> numbers_;
  std::string error_;
};

absl::Status CheckSize(const std::string& name, const SafetensorsEntry& entry) {
  if (entry.begin > entry.end) {
    return WeightsError(
        absl::StrCat("\"", name, "\": data_offsets go backwards: ", entry.begin,
                     ", ", entry.end));
  }
  const std::optional<int64_t> count = ElementCount(entry.shape);
  const std::optional<int64_t> size =
      count ? ByteCount(*count, entry.dtype) : std::nullopt;
  if (!size) {
    return WeightsError(
        absl::StrCat("\"", name, "\": the shape has too many elements: [",
                     absl::StrJoin(entry.shape, ", "), "], at most ",
                     std::numeric_limits<int64_t>::max(), " bytes"));
  }
  if (static_cast<uint64_t>(*size) != entry.end - entry.begin) {
    return WeightsError(absl::StrCat("\"", name, "\": the shape needs ", *size,
                                     " bytes, data_offsets give ",
                                     entry.end - entry.begin));
  }
  return absl::OkStatus();
}

// Checks that the tensors cover [0, data_size) exactly.
absl::Status CheckLayout(const SafetensorsHeader& header, uint64_t data_size) {
  std::vector<std::pair<const SafetensorsEntry*, const std::string*>> order;
  for (const auto& [name, entry] : header.tensors) {
    ANIMATE_RETURN_IF_ERROR(CheckSize(name, entry));
    order.emplace_back(&entry, &name);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->begin, a.first->end) <
           std::pair(b.first->begin, b.first->end);
  });
  uint64_t position = 0;
  for (const auto& [entry, name] : order) {
    if (entry->begin != position) {
      return WeightsError(
          absl::StrCat("\"", *name, "\": ",
                       entry->begin < position ? "overlaps the tensor before it"
                                               : "follows a gap",
                       ": begins at ", entry->begin, ", want ", position));
    }
    position = entry->end;
  }
  if (position != data_size) {
    return WeightsError(absl::StrCat("the tensors take ", position,
                                     " bytes, the file has ", data_size));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::Span<const uint8_t> file) {
  if (file.size() < kLengthBytes) {
    return WeightsError(absl::StrCat(
        "too short for a safetensors file: ", file.size(), " bytes"));
  }
  const uint64_t length = LoadLittleEndian<uint64_t>(file.data());
  const uint64_t rest = file.size() - kLengthBytes;
  if (length > std::min(rest, kMaxHeaderBytes)) {
    return WeightsError(absl::StrCat("the header length is ", length,
                                     ", at most ",
                                     std::min(rest, kMaxHeaderBytes)));
  }
  const char* text = reinterpret_cast<const char*>(file.data()) + kLengthBytes;
  if (length == 0 || text[0] != '{') {
    return WeightsError("the header does not begin with '{'");
  }
  SafetensorsHeader header;
  HeaderEvents events(header);
  if (!nlohmann::json::sax_parse(text, text + length, &events)) {
    return WeightsError(events.error());
  }
  header.data_begin = kLengthBytes + length;
  ANIMATE_RETURN_IF_ERROR(CheckLayout(header, rest - length));
  return header;
}

absl::string_view SafetensorsDtypeName(at::ScalarType dtype) {
  for (const auto& [name, known] : kDtypes) {
    if (known == dtype) {
      return name;
    }
  }
  return "";
}

}  // namespace animate
