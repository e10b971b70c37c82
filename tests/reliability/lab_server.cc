#include "tests/reliability/lab_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace animate {
namespace {

std::string TailOf(const std::string& path, size_t bytes) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)),
                         std::istreambuf_iterator<char>());
  return text.size() > bytes ? text.substr(text.size() - bytes) : text;
}

// The number of kB behind `key` in /proc/PID/status, in bytes.
int64_t StatusBytes(pid_t process, const std::string& key) {
  std::ifstream in(absl::StrCat("/proc/", process, "/status"));
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind(key, 0) == 0) {
      return std::atoll(line.c_str() + key.size()) * 1024;
    }
  }
  return 0;
}

}  // namespace

LabServer::LabServer(const Settings& settings, const std::string& log_path)
    : log_path_(log_path) {
  std::array<int, 2> output{};
  if (pipe2(output.data(), O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<std::string> words = {ANIMATE_LAB_SERVER};
  for (const auto& [name, value] : settings) {
    words.push_back(absl::StrCat(name, "=", value));
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = posix_spawn(&process_, arguments[0], &actions, nullptr,
                                arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error != 0) process_ = 0;
  FILE* const lines = fdopen(output[0], "r");
  if (std::fscanf(lines, "%d %d", &grpc_port_, &http_port_) != 2) {
    grpc_port_ = http_port_ = 0;
  }
  std::fclose(lines);
}

LabServer::~LabServer() { Kill(); }

std::string LabServer::address() const {
  return absl::StrCat("127.0.0.1:", grpc_port_);
}

void LabServer::Kill() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  Wait(absl::InfiniteDuration());
}

void LabServer::Terminate() { kill(process_, SIGTERM); }

std::optional<int> LabServer::Wait(absl::Duration patience) {
  if (process_ == 0) return std::nullopt;
  const absl::Time deadline = absl::Now() + patience;
  int status = 0;
  while (waitpid(process_, &status, WNOHANG) == 0) {
    if (absl::Now() >= deadline) return std::nullopt;
    absl::SleepFor(absl::Milliseconds(1));
  }
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string LabServer::Obituary() {
  int status = 0;
  if (process_ == 0 || waitpid(process_, &status, WNOHANG) != process_) {
    return "";
  }
  process_ = 0;
  return absl::StrCat("the server ended with ",
                      WIFSIGNALED(status)
                          ? absl::StrCat("signal ", WTERMSIG(status))
                          : absl::StrCat("exit code ", WEXITSTATUS(status)),
                      ", the last it said: ", TailOf(log_path_, 2000));
}

int64_t LabServer::resident_bytes() const {
  return StatusBytes(process_, "VmRSS:");
}

int64_t LabServer::peak_resident_bytes() const {
  return StatusBytes(process_, "VmHWM:");
}

double LabServer::cpu_seconds() const {
  std::ifstream in(absl::StrCat("/proc/", process_, "/stat"));
  std::string word;
  double ticks = 0;
  // The name in the second field has no spaces.
  for (int field = 1; field <= 15 && in >> word; ++field) {
    if (field >= 14) ticks += std::atof(word.c_str());
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::unique_ptr<v1::AnimationService::Stub> NewStub(
    const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  return v1::AnimationService::NewStub(grpc::CreateCustomChannel(
      address, grpc::InsecureChannelCredentials(), arguments));
}

int FreePort() {
  std::random_device dice;
  while (true) {
    const int port = 20'000 + static_cast<int>(dice() % 10'000);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const int error =
        bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    close(listener);
    if (error == 0) return port;
  }
}

}  // namespace animate
