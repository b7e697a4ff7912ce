// SPDX-License-Identifier: Apache-2.0
//
// What an event's time and place are, and how it moves its partition's clock.
#include <optional>

#include <catch2/catch_test_macros.hpp>

#include "engine/log/sequencer.h"
#include "tests/engine/log/sequencer_rig.h"

namespace tocsin {
namespace {

using testing::BatchOf;
using testing::SmallPlan;
using testing::TestMessage;
using testing::TwoInputs;

constexpr TimeNs kT0 = 1'000'000 * kSecond;
constexpr DurationNs kDisorder = 10 * kSecond;

// One partition; each event matches the rule with a window.
class Rig {
 public:
  Rig() : sequencer_(TwoInputs(), SmallPlan()) {}

  // The record of the event; none where patterns do not see it.
  std::optional<MatchRecord> Push(TimeNs time, TimeNs record_time = kMinTime,
                                  bool trusted = false, int rule = 1) {
    const TestMessage message{{InputId{0}, 0}, next_++, time,
                              record_time,     trusted, rule};
    std::vector<Frame> frames;
    REQUIRE(sequencer_
                .Push(BatchOf(static_cast<uint64_t>(next_), {message}),
                      kMinTime, &frames)
                .ok());
    REQUIRE(frames.size() == 1);
    if (frames[0].records.empty()) return std::nullopt;
    return frames[0].records.at(0);
  }
  ClockRecord clock() const { return sequencer_.clocks().at(0); }
  TimeNs w() const { return clock().watermark; }

 private:
  Sequencer sequencer_;
  int64_t next_ = 0;
};

TEST_CASE("Sequencer: W is the highest time less disorder") {
  Rig rig;
  CHECK(rig.Push(kT0)->place.at == kT0);
  CHECK(rig.w() == kT0 - kDisorder);
  rig.Push(kT0 + 60 * kSecond);
  CHECK(rig.w() == kT0 + 50 * kSecond);
  const auto behind = rig.Push(kT0 + 20 * kSecond);
  CHECK(behind->time == kT0 + 20 * kSecond);
  CHECK(behind->place.at == kT0 + 50 * kSecond);
  CHECK(rig.w() == kT0 + 50 * kSecond);
  CHECK(rig.clock().first_at == kT0);
}

TEST_CASE("Sequencer: later than lateness is counted and not shown") {
  Rig rig;
  rig.Push(kT0);
  CHECK(rig.Push(kT0 - kDisorder - kHour).has_value());
  CHECK_FALSE(rig.Push(kT0 - kDisorder - kHour - 1).has_value());
  CHECK(rig.clock().late == 1);
  CHECK(rig.Push(kT0 - kDay, kMinTime, false, 0).has_value());
  CHECK(rig.clock().late == 2);
}

TEST_CASE("Sequencer: the future moves W only as far as the record's time") {
  Rig rig;
  rig.Push(kT0, kT0, true);
  const auto ahead = rig.Push(kT0 + kDay, kT0, true);
  CHECK(ahead->time == kT0 + kDay);
  CHECK(rig.w() == kT0 + 5 * kSecond - kDisorder);
  CHECK(rig.clock().max_time == kT0 + kDay);
}

TEST_CASE("Sequencer: a jump that nobody vouches for needs 32 in a row") {
  Rig rig;
  rig.Push(kT0);
  for (int i = 0; i < 31; ++i) rig.Push(kT0 + kHour + i * kSecond);
  CHECK(rig.w() == kT0 - kDisorder);
  rig.Push(kT0 + kSecond);  // one that does not agree
  for (int i = 0; i < 31; ++i) rig.Push(kT0 + kHour + i * kSecond);
  CHECK(rig.w() == kT0 + kSecond - kDisorder);
  rig.Push(kT0 + 2 * kHour);
  // As far as the lowest of the 32, not as far as the last.
  CHECK(rig.w() == kT0 + kHour - kDisorder);
}

TEST_CASE("Sequencer: up to ten minutes are no jump") {
  Rig rig;
  rig.Push(kT0);
  rig.Push(kT0 + Sequencer::kJump);
  CHECK(rig.w() == kT0 + Sequencer::kJump - kDisorder);
  rig.Push(kT0 + 2 * Sequencer::kJump + 1);
  CHECK(rig.w() == kT0 + Sequencer::kJump - kDisorder);
}

TEST_CASE("Sequencer: without a time the record's stands in, then the last") {
  Rig rig;
  CHECK(rig.Push(kMinTime)->time == 0);
  CHECK(rig.w() == kMinTime);
  CHECK(rig.Push(kMinTime, kT0)->time == kT0);
  CHECK(rig.Push(kT0 + kMinute)->time == kT0 + kMinute);
  CHECK(rig.Push(kMinTime)->time == kT0 + kMinute);
}

TEST_CASE("Sequencer: the extremes of time wrap nowhere") {
  Rig rig;
  rig.Push(kMinTime + 1);
  rig.Push(kMaxTime);
  rig.Push(kMaxTime, kMaxTime, true);
  CHECK(rig.w() == kMaxTime - kDisorder);
  rig.Push(kMinTime + 1);
  CHECK(rig.w() == kMaxTime - kDisorder);
}

TEST_CASE("Sequencer: a finding's event has an identity of its own") {
  Rig rig;
  const auto first = rig.Push(kT0, kMinTime, false, 0);
  const auto second = rig.Push(kT0, kMinTime, false, 0);
  CHECK(first->kind == RecordKind::kFinding);
  CHECK(first->identity != Hash128{});
  CHECK(first->identity != second->identity);
  const auto match = rig.Push(kT0);
  CHECK(match->kind == RecordKind::kMatch);
  CHECK(match->shard == 5);
  CHECK(match->identity == Hash128{});
}

}  // namespace
}  // namespace tocsin
