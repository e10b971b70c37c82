#include "engine/training/torch_replicas.h"

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <cstdlib>
#endif

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/tensor/torch_status.h"

namespace animate {

#ifdef USE_C10D_GLOO
namespace {

// Whatever goes wrong between processes is the network's or another's fault.
absl::Status AsUnavailable(const absl::Status& status) {
  return status.ok() ? status : absl::UnavailableError(status.message());
}

class GlooReplicas final : public Replicas {
 public:
  GlooReplicas(c10::intrusive_ptr<c10d::Store> store,
               c10::intrusive_ptr<c10d::Backend> group)
      : store_(std::move(store)), group_(std::move(group)) {}

  int rank() const override { return group_->getRank(); }
  int world_size() const override { return group_->getSize(); }

  absl::Status Average(const at::Tensor& tensor) override {
    return AsUnavailable(CallTorch("average over processes", [&] {
      const at::Tensor host = tensor.cpu().contiguous();
      std::vector<at::Tensor> tensors = {host};
      group_->allreduce(tensors)->wait();
      tensor.copy_(host.div_(world_size()));
    }));
  }

  absl::Status Broadcast(const at::Tensor& tensor) override {
    return AsUnavailable(CallTorch("share among processes", [&] {
      const at::Tensor host = tensor.cpu().contiguous();
      std::vector<at::Tensor> tensors = {host};
      group_->broadcast(tensors)->wait();
      tensor.copy_(host);
    }));
  }

 private:
  const c10::intrusive_ptr<c10d::Store> store_;  // outlives the group
  const c10::intrusive_ptr<c10d::Backend> group_;
};

c10::intrusive_ptr<c10d::Store> OpenStore(const ReplicaAddress& address,
                                          std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(address.master_port);
  options.isServer = address.rank == 0 && !address.agent_is_master;
  options.numWorkers = static_cast<std::size_t>(address.world_size);
  options.waitWorkers = !address.agent_is_master;
  options.timeout = timeout;
  if (address.bound_socket >= 0) options.masterListenFd = address.bound_socket;
  const auto store =
      c10::make_intrusive<c10d::TCPStore>(address.master_address, options);
  // torchrun keeps notes of its own in its store, and those of processes that
  // have failed.
  return c10::make_intrusive<c10d::PrefixStore>(
      absl::StrCat("animate/attempt_", address.attempt), store);
}

auto OpenDevice(const ReplicaAddress& address) {
  using Gloo = c10d::ProcessGroupGloo;
  const char* interface =
      std::getenv("GLOO_SOCKET_IFNAME");  // NOLINT(concurrency-mt-unsafe)
  if (interface != nullptr && *interface != '\0') {
    return Gloo::createDeviceForInterface(interface);
  }
  if (address.master_address == "localhost" ||
      absl::StartsWith(address.master_address, "127.")) {
    return Gloo::createDeviceForHostname("127.0.0.1");
  }
  return Gloo::createDefaultDevice();
}

}  // namespace

bool TorchReplicasAvailable() { return true; }

absl::StatusOr<std::unique_ptr<Replicas>> ConnectReplicas(
    const ReplicaAddress& address, absl::Duration timeout) {
  std::unique_ptr<Replicas> replicas;
  const absl::Status met =
      CallTorch(absl::StrCat("meet at ", address.master_address, ":",
                             address.master_port),
                [&] {
                  const auto options = c10d::ProcessGroupGloo::Options::create(
                      absl::ToChronoMilliseconds(timeout));
                  options->devices.push_back(OpenDevice(address));
                  options->threads = 1;
                  auto store = OpenStore(address, options->timeout);
                  c10::intrusive_ptr<c10d::Backend> group =
                      c10::make_intrusive<c10d::ProcessGroupGloo>(
                          store, address.rank, address.world_size, options);
                  replicas = std::make_unique<GlooReplicas>(std::move(store),
                                                            std::move(group));
                });
  ANIMATE_RETURN_IF_ERROR(AsUnavailable(met));
  return replicas;
}

#else  // USE_C10D_GLOO

bool TorchReplicasAvailable() { return false; }

absl::StatusOr<std::unique_ptr<Replicas>> ConnectReplicas(const ReplicaAddress&,
                                                          absl::Duration) {
  return absl::UnimplementedError(
      "this LibTorch was built without Gloo: only one process can train");
}

#endif  // USE_C10D_GLOO

}  // namespace animate
