// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

using Texts = std::vector<std::string>;

std::vector<Line> Every(double first, double last, double step) {
  std::vector<Line> lines;
  for (double second = first; second <= last; second += step) {
    lines.push_back({.second = second});
  }
  return lines;
}

std::shared_ptr<const Plan> CountAtLeast(int64_t least, DurationNs window,
                                         bool sliding = true,
                                         uint32_t exact = 100) {
  RuleKit kit({"failed"});
  const ExprId condition = kit.Compare(kit.Measure(0), ">=", Value::Int(least));
  if (sliding) {
    kit.Within(window, {{MeasureKind::kCount, 0, {}, exact}}, condition);
  } else {
    kit.Per(window, {{MeasureKind::kCount, 0, {}, 0}}, condition);
  }
  kit.rule().keep = {RuleKit::kUser};
  return kit.Finish();
}

TEST_CASE("Within: fires at the event that makes the condition hold") {
  const auto plan = CountAtLeast(3, kMinute);
  const RunResult result = Run(plan, Every(0, 20, 10));
  REQUIRE(result.Short() == Texts{"20s"});
  const Finding& finding = result.findings[0];
  CHECK(finding.key == decltype(finding.key){{"key", "k"}});
  CHECK(finding.evidence_total == 3);
  REQUIRE(finding.evidence.size() == 3);
  CHECK(finding.evidence[2].step == "failed");
  CHECK(finding.evidence[2].from.offset == 2);
  CHECK(finding.measures ==
        decltype(finding.measures){{"count of failed", "3"}});
}

TEST_CASE("Within: an event exactly W ago is in the window, older is not") {
  const auto plan = CountAtLeast(2, kMinute);
  CHECK(Run(plan, {{.second = 0}, {.second = 60}}).Short() == Texts{"1m"});
  CHECK(Run(plan, {{.second = 0}, {.second = 60.001}}).Short().empty());
}

TEST_CASE("Within: fires again if it still holds, more than W after the last") {
  const auto plan = CountAtLeast(3, kMinute);
  // Fires at 20 s; at 80 s exactly W has passed; 90 s is the first later one.
  CHECK(Run(plan, Every(0, 150, 10)).Short() == Texts{"20s", "1m30s"});
}

TEST_CASE("Within: no event is evidence for two findings") {
  const auto plan = CountAtLeast(3, kMinute);
  // After the finding at 2 s only two more come within a window.
  CHECK(Run(plan, {{.second = 0},
                   {.second = 1},
                   {.second = 2},
                   {.second = 55},
                   {.second = 63}})
            .Short() == Texts{"2s"});
}

TEST_CASE("Within: keys are apart and shown as first seen") {
  const auto plan = CountAtLeast(2, kMinute);
  const RunResult result = Run(plan, {{.second = 0, .key = "Ana"},
                                      {.second = 1, .key = "bob"},
                                      {.second = 2, .key = "ANA"}});
  CHECK(result.Short() == Texts{"2s Ana"});
}

TEST_CASE("Within: an event's own time says whether it is in the window") {
  const auto plan = CountAtLeast(2, kMinute);
  // Placed at 100 s, but 50 s old: in the window of 100 s, not of 115 s.
  const Line late{.second = 50, .at = 100};
  CHECK(Run(plan, {{.second = 95}, late}).Short() == Texts{"1m40s"});
  CHECK(Run(plan, {{.second = 5}, late, {.second = 115}}).Short().empty());
  // Older than W at its own place: not seen.
  CHECK(Run(plan, {{.second = 95}, {.second = 39, .at = 100}}).Short().empty());
}

TEST_CASE("Within: 60 sub-buckets before the current one make the window") {
  // W = 60 s, so that a sub-bucket is a second.
  const auto plan = CountAtLeast(2, kMinute, true, 0);
  CHECK(Run(plan, {{.second = 0.1}, {.second = 60.9}}).Short() ==
        Texts{"1m900ms"});
  CHECK(Run(plan, {{.second = 0.1}, {.second = 61}}).Short().empty());
}

TEST_CASE("Within: distinct counts values whatever their case, no blanks") {
  RuleKit kit({"failed"});
  kit.Within(kMinute, {{MeasureKind::kDistinct, 0, {RuleKit::kUser}, 4}},
             kit.Compare(kit.Measure(0), ">=", Value::Int(3)));
  kit.rule().keep = {RuleKit::kUser};
  const auto plan = kit.Finish();
  const RunResult result = Run(plan, {{.second = 0, .user = "ana"},
                                      {.second = 1, .user = "ANA"},
                                      {.second = 2},
                                      {.second = 3, .user = "bob"},
                                      {.second = 4, .user = "eve"}});
  REQUIRE(result.Short() == Texts{"4s"});
  CHECK(result.findings[0].values ==
        decltype(Finding::values){{"user", {"ana", "bob", "eve"}}});
  // A value counts as long as its latest event is in the window.
  CHECK(Run(plan, {{.second = 0, .user = "ana"},
                   {.second = 50, .user = "ana"},
                   {.second = 70, .user = "bob"},
                   {.second = 80, .user = "eve"}})
            .Short() == Texts{"1m20s"});
}

TEST_CASE("Within: sums, averages and extremes; empty ones hold nothing") {
  const auto holds = [](MeasureKind kind, const char* op, double bound,
                        std::vector<Line> lines) {
    RuleKit kit({"sent", "other"});
    kit.Within(kMinute, {{kind, 0, {RuleKit::kNumber}, 0}},
               kit.Compare(kit.Measure(0), op, Value::Double(bound)));
    return Run(kit.Finish(), lines).Short();
  };
  const std::vector<Line> lines = {{.second = 0, .number = 1.5},
                                   {.second = 1},
                                   {.second = 2, .number = 4.5}};
  CHECK(holds(MeasureKind::kSum, ">=", 6, lines) == Texts{"2s"});
  CHECK(holds(MeasureKind::kAvg, "==", 3, lines) == Texts{"2s"});
  CHECK(holds(MeasureKind::kMin, "<", 2, lines) == Texts{"0s"});
  CHECK(holds(MeasureKind::kMax, ">", 4, lines) == Texts{"2s"});
  CHECK(holds(MeasureKind::kSum, "<=", 0, {{.second = 0}}) == Texts{"0s"});
  CHECK(holds(MeasureKind::kAvg, "<=", 1e9, {{.second = 0}}).empty());
}

TEST_CASE("Within: a text that is no number is skipped by sums and counted") {
  RuleKit kit({"sent"});
  kit.Within(kMinute, {{MeasureKind::kSum, 0, {RuleKit::kUser}, 0}},
             kit.Compare(kit.Measure(0), ">", Value::Int(9)));
  const RunResult result = Run(
      kit.Finish(), {{.second = 0, .user = "x"}, {.second = 1, .user = "10"}});
  CHECK(result.Short() == Texts{"1s"});
  CHECK(result.counters.not_number == 1);
}

TEST_CASE("Per: judged once when the bucket closes, for keys seen in it") {
  const auto plan = CountAtLeast(2, kMinute, false);
  // The end of a bucket is the time of the finding; 60 s is the next bucket.
  const RunResult result = Run(plan, {{.second = 10, .key = "a"},
                                      {.second = 59, .key = "a"},
                                      {.second = 60, .key = "b"},
                                      {.second = 61, .key = "b"},
                                      {.second = 130, .key = "c"}});
  CHECK(result.Short() == Texts{"1m a", "2m b"});
  CHECK(result.findings[0].evidence_total == 2);
}

TEST_CASE("Per: a bucket that the input does not reach stays open") {
  const auto plan = CountAtLeast(2, kMinute, false);
  CHECK(Run(plan, Every(0, 50, 10)).Short().empty());
  CHECK(Run(plan, Every(0, 50, 10), {.until = 60}).Short() == Texts{"1m"});
  CHECK(Run(plan, Every(0, 50, 10), {.until = 59}).Short().empty());
}

TEST_CASE("Per: late events count until the bucket has closed, then not") {
  const auto plan = CountAtLeast(2, kMinute, false);
  // Placed at the end of the bucket, in it by their own time.
  CHECK(Run(plan, {{.second = 10}, {.second = 20, .at = 60}, {.second = 90}})
            .Short() == Texts{"1m"});
  const RunResult late =
      Run(plan, {{.second = 10}, {.second = 20, .at = 60.001}, {.second = 90}});
  CHECK(late.Short().empty());
  CHECK(late.counters.late_bucket == 1);
}

TEST_CASE("Per: two buckets of a key are open at the end of the first") {
  const auto plan = CountAtLeast(2, kMinute, false);
  CHECK(Run(plan, {{.second = 10},
                   {.second = 60},
                   {.second = 59, .at = 60},
                   {.second = 61},
                   {.second = 200}})
            .Short() == Texts{"1m", "2m"});
}

TEST_CASE("Windows: evidence keeps the first and last, and the total") {
  Limits limits;
  limits.evidence_first = 2;
  limits.evidence_last = 3;
  RuleKit kit({"failed"}, limits);
  kit.Within(kMinute, {{MeasureKind::kCount, 0, {}, 11}},
             kit.Compare(kit.Measure(0), ">=", Value::Int(10)));
  const RunResult result = Run(kit.Finish(), Every(0, 9, 1));
  REQUIRE(result.Short() == Texts{"9s"});
  const Finding& finding = result.findings[0];
  CHECK(finding.evidence_total == 10);
  std::vector<int64_t> offsets;
  for (const Evidence& one : finding.evidence) {
    offsets.push_back(one.from.offset);
  }
  CHECK(offsets == std::vector<int64_t>{0, 1, 7, 8, 9});
}

}  // namespace
}  // namespace tocsin::testing
