// SPDX-License-Identifier: Apache-2.0
//
// Comparisons: the type is the literal's (LANGUAGE.md section 2). What can
// never hold is an error, so that a rule does not stay silent for ever.
#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/plan/op/prepared_set.h"
#include "rules/lower_expr.h"

namespace tocsin::rules {
namespace {

bool IsOrder(std::string_view op) { return op[0] == '<' || op[0] == '>'; }

// a OP b is b Mirrored(OP) a.
std::string_view Mirrored(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

std::string Kind(const Typed& typed) {
  if (typed.is_null) return "null";
  return Described(typed.type);
}

LiteralSet SetOf(std::vector<Literal> literals, bool all = false) {
  LiteralSet set;
  set.items = std::move(literals);
  set.all = all;
  return set;
}

}  // namespace

Typed ExprLowerer::Member(const Typed& left, std::string_view op,
                          LiteralSet set) {
  return Holds(lowering_.builder.Member(left.id, op, std::move(set)));
}

// The literals as `left` compares them: addresses in canonical form.
std::vector<Literal> ExprLowerer::For(const Typed& left,
                                      const Typed& literals) {
  std::vector<Literal> items = literals.literals;
  if (!left.ip) return items;
  for (Literal& item : items) {
    if (!item.value.value.is_text() || item.cased) continue;
    if (std::optional<std::string> ip = CanonicalIp(item.value.text)) {
      item.value = StoredValue(tocsin::Value::Text(*ip));
    }
  }
  return items;
}

Typed ExprLowerer::Compare(const ast::Expr& expr) {
  const Comparison comparison{expr.text, expr.op_span};
  const ast::Expr& left = Behind(expr.arg(0));
  const ast::Expr& right = Behind(expr.arg(1));
  if (left.kind == ast::ExprKind::kMeasure) {
    return MeasureCompare(left, expr.arg(1), comparison);
  }
  if (right.kind == ast::ExprKind::kMeasure) {
    return MeasureCompare(right, expr.arg(0),
                          {Mirrored(expr.text), expr.op_span});
  }
  Typed a = Value(expr.arg(0));
  Typed b = Value(expr.arg(1));
  return CompareValues(std::move(a), std::move(b), comparison);
}

// A measure knows how much it has to remember from what it is compared with.
Typed ExprLowerer::MeasureCompare(const ast::Expr& measure,
                                  const ast::Expr& other,
                                  const Comparison& comparison) {
  Typed right = Value(other);
  const Literal* bound =
      right.literals.size() == 1 ? &right.literals.front() : nullptr;
  Typed left = scope_.Measure(measure, bound);
  return CompareValues(std::move(left), std::move(right), comparison);
}

Typed ExprLowerer::CompareValues(Typed left, Typed right,
                                 Comparison comparison) {
  if (!left.ok || !right.ok) return {};
  if (left.literal() && right.literal()) {
    lowering_
        .Add("E169", comparison.span,
             "both sides are known when the rule is written")
        .Help("compare a field or a measure with a literal");
    return {};
  }
  if (left.literal()) {
    std::swap(left, right);
    comparison.op = Mirrored(comparison.op);
  }
  if (!Comparable(left, comparison.op, comparison.span) ||
      !Comparable(right, comparison.op, comparison.span)) {
    return {};
  }
  if (right.is_null) return CompareNull(left, comparison);
  if (right.literal()) {
    if (!CheckLiteral(left, right, comparison)) return {};
    return Member(left, comparison.op, SetOf(For(left, right)));
  }
  if (!CheckValues(left, right, comparison)) return {};
  return Holds(lowering_.builder.Call(comparison.op, Shape::kCompare,
                                      {left.id, right.id}));
}

// Sets and `anywhere` have operators of their own.
bool ExprLowerer::Comparable(const Typed& left, std::string_view op,
                             Span span) {
  if (left.set) {
    lowering_
        .Add("E235", span,
             "a counted step collects several values; a set has no single "
             "value to compare")
        .Help("write `x in f.user`, or size(f.user) >= 3");
    return false;
  }
  if (left.anywhere && IsOrder(op)) {
    lowering_
        .Add("E180", span, StrCat("`anywhere` cannot be compared with ", op))
        .Help("write: anywhere contains \"..\"");
    return false;
  }
  return true;
}

Typed ExprLowerer::CompareNull(const Typed& left,
                               const Comparison& comparison) {
  if (comparison.op != "==" && comparison.op != "!=") {
    lowering_.Add("E166", comparison.span, "null has no order")
        .Help("write == null or != null");
    return {};
  }
  if (left.anywhere) {
    lowering_.Add("E180", comparison.span, "`anywhere` is never null")
        .Help("name the field: user == null");
    return {};
  }
  const ExprId missing =
      lowering_.builder.Call("== null", Shape::kPresence, {left.id});
  return Holds(comparison.op == "==" ? missing
                                     : lowering_.builder.Not(missing));
}

bool ExprLowerer::CheckLiteral(const Typed& left, const Typed& literal,
                               const Comparison& comparison) {
  const bool order = IsOrder(comparison.op);
  const Type a = left.type;
  const Type b = literal.type;
  if (b == Type::kText && order) {
    lowering_
        .Add("E165", comparison.span,
             StrCat("text has no order, so ", comparison.op,
                    " cannot compare with it"))
        .Help(
            "compare with a number, without quotes; or use ==, in, "
            "startswith");
    return false;
  }
  if (b == Type::kDuration && a == Type::kAny) {
    lowering_
        .Add("E167", comparison.span,
             "the unit of the field is not declared, so a duration cannot be "
             "compared with it")
        .Help(
            "declare it in the source: field duration is ms; or compare "
            "with a plain number");
    return false;
  }
  if (b == Type::kTime && a != Type::kTime) {
    lowering_
        .Add("E168", comparison.span,
             "a date compares with a time, and the other side is none")
        .Help(
            "declare the field in its source: field created is time; or "
            "write timestamp(created)");
    return false;
  }
  bool never = false;
  if (a == Type::kDuration || a == Type::kTime) never = b != a;
  if (a == Type::kGeo) never = true;
  if (b == Type::kDuration) never = a != Type::kDuration;
  if (!left.field && a == Type::kNumber) never = never || b != Type::kNumber;
  if (b == Type::kBool) never = never || order;
  if (!never) return true;
  lowering_
      .Add("E166", comparison.span,
           StrCat(Kind(left), " is never ", comparison.op, " ", Kind(literal)))
      .Help(a == Type::kDuration ? "write the unit: 90s, 5m"
                                 : "compare with a literal of the same kind");
  return false;
}

bool ExprLowerer::CheckValues(const Typed& left, const Typed& right,
                              const Comparison& comparison) {
  const Type a = left.type;
  const Type b = right.type;
  const auto either = [a, b](Type type) { return a == type || b == type; };
  if (a == Type::kText && b == Type::kText && IsOrder(comparison.op)) {
    lowering_.Add("E165", comparison.span, "two texts have no order")
        .Help("compare numbers, or use == and !=");
    return false;
  }
  if (a == b) return true;
  if (either(Type::kAny)) {
    if (either(Type::kDuration)) {
      lowering_
          .Add("E167", comparison.span,
               "the unit of the field is not declared, so it cannot be "
               "compared with a duration")
          .Help("declare it in the source: field duration is ms");
      return false;
    }
    if (either(Type::kTime)) {
      lowering_
          .Add("E168", comparison.span,
               "the field is not declared to be a time")
          .Help(
              "declare it in the source: field created is time; or write "
              "timestamp(created)");
      return false;
    }
    return true;
  }
  // Fields of different plain kinds compare as numbers where both are some.
  const bool plain =
      !either(Type::kDuration) && !either(Type::kTime) && !either(Type::kGeo);
  if (plain && (left.field || right.field)) return true;
  lowering_
      .Add("E166", comparison.span,
           StrCat(Kind(left), " never compares with ", Kind(right)))
      .Help("compare values of the same kind");
  return false;
}

// ------------------------------------------------- contains .. like, matches
// The literals of one value behind a text operator. `*ok` is false after a
// mistake; the result is false when the value is no literal.
bool ExprLowerer::PatternLiterals(const ast::Expr& expr, const ast::Expr& value,
                                  LiteralSet* set, bool* ok) {
  const ast::Expr& behind = Behind(value);
  const bool pattern = expr.text == "like" || expr.text == "matches";
  if (behind.kind == ast::ExprKind::kRegex && expr.text == "matches") {
    const std::string flags =
        behind.name.empty() ? "" : StrCat("(?", behind.name.text, ")");
    set->items.push_back(LiteralOf(tocsin::Value::Text(flags + behind.text)));
  } else if (behind.kind == ast::ExprKind::kNumber) {
    // Text operators look at what was written.
    set->items.push_back(LiteralOf(tocsin::Value::Text(behind.text)));
  } else {
    const Typed typed = Value(value);
    *ok = typed.ok;
    if (!typed.ok) return true;
    if (!typed.literal() && !pattern) return false;
    if (typed.is_null || typed.type != Type::kText || !typed.literal()) {
      *ok = false;
      lowering_
          .Add("E173", value.span,
               StrCat("`", expr.text, "` compares with a text",
                      typed.literal() ? "" : " that is written out"))
          .Help("write it in quotes");
      return true;
    }
    set->items = typed.literals;
  }
  PreparedSet prepared;
  const Operator& op = Operators()[OperatorRow(expr.text, Shape::kMember)];
  const Status status = Prepare(op, *set, lowering_.options.limits, &prepared);
  if (!status.ok()) {
    *ok = false;
    lowering_.Add("E175", value.span, Message(status))
        .Help("see the syntax of RE2; no look-around, no back-references");
  }
  return true;
}

Typed ExprLowerer::TextOp(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  bool ok = left.ok;
  if (ok && left.literal()) {
    lowering_
        .Add("E169", expr.op_span,
             "both sides are known when the rule is written")
        .Help("the field stands on the left: message contains \"..\"");
    ok = false;
  }
  ok = ok && Comparable(left, expr.text, expr.op_span);
  if (ok && !left.field && left.type != Type::kText &&
      left.type != Type::kAny) {
    lowering_
        .Add("E166", expr.op_span,
             StrCat("`", expr.text, "` looks into text, and this is ",
                    Kind(left)))
        .Help("compare it with ==, <, >");
    ok = false;
  }
  LiteralSet together = SetOf({}, expr.all);
  std::vector<ExprId> parts;
  for (size_t i = 1; i < expr.args.size(); ++i) {
    LiteralSet set;
    bool good = true;
    if (!PatternLiterals(expr, expr.arg(i), &set, &good)) {
      const Typed right = Value(expr.arg(i));
      if (ok && Comparable(right, expr.text, expr.arg(i).span)) {
        parts.push_back(lowering_.builder.Call(expr.text, Shape::kCompare,
                                               {left.id, right.id}));
      } else {
        ok = false;
      }
      continue;
    }
    ok = ok && good;
    if (!ok) continue;
    // Alternatives of one literal are any of them, also under `all`.
    if (expr.all && set.items.size() > 1) {
      parts.push_back(Member(left, expr.text, std::move(set)).id);
    } else {
      together.items.insert(together.items.end(), set.items.begin(),
                            set.items.end());
    }
  }
  if (!ok) return {};
  if (!together.items.empty()) {
    together.all = expr.all && together.items.size() > 1;
    parts.push_back(Member(left, expr.text, std::move(together)).id);
  }
  return Holds(expr.all ? AllOf(&lowering_.builder, parts)
                        : lowering_.builder.Or(std::move(parts)));
}

// ----------------------------------------------------------------------- in
Typed ExprLowerer::InSet(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  LiteralSet set;
  std::vector<ExprId> parts;
  bool ok = left.ok && Comparable(left, "==", expr.op_span);
  if (ok && left.literal()) {
    lowering_.Add("E169", expr.op_span, "the left side is a literal")
        .Help("the field stands on the left: user in (\"ana\", \"bob\")");
    ok = false;
  }
  for (size_t i = 1; i < expr.args.size(); ++i) {
    const Typed value = Value(expr.arg(i));
    if (!ok || !value.ok) {
      ok = false;
    } else if (value.literals.empty()) {
      const Typed part = CompareValues(left, value, {"==", expr.arg(i).span});
      ok = part.ok;
      parts.push_back(part.id);
    } else if (CheckLiteral(left, value, {"==", expr.arg(i).span})) {
      const std::vector<Literal> items = For(left, value);
      set.items.insert(set.items.end(), items.begin(), items.end());
    } else {
      ok = false;
    }
  }
  if (!ok) return {};
  if (!set.items.empty()) {
    parts.push_back(Member(left, "in", std::move(set)).id);
  }
  return Holds(lowering_.builder.Or(std::move(parts)));
}

Typed ExprLowerer::InCidr(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  LiteralSet set;
  bool ok = left.ok && Comparable(left, "in", expr.op_span);
  const Operator& op = Operators()[OperatorRow("in cidr", Shape::kMember)];
  for (size_t i = 1; i < expr.args.size(); ++i) {
    const ast::Expr& arg = expr.arg(i);
    const Typed value = Value(arg);
    if (!value.ok) {
      ok = false;
      continue;
    }
    PreparedSet prepared;
    const bool text = value.literals.size() == 1 && value.type == Type::kText;
    const Status status =
        text ? Prepare(op, SetOf(value.literals), lowering_.options.limits,
                       &prepared)
             : InvalidArgument("a network is a text in quotes");
    if (!status.ok()) {
      ok = false;
      lowering_.Add("E174", arg.span, Message(status))
          .Help("write \"10.0.0.0/8\" or \"fd00::/8\"");
      continue;
    }
    set.items.push_back(value.literals.front());
  }
  if (!ok) return {};
  return Member(left, "in cidr", std::move(set));
}

Typed ExprLowerer::InRange(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  const Typed low = Value(expr.arg(1));
  const Typed high = Value(expr.arg(2));
  if (!left.ok || !low.ok || !high.ok) return {};
  if (low.literals.size() != 1 || high.literals.size() != 1) {
    const Typed above = CompareValues(left, low, {">=", expr.op_span});
    const Typed below = CompareValues(left, high, {"<=", expr.op_span});
    if (!above.ok || !below.ok) return {};
    return Holds(AllOf(&lowering_.builder, {above.id, below.id}));
  }
  const Span ends = Cover(expr.arg(1).span, expr.arg(2).span);
  const tocsin::Value a = low.literals[0].value.view();
  const tocsin::Value b = high.literals[0].value.view();
  if (low.type != high.type || !a.is_number() || !b.is_number() ||
      CompareNumbers(a, b) > 0) {
    lowering_.Add("E176", ends, "this range holds nothing")
        .Help("write the smaller end first, both of one kind: 8..18");
    return {};
  }
  if (!Comparable(left, ">=", expr.op_span) ||
      !CheckLiteral(left, low, {">=", expr.op_span})) {
    return {};
  }
  return Member(left, "in ..", SetOf({low.literals[0], high.literals[0]}));
}

Typed ExprLowerer::InList(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  const ListDecl* list = lowering_.FindList(expr.name);
  if (!left.ok || list == nullptr || !list->id.valid()) return {};
  if (!Comparable(left, "in", expr.op_span)) return {};
  Expr node;
  node.node = tocsin::Node::kInList;
  node.a = list->id.value;
  node.args = {Node(left)};
  return Holds(lowering_.builder.Intern(std::move(node)));
}

// `x in f.user`: equal to one of the values, as arrays compare.
Typed ExprLowerer::InValue(const ast::Expr& expr) {
  const Typed left = Value(expr.arg(0));
  const Typed right = Value(expr.arg(1));
  if (!left.ok || !right.ok) return {};
  if (right.literal() || right.anywhere || !right.field) {
    lowering_
        .Add("E173", expr.arg(1).span,
             "`in` is followed by values in parentheses, a list, a range or "
             "the set of a counted step")
        .Help("write: in (..), in list NAME, in 1..9, in f.user");
    return {};
  }
  if (!Comparable(left, "in", expr.op_span)) return {};
  return Holds(
      lowering_.builder.Call("==", Shape::kCompare, {Node(left), right.id}));
}

}  // namespace tocsin::rules
