#include "engine/weights/torch_checkpoint.h"

#include <gmock/gmock.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>

#include "absl/strings/str_cat.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/engine/weights/weights_testing.h"

namespace animate {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

constexpr int64_t kMaxNumber = std::numeric_limits<int64_t>::max();

StateDict LoadFixture(const std::string& name) {
  absl::StatusOr<StateDict> state_dict =
      LoadTorchCheckpoint(CheckpointFixture(name));
  EXPECT_THAT(state_dict, IsOk());
  return state_dict.ok() ? *state_dict : StateDict();
}

std::string SixFloats() {
  const float values[] = {0, 1, 2, 3, 4, 5};
  std::string bytes(sizeof(values), '\0');
  std::memcpy(bytes.data(), values, sizeof(values));
  return bytes;
}

absl::StatusOr<StateDict> ReadZip(const std::string& file) {
  return ReadTorchZip(CopyBytes(file));
}

absl::StatusOr<StateDict> ReadEither(const SharedBytes& file) {
  return IsLegacyTorchFile(file.bytes) ? ReadLegacyTorchFile(file)
                                       : ReadTorchZip(file);
}

// Reads an archive whose state dict has the one tensor "weight".
absl::StatusOr<StateDict> ReadOne(const TensorInput& tensor) {
  return ReadZip(
      TorchZipBytes(PickleProgram(PickleDict("weight", PickleTensor(tensor))),
                    {SixFloats()}));
}

// Reads an archive whose pickle is `body`.
absl::StatusOr<StateDict> ReadBody(const std::string& body) {
  return ReadZip(TorchZipBytes(PickleProgram(body), {SixFloats()}));
}

// Element i of every fixture tensor is i - 2 (i % 2 for booleans, i for
// bytes), see tools/golden/make_checkpoint_fixtures.py.
void ExpectRamp(const StateDict& tensors, const std::string& name,
                at::ScalarType dtype) {
  ASSERT_TRUE(tensors.contains(name)) << name;
  const at::Tensor& tensor = tensors.at(name);
  EXPECT_EQ(tensor.scalar_type(), dtype) << name;
  EXPECT_THAT(tensor.sizes().vec(), ElementsAre(2, 3)) << name;
  const at::Tensor flat = tensor.to(at::kDouble).flatten();
  for (int i = 0; i < 6; ++i) {
    const double want = dtype == at::kBool   ? i % 2
                        : dtype == at::kByte ? i
                                             : i - 2;
    EXPECT_EQ(flat[i].item<double>(), want) << name;
  }
}

void ExpectEveryDtype(const StateDict& tensors) {
  EXPECT_EQ(tensors.size(), 12u);
  ExpectRamp(tensors, "f64", at::kDouble);
  ExpectRamp(tensors, "f32", at::kFloat);
  ExpectRamp(tensors, "f16", at::kHalf);
  ExpectRamp(tensors, "bf16", at::kBFloat16);
  ExpectRamp(tensors, "i64", at::kLong);
  ExpectRamp(tensors, "i32", at::kInt);
  ExpectRamp(tensors, "i16", at::kShort);
  ExpectRamp(tensors, "i8", at::kChar);
  ExpectRamp(tensors, "u8", at::kByte);
  ExpectRamp(tensors, "bool", at::kBool);
  EXPECT_EQ(tensors.at("scalar").dim(), 0);
  EXPECT_EQ(tensors.at("scalar").item<float>(), -2.0f);
  EXPECT_THAT(tensors.at("empty").sizes().vec(), ElementsAre(0, 3));
}

void ExpectViews(const StateDict& tensors) {
  const at::Tensor base =
      at::arange(-2, 22, at::TensorOptions(at::kFloat)).reshape({4, 6});
  EXPECT_TRUE(tensors.at("base").equal(base));
  EXPECT_TRUE(tensors.at("transposed").equal(base.t()));
  EXPECT_TRUE(tensors.at("rows").equal(base.slice(0, 1, 3)));
  EXPECT_TRUE(tensors.at("column").equal(base.select(1, 2)));
  for (const auto& [name, tensor] : tensors) {
    EXPECT_TRUE(tensor.is_alias_of(tensors.at("base"))) << name;
  }
}

void ExpectModuleStateDict(const StateDict& tensors,
                           const std::string& prefix) {
  EXPECT_EQ(tensors.size(), 7u);
  ExpectRamp(tensors, prefix + "0.weight", at::kFloat);
  EXPECT_EQ(tensors.at(prefix + "1.num_batches_tracked").item<int64_t>(), -2);
}

TEST(TorchCheckpointTest, ReadsEveryDtypeThatPythonWrote) {
  ExpectEveryDtype(LoadFixture("every_dtype.pth"));
}

TEST(TorchCheckpointTest, ReadsEveryDtypeOfTheOldFormat) {
  ExpectEveryDtype(LoadFixture("every_dtype_legacy.pth"));
}

TEST(TorchCheckpointTest, ViewsShareStorageAsInTheFile) {
  ExpectViews(LoadFixture("views.pth"));
  ExpectViews(LoadFixture("views_legacy.pth"));
}

TEST(TorchCheckpointTest, ReadsTheStateDictOfAModule) {
  ExpectModuleStateDict(LoadFixture("state_dict.pth"), "");
  ExpectModuleStateDict(LoadFixture("state_dict_legacy.pth"), "");
}

TEST(TorchCheckpointTest, ReadsANestedStateDictAndLeavesTheRest) {
  ExpectModuleStateDict(LoadFixture("nested.pth"), "module.");
}

TEST(TorchCheckpointTest, ReadsParametersAsPlainTensors) {
  const StateDict tensors = LoadFixture("parameter.pth");
  ExpectRamp(tensors, "weight", at::kFloat);
  EXPECT_FALSE(tensors.at("weight").requires_grad());
}

TEST(TorchCheckpointTest, RefusesWhatIsNotAStateDict) {
  const auto refused = [](const std::string& name) {
    return LoadTorchCheckpoint(CheckpointFixture(name));
  };
  EXPECT_THAT(refused("refused_module.pth"),
              IsRefused("torch.nn.modules.container.Sequential"));
  EXPECT_THAT(refused("refused_protocol_4.pth"),
              IsRefused("pickle protocol 4 is not supported"));
  EXPECT_THAT(refused("refused_expanded.pth"),
              IsRefused("\"weight\": the tensor has 3000 elements"));
  EXPECT_THAT(refused("refused_number.pth"),
              IsRefused("\"step\": is not a tensor"));
  EXPECT_THAT(refused("refused_list.pth"),
              IsRefused("does not hold a state dict"));
  EXPECT_THAT(refused("refused_sparse.pth"),
              IsRefused("_rebuild_sparse_tensor"));
  EXPECT_THAT(refused("refused_torchscript.pth"), IsRefused("TorchScript"));
}

TEST(TorchCheckpointTest, RefusesFloat8ByName) {
  EXPECT_THAT(
      ReadBody(PickleDict(
          "weight", PickleGlobal("torch._utils", "_rebuild_tensor_v3") + ")R")),
      IsRefused("torch._utils._rebuild_tensor_v3"));
  EXPECT_THAT(
      ReadOne({.storage = PickleStorage("Float8_e4m3fnStorage", "0", 6)}),
      IsRefused("torch.Float8_e4m3fnStorage"));
}

TEST(TorchCheckpointTest, RefusesEveryTruncation) {
  for (const std::string name : {"parameter.pth", "views_legacy.pth"}) {
    const std::string file = ReadFileOrDie(CheckpointFixture(name));
    for (size_t size = 0; size < file.size(); ++size) {
      EXPECT_THAT(ReadEither(CopyBytes(file.substr(0, size))), IsRefused(""))
          << name << " " << size;
    }
  }
}

// Whatever one byte is changed to, the answer is a state dict or a refusal.
TEST(TorchCheckpointTest, SurvivesEveryChangedByte) {
  for (const std::string name : {"parameter.pth", "views_legacy.pth"}) {
    const std::string file = ReadFileOrDie(CheckpointFixture(name));
    for (size_t i = 0; i < file.size(); ++i) {
      for (const char change : {'\x01', '\x80', '\xff'}) {
        std::string changed = file;
        changed[i] = static_cast<char>(changed[i] ^ change);
        const absl::StatusOr<StateDict> result = ReadEither(CopyBytes(changed));
        if (!result.ok()) {
          EXPECT_THAT(result, IsRefused("")) << name << " " << i;
        }
      }
    }
  }
}

TEST(TorchCheckpointTest, TensorsKeepTheFileAlive) {
  at::Tensor tensor;
  {
    const auto state_dict = ReadOne({});
    ASSERT_THAT(state_dict, IsOk());
    tensor = state_dict->at("weight");
  }
  EXPECT_EQ(tensor.flatten()[5].item<float>(), 5.0f);
}

TEST(TorchCheckpointTest, RefusesAStorageThatIsMissingOrTooShort) {
  EXPECT_THAT(ReadOne({.storage = PickleStorage("FloatStorage", "1", 6)}),
              IsRefused("storage 1 is missing"));
  EXPECT_THAT(ReadOne({.storage = PickleStorage("FloatStorage", "../0", 6)}),
              IsRefused("storage ../0 is missing"));
  EXPECT_THAT(ReadOne({.storage = PickleStorage("FloatStorage", "0", 7)}),
              IsRefused("storage 0 has 24 bytes, want 28"));
  EXPECT_THAT(
      ReadOne({.storage = PickleStorage("FloatStorage", "0", kMaxNumber / 4)}),
      IsRefused("storage 0 has 24 bytes"));
}

TEST(TorchCheckpointTest, RefusesABooleanThatIsNeitherZeroNorOne) {
  EXPECT_THAT(ReadOne({.storage = PickleStorage("BoolStorage", "0", 24)}),
              IsRefused("storage 0: a boolean"));
}

TEST(TorchCheckpointTest, LeavesOutWhatAnimateDiffKeepsAmongItsTensors) {
  const auto load = [](absl::string_view key) {
    const std::string config = absl::StrCat("}", PickleText("x"), "N", "s");
    // {"a": tensor, key: {"x": None}}
    return ReadTorchZip(CopyBytes(TorchZipBytes(
        PickleProgram(absl::StrCat("}", PickleText("a"), PickleTensor({}), "s",
                                   PickleText(key), config, "s")),
        {std::string(24, 'x')})));
  };
  const absl::StatusOr<StateDict> weights = load("animatediff_config");
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->size(), 1u);
  EXPECT_THAT(load("other_config"), IsRefused("\"other_config\""));
}

TEST(TorchCheckpointTest, RefusesAnArchiveWithoutExactlyOnePickle) {
  EXPECT_THAT(ReadZip(ZipBytes({{.name = "a/b.pkl"}})),
              IsRefused("no data.pkl"));
  EXPECT_THAT(ReadZip(ZipBytes({{.name = "a/b/data.pkl"}})),
              IsRefused("no data.pkl"));
  EXPECT_THAT(
      ReadZip(ZipBytes({{.name = "a/data.pkl"}, {.name = "b/data.pkl"}})),
      IsRefused("more than one data.pkl"));
  EXPECT_THAT(
      ReadZip(ZipBytes({{.name = "a/data.pkl"}, {.name = "a/constants.pkl"}})),
      IsRefused("TorchScript"));
}

TEST(TorchCheckpointTest, RefusesABigEndianArchive) {
  EXPECT_THAT(ReadZip(ZipBytes({{.name = "a/data.pkl"},
                                {.name = "a/byteorder", .content = "big"}})),
              IsRefused("little-endian"));
}

const std::string& LegacyMagic() {
  static const auto& magic = *new std::string(
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
  return magic;
}

// A file of the old format with one tensor; the parts can be replaced.
struct LegacyInput {
  std::string protocol = PickleProgram("M\xe9\x03");
  std::string machine = PickleProgram(PickleDict("little_endian", "\x88"));
  std::string object = PickleProgram(PickleDict("weight", PickleTensor({})));
  std::string keys = PickleProgram("]" + PickleText("0") + "a");
  std::string storages = LittleEndian(6, 8) + SixFloats();
};

absl::StatusOr<StateDict> ReadLegacy(const LegacyInput& input) {
  return ReadLegacyTorchFile(
      CopyBytes(absl::StrCat(LegacyMagic(), input.protocol, input.machine,
                             input.object, input.keys, input.storages)));
}

TEST(LegacyTorchFileTest, ReadsAHandMadeFile) {
  const auto state_dict = ReadLegacy({});
  ASSERT_THAT(state_dict, IsOk());
  EXPECT_EQ(state_dict->at("weight").flatten()[5].item<float>(), 5.0f);
}

TEST(LegacyTorchFileTest, RefusesAnotherPreamble) {
  EXPECT_THAT(ReadLegacy({.protocol = PickleProgram("K\1")}),
              IsRefused("protocol"));
  EXPECT_THAT(ReadLegacy({.machine = PickleProgram("N")}),
              IsRefused("machine"));
  EXPECT_THAT(ReadLegacy({.machine = PickleProgram(
                              PickleDict("little_endian", "\x89"))}),
              IsRefused("little-endian"));
  EXPECT_THAT(ReadLegacyTorchFile(CopyBytes("something else")),
              IsRefused("before version 1.6"));
}

TEST(LegacyTorchFileTest, RefusesAListOfStoragesThatDoesNotMatch) {
  EXPECT_THAT(ReadLegacy({.keys = PickleProgram("N")}), IsRefused("no list"));
  EXPECT_THAT(ReadLegacy({.keys = PickleProgram("]" + PickleText("1") + "a")}),
              IsRefused("does not match"));
  EXPECT_THAT(ReadLegacy({.keys = PickleProgram("]K\1a")}),
              IsRefused("does not match"));
  EXPECT_THAT(ReadLegacy({.keys = PickleProgram(absl::StrCat(
                              "](", PickleText("0"), PickleText("0"), "e"))}),
              IsRefused("does not match"));
  EXPECT_THAT(ReadLegacy({.keys = PickleProgram("]")}),
              IsRefused("storage 0 is missing"));
}

TEST(LegacyTorchFileTest, RefusesStoragesOfAnotherSize) {
  EXPECT_THAT(ReadLegacy({.storages = LittleEndian(5, 8) + SixFloats()}),
              IsRefused("storage 0 has 5 elements, want 6"));
  EXPECT_THAT(ReadLegacy({.storages = LittleEndian(6, 8) + "short"}),
              IsRefused("storage 0: a tensor reaches beyond the file"));
  EXPECT_THAT(ReadLegacy({.storages = "short"}),
              IsRefused("truncated at storage 0"));
}

TEST(TorchCheckpointTest, ErrorsBeginWithThePath) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a.pth", "PK\3\4");
  EXPECT_THAT(std::string(LoadTorchCheckpoint(path).status().message()),
              StartsWith(path));
}

}  // namespace
}  // namespace animate
