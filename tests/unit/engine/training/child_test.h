#ifndef ANIMATE_TESTS_UNIT_ENGINE_TRAINING_CHILD_TEST_H_
#define ANIMATE_TESTS_UNIT_ENGINE_TRAINING_CHILD_TEST_H_

#include <string>

namespace animate {

// Runs one disabled test of this program in a process of its own, which may be
// killed and may fork: LibTorch cannot compute in a fork of a process in which
// it has.
class ChildTest {
 public:
  // Starts `name` ("Suite.DISABLED_Case"), which finds `argument` by
  // Argument().
  ChildTest(const std::string& name, const std::string& argument);
  ChildTest(const ChildTest&) = delete;
  ChildTest& operator=(const ChildTest&) = delete;
  // Kills it if it has not ended.
  ~ChildTest();

  // In the child.
  static std::string Argument();
  // In the child: tells the parent that something has happened.
  static void Signal();

  // Waits for `count` signals; false when the child ended before.
  bool WaitForSignals(int count);

  void Kill();

  // Waits for the child; whether its test passed.
  bool Passed();

 private:
  int child_ = -1;
  int signals_ = -1;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_UNIT_ENGINE_TRAINING_CHILD_TEST_H_
