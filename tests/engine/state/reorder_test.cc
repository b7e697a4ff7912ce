// SPDX-License-Identifier: Apache-2.0
#include "engine/state/reorder.h"

#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

namespace tocsin {
namespace {

using Buffer = Reorder<int>;

Place At(TimeNs at, int64_t offset = 0) {
  return {at, INT64_MIN, {{InputId{0}, 0}, offset, 0}};
}

std::string Bytes(Buffer* buffer) {
  std::string bytes;
  ByteWriter out(&bytes);
  buffer->Encode(&out, [](int item, ByteWriter* to) { to->Zigzag(item); });
  return bytes;
}

void Restore(const std::string& bytes, Buffer* buffer) {
  ByteReader in(bytes);
  REQUIRE(buffer->Decode(
      &in, [](ByteReader* from) { return static_cast<int>(from->Zigzag()); }));
}

TEST_CASE("Reorder: gives out the total order, each once, over restarts") {
  const uint32_t seed = GENERATE(range(0u, 30u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Buffer buffer(1'000'000);
  std::vector<Buffer::Entry> naive;
  TimeNs level = kMinTime;
  uint64_t clamped = 0;
  const TimeNs step = seed % 2 == 0 ? 1 : 30 * kMillisecond;
  for (int i = 0; i < 1'500; ++i) {
    Buffer::Entry entry;
    entry.place =
        At(static_cast<TimeNs>(random() % 80 + i / 8) * step, random() % 20);
    entry.rule = RuleId{static_cast<uint32_t>(random() % 3)};
    entry.key = {random() % 3, 0};
    entry.arrival = static_cast<uint64_t>(i);
    entry.item = i;
    CHECK_FALSE(buffer.Push(entry.place, entry.rule, entry.key, i));
    if (entry.place.at < level) {
      entry.place.at = level;
      ++clamped;
    }
    naive.push_back(entry);
    if (random() % 20 != 0) continue;
    if (random() % 3 == 0) {
      Buffer restored(1'000'000);
      Restore(Bytes(&buffer), &restored);
      REQUIRE(Bytes(&restored) == Bytes(&buffer));
      buffer = std::move(restored);
    }
    level = std::max(level, static_cast<TimeNs>(i / 8 + 10) * step);
    buffer.Advance(level);
    std::sort(naive.begin(), naive.end());
    while (!naive.empty() && naive.front().place.at < level) {
      REQUIRE(buffer.NextAt() == naive.front().place.at);
      REQUIRE(buffer.Pop().item == naive.front().item);
      naive.erase(naive.begin());
    }
    REQUIRE(buffer.NextAt() == kMaxTime);
    REQUIRE(buffer.size() == naive.size());
    REQUIRE(buffer.clamped() == clamped);
  }
}

TEST_CASE("Reorder: the level itself is not released yet") {
  Buffer buffer(10);
  buffer.Push(At(5), RuleId{0}, {}, 1);
  buffer.Advance(5);
  CHECK(buffer.NextAt() == kMaxTime);
  buffer.Advance(6);
  CHECK(buffer.NextAt() == 5);
  buffer.Advance(2);  // never back
  CHECK(buffer.level() == 6);
}

TEST_CASE("Reorder: at the cap the level goes above the oldest, counted") {
  Buffer buffer(3);
  for (const TimeNs at : {30, 10, 20}) {
    CHECK_FALSE(buffer.Push(At(at), RuleId{0}, {}, static_cast<int>(at)));
  }
  CHECK(buffer.Push(At(40), RuleId{0}, {}, 40));
  CHECK(buffer.overflows() == 1);
  CHECK(buffer.level() == 11);
  CHECK(buffer.Pop().item == 10);
  CHECK(buffer.NextAt() == kMaxTime);
  buffer.Advance(21);
  CHECK(buffer.Pop().item == 20);
  CHECK_FALSE(buffer.Push(At(5), RuleId{0}, {}, 5));  // placed at 21
  CHECK(buffer.clamped() == 1);
  buffer.Advance(22);
  CHECK(buffer.NextAt() == 21);
}

}  // namespace
}  // namespace tocsin
