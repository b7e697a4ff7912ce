// SPDX-License-Identifier: Apache-2.0
//
// Hash: the two hashes that may be stored or sent. Sha256Id makes ids that
// people see; StableHash places keys in shards and tables. absl::Hash is
// seeded per process and therefore never stored.
//
// Source: FIPS 180-4 (SHA-256, from libcrypto); XXH3-128 with seed 0, from
// libxxhash. Threads: pure functions; IdHasher is for one thread.
// Tested by: tests/engine/base/hash_test.cc
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin {

struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Hash128&) const = default;
  // 32 lower-case hexadecimal digits.
  std::string Hex() const;
};

// XXH3-128, seed 0.
Hash128 StableHash(std::string_view bytes);
// The hash of two hashes, in this order.
Hash128 Combine(Hash128 first, Hash128 second);

// Collects fields, each preceded by its length, and gives the first 128 bits
// of their SHA-256: two different lists of fields never collide by layout.
class IdHasher {
 public:
  IdHasher& Add(std::string_view field);
  IdHasher& Add(int64_t number);
  IdHasher& Add(Hash128 hash);
  Hash128 Finish() const;

 private:
  std::string bytes_;
};

}  // namespace tocsin
