// SPDX-License-Identifier: Apache-2.0
#include "engine/base/hash.h"

#include <array>

#include <openssl/sha.h>
#include <xxhash.h>

namespace tocsin {
namespace {

// Eight bytes, the lowest first.
void AppendLittle(uint64_t number, std::string* out) {
  for (int shift = 0; shift < 64; shift += 8) {
    out->push_back(static_cast<char>(number >> shift));
  }
}

uint64_t ReadBig(const unsigned char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

std::string Hash128::Hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(32);
  for (const uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      hex.push_back(kDigits[half >> shift & 15]);
    }
  }
  return hex;
}

Hash128 StableHash(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {.high = hash.high64, .low = hash.low64};
}

Hash128 Combine(Hash128 first, Hash128 second) {
  std::string bytes;
  for (const uint64_t half : {first.high, first.low, second.high, second.low}) {
    AppendLittle(half, &bytes);
  }
  return StableHash(bytes);
}

IdHasher& IdHasher::Add(std::string_view field) {
  AppendLittle(field.size(), &bytes_);
  bytes_.append(field);
  return *this;
}

IdHasher& IdHasher::Add(int64_t number) {
  AppendLittle(8, &bytes_);
  AppendLittle(static_cast<uint64_t>(number), &bytes_);
  return *this;
}

IdHasher& IdHasher::Add(Hash128 hash) {
  AppendLittle(16, &bytes_);
  AppendLittle(hash.high, &bytes_);
  AppendLittle(hash.low, &bytes_);
  return *this;
}

Hash128 IdHasher::Finish() const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(),
         digest.data());
  return {.high = ReadBig(digest.data()), .low = ReadBig(digest.data() + 8)};
}

}  // namespace tocsin
