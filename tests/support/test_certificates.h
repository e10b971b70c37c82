#ifndef ANIMATE_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define ANIMATE_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace animate {

// A certificate and its key, PEM.
struct TestIdentity {
  std::string certificate;
  std::string key;
};

// An authority that lasts as long as a test, with elliptic keys.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();

  // Its own certificate, PEM.
  const std::string& certificate() const;

  struct Wish {
    std::string common_name;  // "": no CN
    std::string alternative_name = "IP:127.0.0.1,DNS:localhost";
    absl::Duration lasts = absl::Hours(1);  // from now on; it began before
  };
  TestIdentity Issue(const Wish& wish) const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// Returns a key in PEM, encrypted with the password "secret".
std::string EncryptedKey();

}  // namespace animate

#endif  // ANIMATE_TESTS_SUPPORT_TEST_CERTIFICATES_H_
