// SPDX-License-Identifier: Apache-2.0
//
// PreparedSet: the literals of one member test in the form that its operator
// wants. One struct for all operators; each fills and reads what it needs.
//
// Built once per thread from the Plan (RE2 objects are not shared, F34).
// Borrows nothing.
// Tested by: tests/engine/plan/operators_test.cc
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <re2/re2.h>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/event/value.h"
#include "engine/plan/network.h"
#include "engine/plan/op/like.h"
#include "engine/plan/operators.h"

namespace tocsin {

struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

struct PreparedSet {
  // What the evaluator must fill in an Operand.
  bool needs_text = false;
  bool needs_folded = false;

  TextSet folded;  // == and in
  TextSet cased;
  std::vector<std::string> folded_texts;  // contains, startswith, endswith
  std::vector<std::string> cased_texts;
  std::vector<StoredValue> numbers;  // ascending; of a range: its two ends
  bool has_true = false;
  bool has_false = false;
  bool has_null = false;  // holds where the value is missing or null
  std::vector<LikePattern> likes;
  std::vector<std::unique_ptr<re2::RE2>> regexes;
  std::vector<Network> networks;

  // `all`: one set per literal, each must hold for some element; the members
  // above are then empty.
  std::vector<PreparedSet> each;
};

// Prepares `literals` for `op`. InvalidArgument: a literal that `op` cannot
// use (no network, no regex, text where a number is needed).
Status Prepare(const Operator& op, const LiteralSet& literals,
               const Limits& limits, PreparedSet* set);

// Compiles a regex as the engine does (RE2 of Limits::regex_bytes, searching,
// flags inside the pattern). The checker uses it to report a bad one.
StatusOr<std::unique_ptr<re2::RE2>> CompileRegex(std::string_view pattern,
                                                 const Limits& limits);

}  // namespace tocsin
