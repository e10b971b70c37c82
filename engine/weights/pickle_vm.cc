#include "engine/weights/pickle_vm.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_order.h"
#include "engine/weights/pickle_opcodes.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

using Kind = PickleValue::Kind;

constexpr absl::string_view kOrderedDict = "collections OrderedDict";
constexpr uint8_t kProtocol = 2;

class Machine {
 public:
  Machine(absl::Span<const uint8_t> bytes,
          absl::Span<const absl::string_view> allowed_globals,
          const PickleLimits& limits)
      : bytes_(bytes), allowed_globals_(allowed_globals), limits_(limits) {}

  absl::StatusOr<Pickle> Run() {
    for (size_t count = 0; count < limits_.max_opcodes; ++count) {
      opcode_at_ = position_;
      ANIMATE_ASSIGN_OR_RETURN(const uint8_t opcode, Read<uint8_t>());
      if (opcode == pickle::kStop) {
        if (stack_.size() != 1 || !marks_.empty()) {
          return Error("the pickle ends with a stack that is not one object");
        }
        pickle_.root = stack_.back();
        pickle_.size = position_;
        return std::move(pickle_);
      }
      ANIMATE_RETURN_IF_ERROR(Step(opcode));
    }
    return Error(absl::StrCat("the pickle has more than ", limits_.max_opcodes,
                              " opcodes"));
  }

 private:
  absl::Status Step(uint8_t opcode) {
    switch (opcode) {
      case pickle::kProto:
        return Proto();
      case pickle::kMark:
        return Mark();
      case pickle::kNone:
        return Push(Kind::kNone);
      case pickle::kNewTrue:
        return PushInt(Kind::kBool, 1);
      case pickle::kNewFalse:
        return PushInt(Kind::kBool, 0);
      case pickle::kBinInt:
        return PushNumber<int32_t>();
      case pickle::kBinInt1:
        return PushNumber<uint8_t>();
      case pickle::kBinInt2:
        return PushNumber<uint16_t>();
      case pickle::kLong1:
        return Long1();
      case pickle::kBinFloat:
        return BinFloat();
      case pickle::kBinUnicode:
        return BinUnicode();
      case pickle::kGlobal:
        return Global();
      case pickle::kBinPersId:
        return Gather(Kind::kPersistentId, 1);
      case pickle::kEmptyTuple:
        return Push(Kind::kTuple);
      case pickle::kEmptyList:
        return Push(Kind::kList);
      case pickle::kEmptyDict:
        return Push(Kind::kDict);
      default:
        return StepOnStack(opcode);
    }
  }

  // The opcodes that need something on the stack or in the memo.
  absl::Status StepOnStack(uint8_t opcode) {
    switch (opcode) {
      case pickle::kTuple1:
        return Gather(Kind::kTuple, 1);
      case pickle::kTuple2:
        return Gather(Kind::kTuple, 2);
      case pickle::kTuple3:
        return Gather(Kind::kTuple, 3);
      case pickle::kTuple:
        return Tuple();
      case pickle::kReduce:
        return Reduce();
      case pickle::kBuild:
        return Build();
      case pickle::kSetItem:
        return Extend(Kind::kDict, 2);
      case pickle::kAppend:
        return Extend(Kind::kList, 1);
      case pickle::kSetItems:
        return ExtendFromMark(Kind::kDict);
      case pickle::kAppends:
        return ExtendFromMark(Kind::kList);
      case pickle::kBinPut:
        return Put<uint8_t>();
      case pickle::kLongBinPut:
        return Put<uint32_t>();
      case pickle::kBinGet:
        return Get<uint8_t>();
      case pickle::kLongBinGet:
        return Get<uint32_t>();
      default:
        return Error(absl::StrFormat("opcode 0x%02x is not allowed", opcode));
    }
  }

  absl::Status Proto() {
    ANIMATE_ASSIGN_OR_RETURN(const uint8_t version, Read<uint8_t>());
    if (version != kProtocol) {
      return Error(absl::StrCat("pickle protocol ", version,
                                " is not supported: save again with the "
                                "default of torch.save, protocol 2"));
    }
    return absl::OkStatus();
  }

  absl::Status Mark() {
    if (marks_.size() >= limits_.max_mark_depth) {
      return Error(absl::StrCat("objects are nested deeper than ",
                                limits_.max_mark_depth));
    }
    marks_.push_back(stack_.size());
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status PushNumber() {
    ANIMATE_ASSIGN_OR_RETURN(const T number, Read<T>());
    return PushInt(Kind::kInt, number);
  }

  absl::Status Long1() {
    ANIMATE_ASSIGN_OR_RETURN(const uint8_t size, Read<uint8_t>());
    if (size > sizeof(int64_t)) {
      return Error(absl::StrCat("an integer has ", size, " bytes, at most 8"));
    }
    ANIMATE_ASSIGN_OR_RETURN(const absl::Span<const uint8_t> digits,
                             Take(size));
    uint64_t number = 0;
    for (size_t i = 0; i < size; ++i) {
      number |= uint64_t{digits[i]} << (8 * i);
    }
    if (size > 0 && size < sizeof(int64_t) && (digits[size - 1] & 0x80) != 0) {
      number |= ~uint64_t{0} << (8 * size);
    }
    return PushInt(Kind::kInt, static_cast<int64_t>(number));
  }

  absl::Status BinFloat() {
    ANIMATE_ASSIGN_OR_RETURN(const absl::Span<const uint8_t> digits, Take(8));
    uint64_t bits = 0;
    for (const uint8_t digit : digits) {  // The one big-endian number.
      bits = bits << 8 | digit;
    }
    pickle_.values.push_back(
        {.kind = Kind::kFloat, .real = std::bit_cast<double>(bits)});
    stack_.push_back(&pickle_.values.back());
    return absl::OkStatus();
  }

  absl::Status BinUnicode() {
    ANIMATE_ASSIGN_OR_RETURN(const uint32_t size, Read<uint32_t>());
    if (size > limits_.max_string_bytes) {
      return Error(absl::StrCat("a string has ", size, " bytes, at most ",
                                limits_.max_string_bytes));
    }
    ANIMATE_ASSIGN_OR_RETURN(const absl::Span<const uint8_t> text, Take(size));
    return PushText(Kind::kString, std::string(text.begin(), text.end()));
  }

  absl::Status Global() {
    ANIMATE_ASSIGN_OR_RETURN(const std::string module, ReadLine());
    ANIMATE_ASSIGN_OR_RETURN(const std::string name, ReadLine());
    std::string global = absl::StrCat(module, " ", name);
    if (global != kOrderedDict &&
        std::find(allowed_globals_.begin(), allowed_globals_.end(), global) ==
            allowed_globals_.end()) {
      return Error(absl::StrCat("the pickle needs ", absl::CHexEscape(module),
                                ".", absl::CHexEscape(name),
                                ", which is not allowed: only state dicts of "
                                "plain tensors are read, no modules and no "
                                "other classes"));
    }
    return PushText(Kind::kGlobal, std::move(global));
  }

  absl::Status Tuple() {
    ANIMATE_ASSIGN_OR_RETURN(const size_t count, PopMark());
    return Gather(Kind::kTuple, count);
  }

  absl::Status Reduce() {
    ANIMATE_ASSIGN_OR_RETURN(const PickleValue* arguments, Pop());
    ANIMATE_ASSIGN_OR_RETURN(const PickleValue* function, Pop());
    if (function->kind != Kind::kGlobal || arguments->kind != Kind::kTuple) {
      return Error("REDUCE needs a class and a tuple");
    }
    if (function->text == kOrderedDict) {
      // Newer files fill the dict with SETITEMS; this is the only other form.
      if (!arguments->items.empty()) {
        return Error("OrderedDict with arguments is not supported");
      }
      return Push(Kind::kDict);
    }
    pickle_.values.push_back(
        {.kind = Kind::kCall, .text = function->text, .items = {arguments}});
    stack_.push_back(&pickle_.values.back());
    return absl::OkStatus();
  }

  absl::Status Build() {
    ANIMATE_RETURN_IF_ERROR(Pop().status());
    if (StackAboveMark() < 1 || stack_.back()->kind != Kind::kDict) {
      return Error("BUILD is allowed on dicts only");
    }
    return absl::OkStatus();
  }

  // Moves the last `count` objects of the stack into a new one.
  absl::Status Gather(Kind kind, size_t count) {
    if (StackAboveMark() < count) {
      return Underflow();
    }
    PickleValue value = {.kind = kind};
    value.items.assign(stack_.end() - static_cast<std::ptrdiff_t>(count),
                       stack_.end());
    stack_.resize(stack_.size() - count);
    pickle_.values.push_back(std::move(value));
    stack_.push_back(&pickle_.values.back());
    return absl::OkStatus();
  }

  absl::Status ExtendFromMark(Kind kind) {
    ANIMATE_ASSIGN_OR_RETURN(const size_t count, PopMark());
    return Extend(kind, count);
  }

  // Moves the last `count` objects of the stack into the one below them.
  absl::Status Extend(Kind kind, size_t count) {
    if (StackAboveMark() < count + 1) {
      return Underflow();
    }
    PickleValue* container = stack_[stack_.size() - count - 1];
    if (container->kind != kind || (kind == Kind::kDict && count % 2 != 0)) {
      return Error("items are added to something that cannot take them");
    }
    container->items.insert(container->items.end(),
                            stack_.end() - static_cast<std::ptrdiff_t>(count),
                            stack_.end());
    stack_.resize(stack_.size() - count);
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status Put() {
    ANIMATE_ASSIGN_OR_RETURN(const T index, Read<T>());
    if (StackAboveMark() < 1) {
      return Underflow();
    }
    memo_[index] = stack_.back();
    if (memo_.size() > limits_.max_memo_entries) {
      return Error(absl::StrCat("the memo has more than ",
                                limits_.max_memo_entries, " entries"));
    }
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status Get() {
    ANIMATE_ASSIGN_OR_RETURN(const T index, Read<T>());
    const auto found = memo_.find(index);
    if (found == memo_.end()) {
      return Error(absl::StrCat("the memo has no entry ", index));
    }
    stack_.push_back(found->second);
    return absl::OkStatus();
  }

  absl::Status Push(Kind kind) { return PushInt(kind, 0); }

  absl::Status PushInt(Kind kind, int64_t integer) {
    pickle_.values.push_back({.kind = kind, .integer = integer});
    stack_.push_back(&pickle_.values.back());
    return absl::OkStatus();
  }

  absl::Status PushText(Kind kind, std::string text) {
    pickle_.values.push_back({.kind = kind, .text = std::move(text)});
    stack_.push_back(&pickle_.values.back());
    return absl::OkStatus();
  }

  // Objects that may be taken: those above the innermost mark.
  size_t StackAboveMark() const {
    return stack_.size() - (marks_.empty() ? 0 : marks_.back());
  }

  absl::StatusOr<const PickleValue*> Pop() {
    if (StackAboveMark() < 1) {
      return Underflow();
    }
    const PickleValue* value = stack_.back();
    stack_.pop_back();
    return value;
  }

  // Removes the innermost mark; returns how many objects are above it.
  absl::StatusOr<size_t> PopMark() {
    if (marks_.empty()) {
      return Error("an opcode needs a MARK that is not there");
    }
    const size_t count = StackAboveMark();
    marks_.pop_back();
    return count;
  }

  absl::StatusOr<absl::Span<const uint8_t>> Take(size_t size) {
    if (size > bytes_.size() - position_) {
      return Error("the pickle is truncated");
    }
    const absl::Span<const uint8_t> taken = bytes_.subspan(position_, size);
    position_ += size;
    return taken;
  }

  template <typename T>
  absl::StatusOr<T> Read() {
    ANIMATE_ASSIGN_OR_RETURN(const absl::Span<const uint8_t> taken,
                             Take(sizeof(T)));
    return LoadLittleEndian<T>(taken.data());
  }

  absl::StatusOr<std::string> ReadLine() {
    constexpr size_t kMaxLine = 256;
    const absl::Span<const uint8_t> rest = bytes_.subspan(position_, kMaxLine);
    const auto newline = std::find(rest.begin(), rest.end(), '\n');
    if (newline == rest.end()) {
      return Error("a class name has no end");
    }
    position_ += static_cast<size_t>(newline - rest.begin()) + 1;
    return std::string(rest.begin(), newline);
  }

  absl::Status Underflow() const {
    return Error("an opcode needs more objects than the stack has");
  }

  absl::Status Error(absl::string_view message) const {
    return WeightsError(
        absl::StrCat(message, " (pickle byte ", opcode_at_, ")"));
  }

  const absl::Span<const uint8_t> bytes_;
  const absl::Span<const absl::string_view> allowed_globals_;
  const PickleLimits limits_;
  size_t position_ = 0;
  size_t opcode_at_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleValue*> memo_;
};

}  // namespace

absl::StatusOr<Pickle> ReadPickle(
    absl::Span<const uint8_t> bytes,
    absl::Span<const absl::string_view> allowed_globals,
    const PickleLimits& limits) {
  return Machine(bytes, allowed_globals, limits).Run();
}

}  // namespace animate
