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

void AppendList(std::string& message, absl::string_view kind,
                const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  absl::StrAppend(&message, "\n  ", keys.size(), " ", kind, ":\n    ",
                  absl::StrJoin(keys, "\n    "));
}

}  // namespace

at::Tensor Parameters::Get(const std::string& key,
                           const std::vector<int64_t>& shape) {
  used_.insert(key);
  const auto it = state_dict_.find(key);
  if (it == state_dict_.end()) {
    missing_.push_back(absl::StrCat(key, " ", ShapeString(shape)));
  } else if (const std::vector<int64_t> got = it->second.sizes().vec();
             !Matches(got, shape)) {
    misshapen_.push_back(absl::StrCat(key, ": is ", ShapeString(got),
                                      ", expected ", ShapeString(shape)));
  } else {
    return it->second;
  }
  std::vector<int64_t> concrete = shape;
  for (int64_t& size : concrete) {
    if (size < 0) size = 1;
  }
  return at::zeros(concrete);
}

bool Parameters::Has(const std::string& key) const {
  return state_dict_.count(key) > 0;
}

std::vector<int64_t> Parameters::Shape(const std::string& key) const {
  const auto it = state_dict_.find(key);
  if (it == state_dict_.end()) return {};
  return it->second.sizes().vec();
}

void Parameters::Ignore(const std::string& key) { used_.insert(key); }

absl::Status Parameters::Verify(absl::string_view what) const {
  std::vector<std::string> unexpected;
  for (const auto& [key, tensor] : state_dict_) {
    if (used_.count(key) == 0) {
      unexpected.push_back(
          absl::StrCat(key, " ", ShapeString(tensor.sizes().vec())));
    }
  }
  if (missing_.empty() && misshapen_.empty() && unexpected.empty()) {
    return absl::OkStatus();
  }
  std::string message =
      absl::StrCat("the weights of ", what, " do not fit its configuration:");
  AppendList(message, "missing", missing_);
  AppendList(message, "of another shape", misshapen_);
  AppendList(message, "unexpected", unexpected);
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
