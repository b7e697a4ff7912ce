// SPDX-License-Identifier: Apache-2.0
//
// Fixture: an evaluator over made-up captures, for tests of expressions.
//
// Threads: one owner. Tested by: tests/engine/plan/eval_test.cc
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "engine/plan/eval.h"

namespace tocsin::testing {

// Captures by number; counts how often each was read.
class Captures {
 public:
  Values Leaf(ExprId, const Expr& expr) {
    ++reads;
    const auto found = values.find(expr.a);
    if (found == values.end()) return {};
    return {found->second, true};
  }

  std::map<uint32_t, std::vector<Value>> values;
  int reads = 0;
};

inline Literal Text(std::string_view text, bool cased = false) {
  return {StoredValue(Value::Text(text)), cased};
}
inline Literal Number(int64_t number) {
  return {StoredValue(Value::Int(number)), false};
}

class Fixture {
 public:
  PlanBuilder builder{Limits()};
  Captures captures;

  ExprId Capture(uint32_t number) {
    Expr expr;
    expr.node = Node::kCapture;
    expr.a = number;
    return builder.Intern(std::move(expr));
  }
  ExprId Node1(Node node, uint32_t a, uint32_t b, ExprId arg) {
    Expr expr;
    expr.node = node;
    expr.a = a;
    expr.b = b;
    expr.args = {arg};
    return builder.Intern(std::move(expr));
  }
  void Finish() {
    plan = builder.Finish({});
    prepared = Prepared::Make(*plan);
    REQUIRE(prepared.ok());
    eval = std::make_unique<Evaluator<Captures>>(plan.get(), &*prepared,
                                                 &captures);
  }
  bool Holds(ExprId id) {
    eval->Reset();
    return eval->Holds(id);
  }
  std::string Text1(ExprId id) {
    eval->Reset();
    const Values values = eval->Get(id);
    return values.missing() ? "missing" : CanonicalText(values.values[0]);
  }

  std::shared_ptr<const Plan> plan;
  StatusOr<Prepared> prepared = Prepared();
  std::unique_ptr<Evaluator<Captures>> eval;
};

}  // namespace tocsin::testing
