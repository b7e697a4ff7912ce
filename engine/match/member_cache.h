// SPDX-License-Identifier: Apache-2.0
//
// MemberCache: which sources events like this one belong to. Most `where`
// blocks read a few short fields (Channel, EventID, service); events that
// agree in all of them, and come from the same input, belong to the same
// sources, so the answer is remembered by the values of these fields.
//
// What is remembered is only looked up for sources that decided() names: their
// `where` reads raw fields and the input alone. At most kEntries answers are
// kept; then it begins anew, so an attacker's values cost time, not memory.
// Threads: one object per thread.
// Tested by: tests/engine/match/member_cache_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/event/event_view.h"
#include "engine/plan/op/prepared_set.h"
#include "engine/plan/plan.h"

namespace tocsin {

class MemberCache {
 public:
  static constexpr size_t kEntries = 4'096;
  static constexpr size_t kKeyBytes = 512;  // longer ones are not remembered

  explicit MemberCache(const Plan* plan);

  // Ascending; the others are never remembered.
  const std::vector<SourceId>& decided() const { return decided_; }

  // The answers for decided(), in its order; null when there are none yet for
  // an event like this. Put() gives them.
  const std::vector<bool>* Find(EventView* event, const void* input);
  // For the event of the last Find().
  void Put(std::vector<bool> members);

 private:
  // Adds the raw paths that the expression reads; false when it reads more.
  bool Collect(const Plan& plan, ExprId id, std::vector<PathId>* paths);

  std::vector<SourceId> decided_;
  std::vector<PathId> paths_;
  std::string key_;
  bool usable_ = false;  // key_ is short enough
  std::unordered_map<std::string, std::vector<bool>, TextHash, std::equal_to<>>
      known_;
};

}  // namespace tocsin
