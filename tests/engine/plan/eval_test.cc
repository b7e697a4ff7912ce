// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/eval.h"

#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/plan/eval_fixture.h"

namespace tocsin {
namespace {

using testing::Captures;
using testing::Fixture;
using testing::Number;
using testing::Text;

TEST_CASE("a missing value makes every comparison false, != too") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId equal = f.builder.Member(x, "==", {{Text("a")}});
  const ExprId unequal = f.builder.Member(x, "!=", {{Text("a")}});
  const ExprId neither = f.builder.Not(equal);
  const ExprId null = f.builder.Call("== null", Shape::kPresence, {x});
  const ExprId exists = f.builder.Call("exists", Shape::kPresence, {x});
  const ExprId maybe = f.builder.Member(x, "in", {{Text("a"), Literal{}}});
  f.Finish();
  CHECK_FALSE(f.Holds(equal));
  CHECK_FALSE(f.Holds(unequal));
  CHECK(f.Holds(neither));
  CHECK(f.Holds(null));
  CHECK_FALSE(f.Holds(exists));
  CHECK(f.Holds(maybe));

  f.captures.values[0] = {Value::Null()};
  CHECK_FALSE(f.Holds(unequal));
  CHECK(f.Holds(null));
  CHECK(f.Holds(exists));

  f.captures.values[0] = {Value::Text("B")};
  CHECK(f.Holds(unequal));
  CHECK_FALSE(f.Holds(null));
  CHECK_FALSE(f.Holds(maybe));
}

TEST_CASE("text compares folded, cased literals byte for byte") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId folded = f.builder.Member(x, "contains", {{Text("ÄB")}});
  const ExprId cased = f.builder.Member(x, "contains", {{Text("ÄB", true)}});
  const ExprId empty = f.builder.Member(x, "==", {{Text("")}});
  f.Finish();
  f.captures.values[0] = {Value::Text("xäb")};
  CHECK(f.Holds(folded));
  CHECK_FALSE(f.Holds(cased));
  CHECK_FALSE(f.Holds(empty));
  f.captures.values[0] = {Value::Text({})};
  CHECK(f.Holds(empty));
  CHECK_FALSE(f.Holds(folded));
}

TEST_CASE("an array holds if any element does; != means that none equals") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId equal = f.builder.Member(x, "==", {{Number(2)}});
  const ExprId unequal = f.builder.Member(x, "!=", {{Number(2)}});
  const ExprId all =
      f.builder.Member(x, "contains", {{Text("a"), Text("b")}, true});
  f.Finish();
  f.captures.values[0] = {Value::Int(1), Value::Text("2")};
  CHECK(f.Holds(equal));
  CHECK_FALSE(f.Holds(unequal));
  f.captures.values[0] = {Value::Int(1), Value::Int(3)};
  CHECK_FALSE(f.Holds(equal));
  CHECK(f.Holds(unequal));
  // Each literal may be in another element.
  f.captures.values[0] = {Value::Text("xa"), Value::Text("bx")};
  CHECK(f.Holds(all));
  f.captures.values[0] = {Value::Text("xa")};
  CHECK_FALSE(f.Holds(all));
  f.captures.values[0] = {};
  CHECK_FALSE(f.Holds(unequal));
}

TEST_CASE("values compare with values, any pair") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId y = f.Capture(1);
  const ExprId equal = f.builder.Call("==", Shape::kCompare, {x, y});
  const ExprId unequal = f.builder.Call("!=", Shape::kCompare, {x, y});
  const ExprId less = f.builder.Call("<", Shape::kCompare, {x, y});
  f.Finish();
  f.captures.values[0] = {Value::Text("ANA")};
  CHECK_FALSE(f.Holds(equal));
  CHECK_FALSE(f.Holds(unequal));
  f.captures.values[1] = {Value::Text("bo"), Value::Text("ana")};
  CHECK(f.Holds(equal));
  CHECK_FALSE(f.Holds(unequal));
  CHECK_FALSE(f.Holds(less));
  f.captures.values[0] = {Value::Int(5)};
  f.captures.values[1] = {Value::Text("6.5")};
  CHECK(f.Holds(less));
  CHECK(f.Holds(unequal));
}

TEST_CASE("arithmetic on a missing value is missing, in arrays element-wise") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId y = f.Capture(1);
  const ExprId sum = f.builder.Call("+", Shape::kArithmetic, {x, y});
  const ExprId more = f.builder.Member(sum, ">", {{Number(0)}});
  const ExprId part = f.builder.Call("/", Shape::kArithmetic, {x, y});
  const ExprId size = f.builder.Call("size", Shape::kFunction, {x});
  f.Finish();
  f.captures.values[0] = {Value::Int(4)};
  CHECK(f.Text1(sum) == "missing");
  CHECK_FALSE(f.Holds(more));
  f.captures.values[1] = {Value::Int(0)};
  CHECK(f.Text1(sum) == "4");
  CHECK(f.Text1(part) == "missing");
  f.captures.values[0] = {Value::Int(1), Value::Int(2)};
  f.captures.values[1] = {Value::Int(10), Value::Int(20)};
  f.eval->Reset();
  const Values sums = f.eval->Get(sum);
  REQUIRE(sums.values.size() == 4);
  CHECK(CanonicalText(sums.values[1]) == "21");
  CHECK(CanonicalText(sums.values[2]) == "12");
  CHECK(f.Text1(size) == "2");
}

TEST_CASE("at most array_values combinations of elements are tried") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId joined =
      f.builder.Call("concat", Shape::kFunction, {x, x, x, x});
  f.Finish();
  f.captures.values[0] = std::vector<Value>(100, Value::Int(1));
  f.eval->Reset();
  CHECK(f.eval->Get(joined).values.size() == 100);
}

TEST_CASE("lists answer membership and columns") {
  Fixture f;
  List list("assets", ListType::kText);
  list.SetColumns({"host", "tier"});
  REQUIRE(list.Add("web", {"web", "1"}).ok());
  const ListId id = f.builder.AddList(std::move(list));
  const ExprId x = f.Capture(0);
  const ExprId in = f.Node1(Node::kInList, id.value, 0, x);
  const ExprId tier =
      f.Node1(Node::kListColumn, id.value, f.builder.InternColumn("tier"), x);
  f.Finish();
  CHECK_FALSE(f.Holds(in));
  f.captures.values[0] = {Value::Text("db"), Value::Text("WEB")};
  CHECK(f.Holds(in));
  CHECK(f.Text1(tier) == "1");
  f.captures.values[0] = {Value::Text("db")};
  CHECK(f.Text1(tier) == "missing");
}

TEST_CASE("quantifiers bind each element, and nothing of it is remembered") {
  Fixture f;
  const ExprId x = f.Capture(0);
  Expr bound;
  bound.node = Node::kElement;
  bound.a = PathId::kNone;
  const ExprId element = f.builder.Intern(bound);
  bound.b = 1;
  const ExprId inner = f.builder.Intern(bound);
  const ExprId big = f.builder.Member(element, ">", {{Number(2)}});
  Expr quantifier;
  quantifier.node = Node::kQuantifier;
  quantifier.args = {x, big};
  const ExprId any = f.builder.Intern(quantifier);
  quantifier.a = 1;
  const ExprId all = f.builder.Intern(quantifier);
  // any a in x where any b in y where a == b
  const ExprId same = f.builder.Call("==", Shape::kCompare, {element, inner});
  quantifier.a = 0;
  quantifier.args = {f.Capture(1), same};
  quantifier.args = {x, f.builder.Intern(quantifier)};
  const ExprId nested = f.builder.Intern(quantifier);
  f.Finish();
  CHECK_FALSE(f.Holds(any));
  CHECK_FALSE(f.Holds(all));
  f.captures.values[0] = {Value::Int(1), Value::Int(3)};
  CHECK(f.Holds(any));
  CHECK_FALSE(f.Holds(all));
  f.captures.values[0] = {Value::Int(4), Value::Int(3)};
  CHECK(f.Holds(all));
  f.captures.values[1] = {Value::Int(7), Value::Int(3)};
  CHECK(f.Holds(nested));
  f.captures.values[1] = {Value::Int(7)};
  CHECK_FALSE(f.Holds(nested));
}

TEST_CASE("what is shared is evaluated once until Reset") {
  Fixture f;
  const ExprId x = f.Capture(0);
  const ExprId one = f.builder.Member(x, "==", {{Text("a")}});
  const ExprId two = f.builder.Member(x, "startswith", {{Text("b")}});
  f.Finish();
  f.captures.values[0] = {Value::Text("b")};
  f.eval->Reset();
  CHECK_FALSE(f.eval->Holds(one));
  CHECK(f.eval->Holds(two));
  CHECK(f.eval->Holds(two));
  CHECK(f.captures.reads == 1);
  f.captures.values[0] = {Value::Text("a")};
  CHECK_FALSE(f.eval->Holds(one));
  f.eval->Reset();
  CHECK(f.eval->Holds(one));
  CHECK(f.captures.reads == 2);
}

TEST_CASE("and, or, not and literal truth") {
  Fixture f;
  const ExprId yes = f.builder.LiteralExpr(Value::Bool(true));
  const ExprId no = f.builder.LiteralExpr(Value::Bool(false));
  const ExprId both = f.builder.And({yes, no});
  const ExprId either = f.builder.Or({no, yes});
  const ExprId neither = f.builder.Not(either);
  f.Finish();
  CHECK(f.Holds(yes));
  CHECK_FALSE(f.Holds(both));
  CHECK(f.Holds(either));
  CHECK_FALSE(f.Holds(neither));
}

}  // namespace
}  // namespace tocsin
