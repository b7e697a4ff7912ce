// SPDX-License-Identifier: Apache-2.0
#include "engine/state/timers.h"

#include <map>
#include <random>
#include <tuple>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

namespace tocsin {
namespace {

using Key = std::tuple<uint32_t, Hash128, uint32_t>;

TEST_CASE("Timers: give out what a sorted map gives, over restarts") {
  const uint32_t seed = GENERATE(range(0u, 30u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Timers timers;
  std::map<Key, TimeNs> naive;
  const auto first = [&] {
    Timer best{kMaxTime, {}, {}, 0};
    for (const auto& [key, due] : naive) {
      const Timer timer{due, RuleId{std::get<0>(key)}, std::get<1>(key),
                        std::get<2>(key)};
      best = std::min(best, timer);
    }
    return best;
  };
  for (int i = 0; i < 3'000; ++i) {
    const RuleId rule{static_cast<uint32_t>(random() % 3)};
    const Hash128 key{random() % 8, 3};
    const auto sub = static_cast<uint32_t>(random() % 2);
    const auto what = random() % 12;
    if (what < 6) {
      const auto due = static_cast<TimeNs>(random() % 100 + i);
      timers.Set({due, rule, key, sub});
      naive[{rule.value, key, sub}] = due;
    } else if (what < 8) {
      timers.Cancel(rule, key, sub);
      naive.erase({rule.value, key, sub});
    } else if (what == 8) {
      std::string bytes;
      ByteWriter out(&bytes);
      timers.Encode(&out);
      timers = Timers();
      ByteReader in(bytes);
      REQUIRE(timers.Decode(&in));
    } else if (!naive.empty() && what == 9) {
      const Timer expected = first();
      REQUIRE(timers.NextDue() == expected.due);
      REQUIRE(timers.Pop() == expected);
      naive.erase({expected.rule.value, expected.key, expected.sub});
    }
    const auto found = naive.find({rule.value, key, sub});
    REQUIRE(timers.DueOf(rule, key, sub) ==
            (found == naive.end() ? kMaxTime : found->second));
    REQUIRE(timers.NextDue() == first().due);
    REQUIRE(timers.size() == naive.size());
  }
}

TEST_CASE("Timers: equal times go by rule, key and number") {
  Timers timers;
  timers.Set({5, RuleId{1}, {0, 1}, 0});
  timers.Set({5, RuleId{0}, {0, 2}, 1});
  timers.Set({5, RuleId{0}, {0, 2}, 0});
  CHECK(timers.Pop() == Timer{5, RuleId{0}, {0, 2}, 0});
  CHECK(timers.Pop() == Timer{5, RuleId{0}, {0, 2}, 1});
  CHECK(timers.Pop() == Timer{5, RuleId{1}, {0, 1}, 0});
  CHECK(timers.NextDue() == kMaxTime);
}

}  // namespace
}  // namespace tocsin
