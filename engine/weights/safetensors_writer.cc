#include "engine/weights/safetensors_writer.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/atomic_file.h"
#include "engine/weights/safetensors_header.h"

namespace animate {
namespace {

constexpr size_t kHeaderAlignment = 8;

using Entry = std::pair<const std::string, at::Tensor>;

// Widest elements first, so that all are aligned without padding, which the
// format does not know.
std::vector<const Entry*> FileOrder(const StateDict& tensors) {
  std::vector<const Entry*> order;
  for (const Entry& entry : tensors) {
    order.push_back(&entry);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Entry* a, const Entry* b) {
                     return a->second.element_size() > b->second.element_size();
                   });
  return order;
}

absl::StatusOr<std::string> HeaderText(
    const std::vector<const Entry*>& order,
    const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  size_t position = 0;
  for (const Entry* entry : order) {
    const auto& [name, tensor] = *entry;
    const absl::string_view dtype = SafetensorsDtypeName(tensor.scalar_type());
    if (dtype.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name, "\": safetensors has no dtype ",
                       c10::toString(tensor.scalar_type())));
    }
    if (name == "__metadata__") {
      return absl::InvalidArgumentError(
          "a tensor cannot be called __metadata__");
    }
    const size_t end = position + tensor.nbytes();
    header[name] = {{"dtype", std::string(dtype)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {position, end}}};
    position = end;
  }
  std::string text =
      header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (nlohmann::json::parse(text) != header) {
    return absl::InvalidArgumentError("a name or metadata is not UTF-8");
  }
  text.resize((text.size() + kHeaderAlignment - 1) / kHeaderAlignment *
                  kHeaderAlignment,
              ' ');
  return text;
}

}  // namespace

absl::Status SaveSafetensors(
    const std::string& path, const StateDict& tensors,
    const std::map<std::string, std::string>& metadata) {
  const std::vector<const Entry*> order = FileOrder(tensors);
  ANIMATE_ASSIGN_OR_RETURN(const std::string header,
                           HeaderText(order, metadata));
  ANIMATE_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  const uint64_t header_size = header.size();
  ANIMATE_RETURN_IF_ERROR(file->Write(&header_size, sizeof(header_size)));
  ANIMATE_RETURN_IF_ERROR(file->Write(header.data(), header.size()));
  for (const Entry* entry : order) {
    ANIMATE_ASSIGN_OR_RETURN(const at::Tensor tensor,
                             CallTorch("write tensor", [&] {
                               return entry->second.detach().cpu().contiguous();
                             }));
    if (tensor.numel() > 0) {
      ANIMATE_RETURN_IF_ERROR(
          file->Write(tensor.const_data_ptr(), tensor.nbytes()));
    }
  }
  return file->Commit();
}

}  // namespace animate
