// SPDX-License-Identifier: Apache-2.0
//
// Literals, arithmetic with units, functions and rows of lists. What is known
// when the rule is written is computed here, by the operators of the engine.
#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/plan/literal_transforms.h"
#include "rules/lower_expr.h"
#include "rules/time_words.h"

namespace tocsin::rules {
namespace {

bool IsTransform(std::string_view word) {
  return word == "cased" || word == "expand" || FindLiteralTransform(word);
}

std::vector<std::string> FunctionNames() {
  std::vector<std::string> names;
  for (const Operator& op : Operators()) {
    if (op.shape == Shape::kFunction) names.emplace_back(op.name);
  }
  for (const char* word : {"cased", "wide", "utf16le", "utf16be", "base64",
                           "base64offset", "windash", "expand"}) {
    names.emplace_back(word);
  }
  return names;
}

// "3 arguments", "2 to 3 arguments".
std::string Arity(const Operator& op) {
  const size_t most = op.args.size();
  const size_t least = most - op.optional_args;
  if (op.variadic) return StrCat("at least ", least, " argument");
  if (least == most)
    return StrCat(most, most == 1 ? " argument" : " arguments");
  return StrCat(least, " to ", most, " arguments");
}

}  // namespace

Literal LiteralOf(const Value& value) {
  Literal literal;
  literal.value = StoredValue(value);
  return literal;
}

Typed ExprLowerer::Literals(const ast::Expr& expr) {
  using enum ast::ExprKind;
  Typed typed;
  typed.ok = true;
  tocsin::Value value;
  switch (expr.kind) {
    case kText:
      typed.type = Type::kText;
      value = tocsin::Value::Text(expr.text);
      break;
    case kNumber:
    case kSize:
      typed.type = Type::kNumber;
      value = expr.is_integer ? tocsin::Value::Int(expr.integer)
                              : tocsin::Value::Double(expr.number);
      break;
    case kPercent:
      typed.type = Type::kNumber;
      value = tocsin::Value::Double(expr.number);
      break;
    case kDuration:
      typed.type = Type::kDuration;
      value = tocsin::Value::Int(expr.integer);
      break;
    case kDate:
      typed.type = Type::kTime;
      value = tocsin::Value::Int(expr.integer);
      break;
    case kBool:
      typed.type = Type::kBool;
      value = tocsin::Value::Bool(expr.integer != 0);
      break;
    case kNull:
      typed.is_null = true;
      return typed;
    default:
      typed.ok = false;
      lowering_
          .Add("E173", expr.span,
               "a regular expression belongs behind `matches`")
          .Help("write: field matches /../");
      return typed;
  }
  typed.literals.push_back(LiteralOf(value));
  return typed;
}

// --------------------------------------------------------------- arithmetic
Typed ExprLowerer::Arithmetic(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kNegate) {
    Typed zero;
    zero.ok = true;
    Typed operand = Value(expr.arg(0));
    zero.type =
        operand.type == Type::kDuration ? Type::kDuration : Type::kNumber;
    zero.literals.push_back(LiteralOf(tocsin::Value::Int(0)));
    return ArithmeticOf(expr, "-", std::move(zero), std::move(operand));
  }
  Typed left = Value(expr.arg(0));
  Typed right = Value(expr.arg(1));
  return ArithmeticOf(expr, expr.text, std::move(left), std::move(right));
}

namespace {

// The type of `a op b`; nothing where the units do not fit. A field of no
// declared type counts as a number.
std::optional<Type> ArithmeticType(std::string_view op, Type a, Type b) {
  using enum Type;
  if (a == kAny) a = kNumber;
  if (b == kAny) b = kNumber;
  const bool plus = op == "+";
  const bool minus = op == "-";
  if (plus || minus) {
    if (a == b && (a == kNumber || a == kDuration)) return a;
    if (minus && a == kTime && b == kTime) return kDuration;
    if (a == kTime && b == kDuration) return kTime;
    if (plus && a == kDuration && b == kTime) return kTime;
    return std::nullopt;
  }
  if (a == kNumber && b == kNumber) return kNumber;
  if (a == kDuration && b == kNumber) return kDuration;
  if (op == "*" && a == kNumber && b == kDuration) return kDuration;
  if (op == "/" && a == kDuration && b == kDuration) return kNumber;
  return std::nullopt;
}

}  // namespace

Typed ExprLowerer::ArithmeticOf(const ast::Expr& at, std::string_view op,
                                Typed left, Typed right) {
  if (!left.ok || !right.ok) return {};
  const bool usable = !left.set && !right.set && !left.anywhere &&
                      !right.anywhere && !left.is_null && !right.is_null;
  // A declared text may hold a decimal number; a text written out does not.
  const auto plain = [](const Typed& side) {
    return side.type == Type::kText && side.field ? Type::kNumber : side.type;
  };
  const std::optional<Type> type =
      usable ? ArithmeticType(op, plain(left), plain(right)) : std::nullopt;
  if (!type) {
    lowering_
        .Add("E170", at.op_span,
             StrCat(Described(left.type), " ", op, " ", Described(right.type),
                    " makes no sense"))
        .Help(left.type == Type::kText || right.type == Type::kText
                  ? "join texts with concat(a, b)"
                  : "both sides must be numbers, or durations and times that "
                    "fit: time - time, duration / duration, 2 * duration");
    return {};
  }
  const OpId row = OperatorRow(op, Shape::kArithmetic);
  if (left.literals.size() == 1 && right.literals.size() == 1) {
    const Typed folded = Folded(Operators()[row], {left, right}, *type);
    if (folded.ok) return folded;
    lowering_.Add("E170", at.op_span, "this has no value")
        .Help("a division by 0, or a number too large");
    return {};
  }
  Typed typed;
  typed.ok = true;
  typed.type = *type;
  typed.id =
      lowering_.builder.Call(op, Shape::kArithmetic, {Node(left), Node(right)});
  return typed;
}

Typed ExprLowerer::Folded(const Operator& op, const std::vector<Typed>& args,
                          Type type) {
  Typed typed;
  std::vector<tocsin::Value> values;
  for (const Typed& arg : args) {
    values.push_back(arg.literals.front().value.view());
  }
  TextPool pool;
  const std::optional<tocsin::Value> value = op.call(values, &pool);
  if (!value) return typed;
  typed.ok = true;
  typed.type = type;
  typed.literals.push_back(LiteralOf(*value));
  return typed;
}

// ---------------------------------------------------------------- functions
Typed ExprLowerer::Call(const ast::Expr& expr) {
  if (IsTransform(expr.text)) return Transform(expr);
  const std::optional<OpId> row = FindOperator(expr.text, Shape::kFunction);
  if (row) return Function(expr, *row);
  Diagnostic& told = lowering_.Add(
      "E158", expr.op_span, StrCat("no function named '", expr.text, "'"));
  const std::string near = DidYouMean(expr.text, FunctionNames());
  told.Help(near.empty() ? "the functions are a fixed set; see the manual"
                         : near);
  for (const ast::ExprPtr& arg : expr.args) Value(*arg);
  return {};
}

Typed ExprLowerer::Function(const ast::Expr& expr, OpId row) {
  const Operator& op = Operators()[row];
  std::vector<Typed> args;
  bool ok = true;
  for (const ast::ExprPtr& arg : expr.args) {
    args.push_back(Value(*arg));
    ok = ok && args.back().ok;
  }
  const size_t least = op.args.size() - op.optional_args;
  if (args.size() < least || (args.size() > op.args.size() && !op.variadic)) {
    lowering_
        .Add("E171", expr.op_span,
             StrCat("`", op.name, "` takes ", Arity(op), ", not ", args.size()))
        .Help(op.doc);
    return {};
  }
  for (size_t i = 0; i < args.size() && ok; ++i) {
    const Type wanted = op.args[std::min(i, op.args.size() - 1)];
    ok = CheckArgument(expr, i, wanted, args[i]) &&
         CheckTimeWord(expr, i, args[i]);
  }
  if (!ok) return {};
  const bool known =
      op.call != nullptr &&
      std::all_of(args.begin(), args.end(),
                  [](const Typed& arg) { return arg.literals.size() == 1; });
  if (known) {
    const Typed folded = Folded(op, args, op.result);
    if (folded.ok) return folded;
    lowering_
        .Add("E172", expr.span,
             StrCat("`", op.name, "` gives nothing for this"))
        .Help(op.doc);
    return {};
  }
  Typed typed;
  typed.ok = true;
  typed.type = op.result;
  std::vector<ExprId> ids;
  for (const Typed& arg : args) ids.push_back(Node(arg));
  typed.id = lowering_.builder.Call(op.name, Shape::kFunction, std::move(ids));
  return typed;
}

bool ExprLowerer::CheckArgument(const ast::Expr& expr, size_t index,
                                Type wanted, const Typed& arg) {
  const Operator& op = Operators()[OperatorRow(expr.text, Shape::kFunction)];
  bool fits =
      arg.type == wanted || wanted == Type::kAny || arg.type == Type::kAny;
  // A text takes the text of anything plain, a number a decimal text.
  if (wanted == Type::kText) {
    fits = fits || (arg.type == Type::kNumber && !arg.literal()) ||
           (arg.field && arg.type == Type::kBool);
  }
  if (wanted == Type::kNumber) {
    fits = fits || (arg.field && arg.type == Type::kText);
  }
  if (wanted == Type::kGeo) fits = fits || arg.type == Type::kText;
  if (wanted == Type::kTime && arg.type != Type::kTime) fits = false;
  if (arg.is_null || arg.anywhere) fits = false;
  if (arg.set) fits = op.call_whole != nullptr;
  if (fits) return true;
  std::string help = op.doc;
  if (wanted == Type::kTime) {
    help = StrCat(
        "declare the field in its source: field created is time; or "
        "write timestamp(..)\n",
        help);
  }
  lowering_
      .Add("E172", expr.arg(index).span,
           StrCat("`", expr.text, "` takes ", Described(wanted), " here, not ",
                  arg.set       ? "a set"
                  : arg.is_null ? "null"
                                : Described(arg.type)))
      .Help(help);
  return false;
}

// The zone of hour, weekday and timestamp, and the format of the latter.
bool ExprLowerer::CheckTimeWord(const ast::Expr& expr, size_t index,
                                const Typed& arg) {
  if (arg.literals.size() != 1 || index == 0) return true;
  const std::string& text = arg.literals.front().value.text;
  const Span at = expr.arg(index).span;
  const bool parses = expr.text == "timestamp";
  if (parses && index == 1) return CheckTimeFormat(&lowering_, text, at);
  if (parses || expr.text == "hour" || expr.text == "weekday") {
    return CheckTimeZone(&lowering_, text, at);
  }
  return true;
}

// cased, wide, base64offset ..: what they make of a text that is written out.
Typed ExprLowerer::Transform(const ast::Expr& expr) {
  if (expr.text == "expand") {
    lowering_.NotCompiled(expr.op_span, "`expand`",
                          "write the values out, or use a list: x in list L");
    return {};
  }
  if (expr.args.size() != 1) {
    lowering_
        .Add("E171", expr.op_span,
             StrCat("`", expr.text, "` takes 1 argument, not ",
                    expr.args.size()))
        .Help(StrCat("write ", expr.text, "(\"..\")"));
    return {};
  }
  Typed typed = Value(expr.arg(0));
  if (!typed.ok) return typed;
  if (typed.literals.empty() || typed.type != Type::kText) {
    lowering_
        .Add("E177", expr.op_span,
             StrCat("`", expr.text,
                    "` changes a text that is written out, "
                    "not the values of events"))
        .Help(StrCat("write it on the right side: field contains ", expr.text,
                     "(\"..\")"));
    return {};
  }
  if (expr.text == "cased") {
    for (Literal& literal : typed.literals) literal.cased = true;
    return typed;
  }
  std::vector<Literal> made;
  for (const Literal& literal : typed.literals) {
    StatusOr<std::vector<Literal>> more =
        ApplyLiteralTransform(expr.text, literal);
    if (!more.ok()) {
      lowering_.Add("E177", expr.span, Message(more.status()))
          .Help("see the manual for what this word can change");
      return {};
    }
    made.insert(made.end(), more->begin(), more->end());
  }
  typed.literals = std::move(made);
  return typed;
}

// -------------------------------------------------------------------- lists
Typed ExprLowerer::ListRow(const ast::Expr& expr) {
  const Typed key = Value(expr.arg(0));
  ast::Name name;
  name.text = expr.text;
  name.span = expr.op_span;
  const ListDecl* decl = lowering_.FindList(name);
  if (!key.ok || decl == nullptr || !decl->id.valid()) return {};
  const List& list = lowering_.plan().lists[decl->id.value];
  if (expr.name.empty()) {
    lowering_
        .Add("E159", expr.span,
             StrCat("a row of '", list.name(), "' is no value"))
        .Help(StrCat("name a column: ", list.name(),
                     "[..].column; or ask whether there is a row: .. in list ",
                     list.name()));
    return {};
  }
  const std::vector<std::string>& columns = list.columns();
  if (std::find(columns.begin(), columns.end(), expr.name.text) ==
      columns.end()) {
    Diagnostic& told =
        lowering_.Add("E159", expr.name.span,
                      StrCat("list '", list.name(), "' has no column '",
                             expr.name.text, "'"));
    std::string help = DidYouMean(expr.name.text, columns);
    if (help.empty()) {
      help = columns.empty() ? "it has no columns: only a CSV file with `key "
                               "COLUMN` has some"
                             : "its columns are";
      for (size_t i = 0; i < columns.size(); ++i) {
        help += StrCat(i == 0 ? " " : ", ", columns[i]);
      }
    }
    told.Help(help);
    return {};
  }
  if (!Comparable(key, "==", expr.arg(0).span)) return {};
  Expr node;
  node.node = tocsin::Node::kListColumn;
  node.a = decl->id.value;
  node.b = lowering_.builder.InternColumn(expr.name.text);
  node.args = {Node(key)};
  Typed typed;
  typed.ok = typed.field = true;
  typed.id = lowering_.builder.Intern(std::move(node));
  return typed;
}

}  // namespace tocsin::rules
