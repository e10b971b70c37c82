#include "tests/reliability/small_disk.h"

#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace animate {

SmallDisk::SmallDisk(const std::string& path, int mebibytes) : path_(path) {
  std::filesystem::create_directories(path_);
  mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0,
                   absl::StrCat("size=", mebibytes, "m").c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (mounted_) umount2(path_.c_str(), MNT_DETACH);
}

void SmallDisk::Fill() {
  std::ofstream file(path_ + "/filler", std::ios::binary);
  const std::string block(4096, 'f');
  while (file.write(block.data(), 4096).flush()) {
  }
}

void SmallDisk::MakeRoom() { std::filesystem::remove(path_ + "/filler"); }

void SmallDisk::SetReadOnly() {
  mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr);
}

void SmallDisk::SetWritable() {
  mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, nullptr);
}

}  // namespace animate
