// SPDX-License-Identifier: Apache-2.0
//
// CaseBook: the cases of one time domain that can still grow. Findings come in
// canonical order; each joins the case of its name and key, or opens one. What
// is in the book never decides anything but memory: a case whose span is over
// is replaced just as if it were gone.
//
// Names and keys are compared folded, keys whatever the order of their names.
// Threads: one owner; pure. Tested by: tests/engine/incident/cases_test.cc
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/detect/finding.h"
#include "engine/incident/cases.h"
#include "engine/incident/incident.h"
#include "engine/plan/plan.h"

namespace tocsin {

// The key of a case: hash of name and named key, stable and collision-free.
using NamedKey = std::vector<std::pair<std::string, std::string>>;
Hash128 CaseKeyHash(std::string_view case_name, const NamedKey& key);

// H(tenant, case name, key, first at).
Hash128 IncidentId(std::string_view case_name, Hash128 key_hash,
                   TimeNs first_at);

class CaseBook {
 public:
  // `plan` outlives the book.
  explicit CaseBook(const Plan* plan) : plan_(plan) {}

  // Takes the next finding; its `at` is never less than that of the last one.
  void Add(const Finding& finding, CaseCounters* counters);

  // Forgets the cases whose span ends before `level`: nothing joins them.
  void Expire(TimeNs level);

  // Appends the incidents that changed since the last call, in any order.
  void TakeChanged(std::vector<Incident>* out);

  size_t open() const { return cases_.size(); }

  // Requires that nothing changed since TakeChanged().
  void Encode(ByteWriter* out) const;
  // False (and `in` failed) on damage.
  bool Decode(ByteReader* in);

 private:
  struct Case {
    Incident incident;
    TimeNs end = kMaxTime;  // of its span
    bool changed = false;
  };
  struct Minute {
    int64_t number = 0;
    int64_t findings = 0;
  };

  Case* Find(Hash128 key);
  Case* Open(Hash128 key, const Finding& finding, CaseCounters* counters);
  // The case for findings that may open none of their own.
  Case* Surplus(const Finding& finding, CaseCounters* counters);
  // Counts the finding; true when it is beyond what its rule may.
  bool OverBudget(const Finding& finding);
  void Join(const Finding& finding, bool only_counted, Case* joined);
  void AddEvidence(const Finding& finding, Incident* incident) const;

  const Plan* plan_;
  std::map<Hash128, Case> cases_;                // by CaseKeyHash
  std::set<std::pair<TimeNs, Hash128>> by_end_;  // of cases_
  std::vector<Hash128> changed_;                 // of cases_
  std::vector<Incident> replaced_;               // changed, then over
  std::map<RuleId, Minute> minutes_;
};

}  // namespace tocsin
