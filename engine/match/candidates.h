// SPDX-License-Identifier: Apache-2.0
//
// Candidates: the rules that an event may concern: those of the sources that
// it belongs to whose witness it shows (ENGINE.md section 8). Every other rule
// has no event test that holds. Fields are resolved and folded only where an
// index of a source at hand asks for them.
//
// Threads: one object per thread.
// Tested by: tests/engine/match/witness_test.cc,
// tests/differential/match_differential_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/match/literal_index.h"
#include "engine/match/source_view.h"
#include "engine/match/witness.h"
#include "engine/plan/eval.h"
#include "engine/plan/plan.h"

namespace tocsin {

class Candidates {
 public:
  Candidates(const Plan* plan, const Prepared* prepared);

  // Ascending, each once; valid until the next call.
  const std::vector<RuleId>& Find(SourceView* sources);

 private:
  using RuleList = std::vector<RuleId>;
  struct Number {
    Value value;
    RuleList rules;
  };
  // What is looked for in the values of one expression.
  struct FieldIndex {
    ExprId left;
    // A field of raw paths alone: it has values only if one of them is there.
    std::vector<PathId> paths;
    LiteralIndex literals;
    std::vector<RuleList> rules;  // by literal
    std::vector<Number> numbers;  // ascending
    RuleList present;
  };
  // The rules of one source, or those that need none.
  struct Group {
    SourceId source;
    std::vector<FieldIndex> fields;
    RuleList always;  // without a witness
  };
  class Builder;

  void Take(const Group& group, SourceView* sources);
  void TakeField(const FieldIndex& field, SourceView* sources);
  void TakeNumber(const FieldIndex& field, const Value& value);
  void Add(const RuleList& rules) {
    for (const RuleId rule : rules) {
      if (marks_[rule.value] == epoch_) continue;
      marks_[rule.value] = epoch_;
      found_.push_back(rule);
    }
  }

  std::vector<Group> groups_;
  uint32_t epoch_ = 0;
  std::vector<uint32_t> marks_;  // by RuleId: the last event it was found for
  std::vector<RuleId> found_;
};

}  // namespace tocsin
