// SPDX-License-Identifier: Apache-2.0
#include "engine/base/arena.h"

#include <cstdint>
#include <cstring>
#include <string>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Arena: pieces are apart, aligned and of any size") {
  Arena arena(128);
  std::vector<std::pair<char*, size_t>> pieces;
  for (size_t size : {1, 7, 100, 1'000, 16, 0, 130}) {
    char* bytes = arena.Allocate(size);
    REQUIRE(bytes != nullptr);
    CHECK(reinterpret_cast<uintptr_t>(bytes) % alignof(std::max_align_t) == 0);
    std::memset(bytes, static_cast<int>(pieces.size()), size);
    pieces.emplace_back(bytes, size);
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    CHECK(std::string(pieces[i].first, pieces[i].second) ==
          std::string(pieces[i].second, static_cast<char>(i)));
  }
}

TEST_CASE("Arena: the same work after a reset takes no more memory") {
  Arena arena(256);
  size_t after_first = 0;
  for (int round = 0; round < 50; ++round) {
    for (size_t size : {10, 300, 20, 5'000, 200, 200}) {
      arena.Copy(std::string(size, 'x'));
    }
    if (round == 0) after_first = arena.capacity();
    CHECK(arena.capacity() <= 2 * after_first);
    arena.Reset();
  }
  CHECK(after_first > 5'000);
}

}  // namespace
}  // namespace tocsin
