// SPDX-License-Identifier: Apache-2.0
//
// What an edit of a rule does to its two hashes (LANGUAGE.md section 11).
#include "rules/identity.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

struct Hashes {
  Hash128 logic;
  Hash128 state;
};

Hashes Of(std::string_view text) {
  const auto plan = PlanOf(text);
  return {plan->rules[0].logic, plan->rules[0].state};
}

std::string Replaced(std::string text, std::string_view from,
                     std::string_view to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

constexpr std::string_view kWindow = R"(
source s { where kind == "a"  field user = name }
rule r {
  title "One"
  level low
  risk 10 on user
  from s
  failed = outcome == "failure"
  when count of failed >= 10 by user within 5m at most 1 per 1h
  keep host
  incident { summary "a {user}" }
  test "t" { at 0s { x: 1 } expect nothing }
}
)";

// Neither hash knows of it.
void CheckUntouched(std::string_view from, std::string_view to) {
  CAPTURE(from, to);
  const Hashes before = Of(kWindow);
  const Hashes after = Of(Replaced(std::string(kWindow), from, to));
  CHECK(after.logic == before.logic);
  CHECK(after.state == before.state);
}

// A finding of another rule; its state may go on.
void CheckLogicOnly(std::string_view from, std::string_view to) {
  CAPTURE(from, to);
  const Hashes before = Of(kWindow);
  const Hashes after = Of(Replaced(std::string(kWindow), from, to));
  CHECK(after.logic != before.logic);
  CHECK(after.state == before.state);
}

void CheckBoth(std::string_view from, std::string_view to) {
  CAPTURE(from, to);
  const Hashes before = Of(kWindow);
  const Hashes after = Of(Replaced(std::string(kWindow), from, to));
  CHECK(after.logic != before.logic);
  CHECK(after.state != before.state);
}

TEST_CASE(
    "titles, levels, risk, at most, keep, incidents and tests touch no "
    "hash") {
  CheckUntouched("title \"One\"", "title \"Two\"");
  CheckUntouched("level low", "level high");
  CheckUntouched("risk 10 on user", "risk 90 on host");
  CheckUntouched("at most 1 per 1h", "at most 9 by user per 1d");
  CheckUntouched("keep host", "keep site");
  CheckUntouched("a {user}", "b {user}");
}

TEST_CASE("mode shadow and a test block touch no hash") {
  CheckUntouched("title \"One\"", "mode shadow");
  CheckUntouched("at 0s { x: 1 }", "at 5s { x: 2 }");
}

TEST_CASE("layout, comments and unrelated files touch no hash") {
  CheckUntouched("level low", "# quiet\n  level\n   low");
  const Hashes before = Of(kWindow);
  const auto plan = PlanOf(
      "other = 5\nlist l (\"x\")\n"
      "source a { where z == 1  field q = w }\n"
      "rule x { when z > other and y in list l }\n" +
      std::string(kWindow));
  CHECK(plan->rules[1].logic == before.logic);
  CHECK(plan->rules[1].state == before.state);
}

TEST_CASE("a threshold is logic and not state") {
  CheckLogicOnly(">= 10", ">= 11");
}

TEST_CASE("keys, windows, tests of a count and the source are both") {
  CheckBoth("by user within", "by host within");
  CheckBoth("within 5m", "within 6m");
  CheckBoth("outcome == \"failure\"", "outcome == \"fail\"");
  CheckBoth("field user = name", "field user = id");
}

TEST_CASE("a list counts by its name, not by its rows") {
  const auto with = [](std::string_view rows, std::string_view name) {
    return Of("list " + std::string(name) + " (" + std::string(rows) +
              ")\nrule r { when x in list " + std::string(name) + " }");
  };
  CHECK(with("\"a\"", "l").logic == with("\"a\", \"b\"", "l").logic);
  CHECK(with("\"a\"", "l").logic != with("\"a\"", "m").logic);
}

TEST_CASE("a sequence's where and number are logic, its tests also state") {
  const std::string text = R"(
rule r {
  a = x == 1
  b = x == 2
  when sequence by user within 5m { 5+ of a as f  b where host in f.host }
}
)";
  const Hashes before = Of(text);
  const Hashes number = Of(Replaced(text, "5+ of", "6+ of"));
  CHECK(number.logic != before.logic);
  CHECK(number.state == before.state);
  const Hashes where = Of(Replaced(text, " where host in f.host", ""));
  CHECK(where.logic != before.logic);
  CHECK(where.state == before.state);
  const Hashes test = Of(Replaced(text, "x == 2", "x == 3"));
  CHECK(test.logic != before.logic);
  CHECK(test.state != before.state);
}

TEST_CASE("two rules of one logic have states of their own") {
  const auto plan = PlanOf("rule a { when x == 1 }\nrule b { when x == 1 }\n");
  CHECK(plan->rules[0].logic == plan->rules[1].logic);
  CHECK(plan->rules[0].state != plan->rules[1].state);
}

}  // namespace
}  // namespace tocsin::rules
