// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_table.h"

#include <map>
#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

namespace tocsin {
namespace {

// The same by rules as plain as can be.
class NaiveTable {
 public:
  NaiveTable(size_t cap, DurationNs keep) : cap_(cap), keep_(keep) {}

  int& At(const Hash128& key, TimeNs at) {
    Expire(at);
    const bool known = cells_.contains(key);
    if (!known && cells_.size() >= cap_) {
      auto victim = cells_.begin();
      for (auto cell = cells_.begin(); cell != cells_.end(); ++cell) {
        if (std::pair(cell->second.more, cell->second.turn) <
            std::pair(victim->second.more, victim->second.turn)) {
          victim = cell;
        }
      }
      cells_.erase(victim);
      ++evicted;
    }
    Cell& cell = cells_[key];
    cell.more = known;
    cell.touched = at;
    cell.turn = ++turns_;
    return cell.state;
  }
  int* Find(const Hash128& key, TimeNs at) {
    Expire(at);
    const auto found = cells_.find(key);
    return found == cells_.end() ? nullptr : &found->second.state;
  }
  void Erase(const Hash128& key) { cells_.erase(key); }

  uint64_t evicted = 0;

 private:
  struct Cell {
    int state = 0;
    bool more = false;
    TimeNs touched = 0;
    uint64_t turn = 0;
  };
  void Expire(TimeNs at) {
    std::erase_if(cells_, [&](const auto& cell) {
      return at - cell.second.touched > keep_;
    });
  }
  size_t cap_;
  DurationNs keep_;
  uint64_t turns_ = 0;
  std::map<Hash128, Cell> cells_;
};

std::string Bytes(const KeyTable<int>& table) {
  std::string bytes;
  ByteWriter out(&bytes);
  table.Encode(&out, [](int state, ByteWriter* to) { to->Zigzag(state); });
  return bytes;
}

bool Restore(const std::string& bytes, KeyTable<int>* table) {
  ByteReader in(bytes);
  return table->Decode(
      &in, [](ByteReader* from) { return static_cast<int>(from->Zigzag()); });
}

TEST_CASE("KeyTable: agrees with the plain rules, over restarts too") {
  const uint32_t seed = GENERATE(range(0u, 30u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const size_t cap = 1 + random() % 12;
  const DurationNs keep = 1 + random() % 40;
  KeyTable<int> table(cap, keep);
  NaiveTable naive(cap, keep);
  TimeNs at = 0;
  for (int i = 0; i < 2'000; ++i) {
    at += random() % 4;
    const Hash128 key{random() % 25, 7};
    const auto what = random() % 20;
    if (what == 0) {
      table.Erase(key);
      naive.Erase(key);
    } else if (what == 1) {
      table.Expire(at);
    } else if (what == 2) {
      KeyTable<int> restored(cap, keep);
      REQUIRE(Restore(Bytes(table), &restored));
      REQUIRE(Bytes(restored) == Bytes(table));
      table = std::move(restored);
    } else if (what < 6) {
      const int* a = table.Find(key, at);
      const int* b = naive.Find(key, at);
      REQUIRE((a == nullptr) == (b == nullptr));
      if (a != nullptr) REQUIRE(*a == *b);
    } else {
      REQUIRE(++table.At(key, at) == ++naive.At(key, at));
    }
    REQUIRE(table.size() <= cap);
    REQUIRE(table.evicted() == naive.evicted);
  }
}

TEST_CASE("KeyTable: a flood of new keys leaves those with history alone") {
  KeyTable<int> table(100, kMaxTime);
  for (int i = 0; i < 5; ++i) table.At({1, 1}, i) = 42;
  for (uint64_t i = 0; i < 10'000; ++i) table.At({2, i}, 10);
  CHECK(table.At({1, 1}, 11) == 42);
  CHECK(table.evicted() == 10'000 - 99);
}

TEST_CASE("KeyTable: says which keys go") {
  KeyTable<int> table(2, 10);
  std::vector<Hash128> gone;
  const auto drop = [&](const Hash128& key, int&) { gone.push_back(key); };
  table.At({0, 1}, 0, drop) = 5;
  table.At({0, 2}, 5, drop);
  table.At({0, 3}, 6, drop);
  CHECK(gone == std::vector<Hash128>{{0, 1}});
  CHECK(table.At({0, 2}, 16, drop) == 0);  // forgotten at exactly 16
  CHECK(gone == std::vector<Hash128>{{0, 1}, {0, 2}});
}

TEST_CASE("KeyTable: damaged bytes are refused") {
  KeyTable<int> table(10, kMaxTime);
  for (uint64_t i = 0; i < 8; ++i) table.At({i, i}, 1);
  const std::string bytes = Bytes(table);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    KeyTable<int> restored(10, kMaxTime);
    CHECK_FALSE(Restore(bytes.substr(0, cut), &restored));
  }
}

TEST_CASE("FlatIndex: agrees with a map while keys come and go") {
  std::mt19937 random(9);
  FlatIndex index;
  std::map<Hash128, uint32_t> naive;
  for (uint32_t i = 0; i < 20'000; ++i) {
    const Hash128 key{random() % 500, 1};
    if (random() % 2 == 0) {
      index.Erase(key);
      naive.erase(key);
    } else if (!naive.contains(key)) {
      index.Insert(key, i);
      naive[key] = i;
    }
    const Hash128 asked{random() % 500, 1};
    const auto found = naive.find(asked);
    REQUIRE(index.Find(asked) ==
            (found == naive.end() ? FlatIndex::kNone : found->second));
    REQUIRE(index.size() == naive.size());
  }
}

}  // namespace
}  // namespace tocsin
