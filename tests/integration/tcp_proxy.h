#ifndef ANIMATE_TESTS_INTEGRATION_TCP_PROXY_H_
#define ANIMATE_TESTS_INTEGRATION_TCP_PROXY_H_

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace animate {

// Passes bytes between its own port and another one of this machine, until a
// test tears the connections apart: neither end of gRPC has a say in it.
// Thread-safe.
class TcpProxy {
 public:
  explicit TcpProxy(int target_port);
  ~TcpProxy();

  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  // "127.0.0.1:PORT".
  std::string address() const;

  // Breaks every connection; later ones work.
  void Drop();

 private:
  void Accept();
  void Connect(int client);

  const int target_port_;
  int listener_ = -1;
  int port_ = 0;

  Mutex mutex_;
  std::vector<int> sockets_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> pumps_ ABSL_GUARDED_BY(mutex_);

  std::thread acceptor_;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_INTEGRATION_TCP_PROXY_H_
