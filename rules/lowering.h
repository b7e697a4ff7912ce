// SPDX-License-Identifier: Apache-2.0
//
// Lowering: what the files of this stage share: the names, the plan being
// built and the place where mistakes go. Checking and lowering are one walk:
// an expression becomes a Typed value, or a diagnostic and a Typed that is not
// ok, about which nothing more is said.
//
//   names -> lower_list, lower_source -> lower_rule
//                                          -> pattern/NAME -> lower_expr
//                                          -> lower_outcome
//
// Threads: one per Lowering.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/plan/operators.h"
#include "engine/plan/plan.h"
#include "rules/ast.h"
#include "rules/compile.h"
#include "rules/diagnostic.h"
#include "rules/names.h"

namespace tocsin::rules {

struct Lowering {
  const CompileOptions& options;
  const SourceSet& sources;
  Diagnostics& diagnostics;
  PlanBuilder& builder;
  Names& names;

  Diagnostic& Add(Code code, Span span, std::string message) {
    return diagnostics.Add(code, span, std::move(message));
  }
  // E190: `what` is the construct as the reader knows it; `instead` what can
  // be used for now.
  void NotCompiled(Span span, std::string_view what, std::string_view instead);
  // Was an error reported inside this text?
  bool HasErrorIn(Span span) const;
  // The list of this name; null after E153.
  ListDecl* FindList(const ast::Name& name);
  const Plan& plan() const { return builder.plan(); }
};

// Reports E202 where a kind of item is given a second time in a block:
//   OnlyOnce once(&lowering);
//   for (item : items) if (!once.Check(item.node.index(), item.keyword)) ...
class OnlyOnce {
 public:
  explicit OnlyOnce(Lowering* lowering) : lowering_(*lowering) {}
  // False when `kind` was seen before.
  bool Check(size_t kind, Span keyword);

 private:
  Lowering& lowering_;
  std::map<size_t, Span> seen_;
};

// Where names of fields are looked up ("Settled" 14).
struct FieldContext {
  bool all = false;               // no `from`: every source, in file order
  std::vector<SourceId> sources;  // else those of `from`, in the order listed
  SourceId inside;                // valid: the block of this source

  auto operator<=>(const FieldContext&) const = default;
};

// What an expression became.
struct Typed {
  bool ok = false;  // false: a mistake, reported
  ExprId id;        // not valid for literals that stand alone
  Type type = Type::kAny;
  bool test = false;   // holds or not
  bool field = false;  // a field, an element or one captured: may be anything
  bool ip = false;     // a field that `is ip`
  bool set = false;    // the values that a counted step collected
  bool anywhere = false;
  bool is_null = false;
  // Known when the rule is written: one literal, or the alternatives that a
  // word like base64offset makes of one.
  std::vector<Literal> literals;

  bool literal() const { return !literals.empty() || is_null; }
};

// "a", "a.b": as a person would write the path, with backticks where needed.
std::string Written(const ast::Path& path);
std::vector<std::string> Segments(const ast::Path& path);
// "a number", "any value": for messages.
std::string Described(Type type);

}  // namespace tocsin::rules
