#include "engine/pipeline/reference_cache.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/sha256.h"

namespace animate {
namespace {

int64_t BytesOf(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<int64_t>(tensor.nbytes()) : 0;
}

}  // namespace

int64_t ReferenceConditioning::bytes() const {
  int64_t bytes = BytesOf(image_embeds) + BytesOf(reference_latents) +
                  BytesOf(conditioning.encoder_hidden_states);
  for (const ReferenceFeatures::Block& block : conditioning.reference.blocks) {
    bytes += BytesOf(block.tokens);
  }
  for (const auto& [path, block] : conditioning.blocks) {
    bytes += BytesOf(block.cross_attention) + BytesOf(block.reference_k) +
             BytesOf(block.reference_v);
  }
  return bytes;
}

ReferenceKey ReferenceKey::Of(const RgbImage& reference, int width, int height,
                              bool guided) {
  const absl::string_view pixels(
      reinterpret_cast<const char*>(reference.pixels.data()),
      reference.pixels.size());
  return {.digest = absl::StrCat(reference.width, "x", reference.height, ":",
                                 Sha256(pixels)),
          .width = width,
          .height = height,
          .guided = guided};
}

std::shared_ptr<const ReferenceConditioning> ReferenceCache::Find(
    const ReferenceKey& key) {
  MutexLock lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) {
    ++stats_.misses;
    return nullptr;
  }
  ++stats_.hits;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->value;
}

void ReferenceCache::Insert(
    const ReferenceKey& key,
    std::shared_ptr<const ReferenceConditioning> value) {
  const int64_t bytes = value->bytes();
  if (bytes > max_bytes_) return;
  MutexLock lock(mutex_);
  if (const auto found = index_.find(key); found != index_.end()) {
    Erase(found->second);
  }
  while (stats_.bytes + bytes > max_bytes_) {
    Erase(std::prev(entries_.end()));
    ++stats_.evictions;
  }
  entries_.push_front({key, std::move(value), bytes});
  index_[key] = entries_.begin();
  stats_.bytes += bytes;
  ++stats_.entries;
}

ReferenceCache::Stats ReferenceCache::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

void ReferenceCache::Erase(Entries::iterator entry) {
  stats_.bytes -= entry->bytes;
  --stats_.entries;
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace animate
