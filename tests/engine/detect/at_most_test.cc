// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/at_most.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

using Texts = std::vector<std::string>;

const Hash128 kOne{1, 1};
const Hash128 kTwo{2, 2};

TEST_CASE("Budget: both ends of the span are in, only what passed counts") {
  Budget budget(AtMost{2, kMinute, {}, false}, 10);
  CHECK(budget.Pass(Sec(0), {{kOne}}));
  CHECK(budget.Pass(Sec(30), {{kOne}}));
  CHECK_FALSE(budget.Pass(Sec(60), {{kOne}}));
  CHECK(budget.Pass(Sec(61), {{kOne}}));
  CHECK_FALSE(budget.Pass(Sec(90), {{kOne}}));
  CHECK(budget.Pass(Sec(91), {{kOne}}));
}

TEST_CASE("Budget: values are apart, and without one a finding passes") {
  Budget budget(AtMost{1, kMinute, {}, false}, 10);
  CHECK(budget.Pass(Sec(0), {{kOne}}));
  CHECK(budget.Pass(Sec(0), {{kTwo}}));
  CHECK_FALSE(budget.Pass(Sec(1), {{kTwo}}));
  CHECK(budget.Pass(Sec(1), {}));
  CHECK(budget.Pass(Sec(2), {}));
}

TEST_CASE("Budget: with several values one that has room is enough") {
  Budget budget(AtMost{1, kMinute, {}, false}, 10);
  CHECK(budget.Pass(Sec(0), {{kOne}}));
  const std::vector<Hash128> both = {kOne, kTwo};
  CHECK(budget.Pass(Sec(1), both));
  CHECK_FALSE(budget.Pass(Sec(2), both));
}

std::shared_ptr<const Plan> Events(AtMost at_most, bool shadow = false) {
  RuleKit kit({"seen"});
  kit.rule().key_names.clear();
  kit.rule().pattern = EventPattern{};
  kit.rule().at_most = at_most;
  kit.rule().shadow = shadow;
  return kit.Finish();
}

TEST_CASE("At most: single events wait for their turn and are held back") {
  const auto plan = Events(AtMost{1, kMinute, {RuleKit::kUser}, false});
  const std::vector<Line> lines = {{.second = 5, .user = "bob"},
                                   {.second = 0, .user = "ana"},
                                   {.second = 3, .user = "ANA"},
                                   {.second = 4},
                                   {.second = 4},
                                   {.second = 61, .user = "ana"}};
  CHECK(Run(plan, lines).Short() ==
        Texts{"0s", "3s at_most", "4s", "4s", "5s", "1m1s"});
}

TEST_CASE("At most: a finding has one reason, shadow is the last") {
  const auto plan = Events(AtMost{1, kMinute, {}, false}, true);
  CHECK(Run(plan, {{.second = 0}, {.second = 1}}).Short() ==
        Texts{"0s shadow", "1s at_most"});
}

TEST_CASE("At most: findings of one time spend it by key, then by place") {
  // Three windows complete at 1 s; the smallest key takes the budget,
  // whichever event came first.
  std::vector<std::string> keys = {"a", "b", "c"};
  Texts passed;
  for (int turn = 0; turn < 3; ++turn) {
    RuleKit kit({"seen"});
    kit.Within(kMinute, {{MeasureKind::kCount, 0, {}, 3}},
               kit.Compare(kit.Measure(0), ">=", Value::Int(1)));
    kit.rule().at_most = AtMost{1, kMinute, {}, false};
    const RunResult result = Run(kit.Finish(), {{.second = 1, .key = keys[0]},
                                                {.second = 1, .key = keys[1]},
                                                {.second = 1, .key = keys[2]}});
    REQUIRE(result.findings.size() == 3);
    for (const Finding& finding : result.findings) {
      if (finding.held_back != HeldBack::kNo) continue;
      passed.push_back(finding.key[0].second);
    }
    std::rotate(keys.begin(), keys.begin() + 1, keys.end());
  }
  REQUIRE(passed.size() == 3);
  CHECK(passed[0] == passed[1]);
  CHECK(passed[1] == passed[2]);
}

}  // namespace
}  // namespace tocsin::testing
