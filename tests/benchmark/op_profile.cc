#include "tests/benchmark/op_profile.h"

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace animate {
namespace {

using ProfileClock = std::chrono::steady_clock;

struct RunningOp {
  std::string name;
  ProfileClock::time_point start;
  double children_seconds = 0;
};

// What the callbacks of this thread write; LibTorch's take plain functions.
struct ProfileState {
  std::vector<RunningOp> running;
  std::map<std::string, OpProfile::Op> ops;
  std::map<std::string, OpProfile::Copy> copies;
};
thread_local ProfileState profile_state;

std::string PathOf(const std::vector<RunningOp>& running) {
  std::string path;
  for (const RunningOp& op : running) {
    absl::StrAppend(&path, path.empty() ? "" : " > ", op.name);
  }
  return path;
}

std::unique_ptr<at::ObserverContext> OnOpStart(
    const at::RecordFunction& function) {
  profile_state.running.push_back({function.name(), ProfileClock::now(), 0});
  if (profile_state.running.back().name == "aten::copy_" &&
      !function.inputs().empty() && function.inputs()[0].isTensor()) {
    const at::Tensor& to = function.inputs()[0].toTensor();
    const std::string path = PathOf(profile_state.running);
    OpProfile::Copy& copy = profile_state.copies[path];
    copy.path = path;
    ++copy.calls;
    copy.bytes += static_cast<double>(to.numel() * to.element_size());
  }
  return nullptr;
}

void OnOpEnd(const at::RecordFunction&, at::ObserverContext*) {
  std::vector<RunningOp>& running = profile_state.running;
  if (running.empty()) return;  // It began before the profile did.
  const RunningOp op = std::move(running.back());
  running.pop_back();
  const std::chrono::duration<double> elapsed = ProfileClock::now() - op.start;
  OpProfile::Op& entry = profile_state.ops[op.name];
  entry.name = op.name;
  ++entry.calls;
  entry.self_seconds += elapsed.count() - op.children_seconds;
  if (!running.empty()) running.back().children_seconds += elapsed.count();
}

}  // namespace

OpProfile::OpProfile() {
  profile_state = {};
  handle_ =
      at::addThreadLocalCallback(at::RecordFunctionCallback(OnOpStart, OnOpEnd)
                                     .needsInputs(true)
                                     .scopes({at::RecordScope::FUNCTION}));
}

OpProfile::~OpProfile() { Stop(); }

void OpProfile::Stop() {
  if (handle_ != 0) at::removeCallback(std::exchange(handle_, 0));
}

std::vector<OpProfile::Op> OpProfile::Ops() const {
  std::vector<Op> ops;
  for (const auto& [name, op] : profile_state.ops) ops.push_back(op);
  std::sort(ops.begin(), ops.end(), [](const Op& a, const Op& b) {
    return a.self_seconds > b.self_seconds;
  });
  return ops;
}

std::vector<OpProfile::Copy> OpProfile::Copies() const {
  std::vector<Copy> copies;
  for (const auto& [path, copy] : profile_state.copies) copies.push_back(copy);
  std::sort(copies.begin(), copies.end(),
            [](const Copy& a, const Copy& b) { return a.bytes > b.bytes; });
  return copies;
}

}  // namespace animate
