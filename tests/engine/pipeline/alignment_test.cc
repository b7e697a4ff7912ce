// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline/alignment.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

constexpr Partition kSlow{InputId{0}, 0};
constexpr Partition kFast{InputId{0}, 1};

std::vector<Alignment::Position> Positions(TimeNs fast, bool slow_caught_up) {
  return {{kSlow, 0, slow_caught_up}, {kFast, fast, false}};
}

TEST_CASE("Alignment: holds only what is far ahead of a half full buffer") {
  Alignment alignment;
  CHECK(alignment.Update(Positions(kHour, false), 0.4).empty());
  CHECK(alignment.Update(Positions(kMinute, false), 0.9).empty());
  CHECK(alignment.Update(Positions(kHour, false), 0.6) ==
        std::set<Partition>{kFast});
}

TEST_CASE(
    "Alignment: lets go when the others caught up or the buffer drained") {
  Alignment alignment;
  alignment.Update(Positions(kHour, false), 0.6);
  CHECK(alignment.Update(Positions(kHour, false), 0.3).contains(kFast));
  CHECK(alignment.Update(Positions(kMinute, false), 0.3).empty());
  alignment.Update(Positions(kHour, false), 0.6);
  CHECK(alignment.Update(Positions(kHour, false), 0.2).empty());
}

TEST_CASE("Alignment: waits for nobody who has nothing left to read") {
  Alignment alignment;
  CHECK(alignment.Update(Positions(kHour, true), 0.9).empty());
}

TEST_CASE("Alignment: a partition that was not heard yet is the slowest") {
  Alignment alignment;
  std::vector<Alignment::Position> positions = Positions(kHour, false);
  positions[0].watermark = kMinTime;
  CHECK(alignment.Update(positions, 0.6).contains(kFast));
}

}  // namespace
}  // namespace tocsin
