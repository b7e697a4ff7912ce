// SPDX-License-Identifier: Apache-2.0
#include "engine/base/hash.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Hash: the stored hash is XXH3-128 with seed 0") {
  // From the xxHash specification: the hash of no bytes.
  CHECK(StableHash("").Hex() == "99aa06d3014798d86001c324468d497f");
  CHECK(StableHash("a") != StableHash("b"));
  CHECK(StableHash("a") == StableHash("a"));
}

TEST_CASE("Hash: combining depends on the order") {
  const Hash128 a = StableHash("a");
  const Hash128 b = StableHash("b");
  CHECK(Combine(a, b) != Combine(b, a));
  CHECK(Combine(a, b) == Combine(a, b));
}

TEST_CASE("Hash: ids are the first half of SHA-256") {
  // FIPS 180-4: the digest of no bytes begins so.
  CHECK(IdHasher().Finish().Hex() == "e3b0c44298fc1c149afbf4c8996fb924");
  // sha256 of 03 00*7 "abc", from coreutils' sha256sum.
  CHECK(IdHasher().Add("abc").Finish().Hex() ==
        "ce91dc5eec0139adf091900d225971d6");
}

TEST_CASE("Hash: fields do not run into each other") {
  CHECK(IdHasher().Add("ab").Add("c").Finish() !=
        IdHasher().Add("a").Add("bc").Finish());
  CHECK(IdHasher().Add("abc").Finish() !=
        IdHasher().Add("abc").Add("").Finish());
  CHECK(IdHasher().Add(int64_t{1}).Finish() !=
        IdHasher().Add(int64_t{256}).Finish());
  CHECK(IdHasher().Add(StableHash("a")).Finish() !=
        IdHasher().Add(StableHash("b")).Finish());
}

}  // namespace
}  // namespace tocsin
