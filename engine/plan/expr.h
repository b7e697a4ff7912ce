// SPDX-License-Identifier: Apache-2.0
//
// Expr: hash-consed expression nodes of a Plan. One pool serves two scopes.
// *Event scope* (tests, keys, captures, source fields): leaves read one event.
// *Rule scope* (conditions, cross-step `where`, level, templates): leaves read
// the captures of matches, steps and measures. plan/eval.h evaluates both.
//
// Equal nodes have equal ids, so a per-event memo indexed by ExprId evaluates
// each shared test once. Threads: immutable once the Plan is built.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/ids.h"
#include "engine/event/value.h"

namespace tocsin {

enum class Node : uint8_t {
  kLiteral,  // literals[a]
  // Event scope.
  kField,       // fields[a], resolved through the sources
  kAnywhere,    // every scalar value of the event, or its raw text
  kInSource,    // the event belongs to sources[a]
  kElement,     // inside a quantifier: path paths[a] of the bound
                // element; a == kNone: the element itself. b: which
                // quantifier binds it, 0 = the outermost around it
  kQuantifier,  // args[0]: array field, args[1]: test; a: 0 any, 1 all
  // Rule scope.
  kCapture,      // captures[a] of the match at hand
  kStepCapture,  // captures[b] of step a (all events of its set)
  kStepCount,    // number of events of step a
  kStepTime,     // `time of`: event time of step a's (first) event, ns
  kNowTime,      // event time of the match at hand, ns
  kMeasure,      // measures[a] of the pattern
  // Both.
  kAnd,         // args; all hold
  kOr,          // args; one holds
  kNot,         // args[0]
  kOperator,    // operators[op] over args (see plan/operators.h)
                // (shapes kCompare, kPresence, kArithmetic, kFunction)
  kMember,      // operators[op]: args[0] against literal set sets[a]
  kInList,      // args[0] in lists[a]
  kListColumn,  // lists[a][args[0]].column b
};

struct Expr {
  Node node = Node::kLiteral;
  uint16_t op = 0;  // row of the operator table
  uint32_t a = 0;
  uint32_t b = 0;
  std::vector<ExprId> args;

  bool operator==(const Expr&) const = default;
};

// A literal. `cased`: compare byte for byte instead of folded.
struct Literal {
  StoredValue value;
  bool cased = false;
};

// The right side of `in`, `contains`, `like`, `matches`, `in cidr` and of `==`
// or `!=` against literals. `all`: every item must hold, not any.
// For `matches` an item is the RE2 pattern with its flags written in front
// ("(?ims)"); for `in cidr` "address/length" or an address; for ranges
// (`in a..b`, both ends included) the two ends. Compile-time words (wide,
// base64offset, ...) are already applied (plan/literal_transforms.h), and a
// literal compared with a field that `is ip` is canonical.
struct LiteralSet {
  std::vector<Literal> items;
  bool all = false;
};

}  // namespace tocsin
