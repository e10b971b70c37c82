#include "engine/weights/torch_checkpoint.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/weights/byte_order.h"
#include "engine/weights/byte_tensor.h"
#include "engine/weights/pickle_vm.h"
#include "engine/weights/torch_rebuild.h"
#include "engine/weights/weights_error.h"
#include "engine/weights/zip_directory.h"

namespace animate {
namespace {

using Kind = PickleValue::Kind;

constexpr uint8_t kZipMagic[] = {'P', 'K', 3, 4};
// The pickle of torch.serialization.MAGIC_NUMBER.
constexpr uint8_t kLegacyMagic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c,
                                    0xfc, 0x9c, 0x46, 0xf9, 0x20,
                                    0x6a, 0xa8, 0x50, 0x19, '.'};
constexpr int64_t kLegacyProtocol = 1001;
constexpr absl::string_view kPickleName = "/data.pkl";

bool BeginsWith(absl::Span<const uint8_t> file,
                absl::Span<const uint8_t> magic) {
  return file.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), file.begin());
}

// Returns the folder inside the archive that holds data.pkl: its name is the
// file's at the time of saving.
absl::StatusOr<std::string> FindArchiveFolder(
    const std::map<std::string, ZipRecord>& records) {
  std::string folder;
  for (const auto& [name, record] : records) {
    absl::string_view rest = name;
    if (!absl::ConsumeSuffix(&rest, kPickleName) ||
        absl::StrContains(rest, '/')) {
      continue;
    }
    if (!folder.empty()) {
      return WeightsError("the archive has more than one data.pkl");
    }
    folder = std::string(rest);
  }
  if (folder.empty()) {
    return WeightsError(
        "the archive has no data.pkl: torch.save did not write "
        "it");
  }
  if (records.contains(folder + "/constants.pkl")) {
    return WeightsError(
        "the archive is a TorchScript module, not a state dict");
  }
  return folder;
}

absl::Status CheckByteOrder(const SharedBytes& file,
                            const std::map<std::string, ZipRecord>& records,
                            const std::string& folder) {
  const auto found = records.find(folder + "/byteorder");
  if (found == records.end()) {
    return absl::OkStatus();
  }
  const absl::Span<const uint8_t> text =
      file.bytes.subspan(found->second.offset, found->second.size);
  if (std::string(text.begin(), text.end()) != "little") {
    return WeightsError("the checkpoint is not little-endian");
  }
  return absl::OkStatus();
}

// Returns the flat tensor of `storage`, whose bytes begin at `begin`.
absl::StatusOr<at::Tensor> ReadStorage(const SharedBytes& file,
                                       const std::string& key,
                                       const TorchStorage& storage,
                                       uint64_t begin) {
  absl::StatusOr<at::Tensor> tensor = TensorOverBytes(
      file, static_cast<int64_t>(begin), {storage.count}, storage.dtype);
  if (!tensor.ok()) {
    return InFile(absl::StrCat("storage ", key), tensor.status());
  }
  return tensor;
}

// Reads the pickle at `position` and moves behind it.
absl::StatusOr<Pickle> ReadNextPickle(absl::Span<const uint8_t> bytes,
                                      size_t& position) {
  ANIMATE_ASSIGN_OR_RETURN(Pickle pickle, ReadPickle(bytes.subspan(position),
                                                     AllowedTorchGlobals()));
  position += pickle.size;
  return pickle;
}

// Checks the protocol number and the description of the writing machine.
absl::Status ReadLegacyPreamble(absl::Span<const uint8_t> bytes,
                                size_t& position) {
  ANIMATE_ASSIGN_OR_RETURN(const Pickle protocol,
                           ReadNextPickle(bytes, position));
  if (protocol.root->kind != Kind::kInt ||
      protocol.root->integer != kLegacyProtocol) {
    return WeightsError("the file has an unknown torch.save protocol");
  }
  ANIMATE_ASSIGN_OR_RETURN(const Pickle machine,
                           ReadNextPickle(bytes, position));
  if (machine.root->kind != Kind::kDict) {
    return WeightsError("the file does not describe the machine it is from");
  }
  const std::vector<const PickleValue*>& items = machine.root->items;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->text == "little_endian" && items[i + 1]->integer != 1) {
      return WeightsError("the checkpoint is not little-endian");
    }
  }
  return absl::OkStatus();
}

// Reads the storages at `position`: for each key of the list, a 64-bit element
// count and the elements.
absl::StatusOr<std::map<std::string, at::Tensor>> ReadLegacyStorages(
    const SharedBytes& file, const Pickle& keys, size_t position,
    const std::map<std::string, TorchStorage>& announced) {
  if (keys.root->kind != Kind::kList) {
    return WeightsError("the file has no list of storages");
  }
  std::map<std::string, at::Tensor> storages;
  for (const PickleValue* key : keys.root->items) {
    const auto found = announced.find(key->text);
    if (key->kind != Kind::kString || found == announced.end() ||
        storages.contains(key->text)) {
      return WeightsError("the list of storages does not match the state dict");
    }
    const TorchStorage& storage = found->second;
    if (file.bytes.size() - position < sizeof(int64_t)) {
      return WeightsError(
          absl::StrCat("the file is truncated at storage ", key->text));
    }
    const int64_t count =
        LoadLittleEndian<int64_t>(file.bytes.data() + position);
    position += sizeof(int64_t);
    if (count != storage.count) {
      return WeightsError(absl::StrCat("storage ", key->text, " has ", count,
                                       " elements, want ", storage.count));
    }
    ANIMATE_ASSIGN_OR_RETURN(at::Tensor tensor,
                             ReadStorage(file, key->text, storage, position));
    position += static_cast<size_t>(tensor.nbytes());
    storages.emplace(key->text, std::move(tensor));
  }
  return storages;
}

}  // namespace

bool IsTorchZip(absl::Span<const uint8_t> file) {
  return BeginsWith(file, kZipMagic);
}

bool IsLegacyTorchFile(absl::Span<const uint8_t> file) {
  return BeginsWith(file, kLegacyMagic);
}

absl::StatusOr<StateDict> ReadTorchZip(const SharedBytes& file) {
  ANIMATE_ASSIGN_OR_RETURN(const auto records, ReadZipDirectory(file.bytes));
  ANIMATE_ASSIGN_OR_RETURN(const std::string folder,
                           FindArchiveFolder(records));
  ANIMATE_RETURN_IF_ERROR(CheckByteOrder(file, records, folder));
  const ZipRecord& program = records.at(absl::StrCat(folder, kPickleName));
  ANIMATE_ASSIGN_OR_RETURN(
      const Pickle pickle,
      ReadPickle(file.bytes.subspan(program.offset, program.size),
                 AllowedTorchGlobals()));
  ANIMATE_ASSIGN_OR_RETURN(const auto announced, FindTorchStorages(pickle));
  std::map<std::string, at::Tensor> storages;
  for (const auto& [key, storage] : announced) {
    const auto record = records.find(absl::StrCat(folder, "/data/", key));
    if (record == records.end()) {
      return WeightsError(absl::StrCat("storage ", key, " is missing"));
    }
    const int64_t size = *ByteCount(storage.count, storage.dtype);
    if (record->second.size < static_cast<uint64_t>(size)) {
      return WeightsError(absl::StrCat("storage ", key, " has ",
                                       record->second.size, " bytes, want ",
                                       size));
    }
    ANIMATE_ASSIGN_OR_RETURN(
        at::Tensor tensor,
        ReadStorage(file, key, storage, record->second.offset));
    storages.emplace(key, std::move(tensor));
  }
  return RebuildStateDict(pickle, storages);
}

absl::StatusOr<StateDict> ReadLegacyTorchFile(const SharedBytes& file) {
  if (!IsLegacyTorchFile(file.bytes)) {
    return WeightsError("not a file of torch.save before version 1.6");
  }
  size_t position = sizeof(kLegacyMagic);
  ANIMATE_RETURN_IF_ERROR(ReadLegacyPreamble(file.bytes, position));
  ANIMATE_ASSIGN_OR_RETURN(const Pickle pickle,
                           ReadNextPickle(file.bytes, position));
  ANIMATE_ASSIGN_OR_RETURN(const Pickle keys,
                           ReadNextPickle(file.bytes, position));
  ANIMATE_ASSIGN_OR_RETURN(const auto announced, FindTorchStorages(pickle));
  ANIMATE_ASSIGN_OR_RETURN(const auto storages,
                           ReadLegacyStorages(file, keys, position, announced));
  return RebuildStateDict(pickle, storages);
}

absl::StatusOr<StateDict> LoadTorchCheckpoint(const std::string& path) {
  ANIMATE_ASSIGN_OR_RETURN(const SharedBytes file, MapFile(path));
  absl::StatusOr<StateDict> result = IsLegacyTorchFile(file.bytes)
                                         ? ReadLegacyTorchFile(file)
                                         : ReadTorchZip(file);
  if (!result.ok()) {
    return InFile(path, result.status());
  }
  return result;
}

}  // namespace animate
