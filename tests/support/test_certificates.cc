#include "tests/support/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>

namespace animate {
namespace {

struct FreeObject {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const {
    X509_EXTENSION_free(extension);
  }
};
using Certificate = std::unique_ptr<X509, FreeObject>;
using Key = std::unique_ptr<EVP_PKEY, FreeObject>;

Key NewKey() { return Key(EVP_EC_gen("P-256")); }

std::string Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string ToPem(X509* certificate) {
  const std::unique_ptr<BIO, FreeObject> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return Contents(bio.get());
}

std::string ToPem(EVP_PKEY* key, const char* password = nullptr) {
  const std::unique_ptr<BIO, FreeObject> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(
      bio.get(), key, password == nullptr ? nullptr : EVP_aes_128_cbc(),
      password, password == nullptr ? 0 : 6, nullptr, nullptr);
  return Contents(bio.get());
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, FreeObject> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  X509_add_ext(certificate, extension.get(), -1);
}

// Everything but issuer and signature.
Certificate NewCertificate(EVP_PKEY* key, const std::string& common_name,
                           absl::Duration lasts) {
  static std::atomic<long> serial{1};
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()),
                  static_cast<long>(absl::ToInt64Seconds(lasts)) - 3600);
  X509_set_pubkey(certificate.get(), key);
  if (!common_name.empty()) {
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  }
  return certificate;
}

}  // namespace

struct TestAuthority::Parts {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{nullptr,
                                                          EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{nullptr, X509_free};
  std::string pem;
};

TestAuthority::TestAuthority(const std::string& name)
    : parts_(std::make_unique<Parts>()) {
  parts_->key.reset(NewKey().release());
  parts_->certificate.reset(
      NewCertificate(parts_->key.get(), name, absl::Hours(2)).release());
  X509* const own = parts_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  AddExtension(own, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(own, parts_->key.get(), EVP_sha256());
  parts_->pem = ToPem(own);
}

TestAuthority::~TestAuthority() = default;

const std::string& TestAuthority::certificate() const { return parts_->pem; }

TestIdentity TestAuthority::Issue(const Wish& wish) const {
  const Key key = NewKey();
  const Certificate certificate =
      NewCertificate(key.get(), wish.common_name, absl::Hours(1) + wish.lasts);
  X509_set_issuer_name(certificate.get(),
                       X509_get_subject_name(parts_->certificate.get()));
  if (!wish.alternative_name.empty()) {
    AddExtension(certificate.get(), NID_subject_alt_name,
                 wish.alternative_name);
  }
  X509_sign(certificate.get(), parts_->key.get(), EVP_sha256());
  return {.certificate = ToPem(certificate.get()), .key = ToPem(key.get())};
}

std::string EncryptedKey() { return ToPem(NewKey().get(), "secret"); }

}  // namespace animate
