// SPDX-License-Identifier: Apache-2.0
//
// Expressions: what they become and what is refused, in each scope.
#include <catch2/catch_test_macros.hpp>

#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

std::string Test(std::string_view condition) {
  const auto plan = PlanOf(
      "source s { field took is ms  field ip is ip }\nrule r { from s "
      "when " +
      std::string(condition) + " }");
  const std::string dump = DumpExpr(*plan, plan->rules[0].tests[0].test);
  return dump.substr(std::string("from s and ").size());
}

std::string Refused(std::string_view condition) {
  return CodesOf(
      "source s { field took is ms  field ip is ip }\nrule r { from "
      "s when " +
      std::string(condition) + " }");
}

TEST_CASE("the literal stands on the right, whichever side it was written on") {
  CHECK(Test("5 < n") == "n > 5");
  CHECK(Test("\"x\" == user") == "user == \"x\"");
}

TEST_CASE("!= needs the value, not == does not") {
  CHECK(Test("user != \"x\"") == "user != \"x\"");
  CHECK(Test("not user == \"x\"") == "not (user == \"x\")");
  CHECK(Test("x != null") == "not (x == null)");
}

TEST_CASE("addresses are canonical where the field is one") {
  CHECK(Test("ip == \"::ffff:10.0.0.1\"") == "ip == \"10.0.0.1\"");
  CHECK(Test("other == \"::FFFF:10.0.0.1\"") == "other == \"::FFFF:10.0.0.1\"");
}

TEST_CASE("arithmetic on literals is done by the compiler") {
  CHECK(Test("n > 2 * 3 + 1") == "n > 7");
  CHECK(Test("took > 2 * 1m") == "took > 120000000000");
}

TEST_CASE("alternatives of one literal are any of them, also under all") {
  CHECK(Test("cmd contains all (windash(\" -e\"), \"x\")") ==
        "cmd contains (\" -e\", \" /e\", \" –e\", \" —e\", \" ―e\") and cmd "
        "contains \"x\"");
}

TEST_CASE("units must fit") {
  CHECK(Refused("took > 5") == "E166");
  CHECK(Refused("took > 5m") == "");
  CHECK(Refused("other > 5m") == "E167");
  CHECK(Refused("took + 5 > 1m") == "E170");
}

TEST_CASE("the rest of a condition is checked although a part is wrong") {
  CHECK(Refused("faild and lowr(x) == 1 and took > 5") == "E151 E158 E166");
}

TEST_CASE("deep conditions compile") {
  std::string deep;
  for (int i = 0; i < 90; ++i) deep += "not (";
  deep += "x == 1";
  for (int i = 0; i < 90; ++i) deep += ")";
  CHECK(Refused(deep) == "");
}

TEST_CASE("holes of a text are exact whatever escapes stand before them") {
  const auto plan = PlanOf(
      "rule r { when x == 1 incident { summary "
      "\"\\u{1f514}\\t\\\"{a}\\\" {{b}}{`c d`.e}\" } }");
  const Template& summary = plan->rules[0].incident.summary;
  REQUIRE(summary.pieces.size() == 4);
  CHECK(summary.pieces[0].text == "\xF0\x9F\x94\x94\t\"");
  CHECK(DumpExpr(*plan, summary.pieces[1].expr, &plan->rules[0]) == "a");
  CHECK(summary.pieces[2].text == "\" {b}");
  CHECK(DumpExpr(*plan, summary.pieces[3].expr, &plan->rules[0]) == "c d.e");
}

TEST_CASE("a mistake in a hole is told at its place") {
  const CompileResult result = CompileText(
      "rule r { when x == 1 incident { summary 'it''s {lowr(x)} {' } }");
  const auto sorted = result.diagnostics.Sorted();
  REQUIRE(sorted.size() >= 2);
  CHECK(sorted[0]->code() == "E260");
  CHECK(result.sources.file(0).PositionOf(sorted[0]->span.begin).column == 49);
}

TEST_CASE("every or branch of a sliding condition needs a lower bound") {
  const auto codes = [](std::string_view condition) {
    return CodesOf("rule r { few = count < 3  many = count >= 3  when " +
                   std::string(condition) + " by user within 5m }");
  };
  CHECK(codes("count >= 2 and many and few") == "");
  CHECK(codes("2 < count and (many or few)") == "");
  CHECK(codes("count >= 0") == "E226");
  CHECK(codes("many and few") == "");
  CHECK(codes("many or few") == "E226");
  CHECK(codes("(sum n > 5 or distinct host > 2) and (many or few)") == "");
  CHECK(codes("sum n / count > 5") == "E226");
  CHECK(codes("not count > 5") == "E226");
}

TEST_CASE("measures compared with a constant are exact up to 1,000") {
  const auto plan = PlanOf(
      "rule r { when count > 1000 and distinct a >= 3 and distinct a < 90 and "
      "sum b > 5 within 5m }\n"
      "rule s { when count > 1001 within 5m }");
  const auto& exact = std::get<WindowPattern>(plan->rules[0].pattern).measures;
  REQUIRE(exact.size() == 3);
  CHECK(exact[0].exact == 1001);
  CHECK(exact[1].exact == 91);
  CHECK(exact[2].exact == 0);
  CHECK(std::get<WindowPattern>(plan->rules[1].pattern).measures[0].exact == 0);
}

}  // namespace
}  // namespace tocsin::rules
