#include "engine/weights/safetensors_writer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"
#include "engine/weights/byte_tensor.h"
#include "engine/weights/safetensors_header.h"

namespace animate {
namespace {

constexpr size_t kHeaderAlignment = 8;

// Widest elements first, so that all are aligned without padding, which the
// format does not know.
void SortForAlignment(std::vector<TensorSpec>& tensors) {
  std::stable_sort(tensors.begin(), tensors.end(),
                   [](const TensorSpec& a, const TensorSpec& b) {
                     return c10::elementSize(a.dtype) >
                            c10::elementSize(b.dtype);
                   });
}

std::string ShapeText(at::IntArrayRef shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// Returns the header of the file; adds the size of the data to `data_size`.
absl::StatusOr<std::string> HeaderText(
    const std::vector<TensorSpec>& order,
    const std::map<std::string, std::string>& metadata, uint64_t& data_size) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) {
    header["__metadata__"] = metadata;
  }
  uint64_t position = 0;
  for (const TensorSpec& tensor : order) {
    const absl::string_view dtype = SafetensorsDtypeName(tensor.dtype);
    if (dtype.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", tensor.name, "\": safetensors has no dtype ",
                       c10::toString(tensor.dtype)));
    }
    if (tensor.name == "__metadata__") {
      return absl::InvalidArgumentError(
          "a tensor cannot be called __metadata__");
    }
    const std::optional<int64_t> count = ElementCount(tensor.shape);
    const std::optional<int64_t> size =
        count ? ByteCount(*count, tensor.dtype) : std::nullopt;
    if (!size || header.contains(tensor.name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", tensor.name,
          "\": occurs twice or is too large: ", ShapeText(tensor.shape)));
    }
    const uint64_t end = position + static_cast<uint64_t>(*size);
    header[tensor.name] = {{"dtype", std::string(dtype)},
                           {"shape", tensor.shape},
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
  data_size = position;
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SafetensorsWriter>> SafetensorsWriter::Create(
    const std::string& path, std::vector<TensorSpec> tensors,
    const std::map<std::string, std::string>& metadata) {
  SortForAlignment(tensors);
  uint64_t data_size = 0;
  ANIMATE_ASSIGN_OR_RETURN(const std::string header,
                           HeaderText(tensors, metadata, data_size));
  ANIMATE_ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file,
                           AtomicFile::Create(path));
  const uint64_t header_size = header.size();
  ANIMATE_RETURN_IF_ERROR(file->Write(&header_size, sizeof(header_size)));
  ANIMATE_RETURN_IF_ERROR(file->Write(header.data(), header.size()));
  auto writer = std::unique_ptr<SafetensorsWriter>(
      new SafetensorsWriter(std::move(file), std::move(tensors)));
  writer->size_bytes_ = sizeof(header_size) + header_size + data_size;
  return writer;
}

absl::Status SafetensorsWriter::Append(const at::Tensor& tensor) {
  if (next_ == order_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("all ", order_.size(), " tensors are written"));
  }
  const TensorSpec& want = order_[next_];
  if (tensor.scalar_type() != want.dtype || tensor.sizes() != want.shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", want.name, "\": is ", c10::toString(tensor.scalar_type()), " ",
        ShapeText(tensor.sizes()), ", announced as ", c10::toString(want.dtype),
        " ", ShapeText(want.shape)));
  }
  ++next_;
  ANIMATE_ASSIGN_OR_RETURN(const at::Tensor flat,
                           CallTorch("write tensor", [&] {
                             return tensor.detach().cpu().contiguous();
                           }));
  if (flat.numel() == 0) return absl::OkStatus();
  return file_->Write(flat.const_data_ptr(), flat.nbytes());
}

absl::Status SafetensorsWriter::Commit() {
  if (next_ != order_.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", order_[next_].name, "\" and ",
                     order_.size() - next_ - 1, " more are not written"));
  }
  return file_->Commit();
}

absl::Status SaveSafetensors(
    const std::string& path, const StateDict& tensors,
    const std::map<std::string, std::string>& metadata) {
  std::vector<TensorSpec> specs;
  for (const auto& [name, tensor] : tensors) {
    specs.push_back({.name = name,
                     .dtype = tensor.scalar_type(),
                     .shape = tensor.sizes().vec()});
  }
  ANIMATE_ASSIGN_OR_RETURN(
      const std::unique_ptr<SafetensorsWriter> writer,
      SafetensorsWriter::Create(path, std::move(specs), metadata));
  for (const TensorSpec& spec : writer->order()) {
    ANIMATE_RETURN_IF_ERROR(writer->Append(tensors.at(spec.name)));
  }
  return writer->Commit();
}

}  // namespace animate
