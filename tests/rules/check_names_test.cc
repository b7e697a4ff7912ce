// SPDX-License-Identifier: Apache-2.0
#include "rules/names.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

TEST_CASE("all files are one namespace") {
  CHECK(CodesOf("list x (\"a\")\nx = 5\nrule r { when y > x }") == "E150");
  CHECK(CodesOf("rule a { when x == 1 }\nrule a { when x == 2 }") == "E150");
}

TEST_CASE("definitions stand in any order and may use one another") {
  CHECK(CodesOf("rule r { when a  a = b and x == 1  b = y == 1 }") == "");
  CHECK(CodesOf("rule r { when a  a = not b  b = a or x == 1 }") == "E154");
}

TEST_CASE("a bare name where a test stands is never a field") {
  CHECK(CodesOf("rule r { when enabled }") == "E151");
  CHECK(CodesOf("rule r { when not enabled and x == 1 }") == "E151");
}

TEST_CASE(
    "elsewhere a name is a definition first, then a field; backticks "
    "make it a field") {
  const auto plan = PlanOf(
      "domain = lower(host)\n"
      "rule r { when domain == \"a\" and `domain` == 1 }");
  CHECK(DumpExpr(*plan, plan->rules[0].tests[0].test) ==
        "lower(host) == \"a\" and domain == 1");
}

TEST_CASE("the rule's definition hides the file's, in that rule only") {
  const auto plan = PlanOf(
      "bad = x == 1\nrule a { bad = x == 2 when bad }\n"
      "rule b { when bad }");
  CHECK(DumpExpr(*plan, plan->rules[0].tests[0].test) == "x == 2");
  CHECK(DumpExpr(*plan, plan->rules[1].tests[0].test) == "x == 1");
}

TEST_CASE("a definition of a file means the same in every rule that uses it") {
  const auto plan = PlanOf(
      "limit = 5\nbad = x > limit\n"
      "rule a { limit = 9 when bad and y > limit }");
  CHECK(DumpExpr(*plan, plan->rules[0].tests[0].test) == "x > 5 and y > 9");
}

TEST_CASE("definitions that double at every level stay small and quick") {
  for (const bool conjunction : {true, false}) {
    const std::string word = conjunction ? " and " : " or ";
    const std::string other = conjunction ? " or " : " and ";
    std::string text = "rule r { when d0\n";
    std::string window = "rule w { when m0 by user within 5m\n";
    for (int i = 0; i < 60; ++i) {
      const std::string n = std::to_string(i);
      const std::string next = std::to_string(i + 1);
      text += "d" + n + " = (d" + next + word + "x == " + n + ")" + other +
              "(d" + next + word + "y == " + n + ")\n";
      window += "m" + n + " = m" + next + word + "m" + next + "\n";
    }
    CHECK(PlanOf(text + "d60 = z == 1 }")->exprs.size() < 1'000);
    CHECK(PlanOf(window + "m60 = count > 3 }")->exprs.size() < 1'000);
  }
}

TEST_CASE(
    "definitions that need one another too deeply are told, not "
    "followed") {
  std::string text = "rule r { when d0\n";
  for (int i = 0; i < 300; ++i) {
    text += "d" + std::to_string(i) + " = not d" + std::to_string(i + 1) + "\n";
  }
  text += "d300 = x == 1 }";
  CHECK(CompileText(text).diagnostics.has_errors());
}

}  // namespace
}  // namespace tocsin::rules
