// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "engine/detect/sequence_plan.h"
#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

using Texts = std::vector<std::string>;
using Offsets = std::vector<int64_t>;

// Tests of every rule here.
constexpr uint32_t kA = 0;
constexpr uint32_t kB = 1;
constexpr uint32_t kC = 2;
constexpr uint32_t kX = 3;

class Kit : public RuleKit {
 public:
  explicit Kit(const Limits& limits = {})
      : RuleKit({"a", "b", "c", "x"}, limits) {
    pattern_.within = kMinute;
  }
  Kit& One(uint32_t test, ExprId where = {}) {
    pattern_.steps.push_back({Name(test), test, 1, false, {}, where});
    return *this;
  }
  Kit& Many(uint32_t least, uint32_t test, ExprId where = {},
            std::vector<uint32_t> distinct = {}) {
    pattern_.steps.push_back(
        {Name(test), test, least, true, std::move(distinct), where});
    return *this;
  }
  Kit& Without(int after, ExprId where = {}) {
    pattern_.guards.push_back({{kX}, after, 0, where});
    return *this;
  }
  Kit& WithoutFor(DurationNs trailing, ExprId where = {}) {
    const int after = static_cast<int>(pattern_.steps.size()) - 1;
    pattern_.guards.push_back({{kX}, after, trailing, where});
    return *this;
  }
  std::shared_ptr<const Plan> Done() {
    rule().pattern = pattern_;
    return Finish();
  }

 private:
  static std::string Name(uint32_t test) {
    return std::string(1, "abcx"[test]);
  }
  SequencePattern pattern_;
};

// One letter an event, a second apart; "." is none, "(ax)" is both, "aB" has
// user "b"... a lower-case letter has the user "u".
std::vector<Line> Events(const std::string& text) {
  std::vector<Line> lines;
  double second = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    Line line{.second = second++, .tests = {}, .user = "u"};
    if (text[i] == '.') continue;
    if (text[i] == '(') {
      while (text[++i] != ')') {
        line.tests.push_back(
            static_cast<uint32_t>(std::string("abcx").find(text[i])));
      }
    } else {
      line.tests.push_back(
          static_cast<uint32_t>(std::string("abcx").find(text[i])));
    }
    lines.push_back(line);
  }
  return lines;
}

Offsets OffsetsOf(const Finding& finding) {
  Offsets offsets;
  for (const Evidence& evidence : finding.evidence) {
    offsets.push_back(evidence.from.offset);
  }
  return offsets;
}

// The evidence of each finding of the events.
std::vector<Offsets> Found(const std::shared_ptr<const Plan>& plan,
                           const std::vector<Line>& lines) {
  std::vector<Offsets> found;
  for (const Finding& finding : Run(plan, lines).findings) {
    found.push_back(OffsetsOf(finding));
  }
  return found;
}
std::vector<Offsets> Found(const std::shared_ptr<const Plan>& plan,
                           const std::string& text) {
  return Found(plan, Events(text));
}

TEST_CASE("Sequence: each step takes the latest event that fits, in order") {
  const auto plan = Kit().One(kA).One(kB).One(kC).Done();
  CHECK(Found(plan, "aabbc") == std::vector<Offsets>{{1, 3, 4}});
  CHECK(Found(plan, "bac").empty());
  CHECK(Found(plan, "abac") == std::vector<Offsets>{{0, 1, 3}});
}

TEST_CASE("Sequence: an event fills one step, and one finding") {
  const auto twice = Kit().One(kA).One(kA).Done();
  CHECK(Found(twice, "aaaa") == std::vector<Offsets>{{0, 1}, {2, 3}});
  // State is cleared: the second b has no a of its own.
  const auto plan = Kit().One(kA).One(kB).Done();
  CHECK(Found(plan, "abbab") == std::vector<Offsets>{{0, 1}, {3, 4}});
  CHECK(Found(plan, "(ab)(ab)") == std::vector<Offsets>{{0, 1}});
}

TEST_CASE("Sequence: last - first is at most W, by the events' own times") {
  const auto plan = Kit().One(kA).One(kB).Done();
  const auto run = [&](Line a, Line b) {
    a.tests = {kA};
    b.tests = {kB};
    return Run(plan, {a, b}).Short();
  };
  CHECK(run({.second = 0}, {.second = 60}) == Texts{"1m"});
  CHECK(run({.second = 0}, {.second = 60.001}).empty());
  CHECK(run({.second = 20, .at = 50}, {.second = 80}) == Texts{"1m20s"});
  CHECK(run({.second = 20, .at = 50}, {.second = 81}).empty());
}

TEST_CASE("Sequence: a counted step is a set from the latest choice on") {
  Kit kit;
  kit.Many(2, kA).One(kB);
  kit.Summary({{"", kit.Leaf(Node::kStepCount, 0)}});
  const auto plan = kit.Done();
  CHECK(Found(plan, "ab").empty());
  const RunResult result = Run(plan, Events("aaab"));
  REQUIRE(result.findings.size() == 1);
  CHECK(OffsetsOf(result.findings[0]) == Offsets{1, 2, 3});
  CHECK(result.findings[0].summary == "2");
  CHECK(result.findings[0].evidence[0].step == "a");
  CHECK(result.findings[0].evidence[2].step == "b");
}

TEST_CASE("Sequence: a counted last step completes at its N-th event") {
  const auto plan = Kit().One(kA).Many(2, kB).Done();
  CHECK(Found(plan, "abcb") == std::vector<Offsets>{{0, 1, 3}});
  CHECK(Found(plan, "abab").size() == 1);
  CHECK(Found(plan, "bab").empty());
}

TEST_CASE("Sequence: distinct values of a step") {
  Kit kit;
  kit.Many(2, kA, {}, {RuleKit::kUser}).One(kB);
  const auto plan = kit.Done();
  const auto run = [&](const std::string& first, const std::string& second) {
    return Run(plan, {{.second = 0, .tests = {kA}, .user = first},
                      {.second = 1, .tests = {kA}, .user = second},
                      {.second = 2, .tests = {kB}}})
        .findings.size();
  };
  CHECK(run("ana", "bob") == 1);
  CHECK(run("ana", "ANA") == 0);
  CHECK(run("ana", "") == 0);
}

TEST_CASE("Sequence: the user is one of those that failed") {
  Kit kit;
  const ExprId in_set = kit.Equal(kit.Capture(RuleKit::kUser),
                                  kit.StepCapture(0, RuleKit::kUser));
  kit.Many(2, kA).One(kB, in_set);
  const auto plan = kit.Done();
  std::vector<Line> lines = {{.second = 0, .tests = {kA}, .user = "ana"}};
  // More alternatives than other comparisons would try.
  for (int i = 1; i <= 30; ++i) {
    lines.push_back({.second = 1.0 + i * 0.1, .tests = {kA}, .user = "bob"});
  }
  lines.push_back({.second = 10, .tests = {kB}, .user = "eve"});
  lines.push_back({.second = 11, .tests = {kB}, .user = "ANA"});
  const std::vector<Offsets> found = Found(plan, lines);
  REQUIRE(found.size() == 1);
  CHECK(found[0].size() == 32);
  CHECK(found[0].front() == 0);
  CHECK(found[0].back() == 32);
}

TEST_CASE("Sequence: joins find their event however far back it is") {
  Kit kit;
  kit.One(kA).One(kB, kit.Equal(kit.Capture(RuleKit::kUser),
                                kit.StepCapture(0, RuleKit::kUser)));
  const auto plan = kit.Done();
  std::vector<Line> lines = {{.second = 0, .tests = {kA}, .user = "ana"}};
  for (int i = 1; i <= 30; ++i) {
    lines.push_back({.second = i * 1.0, .tests = {kA}, .user = "bob"});
  }
  lines.push_back({.second = 40, .tests = {kB}, .user = "ana"});
  const RunResult result = Run(plan, lines);
  REQUIRE(result.findings.size() == 1);
  CHECK(OffsetsOf(result.findings[0]) == Offsets{0, 31});
  CHECK(result.counters.candidates_cut == 0);
}

TEST_CASE("Sequence: other comparisons try the 16 latest events, counted") {
  Kit kit;
  kit.One(kA).One(kB, kit.builder().Call("<", Shape::kCompare,
                                         {kit.StepCapture(0, RuleKit::kNumber),
                                          kit.Capture(RuleKit::kNumber)}));
  const auto plan = kit.Done();
  const auto run = [&](int others) {
    std::vector<Line> lines = {{.second = 0, .tests = {kA}, .number = 1}};
    for (int i = 0; i < others; ++i) {
      lines.push_back({.second = 1, .tests = {kA}, .number = 9});
    }
    lines.push_back({.second = 2, .tests = {kB}, .number = 5});
    return Run(plan, lines);
  };
  CHECK(run(15).findings.size() == 1);
  CHECK(run(15).counters.candidates_cut == 0);
  CHECK(run(16).findings.empty());
  CHECK(run(16).counters.candidates_cut == 1);
}

TEST_CASE("Sequence: a gap between steps") {
  Kit kit;
  const ExprId gap = kit.builder().Call(
      "-", Shape::kArithmetic,
      {kit.Leaf(Node::kStepTime, 1), kit.Leaf(Node::kStepTime, 0)});
  kit.One(kA).One(kB, kit.Compare(gap, "<=", Value::Int(3 * kSecond)));
  const auto plan = kit.Done();
  CHECK(Found(plan, "a..b").size() == 1);
  CHECK(Found(plan, "a...b").empty());
}

TEST_CASE("Sequence: X between two steps discards what was collected") {
  const auto plan = Kit().One(kA).Without(0).One(kB).Done();
  CHECK(Found(plan, "axb").empty());
  CHECK(Found(plan, "axab") == std::vector<Offsets>{{2, 3}});
  CHECK(Found(plan, "xab").size() == 1);
  // Both X and the next step: it is the step. Both X and of the step itself:
  // it starts the step anew.
  CHECK(Found(plan, "a(bx)") == std::vector<Offsets>{{0, 1}});
  CHECK(Found(plan, "(ax)b") == std::vector<Offsets>{{0, 1}});
  const auto counted = Kit().Many(2, kA).Without(0).One(kB).Done();
  CHECK(Found(counted, "a(ax)b").empty());
  CHECK(Found(counted, "a(ax)ab") == std::vector<Offsets>{{1, 2, 3}});
}

TEST_CASE("Sequence: an earlier choice counts where a guard rules out later") {
  const auto plan = Kit().One(kA).Without(0).One(kB).One(kC).Done();
  // The latest b has an X before it, the one before has none.
  CHECK(Found(plan, "abxbc") == std::vector<Offsets>{{0, 1, 4}});
}

TEST_CASE("Sequence: a guard's where compares with the steps before") {
  Kit kit;
  kit.One(kA).Without(0, kit.Equal(kit.Capture(RuleKit::kUser),
                                   kit.StepCapture(0, RuleKit::kUser)));
  kit.One(kB);
  const auto plan = kit.Done();
  const auto run = [&](const std::string& user) {
    return Run(plan, {{.second = 0, .tests = {kA}, .user = "ana"},
                      {.second = 1, .tests = {kX}, .user = user},
                      {.second = 2, .tests = {kB}}})
        .findings.size();
  };
  CHECK(run("bob") == 1);
  CHECK(run("ANA") == 0);
}

TEST_CASE("Sequence: a leading guard looks W back from the first event") {
  const auto plan = Kit().Without(-1).One(kA).Done();
  const auto run = [&](double x, double a) {
    return Run(plan, {{.second = x, .tests = {kX}}, {.second = a}})
        .findings.size();
  };
  CHECK(run(0, 60) == 0);
  CHECK(run(0, 60.001) == 1);
  CHECK(Found(plan, "(ax)") == std::vector<Offsets>{{0}});
  // Whether or not a finding came between.
  CHECK(Found(plan, "(ax)a") == std::vector<Offsets>{{0}});
}

TEST_CASE("Sequence: a trailing guard waits for D and X up to its end") {
  const auto plan = Kit().One(kA).One(kB).WithoutFor(10 * kSecond).Done();
  const auto run = [&](double x) {
    return Run(plan,
               {{.second = 0, .tests = {kA}},
                {.second = 1, .tests = {kB}},
                {.second = x, .tests = {kX}}},
               {.until = 100})
        .Short();
  };
  CHECK(run(20) == Texts{"11s"});
  CHECK(run(11.001) == Texts{"11s"});
  CHECK(run(11).empty());
  CHECK(run(2).empty());
}

TEST_CASE("Sequence: a completion joins the one that waits") {
  const auto plan = Kit().One(kA).One(kB).WithoutFor(10 * kSecond).Done();
  const RunResult result = Run(plan, Events("ab...ab"), {.until = 100});
  REQUIRE(result.Short() == Texts{"11s"});
  CHECK(OffsetsOf(result.findings[0]) == Offsets{0, 1, 2, 3});
  // One that X ends makes room for the next.
  CHECK(Run(plan, Events("abxab"), {.until = 100}).Short() == Texts{"14s"});
  CHECK(Run(plan, Events("aba(bx)"), {.until = 100}).Short() == Texts{"13s"});
}

TEST_CASE("Sequence: sets beyond the ring forget their oldest, counted") {
  Limits limits;
  limits.ring = 3;
  Kit kit(limits);
  kit.Many(2, kA).One(kB, kit.Equal(kit.Capture(RuleKit::kUser),
                                    kit.StepCapture(0, RuleKit::kUser)));
  const auto plan = kit.Done();
  const auto run = [&](int others) {
    std::vector<Line> lines = {{.second = 0, .tests = {kA}, .user = "ana"}};
    for (int i = 0; i < others; ++i) {
      lines.push_back({.second = 1.0 + i, .tests = {kA}, .user = "bob"});
    }
    lines.push_back({.second = 30, .tests = {kB}, .user = "ana"});
    return Run(plan, lines);
  };
  CHECK(run(2).findings.size() == 1);
  CHECK(run(3).findings.empty());
  CHECK(run(3).counters.ring_cut == 1);
  // However many come, no more is kept than fits.
  CHECK(run(25).counters.ring_cut == 23);
}

TEST_CASE("Sequence: a hopeless search ends, counted") {
  Limits limits;
  limits.ring = 50;
  Kit kit(limits);
  const auto join = [&](uint32_t step) {
    return kit.Equal(kit.Capture(RuleKit::kUser),
                     kit.StepCapture(step, RuleKit::kUser));
  };
  kit.One(kA, kit.Compare(kit.Capture(RuleKit::kNumber), ">", Value::Int(0)))
      .One(kB, join(0))
      .One(kC, kit.builder().And({join(0), join(1)}));
  const auto plan = kit.Done();
  std::vector<Line> lines;
  for (int i = 0; i < 50; ++i) {
    const double second = i * 0.1;
    lines.push_back(
        {.second = second, .tests = {kA}, .user = "ana", .number = 1});
    lines.push_back({.second = second, .tests = {kB}, .user = "bob"});
  }
  lines.push_back({.second = 20, .tests = {kC}, .user = "bob"});
  const RunResult result = Run(plan, lines);
  CHECK(result.findings.empty());
  CHECK(result.counters.candidates_cut == 1);
}

TEST_CASE("Sequence: a restart in the middle changes nothing") {
  Kit kit;
  kit.Without(-1).Many(2, kA).Without(0).One(kB).WithoutFor(3 * kSecond);
  const auto plan = kit.Done();
  const std::vector<Line> lines =
      Events("aab......x" + std::string(70, '.') + "a(ax)ab....a" +
             std::string(70, '.') + "axaab.aab..x");
  const Texts expected = Run(plan, lines, {.until = 200}).Short();
  CHECK_FALSE(expected.empty());
  CHECK(Run(plan, lines,
            {.until = 200, .save_and_load = true, .lines_per_frame = 1})
            .Short() == expected);
}

}  // namespace
}  // namespace tocsin::testing
