// SPDX-License-Identifier: Apache-2.0
//
// DumpExpr: an expression as a person would write it in a rule.
#include "engine/base/utf8.h"
#include "engine/plan/plan.h"

namespace tocsin {
namespace {

void AppendQuoted(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (c == '\t') {
      *out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      *out += "\\u{";
      *out += kHex[c >> 4];
      *out += kHex[c & 15];
      *out += '}';
    } else {
      *out += c;
    }
  }
  *out += '"';
}

class ExprDumper {
 public:
  ExprDumper(const Plan& plan, const Rule* rule) : plan_(plan), rule_(rule) {}

  std::string Text(ExprId id) const {
    const Expr& expr = plan_.expr(id);
    switch (expr.node) {
      case Node::kLiteral:
        return LiteralText(plan_.literals[expr.a], false);
      case Node::kField:
        return plan_.fields[expr.a].name;
      case Node::kAnywhere:
        return "anywhere";
      case Node::kInSource:
        return StrCat("from ", plan_.sources[expr.a].name);
      case Node::kElement:
        return ElementText(expr);
      case Node::kQuantifier:
        return StrCat(expr.a == 0 ? "any" : "all", " it in ",
                      Text(expr.args[0]), " where (", Text(expr.args[1]), ")");
      case Node::kAnd:
        return Joined(expr.args, " and ");
      case Node::kOr:
        return Joined(expr.args, " or ");
      case Node::kNot:
        return StrCat("not ", Wrapped(expr.args[0]));
      case Node::kOperator:
        return OperatorText(expr);
      case Node::kMember:
        return MemberText(expr);
      case Node::kInList:
        return StrCat(Wrapped(expr.args[0]), " in list ",
                      plan_.lists[expr.a].name());
      case Node::kListColumn:
        return StrCat(plan_.lists[expr.a].name(), "[", Text(expr.args[0]), "].",
                      plan_.list_columns[expr.b]);
      default:
        return RuleText(expr);
    }
  }

 private:
  static std::string LiteralText(const Literal& literal, bool regex) {
    std::string out;
    const Value value = literal.value.view();
    if (regex) {
      out = StrCat("/", value.text, "/");
    } else if (value.is_text()) {
      AppendQuoted(value.text, &out);
    } else {
      out = value.is_null() ? "null" : CanonicalText(value);
    }
    return literal.cased ? StrCat("cased(", out, ")") : out;
  }

  std::string ElementText(const Expr& expr) const {
    std::string out = "it";
    if (expr.b > 0) out += StrCat(expr.b + 1);
    if (expr.a != ExprId::kNone) {
      out += StrCat(".", plan_.paths.name(PathId{expr.a}));
    }
    return out;
  }

  std::string CaptureName(uint32_t capture) const {
    if (rule_ == nullptr || capture >= rule_->captures.size()) {
      return StrCat("capture#", capture);
    }
    return rule_->captures[capture].name;
  }

  std::string StepName(uint32_t step) const {
    const auto* sequence = rule_ == nullptr
                               ? nullptr
                               : std::get_if<SequencePattern>(&rule_->pattern);
    if (sequence == nullptr || step >= sequence->steps.size()) {
      return StrCat("step#", step);
    }
    return sequence->steps[step].name;
  }

  std::string RuleText(const Expr& expr) const {
    switch (expr.node) {
      case Node::kCapture:
        return CaptureName(expr.a);
      case Node::kStepCapture:
        return StrCat(StepName(expr.a), ".", CaptureName(expr.b));
      case Node::kStepCount:
        return StrCat("count of ", StepName(expr.a));
      case Node::kStepTime:
        return StrCat("time of ", StepName(expr.a));
      case Node::kNowTime:
        return "time of this";
      default:
        break;
    }
    const auto* window = rule_ == nullptr
                             ? nullptr
                             : std::get_if<WindowPattern>(&rule_->pattern);
    if (window == nullptr || expr.a >= window->measures.size()) {
      return StrCat("measure#", expr.a);
    }
    return rule_->MeasureText(window->measures[expr.a]);
  }

  bool NeedsParentheses(ExprId id) const {
    const Expr& expr = plan_.expr(id);
    switch (expr.node) {
      case Node::kAnd:
      case Node::kOr:
      case Node::kNot:
      case Node::kQuantifier:
      case Node::kMember:
      case Node::kInList:
        return true;
      case Node::kOperator:
        return Operators()[expr.op].shape != Shape::kFunction;
      default:
        return false;
    }
  }

  std::string Wrapped(ExprId id) const {
    return NeedsParentheses(id) ? StrCat("(", Text(id), ")") : Text(id);
  }

  std::string Joined(const std::vector<ExprId>& args, const char* word) const {
    std::string out;
    for (const ExprId arg : args) {
      const Node node = plan_.expr(arg).node;
      const bool mixed = node == Node::kAnd || node == Node::kOr;
      if (!out.empty()) out += word;
      out += mixed ? StrCat("(", Text(arg), ")") : Text(arg);
    }
    return out;
  }

  std::string OperatorText(const Expr& expr) const {
    const Operator& op = Operators()[expr.op];
    switch (op.shape) {
      case Shape::kPresence:
        return StrCat(Wrapped(expr.args[0]), " ", op.name);
      case Shape::kFunction: {
        std::string out = StrCat(op.name, "(");
        for (size_t i = 0; i < expr.args.size(); ++i) {
          out += StrCat(i > 0 ? ", " : "", Text(expr.args[i]));
        }
        return out + ")";
      }
      default:
        return StrCat(Wrapped(expr.args[0]), " ", op.name, " ",
                      Wrapped(expr.args[1]));
    }
  }

  std::string MemberText(const Expr& expr) const {
    const Operator& op = Operators()[expr.op];
    const LiteralSet& set = plan_.sets[expr.a];
    const std::string_view name = op.name;
    const bool regex = name == "matches";
    std::string out = StrCat(Wrapped(expr.args[0]), " ");
    if (name == "in ..") {
      return StrCat(out, "in ", LiteralText(set.items[0], false), "..",
                    LiteralText(set.items[1], false));
    }
    out += StrCat(name, set.all ? " all " : " ");
    if (set.items.size() == 1 && !name.starts_with("in")) {
      return out + LiteralText(set.items[0], regex);
    }
    const char* separator = "(";
    for (const Literal& item : set.items) {
      out += StrCat(separator, LiteralText(item, regex));
      separator = ", ";
    }
    return StrCat(out, set.items.empty() ? "()" : ")");
  }

  const Plan& plan_;
  const Rule* rule_;
};

}  // namespace

std::string DumpExpr(const Plan& plan, ExprId id, const Rule* rule) {
  if (!id.valid()) return "true";
  return ExprDumper(plan, rule).Text(id);
}

}  // namespace tocsin
