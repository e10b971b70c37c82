#include "tests/integration/server_process.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "absl/strings/str_cat.h"

namespace animate {

ServerProcess::ServerProcess(const std::string& data_dir,
                             const Options& options) {
  std::array<int, 2> output{};
  if (pipe(output.data()) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, output[0]);
  posix_spawn_file_actions_addclose(&actions, output[1]);
  if (!options.log.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
                                     options.log.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  }
  const bool at_step = options.hold_at_step > 0;
  const bool at_frame = options.hold_at_frame >= 0;
  std::array<std::string, 7> words = {
      ANIMATE_FAKE_SERVER,
      data_dir,
      absl::StrCat(options.port),
      at_step    ? "step"
      : at_frame ? "frame"
                 : "none",
      absl::StrCat(at_step ? options.hold_at_step : options.hold_at_frame),
      options.model,
      options.log.empty() ? "error" : "info"};
  std::array<char*, words.size() + 1> arguments{};
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const int error = posix_spawn(&process_, words[0].c_str(), &actions, nullptr,
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
