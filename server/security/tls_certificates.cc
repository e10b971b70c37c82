#include "server/security/tls_certificates.h"

#include <utility>

#include "absl/time/time.h"
#include "engine/base/log.h"
#include "engine/base/status_macros.h"
#include "server/security/file_signature.h"

namespace animate {

absl::StatusOr<std::unique_ptr<TlsCertificates>> TlsCertificates::Open(
    const TlsFiles& files, const Clock& clock) {
  auto result =
      std::unique_ptr<TlsCertificates>(new TlsCertificates(files, clock));
  MutexLock lock(result->mutex_);
  result->signature_ = result->Signature();
  ANIMATE_ASSIGN_OR_RETURN(result->material_, result->Read());
  return result;
}

std::string TlsCertificates::Signature() const {
  return FileSignature({files_.certificate, files_.key, files_.client_ca});
}

absl::StatusOr<std::shared_ptr<const TlsMaterial>> TlsCertificates::Read()
    const {
  ANIMATE_ASSIGN_OR_RETURN(TlsMaterial material, ReadTlsFiles(files_));
  if (ReadableByOthers(files_.key)) {
    Log(LogSeverity::kWarning, "tls_key_readable_by_others",
        {{"file", files_.key}});
  }
  const absl::Time now = clock_.Now();
  if (now < material.not_before || now >= material.not_after) {
    Log(LogSeverity::kWarning, "tls_certificate_not_valid",
        {{"file", files_.certificate}});
  }
  Log(LogSeverity::kInfo, "tls_certificate_loaded",
      {{"file", files_.certificate},
       {"not_after", absl::FormatTime(absl::RFC3339_sec, material.not_after,
                                      absl::UTCTimeZone())}});
  return std::make_shared<const TlsMaterial>(std::move(material));
}

std::shared_ptr<const TlsMaterial> TlsCertificates::Current() {
  MutexLock lock(mutex_);
  std::string signature = Signature();
  if (signature == signature_) return material_;
  signature_ = std::move(signature);
  absl::StatusOr<std::shared_ptr<const TlsMaterial>> material = Read();
  if (material.ok()) {
    material_ = *std::move(material);
  } else {
    Log(LogSeverity::kError, "tls_certificate_rejected",
        {{"message", material.status().message()}});
  }
  return material_;
}

}  // namespace animate
