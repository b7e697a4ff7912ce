// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/plan.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

using Path = std::vector<std::string>;

LiteralSet Texts(std::initializer_list<const char*> texts) {
  LiteralSet set;
  for (const char* text : texts) {
    set.items.push_back({StoredValue(Value::Text(text)), false});
  }
  return set;
}

// A plan of one single-event rule.
struct Built {
  PlanBuilder builder{Limits()};
  Rule rule;

  Built() {
    rule.name = "r";
    rule.title = "r";
    rule.levels = {{Level::kHigh, {}}};
    rule.tests = {{"", builder.Member(Field("kind"), "==", Texts({"x"})), {}}};
    rule.pattern = EventPattern{};
  }
  ExprId Field(const char* name) {
    return builder.FieldExpr(builder.RawField(Path{name}));
  }
  Status Check() {
    builder.AddRule(rule);
    return Validate(*builder.Finish({}));
  }
};

TEST_CASE("Plan: what is equal is stored once") {
  PlanBuilder builder{Limits()};
  const FieldId a = builder.RawField(Path{"a"});
  CHECK(builder.RawField(Path{"a"}) == a);
  CHECK_FALSE(builder.RawField(Path{"b"}) == a);
  const ExprId one = builder.Member(builder.FieldExpr(a), "==", Texts({"x"}));
  CHECK(builder.Member(builder.FieldExpr(a), "==", Texts({"x"})) == one);
  CHECK_FALSE(builder.Member(builder.FieldExpr(a), "==", Texts({"X"})) == one);
  CHECK_FALSE(builder.Member(builder.FieldExpr(a), "!=", Texts({"x"})) == one);
  LiteralSet cased = Texts({"x"});
  cased.items[0].cased = true;
  CHECK_FALSE(builder.Member(builder.FieldExpr(a), "==", cased) == one);
  CHECK(builder.LiteralExpr(Value::Int(1)) ==
        builder.LiteralExpr(Value::Int(1)));
  CHECK_FALSE(builder.LiteralExpr(Value::Int(1)) ==
              builder.LiteralExpr(Value::Text("1")));
}

TEST_CASE("Plan: paths are told apart by segments, not by how they print") {
  PlanBuilder builder{Limits()};
  CHECK_FALSE(builder.InternPath({"a.b"}) == builder.InternPath({"a", "b"}));
}

TEST_CASE("Plan: and, or of one or none") {
  PlanBuilder builder{Limits()};
  const ExprId x = builder.LiteralExpr(Value::Bool(true));
  CHECK(builder.And({x}) == x);
  CHECK(builder.Or({x}) == x);
  CHECK(builder.And({}) == x);
  CHECK(builder.Or({}) == builder.LiteralExpr(Value::Bool(false)));
}

TEST_CASE("Plan: a whole plan is valid") {
  Built built;
  const Status status = built.Check();
  INFO(Message(status));
  CHECK(status.ok());
}

TEST_CASE("Plan: an index out of range is found") {
  SECTION("an expression of a test") {
    Built built;
    built.rule.tests[0].test = {12'345};
    CHECK_FALSE(built.Check().ok());
  }
  SECTION("a field") {
    Built built;
    Expr expr;
    expr.node = Node::kField;
    expr.a = 99;
    built.rule.tests[0].test = built.builder.Intern(expr);
    CHECK_FALSE(built.Check().ok());
  }
  SECTION("the test of a measure") {
    Built built;
    WindowPattern window;
    window.window = kMinute;
    window.measures = {{MeasureKind::kCount, 7, {}, 0}};
    window.condition = built.builder.LiteralExpr(Value::Bool(true));
    built.rule.pattern = window;
    CHECK_FALSE(built.Check().ok());
  }
  SECTION("a list") {
    Built built;
    SilencePattern silence;
    silence.duration = kMinute;
    silence.list = {3};
    built.rule.pattern = silence;
    CHECK_FALSE(built.Check().ok());
  }
}

TEST_CASE("Plan: leaves belong to their scope") {
  Built built;
  Expr capture;
  capture.node = Node::kNowTime;
  built.rule.tests[0].test =
      built.builder.Call(">", Shape::kCompare,
                         {built.builder.Intern(capture),
                          built.builder.LiteralExpr(Value::Int(1))});
  CHECK_FALSE(built.Check().ok());
}

TEST_CASE("Plan: a regular expression that does not compile is found") {
  Built built;
  built.rule.tests[0].test =
      built.builder.Member(built.Field("kind"), "matches", Texts({"(open"}));
  CHECK_FALSE(built.Check().ok());
}

TEST_CASE("Plan: its dump names what it holds and is stable") {
  const auto dump = [] {
    Built built;
    built.builder.AddRule(built.rule);
    return Dump(*built.builder.Finish({}));
  };
  const std::string text = dump();
  CHECK(text == dump());
  CHECK(text.find("kind == \"x\"") != std::string::npos);
  CHECK(text.find("high") != std::string::npos);
}

}  // namespace
}  // namespace tocsin
