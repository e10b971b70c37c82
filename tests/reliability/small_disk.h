#ifndef ANIMATE_TESTS_RELIABILITY_SMALL_DISK_H_
#define ANIMATE_TESTS_RELIABILITY_SMALL_DISK_H_

#include <string>

namespace animate {

// A file system of its own in memory, which can be full or read-only. Needs the
// right to mount; without it mounted() is false.
class SmallDisk {
 public:
  SmallDisk(const std::string& path, int mebibytes);
  ~SmallDisk();

  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }

  // Takes all the room that is left, and gives it back.
  void Fill();
  void MakeRoom();

  void SetReadOnly();
  void SetWritable();

 private:
  const std::string path_;
  bool mounted_ = false;
};

}  // namespace animate

#endif  // ANIMATE_TESTS_RELIABILITY_SMALL_DISK_H_
