// SPDX-License-Identifier: Apache-2.0
//
// RuleMatches: what one event means for one rule: which event tests hold,
// under which keys, with which captures. One Match for each distinct key.
//
// Keys (LANGUAGE.md section 2): null, "" and objects are missing, a test whose
// key is missing is not counted; an array gives one key per element, several
// arrays each combination, at most Limits::key_values per test. A part is
// shown as it first came, at most Limits::key_bytes; its identity is the whole
// folded text. Captured texts are cut at Limits::capture_bytes, larger objects
// are left out.
//
// Threads: one object per thread.
// Tested by: tests/engine/match/matcher_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/match/match.h"
#include "engine/match/source_view.h"
#include "engine/plan/plan.h"

namespace tocsin {

class RuleMatches {
 public:
  RuleMatches(const Plan* plan, SourceView* sources);

  // Appends the matches of the event that `sources` looks at, ascending by
  // key. `event` is its index in the result. False: no test holds.
  bool Add(RuleId rule, uint32_t event, BatchResult* result);

 private:
  struct Keyed {
    Hash128 key;
    uint64_t tests = 0;
    size_t first_part = 0;  // in shown_
    size_t parts = 0;
  };

  void AddKeys(const EventTest& test, uint64_t bit, MatchCounters* counters);
  // The elements of a key part, by index; false when it is missing.
  bool PartElements(ExprId part, std::vector<size_t>* elements);
  void AddKey(const EventTest& test, uint64_t bit);
  void Capture(const Rule& rule, MatchCounters* counters);

  const Plan* plan_;
  SourceView* sources_;
  size_t key_values_;
  size_t key_bytes_;
  size_t capture_bytes_;
  std::vector<Keyed> keyed_;
  std::vector<Value> shown_;                   // parts of all keys
  std::vector<std::vector<size_t>> elements_;  // by part, of the test at hand
  std::vector<size_t> at_;                     // the combination at hand
  std::vector<std::string> identity_;
  MatchBody body_;
  std::vector<std::string> numbers_;  // canonical texts of key parts
};

}  // namespace tocsin
