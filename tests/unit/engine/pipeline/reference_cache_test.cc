#include "engine/pipeline/reference_cache.h"

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/test_pictures.h"

namespace animate {
namespace {

ReferenceKey Key(int number) {
  return {.digest = absl::StrCat(number), .width = 64, .height = 64};
}

// A value of `bytes` bytes.
std::shared_ptr<const ReferenceConditioning> Value(int64_t bytes) {
  auto value = std::make_shared<ReferenceConditioning>();
  value->conditioning.blocks["block"].reference_k =
      at::zeros({bytes}, at::kByte);
  return value;
}

TEST(ReferenceConditioningTest, CountsEveryTensor) {
  ReferenceConditioning value;
  value.image_embeds = at::zeros({2});
  value.reference_latents = at::zeros({3});
  value.conditioning.encoder_hidden_states = at::zeros({5});
  value.conditioning.reference.blocks = {{"a", at::zeros({7})}};
  value.conditioning.blocks["a"] = {.cross_attention = at::zeros({11}),
                                    .reference_k = at::zeros({13}),
                                    .reference_v = at::zeros({17})};
  EXPECT_EQ(value.bytes(), (2 + 3 + 5 + 7 + 11 + 13 + 17) * 4);
}

TEST(ReferenceKeyTest, DependsOnPictureSizeAndGuidance) {
  const RgbImage picture = NoiseImage(60, 90);
  const ReferenceKey key = ReferenceKey::Of(picture, 64, 72, true);
  EXPECT_EQ(key, ReferenceKey::Of(picture, 64, 72, true));
  EXPECT_NE(key, ReferenceKey::Of(picture, 72, 64, true));
  EXPECT_NE(key, ReferenceKey::Of(picture, 64, 72, false));
  RgbImage other = picture;
  other.pixels.back() ^= 1;
  EXPECT_NE(key, ReferenceKey::Of(other, 64, 72, true));
  RgbImage reshaped = picture;  // the same bytes, another picture
  reshaped.width = 90;
  reshaped.height = 60;
  EXPECT_NE(key, ReferenceKey::Of(reshaped, 64, 72, true));
}

TEST(ReferenceCacheTest, FindsWhatWasInserted) {
  ReferenceCache cache(100);
  EXPECT_EQ(cache.Find(Key(1)), nullptr);
  const auto value = Value(40);
  cache.Insert(Key(1), value);
  EXPECT_EQ(cache.Find(Key(1)), value);
  EXPECT_EQ(cache.Find(Key(2)), nullptr);
  EXPECT_EQ(cache.stats().hits, 1);
  EXPECT_EQ(cache.stats().misses, 2);
  EXPECT_EQ(cache.stats().entries, 1);
  EXPECT_EQ(cache.stats().bytes, 40);
}

TEST(ReferenceCacheTest, GivesUpTheLeastRecentlyUsed) {
  ReferenceCache cache(100);
  cache.Insert(Key(1), Value(40));
  cache.Insert(Key(2), Value(40));
  EXPECT_NE(cache.Find(Key(1)), nullptr);
  cache.Insert(Key(3), Value(40));
  EXPECT_NE(cache.Find(Key(1)), nullptr);
  EXPECT_EQ(cache.Find(Key(2)), nullptr);
  EXPECT_NE(cache.Find(Key(3)), nullptr);
  EXPECT_EQ(cache.stats().evictions, 1);
  EXPECT_EQ(cache.stats().bytes, 80);
}

TEST(ReferenceCacheTest, AGivenUpValueLivesOnWhereItIsUsed) {
  ReferenceCache cache(50);
  cache.Insert(Key(1), Value(40));
  const auto held = cache.Find(Key(1));
  cache.Insert(Key(2), Value(40));
  EXPECT_EQ(cache.Find(Key(1)), nullptr);
  EXPECT_EQ(held->bytes(), 40);
}

TEST(ReferenceCacheTest, ReplacesAndNeverExceedsItsBudget) {
  ReferenceCache cache(100);
  cache.Insert(Key(1), Value(40));
  cache.Insert(Key(1), Value(60));
  EXPECT_EQ(cache.stats().entries, 1);
  EXPECT_EQ(cache.stats().bytes, 60);
  cache.Insert(Key(2), Value(101));
  EXPECT_EQ(cache.Find(Key(2)), nullptr);
  EXPECT_NE(cache.Find(Key(1)), nullptr) << "nothing given up for nothing";
}

TEST(ReferenceCacheTest, WithoutBudgetKeepsNothing) {
  ReferenceCache cache(0);
  cache.Insert(Key(1), Value(1));
  EXPECT_EQ(cache.Find(Key(1)), nullptr);
}

TEST(ReferenceCacheTest, ServesManyThreads) {
  ReferenceCache cache(100);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 200; ++i) {
        if (cache.Find(Key(i % 5)) == nullptr) {
          cache.Insert(Key(i % 5), Value(30));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const ReferenceCache::Stats stats = cache.stats();
  EXPECT_EQ(stats.hits + stats.misses, 800);
  EXPECT_LE(stats.bytes, 100);
  EXPECT_EQ(stats.bytes, stats.entries * 30);
}

}  // namespace
}  // namespace animate
