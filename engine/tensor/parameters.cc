#include "engine/tensor/parameters.h"

#include <ATen/ops/zeros.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace animate {
namespace {

std::string Join(const std::string& prefix, absl::string_view name) {
  return prefix.empty() ? std::string(name) : absl::StrCat(prefix, ".", name);
}

std::string ShapeString(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

bool Matches(const std::vector<int64_t>& got,
             const std::vector<int64_t>& want) {
  if (got.size() != want.size()) return false;
  for (size_t i = 0; i < got.size(); ++i) {
    if (want[i] != -1 && got[i] != want[i]) return false;
  }
  return true;
}

std::vector<std::string> KeysAndShapes(
    const std::vector<ParameterRequest>& parameters) {
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  for (const ParameterRequest& parameter : parameters) {
    texts.push_back(
        absl::StrCat(parameter.key, " ", ShapeString(parameter.shape)));
  }
  return texts;
}

void AppendList(std::string& message, absl::string_view kind,
                const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  absl::StrAppend(&message, "\n  ", keys.size(), " ", kind, ":\n    ",
                  absl::StrJoin(keys, "\n    "));
}

}  // namespace

at::Tensor Parameters::Get(const std::string& key,
                           const std::vector<int64_t>& shape) {
  requests_.emplace(key, shape);
  const auto it = state_dict_.find(key);
  if (it != state_dict_.end() && Matches(it->second.sizes().vec(), shape)) {
    return it->second;
  }
  return Placeholder(shape);
}

at::Tensor Parameters::Placeholder(const std::vector<int64_t>& shape) const {
  std::vector<int64_t> concrete = shape;
  for (int64_t& size : concrete) {
    if (size < 0) size = 1;
  }
  const c10::Device device = state_dict_.empty()
                                 ? c10::Device(c10::kMeta)
                                 : state_dict_.begin()->second.device();
  return at::zeros({}, at::TensorOptions(device)).expand(concrete);
}

bool Parameters::Has(const std::string& key) const {
  return state_dict_.count(key) > 0;
}

std::vector<int64_t> Parameters::Shape(const std::string& key) const {
  const auto it = state_dict_.find(key);
  if (it == state_dict_.end()) return {};
  return it->second.sizes().vec();
}

void Parameters::Ignore(const std::string& key) { ignored_.insert(key); }

std::vector<ParameterRequest> Parameters::requests() const {
  std::vector<ParameterRequest> list;
  for (const auto& [key, shape] : requests_) list.push_back({key, shape});
  return list;
}

ParameterDifferences Parameters::Differences() const {
  ParameterDifferences differences;
  for (const auto& [key, shape] : requests_) {
    const auto it = state_dict_.find(key);
    if (it == state_dict_.end()) {
      differences.missing.push_back({key, shape});
    } else if (std::vector<int64_t> got = it->second.sizes().vec();
               !Matches(got, shape)) {
      differences.misshapen.push_back({key, std::move(got), shape});
    }
  }
  for (const auto& [key, tensor] : state_dict_) {
    if (requests_.count(key) == 0 && ignored_.count(key) == 0) {
      differences.unexpected.push_back({key, tensor.sizes().vec()});
    }
  }
  return differences;
}

absl::Status Parameters::Verify(absl::string_view what) const {
  const ParameterDifferences differences = Differences();
  if (differences.empty()) return absl::OkStatus();
  std::string message =
      absl::StrCat("the weights of ", what, " do not fit its configuration:");
  AppendList(message, "missing", KeysAndShapes(differences.missing));
  std::vector<std::string> misshapen;
  for (const ParameterDifferences::Misshapen& one : differences.misshapen) {
    misshapen.push_back(absl::StrCat(one.key, ": is ", ShapeString(one.shape),
                                     ", expected ", ShapeString(one.expected)));
  }
  AppendList(message, "of another shape", misshapen);
  AppendList(message, "unexpected", KeysAndShapes(differences.unexpected));
  return absl::FailedPreconditionError(message);
}

Scope Scope::operator/(absl::string_view name) const {
  return Scope(*parameters_, Join(prefix_, name));
}

Scope Scope::operator/(int index) const {
  return Scope(*parameters_, Join(prefix_, absl::StrCat(index)));
}

at::Tensor Scope::Get(absl::string_view key,
                      const std::vector<int64_t>& shape) const {
  return parameters_->Get(Join(prefix_, key), shape);
}

bool Scope::Has(absl::string_view key) const {
  return parameters_->Has(Join(prefix_, key));
}

std::vector<int64_t> Scope::Shape(absl::string_view key) const {
  return parameters_->Shape(Join(prefix_, key));
}

void Scope::Ignore(absl::string_view key) const {
  parameters_->Ignore(Join(prefix_, key));
}

}  // namespace animate
