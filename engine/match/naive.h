// SPDX-License-Identifier: Apache-2.0
//
// NaiveMatcher: the same plan and the same events as Matcher, written to be
// obvious: events are read by ReferenceDecode, every rule is asked about every
// event, nothing is remembered, indexed or shared. Comparisons have their own
// code; functions, text parsers and formats of times, which have tests of
// their own, are the same. Tests hold the two matchers together.
//
// Counts only partitions, missing keys and matches.
// Threads: one object per thread.
// Tested by: tests/differential/match_differential_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event/batch.h"
#include "engine/event/input.h"
#include "engine/event/reference_decode.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"
#include "engine/plan/text_pool.h"

namespace tocsin {

// The values of an expression, owned.
struct NaiveValues {
  StoredValues values;
  bool present = false;

  bool missing() const {
    return values.empty() || (values.size() == 1 && values[0].value.is_null());
  }
};

// ---- naive_operators.cc: what operators say.
// `values op set`, arrays and missing values included.
bool NaiveMember(const Operator& op, const LiteralSet& set,
                 const NaiveValues& values, const Limits& limits);
// `left op right`.
bool NaiveCompare(const Operator& op, const NaiveValues& left,
                  const NaiveValues& right);
bool NaiveInList(const List& list, const Value& value, uint32_t* row);

class NaiveMatcher {
 public:
  NaiveMatcher(std::shared_ptr<const Plan> plan, const Inputs& inputs);

  void Run(const Batch& batch, BatchResult* result);

 private:
  struct Event {
    const ReferenceOutcome* decoded = nullptr;
    const InputInfo* input = nullptr;
    TimeNs record_time = kMinTime;
    TimeNs year_from = kMinTime;
    TimeNs time = kMinTime;
    bool deciding = true;               // sources and time are not known yet
    std::vector<bool> member;           // by SourceId
    std::vector<StoredValue> elements;  // bound, outermost first
  };

  void Evaluate(const RawMessage& message, BatchResult* result, Event* event);
  void AddMatches(RuleId rule, Event* event, BatchResult* result);
  TimeNs TimeOf(Event* event);
  int64_t OrderOf(Event* event);
  Hash128 IdentityOf(const Event& event) const;

  bool Holds(ExprId id, Event* event);
  NaiveValues Get(ExprId id, Event* event);
  NaiveValues Call(const Expr& expr, Event* event);
  NaiveValues Column(const Expr& expr, Event* event);
  NaiveValues Resolve(FieldId field, Event* event);
  NaiveValues Step(const FieldStep& step, Event* event);
  NaiveValues Lookup(const Event& event, PathId path) const;
  // The values of all parsers of the source; false where none has the name.
  bool Parsed(SourceId source, const std::string& name, const Event& event,
              NaiveValues* values) const;
  NaiveValues Extracted(SourceId source, const std::string& name,
                        const Event& event);

  const std::shared_ptr<const Plan> plan_;
  const Inputs inputs_;
};

}  // namespace tocsin
