// Compiles and links where LibTorch has c10d with Gloo (TorchReplicas.cmake).
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

int main(int count, char** arguments) {
  if (count < 2) return 0;  // linking is the question
  const auto store = c10::make_intrusive<c10d::TCPStore>(arguments[1]);
  const auto options = c10d::ProcessGroupGloo::Options::create();
  options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, 0, 1, options)
      ->getSize();
}
