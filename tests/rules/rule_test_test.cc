// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_test.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

TestCase TestOf(std::string_view lines) {
  const CompileResult result =
      CompileText("list l (\"a\")\nrule r { when x in list l test \"t\" { " +
                  std::string(lines) + " } }");
  INFO(RenderDiagnostics(result.sources, result.diagnostics));
  REQUIRE(result.tests.size() == 1);
  return result.tests[0];
}

std::string JsonOf(std::string_view object, int64_t n = 1) {
  const TestCase test =
      TestOf("at 0s .. 9s every 1s " + std::string(object) + " expect nothing");
  return std::get<TestEvents>(test.steps[0].line).Json(n);
}

TEST_CASE("a dotted bare key nests, a quoted one is literal") {
  CHECK(
      JsonOf(
          "{ a.b: 1, a.c.d: \"x\", \"e.f\": null, g: {h: [1, {i: true}]} }") ==
      R"({"a":{"b":1,"c":{"d":"x"}},"e.f":null,"g":{"h":[1,{"i":true}]}})");
  CHECK(JsonOf("{ a: {b: 1}, a.c: 2 }") == R"({"a":{"b":1,"c":2}})");
  CHECK(JsonOf("{ `a.b`.c: 1 }") == R"({"a.b":{"c":1}})");
}

TEST_CASE("a key given twice stays twice, as events may have it") {
  CHECK(JsonOf("{ a: 1, a: 2 }") == R"({"a":1,"a":2})");
}

TEST_CASE("{n} in texts is the number of the repetition") {
  CHECK(JsonOf("{ user: \"u{n}-{n}\", n: [\"{n}\"] }", 7) ==
        R"({"user":"u7-7","n":["7"]})");
  CHECK(JsonOf("{ user: \"{m}\" }", 7) == R"({"user":"{m}"})");
}

TEST_CASE("texts are JSON whatever they hold") {
  CHECK(JsonOf(R"({ p: 'C:\a "b"' , q: "\u{1}\n" })") ==
        R"({"p":"C:\\a \"b\"","q":"\u0001\n"})");
}

TEST_CASE("both ends of a repetition are in it") {
  const TestCase test = TestOf("at 0s .. 45s every 5s { x: 1 } expect nothing");
  const auto& events = std::get<TestEvents>(test.steps[0].line);
  CHECK(events.count() == 10);
  CHECK(events.time(1) == 0);
  CHECK(events.time(10) == 45 * kSecond);
}

TEST_CASE("lines keep their order and their times") {
  const TestCase test = TestOf(
      "start 2026-02-01 list l (\"b\", 3) at 5s { x: 1 } until 15m "
      "expect 2 finding at 60s { key.a: 1 } expect no incident expect nothing");
  CHECK(FormatTime(test.start) == "2026-02-01T00:00:00Z");
  CHECK(test.lists.at("l") == std::vector<std::string>{"b", "3"});
  REQUIRE(test.steps.size() == 5);
  CHECK(std::get<TestUntil>(test.steps[1].line).time == 15 * kMinute);
  const auto& found = std::get<TestExpectation>(test.steps[2].line);
  CHECK(found.what == TestExpectation::What::kFinding);
  CHECK(found.count == 2);
  CHECK(found.at == 60 * kSecond);
  CHECK(found.object == R"({"key":{"a":1}})");
  const auto& none = std::get<TestExpectation>(test.steps[3].line);
  CHECK(none.what == TestExpectation::What::kIncident);
  CHECK(none.count == 0);
  CHECK(test.expects_nothing());
}

TEST_CASE("lines of events that follow one another are one stream") {
  CHECK(CodesOf("rule r { when x == 1 test \"t\" { at 10s { x: 1 } at 5s { x: "
                "1 } expect nothing } }") == "");
  CHECK(CodesOf("rule r { when x == 1 test \"t\" { at 10s { x: 1 } expect "
                "nothing at 5s { x: 1 } } }") == "E270");
}

}  // namespace
}  // namespace tocsin::rules
