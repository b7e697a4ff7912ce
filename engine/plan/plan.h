// SPDX-License-Identifier: Apache-2.0
//
// Plan: the compiled rule set, the only thing that the rule compiler and the
// engine share. Rule text becomes a Plan in rules/; matchers, shards and cases
// read it. Dump() is the golden text of this stage.
//
// Built once by PlanBuilder, then immutable: threads share it freely by
// std::shared_ptr<const Plan>.
// Tested by: tests/engine/plan/plan_test.cc, tests/golden/plan/
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/event/field_set.h"
#include "engine/plan/expr.h"
#include "engine/plan/list.h"
#include "engine/plan/operators.h"
#include "engine/plan/rule.h"
#include "engine/plan/source.h"

namespace tocsin {

struct Plan {
  Epoch epoch = 1;
  Limits limits;
  FieldSet paths;             // raw paths that the decoder records
  std::vector<Field> fields;  // by FieldId
  std::vector<Expr> exprs;    // by ExprId; arguments precede their users
  std::vector<Literal> literals;
  std::vector<LiteralSet> sets;
  std::vector<List> lists;                // by ListId
  std::vector<std::string> list_columns;  // Expr::b of kListColumn
  std::vector<Source> sources;            // by SourceId, in file order
  std::vector<Rule> rules;                // by RuleId
  std::vector<FieldId> default_times;  // @timestamp timestamp time ts eventTime
  Hash128 bundle;                      // of the rule and list text it came from
  // No two plans of one process share it, also when one takes the place of
  // another in memory: what threads prepare for a plan is found by it.
  uint64_t serial = 0;

  const Expr& expr(ExprId id) const { return exprs[id.value]; }
  const Field& field(FieldId id) const { return fields[id.value]; }
  const Rule& rule(RuleId id) const { return rules[id.value]; }
};

// Collects a Plan, interning fields, literals, sets and expressions.
// One thread.
class PlanBuilder {
 public:
  explicit PlanBuilder(const Limits& limits);

  PathId InternPath(const std::vector<std::string>& segments);
  FieldId InternField(Field field);
  uint32_t InternLiteral(Literal literal);
  uint32_t InternSet(LiteralSet set);
  uint32_t InternColumn(std::string_view column);
  ExprId Intern(Expr expr);

  // Shorthands.
  ExprId LiteralExpr(const Value& value);
  ExprId FieldExpr(FieldId field);
  ExprId And(std::vector<ExprId> args);  // of one: itself; of none: true
  ExprId Or(std::vector<ExprId> args);
  ExprId Not(ExprId arg);
  // `left op set`, e.g. Member(x, "contains", {...}); a row of that name must
  // exist, as in Call().
  ExprId Member(ExprId left, std::string_view op, LiteralSet set);
  // kOperator: Call("lower", Shape::kFunction, {x}).
  ExprId Call(std::string_view op, Shape shape, std::vector<ExprId> args);

  ListId AddList(List list);
  SourceId AddSource(Source source);
  RuleId AddRule(Rule rule);

  // The field of one raw path, under its own name.
  FieldId RawField(const std::vector<std::string>& segments);

  Plan& plan() { return *plan_; }
  // Freezes the paths. The builder must not be used afterwards.
  std::shared_ptr<const Plan> Finish(Hash128 bundle);

 private:
  std::unique_ptr<Plan> plan_;
  std::map<std::string, uint32_t> interned_;
};

// OK when every index of the plan is in range, arguments precede their users,
// regexes compile and each expression uses only leaves of its scope. Internal
// otherwise: a compiler that lets a mistake through is a bug.
Status Validate(const Plan& plan);

// Stable text of the whole plan: sources, lists, rules with their tests, keys,
// captures, pattern, time domain and hashes.
std::string Dump(const Plan& plan);
// One expression, in the rule language where it has a form there.
std::string DumpExpr(const Plan& plan, ExprId id, const Rule* rule = nullptr);

}  // namespace tocsin
