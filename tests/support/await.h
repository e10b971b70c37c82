#ifndef ANIMATE_TESTS_SUPPORT_AWAIT_H_
#define ANIMATE_TESTS_SUPPORT_AWAIT_H_

#include <thread>

namespace animate {

// Returns once `condition` holds; the timeout is the test program's.
template <typename Condition>
void Await(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_AWAIT_H_
