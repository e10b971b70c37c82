#ifndef ANIMATE_TESTS_RELIABILITY_LAB_SERVER_H_
#define ANIMATE_TESTS_RELIABILITY_LAB_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "animate/v1/animation.grpc.pb.h"

namespace animate {

// A lab_server (lab_server_main.cc) in a process of its own. Thread-compatible.
// Must be made on a thread that outlives it: the kernel ends the process with
// the thread that started it.
class LabServer {
 public:
  // As on its command line.
  using Settings = std::map<std::string, std::string>;

  // Returns when it serves; else started() is false. What it says goes to
  // `log_path`.
  LabServer(const Settings& settings, const std::string& log_path);
  // Kills it.
  ~LabServer();

  LabServer(const LabServer&) = delete;
  LabServer& operator=(const LabServer&) = delete;

  bool started() const { return grpc_port_ > 0; }
  int grpc_port() const { return grpc_port_; }
  int http_port() const { return http_port_; }
  pid_t process() const { return process_; }
  std::string address() const;

  // With SIGKILL; returns once it is gone.
  void Kill();
  // SIGTERM, and nothing more.
  void Terminate();
  // Its exit code once it has ended, -1 when a signal ended it; nullopt when it
  // has not after `patience`.
  std::optional<int> Wait(absl::Duration patience);

  // How it ended although nobody asked it to, with the last that it said; empty
  // while it runs.
  std::string Obituary();

  // Resident memory now, and the most it ever was.
  int64_t resident_bytes() const;
  int64_t peak_resident_bytes() const;

  // Processor time it has used.
  double cpu_seconds() const;

 private:
  pid_t process_ = 0;  // 0: gone
  std::string log_path_;
  int grpc_port_ = 0;
  int http_port_ = 0;
};

// A connection of its own to `address`, which tries again at once.
std::unique_ptr<v1::AnimationService::Stub> NewStub(const std::string& address);

// A port of this machine that is free, and not one of those that the kernel
// gives to clients: a client that asks for such a port while nobody listens may
// get itself.
int FreePort();

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_LAB_SERVER_H_
