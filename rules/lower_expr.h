// SPDX-License-Identifier: Apache-2.0
//
// ExprLowerer: an expression of the ast into nodes of the plan, in the scope
// where it stands, with types and units checked on the way.
//
// Split over lower_expr.cc (names and conditions), lower_compare.cc
// (comparisons), lower_value.cc (literals, arithmetic, functions, lists).
// Threads: one. Tested by: tests/rules/check_expr_test.cc
#pragma once

#include <string_view>
#include <vector>

#include "rules/lowering.h"
#include "rules/scope.h"

namespace tocsin::rules {

class ExprLowerer {
 public:
  // Bare names are looked up as seen from `rule` (null: from a file).
  ExprLowerer(Lowering* lowering, Scope* scope, const ast::Rule* rule)
      : lowering_(*lowering), scope_(*scope), rule_(rule) {}

  // Where something must hold or not. Not valid after a mistake.
  ExprId Test(const ast::Expr& expr);
  // Where a value is wanted.
  Typed Value(const ast::Expr& expr);
  Typed Value(const ast::Path& path);
  // The one literal that `expr` is; null and no report when it is none.
  std::optional<Literal> Constant(const ast::Expr& expr);
  // `expr`, or what stands in the value that it names.
  const ast::Expr& Behind(const ast::Expr& expr);
  // A node for the value: its id, or that of its literal.
  ExprId Node(const Typed& typed);

 private:
  struct Comparison {
    std::string_view op;
    Span span;
  };

  // lower_expr.cc
  Typed Lower(const ast::Expr& expr);
  Typed Junction(const ast::Expr& expr);
  Typed Quantified(const ast::Expr& expr);
  Typed Exists(const ast::Expr& expr);
  Typed Define(Definition* definition, Span use);
  std::optional<Typed> Element(const ast::Path& path);
  Definition* DefinitionOf(const ast::Path& path);
  ExprId TestOfPath(const ast::Expr& expr);
  void UnknownTest(const ast::Path& path);

  // lower_compare.cc
  Typed Compare(const ast::Expr& expr);
  Typed MeasureCompare(const ast::Expr& measure, const ast::Expr& other,
                       const Comparison& comparison);
  Typed CompareValues(Typed left, Typed right, Comparison comparison);
  bool CheckLiteral(const Typed& left, const Typed& literal,
                    const Comparison& comparison);
  bool CheckValues(const Typed& left, const Typed& right,
                   const Comparison& comparison);
  Typed CompareNull(const Typed& left, const Comparison& comparison);
  Typed TextOp(const ast::Expr& expr);
  Typed TextOpOne(const Typed& left, const ast::Expr& expr, const Typed& right);
  bool PatternLiterals(const ast::Expr& expr, const ast::Expr& value,
                       LiteralSet* set, bool* ok);
  Typed InSet(const ast::Expr& expr);
  Typed InCidr(const ast::Expr& expr);
  Typed InRange(const ast::Expr& expr);
  Typed InList(const ast::Expr& expr);
  Typed InValue(const ast::Expr& expr);
  Typed Member(const Typed& left, std::string_view op, LiteralSet set);
  Typed Holds(ExprId id);
  std::vector<Literal> For(const Typed& left, const Typed& literals);
  bool Comparable(const Typed& left, std::string_view op, Span span);

  // lower_value.cc
  Typed Literals(const ast::Expr& expr);
  Typed Arithmetic(const ast::Expr& expr);
  Typed ArithmeticOf(const ast::Expr& at, std::string_view op, Typed left,
                     Typed right);
  Typed Call(const ast::Expr& expr);
  Typed Function(const ast::Expr& expr, OpId row);
  bool CheckArgument(const ast::Expr& expr, size_t index, Type wanted,
                     const Typed& arg);
  bool CheckTimeWord(const ast::Expr& expr, size_t index, const Typed& arg);
  Typed Transform(const ast::Expr& expr);
  Typed ListRow(const ast::Expr& expr);
  Typed Folded(const Operator& op, const std::vector<Typed>& args, Type type);

  Lowering& lowering_;
  Scope& scope_;
  const ast::Rule* rule_;
  std::vector<std::string_view> bound_;  // elements, outermost first
};

// A node that is one literal's value.
Literal LiteralOf(const Value& value);
// And without And directly in it.
ExprId AllOf(PlanBuilder* builder, const std::vector<ExprId>& parts);

}  // namespace tocsin::rules
