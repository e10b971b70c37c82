#include "engine/weights/pickle_vm.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using Kind = PickleValue::Kind;

constexpr absl::string_view kAllowed[] = {"module Name"};

absl::StatusOr<Pickle> Execute(const std::string& bytes,
                               const PickleLimits& limits = {}) {
  return ReadPickle(AsBytes(bytes), kAllowed, limits);
}

// Runs PROTO 2, `body`, STOP.
absl::StatusOr<Pickle> RunBody(const std::string& body,
                               const PickleLimits& limits = {}) {
  return Execute(PickleProgram(body), limits);
}

PickleValue Root(const std::string& body) {
  absl::StatusOr<Pickle> pickle = RunBody(body);
  EXPECT_THAT(pickle, IsOk());
  return pickle.ok() ? *pickle->root : PickleValue();
}

TEST(PickleVmTest, ReadsScalars) {
  EXPECT_EQ(Root("N").kind, Kind::kNone);
  EXPECT_EQ(Root("\x88").kind, Kind::kBool);
  EXPECT_EQ(Root("\x88").integer, 1);
  EXPECT_EQ(Root("\x89").integer, 0);
  EXPECT_EQ(Root("K\xff").integer, 255);
  EXPECT_EQ(Root("M\xff\xff").integer, 65535);
  EXPECT_EQ(Root("J\xfe\xff\xff\xff").integer, -2);
  EXPECT_EQ(Root("X\x02" + std::string(3, '\0') + "hi").text, "hi");
  EXPECT_EQ(Root("G\x3f\xf8" + std::string(6, '\0')).real, 1.5);
}

TEST(PickleVmTest, ReadsIntegersOfOneToEightBytes) {
  EXPECT_EQ(Root(std::string("\x8a\0", 2)).integer, 0);
  EXPECT_EQ(Root("\x8a\x01\xff").integer, -1);
  EXPECT_EQ(Root(std::string("\x8a\x02\xff\0", 4)).integer, 255);
  EXPECT_EQ(Root("\x8a\x08" + std::string(7, '\xff') + "\x7f").integer,
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Root("\x8a\x08" + std::string(7, '\0') + "\x80").integer,
            std::numeric_limits<int64_t>::min());
}

TEST(PickleVmTest, BuildsContainers) {
  EXPECT_EQ(Root(")").kind, Kind::kTuple);
  EXPECT_EQ(Root("NN\x86").items.size(), 2u);
  EXPECT_EQ(Root("NNN\x87").items.size(), 3u);
  EXPECT_EQ(Root("(NNNNt").items.size(), 4u);
  EXPECT_EQ(Root("](NNe").items.size(), 2u);
  EXPECT_EQ(Root("]Na").items.size(), 1u);
  const PickleValue dict = Root("}(K\1K\2K\3K\4uK\5K\6s");
  EXPECT_EQ(dict.kind, Kind::kDict);
  EXPECT_EQ(dict.items.size(), 6u);
}

TEST(PickleVmTest, TheMemoGivesTheSameObjectAgain) {
  absl::StatusOr<Pickle> pickle = RunBody("]q\7h\7\x86");
  ASSERT_THAT(pickle, IsOk());
  EXPECT_EQ(pickle->root->items[0], pickle->root->items[1]);
  pickle = RunBody(absl::StrCat("]r", LittleEndian(70000, 4), "j",
                                LittleEndian(70000, 4), "\x86"));
  ASSERT_THAT(pickle, IsOk());
  EXPECT_EQ(pickle->root->items[0], pickle->root->items[1]);
}

TEST(PickleVmTest, AnOrderedDictIsADictAndItsStateIsDropped) {
  const PickleValue dict =
      Root(absl::StrCat(PickleGlobal("collections", "OrderedDict"), ")RK\1K\2s",
                        PickleDict("_metadata", "}"), "b"));
  EXPECT_EQ(dict.kind, Kind::kDict);
  EXPECT_EQ(dict.items.size(), 2u);
}

TEST(PickleVmTest, ACallOfAnAllowedNameIsKeptNotMade) {
  absl::StatusOr<Pickle> pickle =
      RunBody(absl::StrCat(PickleGlobal("module", "Name"), "K\7\x85R"));
  ASSERT_THAT(pickle, IsOk());
  EXPECT_EQ(pickle->root->kind, Kind::kCall);
  EXPECT_EQ(pickle->root->text, "module Name");
  EXPECT_EQ(pickle->root->items[0]->items[0]->integer, 7);
}

TEST(PickleVmTest, SaysWhereTheNextPickleBegins) {
  const absl::StatusOr<Pickle> pickle = Execute(PickleProgram("K\1") + "rest");
  ASSERT_THAT(pickle, IsOk());
  EXPECT_EQ(pickle->size, 5u);
}

TEST(PickleVmTest, RefusesEveryOtherOpcode) {
  const std::string known = "(.JKMNQRXabcehjqrstuG]})";
  for (int opcode = 0; opcode < 256; ++opcode) {
    const bool in_text =
        known.find(static_cast<char>(opcode)) != std::string::npos;
    if (in_text || opcode == 0x80 || (opcode >= 0x85 && opcode <= 0x8a)) {
      continue;
    }
    EXPECT_THAT(RunBody("NNN" + std::string(1, static_cast<char>(opcode)) +
                        std::string(16, 'N')),
                IsRefused("is not allowed (pickle byte 5)"))
        << opcode;
  }
}

TEST(PickleVmTest, RefusesClassesThatAreNotAllowedByName) {
  EXPECT_THAT(RunBody(PickleGlobal("os", "system")),
              IsRefused("the pickle needs os.system, which is not allowed"));
  EXPECT_THAT(RunBody(PickleGlobal("torch._utils", "_rebuild_tensor_v3")),
              IsRefused("torch._utils._rebuild_tensor_v3"));
  EXPECT_THAT(RunBody(PickleGlobal("", "")), IsRefused("not allowed"));
  // A space that makes the joined name look allowed twice over.
  EXPECT_THAT(RunBody(PickleGlobal("module Name", "")),
              IsRefused("not allowed"));
  EXPECT_THAT(RunBody("cmodule"), IsRefused("no end"));
  EXPECT_THAT(RunBody("c" + std::string(1000, 'm') + "\nName\n"),
              IsRefused("no end"));
}

TEST(PickleVmTest, RefusesOtherProtocols) {
  for (const char* proto : {"\x80\x01", "\x80\x03", "\x80\x04", "\x80\x05"}) {
    EXPECT_THAT(Execute(absl::StrCat(proto, "N.")),
                IsRefused("pickle protocol"));
  }
}

TEST(PickleVmTest, RefusesEveryTruncation) {
  const std::string program = PickleProgram(absl::StrCat(
      PickleGlobal("collections", "OrderedDict"), ")R(", PickleText("key"),
      PickleInts({1, 2}), PickleInt(3), "G", std::string(8, '\0'), "u}b"));
  ASSERT_THAT(Execute(program), IsOk());
  for (size_t size = 0; size < program.size(); ++size) {
    EXPECT_THAT(Execute(program.substr(0, size)), IsRefused("(pickle byte"))
        << size;
  }
}

TEST(PickleVmTest, RefusesOpcodesThatFindTooLittleOnTheStack) {
  for (const std::string body :
       {"\x85", "N\x86", "NN\x87", "R",   "NR",   "b",      "Nb",
        "s",    "Ns",    "}Ns",    "a",   "Na",   "q\1",    "Q",
        "",     "]N(a",  "}NN(s",  "N(Q", "}N(b", "N(\x85", "(q\1"}) {
    EXPECT_FALSE(RunBody(body).ok()) << body;
  }
}

TEST(PickleVmTest, RefusesOpcodesThatMissTheirMark) {
  for (const std::string body : {"Nt", "}NNu", "]Ne"}) {
    EXPECT_THAT(RunBody(body), IsRefused("MARK")) << body;
  }
}

TEST(PickleVmTest, RefusesItemsOfTheWrongContainer) {
  for (const std::string body :
       {"]NNs", "}Na", ")Na", "N(NNu", "K\1(Ne", "}(Nu"}) {
    EXPECT_THAT(RunBody(body), IsRefused("cannot take them")) << body;
  }
}

TEST(PickleVmTest, RefusesCallsOfAnythingButAClassWithATuple) {
  EXPECT_THAT(RunBody("N)R"), IsRefused("REDUCE"));
  EXPECT_THAT(RunBody(PickleGlobal("module", "Name") + "NR"),
              IsRefused("REDUCE"));
  EXPECT_THAT(RunBody(PickleGlobal("collections", "OrderedDict") + "]\x85R"),
              IsRefused("OrderedDict with arguments"));
}

TEST(PickleVmTest, RefusesStateOfAnythingButADict) {
  EXPECT_THAT(RunBody("]}b"), IsRefused("BUILD"));
  EXPECT_THAT(RunBody(PickleGlobal("module", "Name") + ")R}b"),
              IsRefused("BUILD"));
}

TEST(PickleVmTest, RefusesAnUnknownMemoEntry) {
  EXPECT_THAT(RunBody("h\1"), IsRefused("no entry 1"));
}

TEST(PickleVmTest, RefusesAnEndWithMoreOrLessThanOneObject) {
  EXPECT_THAT(RunBody("NN"), IsRefused("not one object"));
  EXPECT_THAT(RunBody(""), IsRefused("not one object"));
  EXPECT_THAT(RunBody("N("), IsRefused("not one object"));
}

TEST(PickleVmTest, RefusesIntegersOfMoreThanEightBytes) {
  EXPECT_THAT(RunBody("\x8a\x09" + std::string(9, '\1')),
              IsRefused("9 bytes, at most 8"));
}

TEST(PickleVmTest, ObjectsThatContainThemselvesAreReadAndFreed) {
  const absl::StatusOr<Pickle> list = RunBody("]q\1h\1a");
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->root->items[0], list->root);
  const absl::StatusOr<Pickle> dict = RunBody("}q\1K\1h\1s");
  ASSERT_THAT(dict, IsOk());
  EXPECT_EQ(dict->root->items[1], dict->root);
}

TEST(PickleVmTest, DeepNestingWithoutMarksDoesNotExhaustTheStack) {
  const absl::StatusOr<Pickle> pickle =
      RunBody("N" + std::string(500'000, '\x85'));
  ASSERT_THAT(pickle, IsOk());
  EXPECT_EQ(pickle->values.size(), 500'001u);
}

TEST(PickleVmTest, RepeatedCallsOfALargeTupleDoNotCopyIt) {
  // 1000 items, called 1000 times: a copy each would be a million items.
  std::string body = absl::StrCat("(", std::string(1000, 'N'), "tq\1",
                                  PickleGlobal("module", "Name"), "q\2](");
  for (int i = 0; i < 1000; ++i) {
    body += "h\2h\1R";
  }
  const absl::StatusOr<Pickle> pickle = RunBody(body + "e\x87");
  ASSERT_THAT(pickle, IsOk());
  size_t items = 0;
  for (const PickleValue& value : pickle->values) {
    items += value.items.size();
  }
  EXPECT_LT(items, 10'000u);
}

TEST(PickleVmTest, LimitsOpcodesMemoNestingAndText) {
  PickleLimits limits = {.max_opcodes = 4};
  EXPECT_THAT(RunBody("NN\x86", limits), IsRefused("more than 4 opcodes"));
  limits = {.max_memo_entries = 2};
  EXPECT_THAT(RunBody("Nq\1q\2q\2", limits), IsOk());
  EXPECT_THAT(RunBody("Nq\1q\2q\3", limits), IsRefused("memo has more than 2"));
  limits = {.max_mark_depth = 2};
  EXPECT_THAT(RunBody("((tt", limits), IsOk());
  EXPECT_THAT(RunBody("(((ttt", limits), IsRefused("nested deeper than 2"));
  limits = {.max_string_bytes = 3};
  EXPECT_THAT(RunBody(PickleText("abc"), limits), IsOk());
  EXPECT_THAT(RunBody(PickleText("abcd"), limits),
              IsRefused("4 bytes, at most 3"));
}

TEST(PickleVmTest, AHugeTextLengthIsRefusedBeforeItIsAllocated) {
  EXPECT_THAT(RunBody("X\xff\xff\xff\xff"), IsRefused("4294967295 bytes"));
}

}  // namespace
}  // namespace animate
