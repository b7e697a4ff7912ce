// SPDX-License-Identifier: Apache-2.0
//
// Every operator and function of the language, by tables of cases: what it
// says of one value or of an array, through the evaluator.
#include "engine/plan/operators.h"

#include <set>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/plan/eval_fixture.h"

namespace tocsin {
namespace {

using testing::Fixture;
using testing::Number;
using testing::Text;

Value T(std::string_view text) { return Value::Text(text); }
Value N(int64_t number) { return Value::Int(number); }
Value D(double number) { return Value::Double(number); }
Value B(bool boolean) { return Value::Bool(boolean); }
Literal Real(double number) {
  return {StoredValue(Value::Double(number)), false};
}
Literal Truth(bool boolean) {
  return {StoredValue(Value::Bool(boolean)), false};
}

struct MemberCase {
  std::vector<Value> values;
  const char* op;
  LiteralSet set;
  bool holds;
};

void CheckMembers(const std::vector<MemberCase>& cases) {
  for (size_t i = 0; i < cases.size(); ++i) {
    Fixture f;
    const ExprId test =
        f.builder.Member(f.Capture(0), cases[i].op, cases[i].set);
    f.Finish();
    f.captures.values[0] = cases[i].values;
    INFO("case " << i << ": " << cases[i].op);
    CHECK(f.Holds(test) == cases[i].holds);
  }
}

TEST_CASE("== takes the type of its literal, whatever the case") {
  CheckMembers({
      {{T("ANA")}, "==", {{Text("ana")}}, true},
      {{T("STRAẞE")}, "==", {{Text("straße")}}, true},
      {{T("ÉTÉ")}, "==", {{Text("été")}}, true},
      {{T("ANA")}, "==", {{Text("ana", true)}}, false},
      {{T("ana")}, "==", {{Text("ana", true)}}, true},
      {{T("22")}, "==", {{Number(22)}}, true},
      {{T("22.0")}, "==", {{Number(22)}}, true},
      {{T(" 22")}, "==", {{Number(22)}}, false},
      {{T("0x16")}, "==", {{Number(22)}}, false},
      {{N(22)}, "==", {{Text("22")}}, true},
      {{N(22)}, "==", {{Text("22.0")}}, false},
      {{D(2.5)}, "==", {{Text("2.5")}}, true},
      {{D(22)}, "==", {{Number(22)}}, true},
      {{B(true)}, "==", {{Text("TRUE")}}, true},
      {{B(true)}, "==", {{Truth(true)}}, true},
      {{T("true")}, "==", {{Truth(true)}}, true},
      {{B(true)}, "==", {{Number(1)}}, false},
      {{N(1)}, "==", {{Truth(true)}}, false},
      {{T("")}, "==", {{Text("")}}, true},
      {{Value::Uint(UINT64_MAX)},
       "==",
       {{Real(18446744073709551616.0)}},
       false},
      {{N(9007199254740993)}, "==", {{Number(9007199254740992)}}, false},
      {{Value::Object("{}")}, "==", {{Text("{}")}}, false},
  });
}

TEST_CASE("in and == hold for any element and any literal") {
  CheckMembers({
      {{T("a"), T("b")}, "==", {{Text("B")}}, true},
      {{T("a"), T("b")}, "in", {{Text("x"), Text("a")}}, true},
      {{T("a"), T("b")}, "in", {{Text("x"), Text("y")}}, false},
      {{N(3)}, "in", {{Text("3"), Number(4)}}, true},
      {{}, "in", {{Text("x")}}, false},
  });
}

TEST_CASE("!= means that the values are there and none is equal") {
  CheckMembers({
      {{T("a")}, "!=", {{Text("b")}}, true},
      {{T("a")}, "!=", {{Text("A")}}, false},
      {{T("a"), T("b")}, "!=", {{Text("b")}}, false},
      {{T("a"), T("c")}, "!=", {{Text("b")}}, true},
      {{Value::Null()}, "!=", {{Text("b")}}, false},
      {{}, "!=", {{Text("b")}}, false},
  });
}

TEST_CASE("order compares numbers and decimal texts, exactly") {
  CheckMembers({
      {{N(3)}, "<", {{Number(4)}}, true},
      {{N(4)}, "<", {{Number(4)}}, false},
      {{N(4)}, "<=", {{Number(4)}}, true},
      {{T("10")}, ">", {{Number(9)}}, true},
      {{T("1e3")}, ">=", {{Number(1000)}}, true},
      {{T("nine")}, ">", {{Number(1)}}, false},
      {{T("")}, "<", {{Number(1)}}, false},
      {{B(true)}, ">", {{Number(0)}}, false},
      {{N(INT64_MAX)}, "<", {{Real(9223372036854775808.0)}}, true},
      {{N(1), N(99)}, ">", {{Number(50)}}, true},
      {{N(5)}, "in ..", {{Number(5), Number(9)}}, true},
      {{N(9)}, "in ..", {{Number(5), Number(9)}}, true},
      {{D(9.01)}, "in ..", {{Number(5), Number(9)}}, false},
      {{N(4), N(10)}, "in ..", {{Number(5), Number(9)}}, false},
  });
}

TEST_CASE("text operators fold, take any literal, or all of them") {
  LiteralSet all{{Text("one"), Text("TWO")}, true};
  CheckMembers({
      {{T("xOnEx")}, "contains", {{Text("one")}}, true},
      {{T("xOnEx")}, "contains", {{Text("one", true)}}, false},
      {{T("x")}, "contains", {{Text("")}}, true},
      {{T("one and two")}, "contains", all, true},
      {{T("one and three")}, "contains", all, false},
      // Each literal may be found in another element.
      {{T("one"), T("two")}, "contains", all, true},
      {{N(12345)}, "contains", {{Text("234")}}, true},
      {{B(false)}, "startswith", {{Text("FA")}}, true},
      {{T("ÄRGER")}, "startswith", {{Text("är")}}, true},
      {{T("C:\\x.EXE")}, "endswith", {{Text("\\x.exe")}}, true},
      {{T("exe")}, "endswith", {{Text(".exe")}}, false},
      {{T("K")}, "==", {{Text("k")}}, true},  // the Kelvin sign
  });
}

TEST_CASE("like, matches and in cidr") {
  CheckMembers({
      {{T("svchost.exe")}, "like", {{Text("SVC*.e?e")}}, true},
      {{T("svchost.exe")}, "like", {{Text("svchost")}}, false},
      {{T("a*b")}, "like", {{Text("a\\*b")}}, true},
      {{T("axb")}, "like", {{Text("a\\*b")}}, false},
      {{T("line\nnext")}, "like", {{Text("line*next")}}, true},
      {{T("user42")}, "matches", {{Text("r\\d+$", true)}}, true},
      {{T("USER42")}, "matches", {{Text("user", true)}}, false},
      {{T("USER42")}, "matches", {{Text("(?i)user", true)}}, true},
      {{T("10.1.2.3")}, "in cidr", {{Text("10.0.0.0/8")}}, true},
      {{T("::ffff:10.1.2.3")}, "in cidr", {{Text("10.0.0.0/8")}}, true},
      {{T("fd00::1")},
       "in cidr",
       {{Text("10.0.0.0/8"), Text("fd00::/8")}},
       true},
      {{T("11.1.2.3")}, "in cidr", {{Text("10.0.0.0/8")}}, false},
      {{T("host")}, "in cidr", {{Text("0.0.0.0/0")}}, false},
      {{N(167772161)}, "in cidr", {{Text("10.0.0.0/8")}}, false},
  });
}

TEST_CASE("field to field: texts as texts, else both as numbers") {
  struct Case {
    std::vector<Value> left;
    const char* op;
    std::vector<Value> right;
    bool holds;
  };
  const std::vector<Case> cases = {
      {{T("Ana")}, "==", {T("aNA")}, true},
      {{T("22")}, "==", {T("22.0")}, false},
      {{T("22")}, "==", {N(22)}, true},
      {{B(true)}, "==", {B(true)}, true},
      {{B(true)}, "==", {T("true")}, false},
      {{T("a"), T("b")}, "==", {T("x"), T("B")}, true},
      {{T("a"), T("b")}, "!=", {T("x"), T("b")}, false},
      {{T("a")}, "!=", {T("b")}, true},
      {{}, "!=", {T("b")}, false},
      {{N(2)}, "<", {T("10")}, true},
      {{T("2")}, "<", {T("10")}, false},
      {{N(2)}, ">=", {N(2)}, true},
      {{N(2)}, "<=", {D(1.5)}, false},
      {{N(2)}, ">", {D(1.5)}, true},
      {{T("C:\\Temp\\a.exe")}, "contains", {T("TEMP")}, true},
      {{T("ana@corp")}, "startswith", {T("ANA")}, true},
      {{T("ana@corp")}, "endswith", {T("ana")}, false},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    Fixture f;
    const ExprId test = f.builder.Call(cases[i].op, Shape::kCompare,
                                       {f.Capture(0), f.Capture(1)});
    f.Finish();
    if (!cases[i].left.empty()) f.captures.values[0] = cases[i].left;
    f.captures.values[1] = cases[i].right;
    INFO("case " << i << ": " << cases[i].op);
    CHECK(f.Holds(test) == cases[i].holds);
  }
}

struct CallCase {
  const char* name;
  std::vector<Value> args;
  std::string result;  // canonical text, or "missing"
};

void CheckCalls(Shape shape, const std::vector<CallCase>& cases) {
  for (size_t i = 0; i < cases.size(); ++i) {
    Fixture f;
    std::vector<ExprId> args;
    for (uint32_t n = 0; n < cases[i].args.size(); ++n) {
      args.push_back(f.Capture(n));
    }
    const ExprId call = f.builder.Call(cases[i].name, shape, args);
    f.Finish();
    for (uint32_t n = 0; n < cases[i].args.size(); ++n) {
      f.captures.values[n] = {cases[i].args[n]};
    }
    INFO("case " << i << ": " << cases[i].name);
    CHECK(f.Text1(call) == cases[i].result);
  }
}

TEST_CASE("arithmetic is exact while it fits, and missing without a number") {
  CheckCalls(Shape::kArithmetic,
             {
                 {"+", {N(2), N(3)}, "5"},
                 {"+", {T("2"), D(0.5)}, "2.5"},
                 {"+", {N(INT64_MAX), N(1)}, "9223372036854775808"},
                 {"+", {T("two"), N(3)}, "missing"},
                 {"-", {N(2), N(3)}, "-1"},
                 {"-", {Value::Uint(UINT64_MAX), N(1)}, "18446744073709551614"},
                 {"*", {N(3037000500), N(3037000500)}, "9223372037000250000"},
                 {"*", {D(1e308), N(10)}, "missing"},
                 {"/", {N(7), N(2)}, "3.5"},
                 {"/", {N(8), N(2)}, "4"},
                 {"/", {N(8), N(0)}, "missing"},
                 {"/", {N(0), N(0)}, "missing"},
                 {"+", {Value::Null(), N(1)}, "missing"},
                 {"+", {B(true), N(1)}, "missing"},
             });
}

TEST_CASE("functions of text") {
  CheckCalls(
      Shape::kFunction,
      {
          {"lower", {T("ÄB")}, "äb"},
          {"upper", {T("straße")}, "STRAßE"},
          {"lower", {N(7)}, "7"},
          {"trim", {T(" \t a b\u00a0\n")}, "a b"},
          {"trim", {T("  ")}, ""},
          {"length", {T("añb")}, "3"},
          {"length", {T("")}, "0"},
          {"length", {N(1234)}, "4"},
          {"substring", {T("añbc"), N(1)}, "ñbc"},
          {"substring", {T("añbc"), N(1), N(2)}, "ñb"},
          {"substring", {T("abc"), N(-2)}, "bc"},
          {"substring", {T("abc"), N(-9), N(1)}, "a"},
          {"substring", {T("abc"), N(9)}, ""},
          {"substring", {T("abc"), N(0), N(-1)}, ""},
          {"substring", {T("abc"), T("x")}, "missing"},
          {"concat", {T("a"), N(1), B(true)}, "a1true"},
          {"concat", {T("a"), Value::Null()}, "missing"},
          {"registered_domain", {T("A.b.Example.co.UK.")}, "example.co.uk"},
          {"registered_domain", {T("co.uk")}, "missing"},
          {"registered_domain", {T("10.0.0.1")}, "missing"},
          {"registered_domain", {T("localhost")}, "missing"},
          {"base64_decode", {T("aGk=")}, "hi"},
          {"base64_decode", {T("aGk")}, "hi"},
          {"base64_decode", {T("aQBlAHgA")}, "iex"},
          {"base64_decode", {T("not base64!")}, "missing"},
          {"entropy", {T("aaaa")}, "0"},
          {"entropy", {T("ab")}, "1"},
          {"entropy", {T("abcdefgh")}, "3"},
          {"entropy", {T("")}, "0"},
          {"account_name", {T("CORP\\ana")}, "ana"},
          {"account_name", {T("ana@corp.example")}, "ana"},
          {"account_name", {T("CORP\\ana@x")}, "ana"},
          {"account_name", {T("CORP\\")}, "missing"},
      });
}

TEST_CASE("functions of time, number and place") {
  const char* monday = "2026-01-05T23:30:00Z";
  CheckCalls(Shape::kFunction,
             {
                 {"hour", {T(monday)}, "23"},
                 {"hour", {T(monday), T("Europe/Madrid")}, "0"},
                 {"hour", {T("soon")}, "missing"},
                 {"hour", {T(monday), T("Nowhere/Here")}, "missing"},
                 {"weekday", {T(monday)}, "1"},
                 {"weekday", {T(monday), T("Europe/Madrid")}, "2"},
                 {"weekday", {N(1767571200)}, "1"},
                 {"timestamp", {T("1970-01-01T00:00:01Z")}, "1000000000"},
                 {"timestamp", {N(1'700'000'000)}, "1700000000000000000"},
                 {"timestamp", {N(1'700'000'000'123)}, "1700000000123000000"},
                 {"timestamp", {T("1.5")}, "1500000000"},
                 {"timestamp",
                  {T("05/01/2026"), T("%d/%m/%Y")},
                  "1767571200000000000"},
                 {"timestamp",
                  {T("05/01/2026"), T("%d/%m/%Y"), T("Europe/Madrid")},
                  "1767567600000000000"},
                 {"timestamp", {T("x"), T("%d/%m/%Y")}, "missing"},
                 {"int", {T("0x3E7")}, "999"},
                 {"int", {D(-2.9)}, "-2"},
                 {"int", {T("12.9")}, "12"},
                 {"int", {T("0xg")}, "missing"},
                 {"int", {D(1e300)}, "missing"},
                 {"km_between", {T("40.4,-3.7"), T("40.4,-3.7")}, "0"},
                 {"km_between", {T("0,0"), T("0, 180")}, "20015.087"},
                 {"km_between",
                  {Value::Object("{\"lat\":0,\"lon\":0}"), T("0,90")},
                  "10007.543"},
                 {"km_between", {T("91,0"), T("0,0")}, "missing"},
                 {"km_between", {T("here"), T("0,0")}, "missing"},
             });
}

TEST_CASE("size counts elements; presence tells null from absent") {
  Fixture f;
  const ExprId size = f.builder.Call("size", Shape::kFunction, {f.Capture(0)});
  const ExprId exists =
      f.builder.Call("exists", Shape::kPresence, {f.Capture(0)});
  const ExprId null =
      f.builder.Call("== null", Shape::kPresence, {f.Capture(0)});
  f.Finish();
  CHECK_FALSE(f.Holds(exists));
  CHECK(f.Holds(null));
  f.captures.values[0] = {T("a"), T("b")};
  CHECK(f.Text1(size) == "2");
  CHECK(f.Holds(exists));
  CHECK_FALSE(f.Holds(null));
  f.captures.values[0] = {Value::Null()};
  CHECK(f.Holds(exists));
  CHECK(f.Holds(null));
}

TEST_CASE("a function of an array is called for each element") {
  Fixture f;
  const ExprId lower =
      f.builder.Call("lower", Shape::kFunction, {f.Capture(0)});
  f.Finish();
  f.captures.values[0] = {T("A"), N(1), T("B")};
  f.eval->Reset();
  const Values values = f.eval->Get(lower);
  REQUIRE(values.values.size() == 3);
  CHECK(values.values[2].text == "b");
}

TEST_CASE("the table of operators is whole") {
  std::set<std::pair<std::string, Shape>> names;
  for (const Operator& row : Operators()) {
    CAPTURE(row.name);
    CHECK(names.emplace(row.name, row.shape).second);
    CHECK(std::string_view(row.doc).size() > 3);
    CHECK(FindOperator(row.name, row.shape).has_value());
    const bool calls =
        row.shape == Shape::kArithmetic ||
        (row.shape == Shape::kFunction && row.call_whole == nullptr);
    CHECK((row.call != nullptr) == calls);
    CHECK((row.member != nullptr) == (row.shape == Shape::kMember));
    CHECK((row.prepare != nullptr) == (row.shape == Shape::kMember));
    CHECK((row.compare != nullptr) == (row.shape == Shape::kCompare));
    CHECK((row.presence != nullptr) == (row.shape == Shape::kPresence));
    CHECK(row.optional_args <= row.args.size());
  }
  CHECK_FALSE(FindOperator("sounds like", Shape::kMember).has_value());
}

TEST_CASE("TextPool: texts stay where they are until Clear") {
  TextPool pool;
  std::string* first = pool.New();
  *first = "one";
  for (int i = 0; i < 1000; ++i) *pool.New() = "more";
  CHECK(*first == "one");
  pool.Clear();
  CHECK(pool.New() == first);
  CHECK(first->empty());
}

}  // namespace
}  // namespace tocsin
