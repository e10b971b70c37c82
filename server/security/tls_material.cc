#include "server/security/tls_material.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/security/file_signature.h"

namespace animate {
namespace {

constexpr int64_t kMaxPemBytes = int64_t{4} << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using CertificatePtr = std::unique_ptr<X509, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;

std::unique_ptr<BIO, Free> Reader(const std::string& text) {
  return std::unique_ptr<BIO, Free>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

absl::Status BadFile(const std::string& path, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

absl::StatusOr<std::vector<CertificatePtr>> ParseCertificates(
    const std::string& path, const std::string& text) {
  std::vector<CertificatePtr> certificates;
  const auto bio = Reader(text);
  while (true) {
    CertificatePtr certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    certificates.push_back(std::move(certificate));
  }
  // The end of the text is reported as an error, too.
  const bool at_end =
      ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (certificates.empty()) {
    return BadFile(path, "there is no PEM certificate in it");
  }
  if (!at_end) {
    return BadFile(path, absl::StrCat("certificate ", certificates.size() + 1,
                                      " in it cannot be read"));
  }
  ERR_clear_error();
  return certificates;
}

absl::StatusOr<KeyPtr> ParseKey(const std::string& path,
                                const std::string& text) {
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const auto bio = Reader(text);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key != nullptr) return key;
  if (absl::StrContains(text, "ENCRYPTED")) {
    return BadFile(path,
                   "the private key is encrypted; give it without "
                   "a password");
  }
  return BadFile(path, "there is no PEM private key in it");
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return absl::InfinitePast();
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files) {
  TlsMaterial material;
  ANIMATE_ASSIGN_OR_RETURN(material.certificate_chain,
                           ReadSecretFile(files.certificate, kMaxPemBytes));
  ANIMATE_ASSIGN_OR_RETURN(material.private_key,
                           ReadSecretFile(files.key, kMaxPemBytes));
  ERR_clear_error();
  ANIMATE_ASSIGN_OR_RETURN(
      const std::vector<CertificatePtr> chain,
      ParseCertificates(files.certificate, material.certificate_chain));
  ANIMATE_ASSIGN_OR_RETURN(const KeyPtr key,
                           ParseKey(files.key, material.private_key));
  X509* const own = chain.front().get();
  if (X509_check_private_key(own, key.get()) != 1) {
    return BadFile(
        files.key,
        absl::StrCat("the key does not belong to the certificate in ",
                     files.certificate));
  }
  material.not_before = ToTime(X509_get0_notBefore(own));
  material.not_after = ToTime(X509_get0_notAfter(own));
  if (!files.client_ca.empty()) {
    ANIMATE_ASSIGN_OR_RETURN(material.client_ca,
                             ReadSecretFile(files.client_ca, kMaxPemBytes));
    ANIMATE_RETURN_IF_ERROR(
        ParseCertificates(files.client_ca, material.client_ca).status());
  }
  return material;
}

}  // namespace animate
