// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/shard.h"

#include <catch2/catch_test_macros.hpp>

#include "engine/match/match.h"
#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

using Texts = std::vector<std::string>;

std::shared_ptr<const Plan> CountTwo(Limits limits = {}) {
  RuleKit kit({"failed"}, limits);
  kit.Within(kMinute, {{MeasureKind::kCount, 0, {}, 3}},
             kit.Compare(kit.Measure(0), ">=", Value::Int(2)));
  return kit.Finish();
}

MatchRecord RecordAt(int64_t second, int64_t offset) {
  MatchRecord record;
  record.rule = RuleId{0};
  record.tests = 1;
  record.time = Sec(second);
  record.place = {Sec(second), INT64_MIN, {{InputId{0}, 0}, offset, 0}};
  MatchBody body;
  body.key = {"k"};
  body.captures.resize(3);
  EncodeMatchBody(body, &record.body);
  return record;
}

Frame FrameWith(uint64_t sequence, std::vector<MatchRecord> records,
                TimeNs watermark) {
  Frame frame;
  frame.sequence = sequence;
  frame.records = std::move(records);
  ClockRecord clock;
  clock.partition = {InputId{0}, 0};
  clock.watermark = watermark;
  clock.first_at = Sec(0);
  frame.clocks = {clock};
  return frame;
}

std::vector<Finding> Apply(Shard* shard, const Frame& frame) {
  std::vector<uint32_t> mine;
  for (uint32_t i = 0; i < frame.records.size(); ++i) mine.push_back(i);
  std::vector<Finding> findings;
  shard->Apply(frame, mine, &findings);
  return findings;
}

TEST_CASE("Shard: releases strictly below the watermark, in the total order") {
  Shard shard(0, CountTwo(), OneInput());
  CHECK(Apply(&shard, FrameWith(1, {RecordAt(5, 1), RecordAt(3, 0)}, Sec(5)))
            .empty());
  CHECK(shard.waiting() == 1);
  const std::vector<Finding> findings =
      Apply(&shard, FrameWith(2, {}, Sec(5) + 1));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].time == Sec(5));
  CHECK(shard.waiting() == 0);
  CHECK(shard.keys() == 1);
}

TEST_CASE("Shard: a frame that was applied before is ignored") {
  Shard shard(0, CountTwo(), OneInput());
  const Frame frame = FrameWith(1, {RecordAt(1, 0)}, Sec(9));
  CHECK(Apply(&shard, frame).empty());
  CHECK(Apply(&shard, frame).empty());
  CHECK(shard.counters().matches == 1);
  CHECK(shard.sequence() == 1);
}

TEST_CASE("Shard: what comes below the watermark is placed at it, counted") {
  Shard shard(0, CountTwo(), OneInput());
  Apply(&shard, FrameWith(1, {RecordAt(10, 0)}, Sec(30)));
  const std::vector<Finding> findings =
      Apply(&shard, FrameWith(2, {RecordAt(20, 1)}, Sec(31)));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].time == Sec(30));
  CHECK(shard.counters().clamped == 1);
}

TEST_CASE("Shard: matches of a key beyond the cap of a minute are cut") {
  Limits limits;
  limits.matches_per_key_minute = 1;
  const RunResult result =
      Run(CountTwo(limits),
          {{.second = 0}, {.second = 1}, {.second = 59}, {.second = 60}});
  CHECK(result.Short() == Texts{"1m"});
  CHECK(result.counters.key_minute_cut == 2);
  CHECK(result.findings[0].evidence_total == 2);
}

TEST_CASE("Shard: keys beyond the cap push out those with least progress") {
  Limits limits;
  limits.keys_per_rule = kShardCount;  // one key in each shard
  std::vector<Line> lines;
  for (int i = 0; i < 200; ++i) {
    lines.push_back({.second = 1, .key = "k" + std::to_string(i)});
  }
  const RunResult result = Run(CountTwo(limits), lines);
  CHECK(result.counters.evicted_keys >= 200 - kShardCount);
}

TEST_CASE("Shard: a buffer at its cap moves the watermark on, counted") {
  Limits limits;
  limits.reorder_records = 2 * kShardCount;
  Shard shard(0, CountTwo(limits), OneInput());
  const std::vector<Finding> findings = Apply(
      &shard,
      FrameWith(1, {RecordAt(3, 0), RecordAt(4, 1), RecordAt(5, 2)}, kMinTime));
  CHECK(findings.empty());
  CHECK(shard.counters().reorder_overflow == 1);
  CHECK(shard.waiting() == 2);
}

TEST_CASE("Shard: findings of one rule, key and time have ids of their own") {
  RuleKit kit({"a"});
  kit.Within(kMinute, {{MeasureKind::kCount, 0, {}, 2}},
             kit.Compare(kit.Measure(0), ">=", Value::Int(1)));
  const auto plan = kit.Finish();
  const RunResult first = Run(plan, {{.second = 1}, {.second = 100}});
  REQUIRE(first.findings.size() == 2);
  CHECK(first.findings[0].id != first.findings[1].id);
  CHECK(Run(plan, {{.second = 1}}).findings[0].id == first.findings[0].id);
}

TEST_CASE("Shard: damaged state is refused, every truncation of it") {
  const auto plan = CountTwo();
  Shard shard(0, plan, OneInput());
  Apply(&shard, FrameWith(1, {RecordAt(5, 1), RecordAt(30, 0)}, Sec(20)));
  const std::string state = shard.Save();
  const StatusOr<Shard> again = Shard::Load(0, plan, OneInput(), state);
  REQUIRE(again.ok());
  CHECK(again->Save() == state);
  for (size_t size = 0; size < state.size(); ++size) {
    CHECK_FALSE(Shard::Load(0, plan, OneInput(), state.substr(0, size)).ok());
  }
  CHECK_FALSE(Shard::Load(0, plan, OneInput(), state + "x").ok());
}

TEST_CASE("Shard: frame borders and restarts change nothing") {
  const auto plan = CountTwo();
  std::vector<Line> lines;
  for (int i = 0; i < 200; ++i) {
    lines.push_back({.second = i * 7.0, .key = i % 3 == 0 ? "a" : "b"});
  }
  const Texts expected = Run(plan, lines).Short();
  CHECK(expected.size() > 10);
  for (const size_t size : {1, 7, 50}) {
    CHECK(Run(plan, lines, {.lines_per_frame = size}).Short() == expected);
    CHECK(Run(plan, lines, {.save_and_load = true, .lines_per_frame = size})
              .Short() == expected);
  }
}

}  // namespace
}  // namespace tocsin::testing
