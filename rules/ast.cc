// SPDX-License-Identifier: Apache-2.0
//
// Ast: copies and names of nodes; see ast.h. Dumps are in ast_dump.cc.
#include "rules/ast.h"

#include <array>

namespace tocsin::rules::ast {

std::string Path::Dotted() const {
  std::string dotted;
  for (const Segment& segment : segments) {
    if (!dotted.empty()) dotted += '.';
    dotted += segment.text;
  }
  return dotted;
}

const char* ExprKindName(ExprKind kind) {
  static constexpr std::array<const char*, 30> kNames = {
      "text",       "number",  "duration", "size",     "percent",
      "date",       "bool",    "null",     "regex",    "path",
      "measure",    "time_of", "call",     "list_row", "negate",
      "arithmetic", "compare", "text_op",  "exists",   "in_set",
      "in_cidr",    "in_list", "in_range", "in_value", "quantified",
      "unusually",  "not",     "and",      "or",       "error"};
  static_assert(kNames.size() == static_cast<size_t>(ExprKind::kError) + 1);
  return kNames[static_cast<size_t>(kind)];
}

ExprPtr Clone(const Expr& expr) {
  auto copy = std::make_unique<Expr>();
  copy->kind = expr.kind;
  copy->raw = expr.raw;
  copy->all = expr.all;
  copy->is_integer = expr.is_integer;
  copy->parenthesized = expr.parenthesized;
  copy->height = expr.height;
  copy->span = expr.span;
  copy->op_span = expr.op_span;
  copy->text = expr.text;
  copy->name = expr.name;
  copy->integer = expr.integer;
  copy->number = expr.number;
  copy->paths = expr.paths;
  copy->args.reserve(expr.args.size());
  for (const ExprPtr& arg : expr.args) copy->args.push_back(Clone(*arg));
  return copy;
}

}  // namespace tocsin::rules::ast
