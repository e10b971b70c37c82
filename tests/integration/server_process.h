#ifndef ANIMATE_TESTS_INTEGRATION_SERVER_PROCESS_H_
#define ANIMATE_TESTS_INTEGRATION_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "animate/v1/animation.grpc.pb.h"

namespace animate {

// A fake_animate_server (fake_server_main.cc) in a process of its own.
class ServerProcess {
 public:
  struct Options {
    int hold_at_frame = -1;  // -1: none
    int hold_at_step = 0;    // 0: none
    int port = 0;            // 0: a free one
    std::string model = "0";
    std::string log;  // file that gets its log lines; "": only errors, to ours
  };

  // Returns when it serves; on failure to start, started() is false.
  ServerProcess(const std::string& data_dir, const Options& options);
  explicit ServerProcess(const std::string& data_dir, int hold_at_frame = -1,
                         int port = 0)
      : ServerProcess(data_dir,
                      Options{.hold_at_frame = hold_at_frame, .port = port}) {}
  // Kills it.
  ~ServerProcess();

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  bool started() const { return port_ > 0; }
  std::string address() const;
  int port() const { return port_; }
  animate::v1::AnimationService::Stub& stub() { return *stub_; }

  // With SIGKILL: nothing of it runs any more.
  void Kill();
  // With SIGTERM; returns its exit code.
  int Terminate();

 private:
  int Wait();

  pid_t process_ = 0;  // 0: gone
  int port_ = 0;
  std::unique_ptr<animate::v1::AnimationService::Stub> stub_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_INTEGRATION_SERVER_PROCESS_H_
