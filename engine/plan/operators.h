// SPDX-License-Identifier: Apache-2.0
//
// Operators: every comparison, text operator and function of the language is
// one row here and one function in plan/op/. The lexer's words, the checker's
// types, the evaluator and the documentation all read this table.
//
// Adding one: write plan/op/NAME.cc, declare it in plan/op/functions.h, add
// its row in operators.cc.
// Threads: the functions are pure; what a literal set needs prepared lives in
// a PreparedSet, one per thread.
// Tested by: tests/engine/plan/operators_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/event/value.h"
#include "engine/plan/expr.h"
#include "engine/plan/text_pool.h"

namespace tocsin {

// kTime and kDuration are whole nanoseconds in a Value; kSet is what a step of
// a sequence collected (`in f.user`).
enum class Type : uint8_t {
  kAny,
  kBool,
  kNumber,
  kText,
  kTime,
  kDuration,
  kGeo,
  kSet
};
const char* TypeName(Type type);  // "number", ...

enum class Shape : uint8_t {
  kCompare,     // a == b : values against values, any pair (kOperator)
  kMember,      // a contains (..): values against a literal set (kMember)
  kPresence,    // a exists, a == null: the values as a whole (kOperator)
  kArithmetic,  // a + b (kOperator)
  kFunction,    // lower(a) (kOperator)
};

// How a literal set bounds the values that can hold, for the literal index.
// kLike: the pattern's literal pieces; kNone: not at all.
enum class Witness : uint8_t {
  kNone,
  kExact,
  kPrefix,
  kSuffix,
  kContains,
  kLike,
};

// One value of a comparison with everything the operators look at. `text` and
// `folded` are filled only where PreparedSet::needs_text / needs_folded (or,
// for kCompare, always for texts).
struct Operand {
  Value value;
  std::string_view text;    // the text, or canonical text of a number or bool
  std::string_view folded;  // Fold(text)
};

struct PreparedSet;  // plan/op/prepared_set.h: hash sets, regexes, networks

struct Operator {
  const char* name;  // as written: "contains", "==", "in cidr", "lower"
  Shape shape;
  Type result;
  // Types of the arguments; for kMember {left side, one literal}. Functions
  // and arithmetic take kAny values of events too: a text argument takes the
  // canonical text of a number, a number argument a decimal text.
  std::vector<Type> args;
  uint32_t optional_args = 0;        // how many may be left out, from the end
  bool variadic = false;             // the last argument may be repeated
  Witness witness = Witness::kNone;  // kMember only
  // `!=`: the values are there and none of them passes (kCompare, kMember).
  bool negated = false;
  const char* doc;  // one line for the manual

  // By shape:
  // kMember: prepares the literals, once per thread; then: does one value
  // satisfy one of them? (`all` and arrays are handled by the evaluator.)
  Status (*prepare)(const LiteralSet& literals, const Limits& limits,
                    PreparedSet* set) = nullptr;
  bool (*member)(const Operand& value, const PreparedSet& set) = nullptr;
  // kCompare: two present values.
  bool (*compare)(const Operand& a, const Operand& b) = nullptr;
  // kPresence.
  bool (*presence)(const Values& values) = nullptr;
  // kArithmetic, kFunction: no argument is null or missing; nothing = missing.
  // Arrays: called for each combination of elements. Made text lives in
  // `pool`.
  std::optional<Value> (*call)(std::span<const Value> args,
                               TextPool* pool) = nullptr;
  // Instead of `call`, a function of all values of its one argument (`size`).
  std::optional<Value> (*call_whole)(const Values& values) = nullptr;
};

using OpId = uint16_t;  // row number

std::span<const Operator> Operators();
std::optional<OpId> FindOperator(std::string_view name, Shape shape);
// The same for a row that exists; the name is a constant of ours.
OpId OperatorRow(std::string_view name, Shape shape);

}  // namespace tocsin
