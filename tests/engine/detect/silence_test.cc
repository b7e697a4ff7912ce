// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_test_macros.hpp>

#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

using Texts = std::vector<std::string>;

std::shared_ptr<const Plan> SilentFor(DurationNs duration,
                                      std::vector<std::string> list = {},
                                      bool at_most_one = false) {
  RuleKit kit({"beat"});
  SilencePattern pattern{0, duration, {}};
  if (!list.empty()) {
    List fleet("fleet", ListType::kText);
    for (const std::string& key : list) CHECK(fleet.Add(key, {}).ok());
    pattern.list = kit.builder().AddList(std::move(fleet));
  }
  kit.rule().pattern = pattern;
  kit.rule().captures[0].key_part = 0;
  kit.rule().keep = {RuleKit::kUser};
  kit.Summary({{"nothing from ", {}}, {"", kit.Capture(RuleKit::kUser)}});
  if (at_most_one) kit.rule().at_most = AtMost{1, kHour, {}, false};
  return kit.Finish();
}

TEST_CASE("Silence: a finding at last seen + D, resolved by the next event") {
  const auto plan = SilentFor(kMinute);
  const RunResult result = Run(plan, {{.second = 0},
                                      {.second = 60},
                                      {.second = 200, .user = "ana"},
                                      {.second = 210}});
  REQUIRE(result.Short() == Texts{"2m", "3m20s resolves"});
  CHECK(result.findings[1].resolves == result.findings[0].id);
  CHECK(result.findings[0].id != result.findings[1].id);
  CHECK(result.findings[0].summary == "nothing from k");
  CHECK(result.findings[0].values ==
        decltype(Finding::values){{"user", {"k"}}});
  CHECK(result.findings[0].evidence.at(0).time == Sec(60));
}

TEST_CASE("Silence: fires once, and again only after the next event") {
  const auto plan = SilentFor(kMinute);
  CHECK(Run(plan, {{.second = 0}}, {.until = 1000}).Short() == Texts{"1m"});
  CHECK(Run(plan, {{.second = 0}, {.second = 100}}, {.until = 1000}).Short() ==
        Texts{"1m", "1m40s resolves", "2m40s"});
}

TEST_CASE("Silence: end of input fires what is due by then, nothing beyond") {
  const auto plan = SilentFor(kMinute);
  CHECK(Run(plan, {{.second = 0}, {.second = 59, .key = "b"}}).Short().empty());
  CHECK(Run(plan, {{.second = 0}, {.second = 60, .key = "b"}}).Short() ==
        Texts{"1m"});
}

TEST_CASE("Silence: what counts as seen is the event's place, not its time") {
  const auto plan = SilentFor(kMinute);
  CHECK(Run(plan, {{.second = 0}, {.second = 10, .at = 55}}, {.until = 100})
            .Short()
            .empty());
}

TEST_CASE("Silence in list: all keys of the list are watched, no others") {
  const auto plan = SilentFor(kMinute, {"H1", "h2", "h3"});
  // Listed keys count as seen at the first event, whosever it is.
  const RunResult result = Run(plan,
                               {{.second = 30, .key = "other"},
                                {.second = 40, .key = "h1"},
                                {.second = 80, .key = "h2"},
                                {.second = 120, .key = "h3"}},
                               {.until = 125});
  CHECK(result.Short() == Texts{"1m30s h3", "1m40s H1", "2m h3 resolves"});
}

TEST_CASE("Silence in list: what is placed before the start does not count") {
  const auto plan = SilentFor(kMinute, {"h1"});
  // The first event of a partition need not be the first in the order.
  const std::vector<Line> lines = {{.second = 30, .key = "other"},
                                   {.second = 10, .key = "h1", .at = 10},
                                   {.second = 90, .key = "other"}};
  const Texts expected = {"1m30s h1"};
  CHECK(Run(plan, lines).Short() == expected);
  CHECK(Run(plan, lines, {.lines_per_frame = 2}).Short() == expected);
}

TEST_CASE("Silence: a key that is not in a list is forgotten in the end") {
  const auto plan = SilentFor(kMinute);
  const double week = 7 * 24 * 3600;
  // Seen again after more than a week: new, nothing to resolve.
  CHECK(Run(plan, {{.second = 0}, {.second = week}}).Short() ==
        Texts{"1m", "7d resolves"});
  CHECK(Run(plan, {{.second = 0}, {.second = week + 1}}).Short() ==
        Texts{"1m"});
}

TEST_CASE("Silence: what resolves a finding that was held back is held too") {
  const auto plan = SilentFor(kMinute, {}, true);
  CHECK(Run(plan, {{.second = 0, .key = "a"},
                   {.second = 0, .key = "b"},
                   {.second = 70, .key = "a"},
                   {.second = 70, .key = "b"}})
            .Short()
            .size() == 4);
  const RunResult result = Run(plan, {{.second = 0, .key = "a"},
                                      {.second = 1, .key = "b"},
                                      {.second = 70, .key = "a"},
                                      {.second = 70, .key = "b"}});
  REQUIRE(result.findings.size() == 4);
  CHECK(result.Short()[0] == "1m a");
  CHECK(result.Short()[1] == "1m1s b at_most");
  for (const Finding& finding : result.findings) {
    if (!finding.resolves) continue;
    const bool of_a = finding.key[0].second == "a";
    CHECK((finding.held_back == HeldBack::kNo) == of_a);
  }
}

}  // namespace
}  // namespace tocsin::testing
