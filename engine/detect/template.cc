// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/template.h"

#include <algorithm>

#include "engine/base/utf8.h"
#include "engine/detect/evidence.h"

namespace tocsin {
namespace {

constexpr size_t kShownOfSet = 5;

bool IsBlank(int32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

// Control characters, marks and overrides of direction, invisible ones.
bool IsUnsafe(int32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
         code == 0x200B || code == 0x200E || code == 0x200F ||
         (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xE0000 && code <= 0xE007F);
}

bool IsText(const FieldType& type, FieldKind kind) { return type.kind == kind; }

// What whole numbers of an expression mean: a time, a duration or a number.
FieldKind Meaning(const Plan& plan, const Rule& rule, ExprId id) {
  const Expr& expr = plan.expr(id);
  switch (expr.node) {
    case Node::kStepTime:
    case Node::kNowTime:
      return FieldKind::kTime;
    case Node::kCapture:
    case Node::kStepCapture: {
      const uint32_t number = expr.node == Node::kCapture ? expr.a : expr.b;
      if (number >= rule.captures.size()) return FieldKind::kAny;
      const FieldType& type = rule.captures[number].type;
      const bool timed =
          IsText(type, FieldKind::kTime) || IsText(type, FieldKind::kDuration);
      return timed ? type.kind : FieldKind::kAny;
    }
    case Node::kOperator: {
      const Operator& op = Operators()[expr.op];
      if (op.shape == Shape::kFunction) {
        if (op.result == Type::kTime) return FieldKind::kTime;
        return op.result == Type::kDuration ? FieldKind::kDuration
                                            : FieldKind::kAny;
      }
      if (op.shape != Shape::kArithmetic) return FieldKind::kAny;
      const FieldKind a = Meaning(plan, rule, expr.args[0]);
      const FieldKind b = Meaning(plan, rule, expr.args[1]);
      const std::string_view name = op.name;
      if (name == "/" && a == b) return FieldKind::kAny;
      if (name == "-" && a == FieldKind::kTime && b == a) {
        return FieldKind::kDuration;
      }
      if (a == FieldKind::kTime || b == FieldKind::kTime) {
        return FieldKind::kTime;
      }
      return a == FieldKind::kDuration ? a : b;
    }
    default:
      return FieldKind::kAny;
  }
}

}  // namespace

std::string SafeText(std::string_view text, size_t max_bytes) {
  std::string safe;
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = NextUtf8(text, at);
    const std::string_view bytes = text.substr(at, step.size);
    std::string_view shown = bytes;
    if (step.code < 0 || IsUnsafe(step.code)) shown = kReplacement;
    if (IsBlank(step.code)) shown = " ";
    if (safe.size() + shown.size() > max_bytes) return safe + "\xE2\x80\xA6";
    safe += shown;
    at += step.size;
  }
  return safe;
}

std::string RenderValue(const Plan& plan, const Rule& rule, ExprId expr,
                        RuleEval* eval) {
  const Values values = eval->Get(expr);
  if (values.missing()) return std::string(kNoValue);
  const FieldType type{Meaning(plan, rule, expr), 1};
  // Of a set, different values as first seen.
  std::vector<Hash128> known;
  std::string text;
  size_t more = 0;
  for (const Value& value : values.values) {
    Hash128 identity;
    if (!IdentityOf(value, &identity)) continue;
    if (std::find(known.begin(), known.end(), identity) != known.end()) {
      continue;
    }
    known.push_back(identity);
    if (known.size() > kShownOfSet) {
      ++more;
      continue;
    }
    if (known.size() > 1) text += ", ";
    text += SafeText(ShownText(value, type, plan.limits),
                     static_cast<size_t>(plan.limits.evidence_value_bytes));
  }
  if (known.empty())
    return values.values.size() == 1 ? "" : std::string(kNoValue);
  if (more > 0) text += ", \xE2\x80\xA6";
  return text;
}

std::string Render(const Plan& plan, const Rule& rule, const Template& text,
                   RuleEval* eval) {
  std::string out;
  for (const Template::Piece& piece : text.pieces) {
    out += piece.expr.valid() ? RenderValue(plan, rule, piece.expr, eval)
                              : piece.text;
  }
  return out;
}

}  // namespace tocsin
