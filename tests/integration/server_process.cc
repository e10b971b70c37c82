#include "tests/integration/server_process.h"

#include <grpcpp/grpcpp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "absl/strings/str_cat.h"

namespace animate {

ServerProcess::ServerProcess(const std::string& data_dir, int hold_at_frame,
                             int port) {
  std::array<int, 2> output{};
  if (pipe(output.data()) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, output[0]);
  posix_spawn_file_actions_addclose(&actions, output[1]);
  std::string program = ANIMATE_FAKE_SERVER;
  std::string folder = data_dir;
  std::string frame = absl::StrCat(hold_at_frame);
  std::string listen_port = absl::StrCat(port);
  std::array<char*, 5> arguments = {program.data(), folder.data(), frame.data(),
                                    listen_port.data(), nullptr};
  const int error = posix_spawn(&process_, program.c_str(), &actions, nullptr,
                                arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error != 0) process_ = 0;
  FILE* const lines = fdopen(output[0], "r");
  if (std::fscanf(lines, "%d", &port_) != 1) port_ = 0;
  std::fclose(lines);
  if (!started()) return;
  grpc::ChannelArguments arguments_of_channel;
  arguments_of_channel.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  stub_ = animate::v1::AnimationService::NewStub(grpc::CreateCustomChannel(
      address(), grpc::InsecureChannelCredentials(), arguments_of_channel));
}

ServerProcess::~ServerProcess() { Kill(); }

std::string ServerProcess::address() const {
  return absl::StrCat("127.0.0.1:", port_);
}

void ServerProcess::Kill() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  Wait();
}

int ServerProcess::Terminate() {
  kill(process_, SIGTERM);
  return Wait();
}

int ServerProcess::Wait() {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace animate
