// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/operators.h"

#include <cstdio>
#include <cstdlib>

#include "engine/plan/op/functions.h"

namespace tocsin {
namespace {

using enum Type;

Operator Compare(const char* name, Type side,
                 bool (*compare)(const Operand&, const Operand&),
                 const char* doc, bool negated = false) {
  return {.name = name,
          .shape = Shape::kCompare,
          .result = kBool,
          .args = {side, side},
          .negated = negated,
          .doc = doc,
          .compare = compare};
}

struct Members {
  Type left;
  Type literal;
  Status (*prepare)(const LiteralSet&, const Limits&, PreparedSet*);
  bool (*member)(const Operand&, const PreparedSet&);
  Witness witness = Witness::kNone;
  bool negated = false;
};

Operator Member(const char* name, const Members& members, const char* doc) {
  return {.name = name,
          .shape = Shape::kMember,
          .result = kBool,
          .args = {members.left, members.literal},
          .witness = members.witness,
          .negated = members.negated,
          .doc = doc,
          .prepare = members.prepare,
          .member = members.member};
}

Operator Presence(const char* name, bool (*presence)(const Values&),
                  const char* doc) {
  return {.name = name,
          .shape = Shape::kPresence,
          .result = kBool,
          .args = {kAny},
          .doc = doc,
          .presence = presence};
}

using Call = std::optional<Value> (*)(std::span<const Value>, TextPool*);

Operator Arithmetic(const char* name, Call call, const char* doc) {
  return {.name = name,
          .shape = Shape::kArithmetic,
          .result = kNumber,
          .args = {kNumber, kNumber},
          .doc = doc,
          .call = call};
}

Operator Function(const char* name, Type result, std::vector<Type> args,
                  uint32_t optional_args, Call call, const char* doc) {
  return {.name = name,
          .shape = Shape::kFunction,
          .result = result,
          .args = std::move(args),
          .optional_args = optional_args,
          .doc = doc,
          .call = call};
}

Operator Variadic(Operator op) {
  op.variadic = true;
  return op;
}

Operator Whole(const char* name, Type result,
               std::optional<Value> (*call)(const Values&), const char* doc) {
  return {.name = name,
          .shape = Shape::kFunction,
          .result = result,
          .args = {kAny},
          .doc = doc,
          .call_whole = call};
}

std::vector<Operator> Comparisons() {
  return {
      Compare("==", kAny, CompareEqual,
              "same kind and equal (texts whatever their case), else equal as "
              "numbers"),
      Compare("!=", kAny, CompareEqual, "both are there and not equal", true),
      Compare("<", kNumber, CompareLess, "less, as numbers"),
      Compare("<=", kNumber, CompareLessEqual, "less or equal, as numbers"),
      Compare(">", kNumber, CompareGreater, "greater, as numbers"),
      Compare(">=", kNumber, CompareGreaterEqual,
              "greater or equal, as numbers"),
      Compare("contains", kText, CompareContains,
              "the left text contains the right one"),
      Compare("startswith", kText, CompareStartsWith,
              "the left text starts with the right one"),
      Compare("endswith", kText, CompareEndsWith,
              "the left text ends with the right one"),
  };
}

std::vector<Operator> MemberTests() {
  return {
      Member("==", {kAny, kAny, PrepareEqual, MemberEqual, Witness::kExact},
             "equal; a number also to its decimal text, a text also to the "
             "text of a number or truth value"),
      Member("!=",
             {.left = kAny,
              .literal = kAny,
              .prepare = PrepareEqual,
              .member = MemberEqual,
              .negated = true},
             "there and not equal"),
      Member("<", {kNumber, kNumber, PrepareNumbers, MemberLess}, "less"),
      Member("<=", {kNumber, kNumber, PrepareNumbers, MemberLessEqual},
             "less or equal"),
      Member(">", {kNumber, kNumber, PrepareNumbers, MemberGreater}, "greater"),
      Member(">=", {kNumber, kNumber, PrepareNumbers, MemberGreaterEqual},
             "greater or equal"),
      Member("in", {kAny, kAny, PrepareEqual, MemberEqual, Witness::kExact},
             "equal to one of the values"),
      Member("in ..", {kNumber, kNumber, PrepareNumbers, MemberRange},
             "between two numbers, both included"),
      Member("in cidr", {kText, kText, PrepareCidr, InCidr},
             "an address in one of the networks"),
      Member("contains",
             {kText, kText, PrepareTexts, ContainsText, Witness::kContains},
             "contains one of the texts, or all with `contains all`"),
      Member("startswith",
             {kText, kText, PrepareTexts, StartsWithText, Witness::kPrefix},
             "starts with one of the texts"),
      Member("endswith",
             {kText, kText, PrepareTexts, EndsWithText, Witness::kSuffix},
             "ends with one of the texts"),
      Member("like", {kText, kText, PrepareLike, Like, Witness::kLike},
             "the whole text fits a pattern of * and ?; \\*, \\? and \\\\ are "
             "literal"),
      Member("matches", {kText, kText, PrepareRegexes, MatchesRegex},
             "one of the regular expressions (RE2) is found in the text, in "
             "this case; /x/i in any"),
  };
}

std::vector<Operator> TextFunctions() {
  return {
      Function("lower", kText, {kText}, 0, Lower, "the text in lower case"),
      Function("upper", kText, {kText}, 0, Upper, "the text in upper case"),
      Function("trim", kText, {kText}, 0, Trim,
               "the text without blanks at both ends"),
      Function("length", kNumber, {kText}, 0, Length,
               "the number of characters"),
      Function("substring", kText, {kText, kNumber, kNumber}, 1, Substring,
               "substring(text, start, length): start counts from 0, a "
               "negative one from the end"),
      Variadic(Function("concat", kText, {kAny}, 0, Concat,
                        "the values as one text; missing if one is missing")),
      Function("registered_domain", kText, {kText}, 0, RegisteredDomain,
               "\"a.b.example.co.uk\" gives \"example.co.uk\" (Public Suffix "
               "List)"),
      Function("base64_decode", kText, {kText}, 0, Base64Decode,
               "the decoded text; UTF-16LE is recognised"),
      Function("entropy", kNumber, {kText}, 0, Entropy,
               "Shannon entropy in bits per byte, 0 to 8"),
      Function("account_name", kText, {kText}, 0, AccountName,
               "the account without DOMAIN\\ in front and @domain behind"),
  };
}

std::vector<Operator> OtherFunctions() {
  return {
      Function("hour", kNumber, {kTime, kText}, 1, HourOf,
               "hour(time, zone): hour of the day, 0 to 23, in UTC or a zone "
               "like \"Europe/Madrid\""),
      Function("weekday", kNumber, {kTime, kText}, 1, WeekdayOf,
               "weekday(time, zone): 1 is Monday, 7 is Sunday"),
      Function("timestamp", kTime, {kAny, kText, kText}, 2, Timestamp,
               "timestamp(text, format, zone): the time that a text or number "
               "says; without a format RFC 3339 or epoch"),
      Function("int", kNumber, {kAny}, 0, ToInt,
               "the integer part of a number, a decimal or a 0x text"),
      Function("km_between", kNumber, {kGeo, kGeo}, 0, KmBetween,
               "distance of two points {lat, lon} or \"lat,lon\" in km"),
      Whole("size", kNumber, Size,
            "the number of elements; 1 for a plain value"),
  };
}

std::vector<Operator> AllRows() {
  std::vector<Operator> rows = Comparisons();
  const auto append = [&rows](std::vector<Operator> more) {
    rows.insert(rows.end(), more.begin(), more.end());
  };
  append(MemberTests());
  append({Presence("exists", Exists, "the key is there, even as null"),
          Presence("== null", IsNull, "missing or null")});
  append({Arithmetic("+", Add, "sum; missing if a side is"),
          Arithmetic("-", Subtract, "difference; missing if a side is"),
          Arithmetic("*", Multiply, "product; missing if a side is"),
          Arithmetic("/", Divide,
                     "quotient; missing if a side is, or divided by 0")});
  append(TextFunctions());
  append(OtherFunctions());
  return rows;
}

const std::vector<Operator>& Table() {
  static const std::vector<Operator> rows = AllRows();
  return rows;
}

}  // namespace

const char* TypeName(Type type) {
  switch (type) {
    case kAny:
      return "any value";
    case kBool:
      return "truth value";
    case kNumber:
      return "number";
    case kText:
      return "text";
    case kTime:
      return "time";
    case kDuration:
      return "duration";
    case kGeo:
      return "geo point";
    case kSet:
      return "set";
  }
  return "";
}

std::span<const Operator> Operators() { return Table(); }

std::optional<OpId> FindOperator(std::string_view name, Shape shape) {
  const std::vector<Operator>& rows = Table();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].shape == shape && rows[i].name == name) {
      return static_cast<OpId>(i);
    }
  }
  return std::nullopt;
}

OpId OperatorRow(std::string_view name, Shape shape) {
  const std::optional<OpId> row = FindOperator(name, shape);
  if (!row) {
    std::fprintf(stderr, "no operator %.*s\n", static_cast<int>(name.size()),
                 name.data());
    std::abort();
  }
  return *row;
}

}  // namespace tocsin
