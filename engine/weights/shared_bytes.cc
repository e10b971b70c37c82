#include "engine/weights/shared_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "engine/weights/weights_error.h"

namespace animate {
namespace {

absl::Status OpenError(const std::string& path, int error) {
  const std::string message =
      absl::StrCat(path, ": ", std::generic_category().message(error));
  if (error == ENOENT || error == ENOTDIR) {
    return absl::NotFoundError(message);
  }
  if (error == EACCES || error == EPERM) {
    return absl::PermissionDeniedError(message);
  }
  return WeightsError(message);
}

size_t PageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// Advises on the pages of [begin, begin + size) in `file`: on every page it
// touches, or only on those it covers.
enum class Pages { kTouched, kCovered };
void Advise(const SharedBytes& file, const void* begin, size_t size,
            Pages pages, int advice) {
  const uintptr_t file_begin = reinterpret_cast<uintptr_t>(file.bytes.data());
  const uintptr_t file_end = file_begin + file.bytes.size();
  uintptr_t first = reinterpret_cast<uintptr_t>(begin);
  if (!file.mapped || first < file_begin || first >= file_end) return;
  uintptr_t last = first + std::min<uintptr_t>(size, file_end - first);
  const uintptr_t mask = PageSize() - 1;
  if (pages == Pages::kTouched || first == file_begin) {
    first &= ~mask;
  } else {
    first = (first + mask) & ~mask;
  }
  if (pages == Pages::kTouched || last == file_end) {
    last = (last + mask) & ~mask;
  } else {
    last &= ~mask;
  }
  if (first < last) {
    madvise(reinterpret_cast<void*>(first), last - first, advice);
  }
}

}  // namespace

absl::StatusOr<SharedBytes> MapFile(const std::string& path) {
  // O_NONBLOCK: opening a named pipe must not wait for its writer.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return OpenError(path, errno);
  }
  const absl::Cleanup close_file = [file] { close(file); };
  struct stat before = {};
  if (fstat(file, &before) != 0) {
    return OpenError(path, errno);
  }
  if (!S_ISREG(before.st_mode)) {
    return WeightsError(absl::StrCat(path, ": not a regular file"));
  }
  if (before.st_size == 0) {
    return WeightsError(absl::StrCat(path, ": the file is empty"));
  }
  const size_t size = static_cast<size_t>(before.st_size);
  // NORESERVE: copy-on-write pages are the exception, so a model larger than
  // the memory must not be refused for them.
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_NORESERVE, file, 0);
  if (address == MAP_FAILED) {
    return OpenError(path, errno);
  }
  std::shared_ptr<void> owner(address,
                              [size](void* mapped) { munmap(mapped, size); });
  struct stat after = {};
  if (fstat(file, &after) != 0 || after.st_size != before.st_size) {
    return WeightsError(
        absl::StrCat(path, ": the file changed while it was being opened"));
  }
  return SharedBytes{
      .owner = std::move(owner),
      .bytes = absl::MakeSpan(static_cast<uint8_t*>(address), size),
      .mapped = true};
}

void ReadAhead(const SharedBytes& file, const void* begin, size_t size) {
  Advise(file, begin, size, Pages::kTouched, MADV_WILLNEED);
}

void ReadNow(const SharedBytes& file, const void* begin, size_t size) {
#ifdef MADV_POPULATE_READ
  Advise(file, begin, size, Pages::kTouched, MADV_POPULATE_READ);
#else
  ReadAhead(file, begin, size);
#endif
}

void GiveBack(const SharedBytes& file, const void* begin, size_t size) {
  // A page that two tensors share stays: the other may be in use.
  Advise(file, begin, size, Pages::kCovered, MADV_DONTNEED);
}

SharedBytes CopyBytes(absl::string_view bytes) {
  auto copy =
      std::make_shared<std::vector<uint8_t>>(bytes.begin(), bytes.end());
  const absl::Span<uint8_t> span = absl::MakeSpan(*copy);
  return SharedBytes{.owner = std::move(copy), .bytes = span};
}

}  // namespace animate
