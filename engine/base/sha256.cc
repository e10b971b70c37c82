#include "engine/base/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "engine/base/status_macros.h"

namespace animate {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

// Running digest. SHA-256 is built into libcrypto and needs no memory after
// construction, so that its calls cannot fail.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }

  void Update(const void* data, size_t size) {
    EVP_DigestUpdate(context_.get(), data, size);
  }

  std::string Bytes() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    return {reinterpret_cast<const char*>(digest), size};
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string Sha256Bytes(absl::string_view bytes) {
  Digest digest;
  digest.Update(bytes.data(), bytes.size());
  return digest.Bytes();
}

std::string Sha256(absl::string_view bytes) {
  return absl::BytesToHexString(Sha256Bytes(bytes));
}

absl::StatusOr<std::string> Sha256OfFile(const std::string& path,
                                         const CancellationToken* cancel) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return absl::ErrnoToStatus(errno, path);
  }
  const absl::Cleanup close_file = [file] { close(file); };
  Digest digest;
  std::vector<char> block(kBlockBytes);
  while (true) {
    if (cancel != nullptr) ANIMATE_RETURN_IF_ERROR(cancel->Check());
    const ssize_t size = read(file, block.data(), block.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return absl::ErrnoToStatus(errno, path);
    }
    if (size == 0) {
      return absl::BytesToHexString(digest.Bytes());
    }
    digest.Update(block.data(), static_cast<size_t>(size));
  }
}

}  // namespace animate
