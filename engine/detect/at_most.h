// SPDX-License-Identifier: Apache-2.0
//
// Budget: `at most N [by K] per D` of one rule in one shard: a finding passes
// while fewer than N passed in [now - D, now], both ends in. Only findings that
// passed count (LANGUAGE.md "Settled" 8). A finding with several values of K
// passes while one of them has room, and counts for each.
//
// Calls come in canonical order. Threads: one owner; pure.
// Tested by: tests/engine/detect/at_most_test.cc
#pragma once

#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/plan/rule.h"
#include "engine/state/key_table.h"

namespace tocsin {

class Budget {
 public:
  // `keys`: values of K that are remembered at most.
  Budget(const AtMost& rule, size_t keys)
      : count_(static_cast<size_t>(rule.count)),
        per_(rule.per),
        passed_(keys, rule.per) {}

  // Does a finding at `at` pass, and does it count from now on? `of`: its
  // values of K; one without any passes.
  bool Pass(TimeNs at, std::span<const Hash128> of);

  void Encode(ByteWriter* out) const;
  // False (and `in` failed) on damage.
  bool Decode(ByteReader* in);

 private:
  struct Passed {
    std::vector<TimeNs> times;  // the latest `count_`, ascending
  };

  size_t count_;
  DurationNs per_;
  KeyTable<Passed> passed_;
};

}  // namespace tocsin
