// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_expr.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/status.h"

namespace tocsin::rules {

// Each part once, so that definitions which use one another twice at every
// level do not double what they become.
ExprId AllOf(PlanBuilder* builder, const std::vector<ExprId>& parts) {
  std::vector<ExprId> flat;
  std::set<ExprId> seen;
  const auto add = [&](ExprId part) {
    if (seen.insert(part).second) flat.push_back(part);
  };
  for (const ExprId part : parts) {
    if (!part.valid()) continue;
    const Expr& expr = builder->plan().expr(part);
    if (expr.node == tocsin::Node::kAnd) {
      std::for_each(expr.args.begin(), expr.args.end(), add);
    } else {
      add(part);
    }
  }
  return builder->And(std::move(flat));
}

Typed ExprLowerer::Holds(ExprId id) {
  Typed typed;
  typed.ok = true;
  typed.id = id;
  typed.type = Type::kBool;
  typed.test = true;
  return typed;
}

ExprId ExprLowerer::Node(const Typed& typed) {
  if (typed.id.valid() || typed.literals.empty()) return typed.id;
  Expr expr;
  expr.node = tocsin::Node::kLiteral;
  expr.a = lowering_.builder.InternLiteral(typed.literals.front());
  return lowering_.builder.Intern(std::move(expr));
}

Typed ExprLowerer::Lower(const ast::Expr& expr) {
  using enum ast::ExprKind;
  switch (expr.kind) {
    case kError:
      return {};
    case kPath:
      return Value(expr.path());
    case kMeasure:
      return scope_.Measure(expr, nullptr);
    case kTimeOf:
      return scope_.TimeOf(expr);
    case kCall:
      return Call(expr);
    case kListRow:
      return ListRow(expr);
    case kNegate:
    case kArithmetic:
      return Arithmetic(expr);
    case kCompare:
      return Compare(expr);
    case kTextOp:
      return TextOp(expr);
    case kExists:
      return Exists(expr);
    case kInSet:
      return InSet(expr);
    case kInCidr:
      return InCidr(expr);
    case kInList:
      return InList(expr);
    case kInRange:
      return InRange(expr);
    case kInValue:
      return InValue(expr);
    case kQuantified:
      return Quantified(expr);
    case kUnusually:
      lowering_.NotCompiled(expr.span, "`unusually`",
                            "compare the measure with a number");
      return {};
    case kNot:
    case kAnd:
    case kOr:
      return Junction(expr);
    default:
      return Literals(expr);
  }
}

ExprId ExprLowerer::Test(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kPath) return TestOfPath(expr);
  if (expr.kind == ast::ExprKind::kBool) {
    return lowering_.builder.LiteralExpr(
        tocsin::Value::Bool(expr.integer != 0));
  }
  const Typed typed = Lower(expr);
  if (!typed.ok) return {};
  if (typed.test) return typed.id;
  lowering_
      .Add("E157", expr.span,
           "a test must stand here, something that holds or not")
      .Help(expr.kind == ast::ExprKind::kMeasure
                ? "compare it: .. >= 10"
                : "compare the value with ==, >, contains or the like");
  return {};
}

void ExprLowerer::UnknownTest(const ast::Path& path) {
  const std::string name = Written(path);
  Diagnostic& told = lowering_.Add(
      "E151", path.span,
      path.segments.size() == 1
          ? StrCat("no test named '", name, "'")
          : StrCat("'", name, "' is a field; alone it is no test"));
  const std::string near =
      DidYouMean(name, lowering_.names.DefinitionNames(rule_, true));
  if (!near.empty()) {
    told.Help(near);
  } else {
    told.Help(StrCat("define it: ", path.segments.back().text,
                     " = .., or compare the field: ", name, " == true"));
  }
}

ExprId ExprLowerer::TestOfPath(const ast::Expr& expr) {
  const ast::Path& path = expr.path();
  if (Element(path)) {
    lowering_
        .Add("E157", expr.span,
             StrCat("'", Written(path), "' is a value, not a test"))
        .Help(StrCat("compare it: ", Written(path), " == .."));
    return {};
  }
  Definition* definition = DefinitionOf(path);
  if (definition == nullptr) {
    UnknownTest(path);
    return {};
  }
  const Typed typed = Define(definition, expr.span);
  if (!typed.ok) return {};
  if (typed.test) return typed.id;
  if (typed.literals.size() == 1 &&
      typed.literals[0].value.value.kind == Kind::kBool) {
    return Node(typed);
  }
  lowering_
      .Add("E157", expr.span,
           StrCat("'", definition->name(), "' is a value, not a test"))
      .Label(definition->ast->name.span, "defined here")
      .Help(StrCat("compare it: ", definition->name(), " == .."));
  return {};
}

Typed ExprLowerer::Value(const ast::Expr& expr) {
  Typed typed = Lower(expr);
  if (!typed.ok || !typed.test) return typed;
  const bool named = expr.kind == ast::ExprKind::kPath;
  lowering_
      .Add("E156", expr.span,
           named ? StrCat("'", Written(expr.path()),
                          "' is a test; here a value is needed")
                 : std::string("this holds or not; here a value is needed"))
      .Help(named ? "use the test alone, or with and, or, not"
                  : "join tests with and, or, not");
  return {};
}

Typed ExprLowerer::Value(const ast::Path& path) {
  if (path.segments.size() == 1 && !path.segments[0].quoted &&
      path.segments[0].text == "anywhere") {
    Typed typed;
    if (!scope_.whole_event()) {
      lowering_.Add("E241", path.span, "`anywhere` needs the whole event")
          .Help("put it into a test of the step");
      return typed;
    }
    Expr expr;
    expr.node = tocsin::Node::kAnywhere;
    typed.ok = true;
    typed.id = lowering_.builder.Intern(std::move(expr));
    typed.field = typed.anywhere = true;
    return typed;
  }
  if (const std::optional<Typed> element = Element(path)) return *element;
  if (std::optional<Typed> step = scope_.StepPath(path)) return *step;
  if (Definition* definition = DefinitionOf(path)) {
    return Define(definition, path.span);
  }
  return scope_.Path(path);
}

Definition* ExprLowerer::DefinitionOf(const ast::Path& path) {
  if (path.segments.size() != 1 || path.segments[0].quoted) return nullptr;
  return lowering_.names.FindDefinition(rule_, path.segments[0].text);
}

Typed ExprLowerer::Define(Definition* definition, Span use) {
  definition->used = true;
  if (definition->broken) return {};
  const auto known = scope_.known().find(definition);
  if (known != scope_.known().end()) return known->second;
  Typed& result = scope_.known()[definition];
  if (definition->test && !scope_.Accepts(*definition, use)) return result;
  Scope* scope = &scope_;
  if (!definition->ast->from.empty()) {
    scope = scope_.From(*definition, use);
    if (scope == nullptr) return result;
  }
  ExprLowerer inner(&lowering_, scope, definition->rule);
  if (!definition->test) {
    return result = inner.Value(definition->value());
  }
  const ExprId test = inner.Test(definition->value());
  if (!test.valid()) return result;
  return result = Holds(scope == &scope_ ? test
                                         : AllOf(&lowering_.builder,
                                                 {scope->Membership(), test}));
}

const ast::Expr& ExprLowerer::Behind(const ast::Expr& expr) {
  if (expr.kind != ast::ExprKind::kPath || Element(expr.path())) return expr;
  Definition* definition = DefinitionOf(expr.path());
  if (definition == nullptr || definition->broken || definition->test) {
    return expr;
  }
  definition->used = true;
  ExprLowerer inner(&lowering_, &scope_, definition->rule);
  return inner.Behind(definition->value());
}

std::optional<Literal> ExprLowerer::Constant(const ast::Expr& expr) {
  const ast::Expr& behind = Behind(expr);
  if (behind.kind != ast::ExprKind::kArithmetic &&
      behind.kind != ast::ExprKind::kNegate && !behind.literal()) {
    return std::nullopt;
  }
  const Typed typed = Value(expr);
  if (!typed.ok || typed.literals.size() != 1) return std::nullopt;
  return typed.literals.front();
}

// ------------------------------------------------------------- conditions
Typed ExprLowerer::Junction(const ast::Expr& expr) {
  std::vector<ExprId> parts;
  bool ok = true;
  for (const ast::ExprPtr& arg : expr.args) {
    parts.push_back(Test(*arg));
    ok = ok && parts.back().valid();
  }
  if (!ok) return {};
  switch (expr.kind) {
    case ast::ExprKind::kNot:
      return Holds(lowering_.builder.Not(parts.front()));
    case ast::ExprKind::kAnd:
      return Holds(AllOf(&lowering_.builder, parts));
    default:
      return Holds(lowering_.builder.Or(std::move(parts)));
  }
}

// The element that a quantifier around binds, or a path below it.
std::optional<Typed> ExprLowerer::Element(const ast::Path& path) {
  const ast::Segment& first = path.segments[0];
  if (first.quoted) return std::nullopt;
  const auto at = std::find(bound_.rbegin(), bound_.rend(), first.text);
  if (at == bound_.rend()) return std::nullopt;
  Expr expr;
  expr.node = tocsin::Node::kElement;
  expr.b = static_cast<uint32_t>(bound_.rend() - at) - 1;
  expr.a = PathId::kNone;
  std::vector<std::string> below = Segments(path);
  below.erase(below.begin());
  if (!below.empty()) expr.a = lowering_.builder.InternPath(below).value;
  Typed typed;
  typed.ok = typed.field = true;
  typed.id = lowering_.builder.Intern(std::move(expr));
  return typed;
}

Typed ExprLowerer::Quantified(const ast::Expr& expr) {
  if (!scope_.whole_event()) {
    lowering_
        .Add("E241", expr.op_span,
             "the elements of an array are not known here, only single fields")
        .Help("put this into a test of the step");
    return {};
  }
  const Typed array = Value(expr.path());
  bound_.push_back(expr.name.text);
  const ExprId test = Test(expr.arg(0));
  bound_.pop_back();
  if (!array.ok || !test.valid()) return {};
  Expr node;
  node.node = tocsin::Node::kQuantifier;
  node.a = expr.all ? 1 : 0;
  node.args = {array.id, test};
  return Holds(lowering_.builder.Intern(std::move(node)));
}

Typed ExprLowerer::Exists(const ast::Expr& expr) {
  const Typed value = Value(expr.arg(0));
  if (!value.ok) return {};
  if (!value.field || value.anywhere) {
    lowering_.Add("E178", expr.arg(0).span, "`exists` asks about a field")
        .Help("name the field alone: user exists");
    return {};
  }
  return Holds(lowering_.builder.Call("exists", Shape::kPresence, {value.id}));
}

}  // namespace tocsin::rules
