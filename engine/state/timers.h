// SPDX-License-Identifier: Apache-2.0
//
// Timers: at most one due time for each (rule, key, sub), given out in the
// order (time, rule, key, sub). Setting a timer again moves it; moving it
// later, as every heartbeat does, costs one table look-up: the heap entry is
// put right when its turn comes.
//
// Threads: one owner; pure. Tested by: tests/engine/state/timers_test.cc
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/state/flat_index.h"

namespace tocsin {

struct Timer {
  TimeNs due = kMinTime;
  RuleId rule;
  Hash128 key;
  uint32_t sub = 0;  // which of the rule's timers of this key
  auto operator<=>(const Timer&) const = default;
};

class Timers {
 public:
  // Schedules or moves the timer of (rule, key, sub).
  void Set(const Timer& timer);
  // Does nothing when there is none.
  void Cancel(RuleId rule, const Hash128& key, uint32_t sub = 0);
  // When it is due; kMaxTime: not scheduled.
  TimeNs DueOf(RuleId rule, const Hash128& key, uint32_t sub = 0) const;

  // When the next timer is due; kMaxTime: there is none. Events of a time go
  // before timers of that time: run a timer while NextDue() < level and
  // NextDue() < the next event's `at`.
  TimeNs NextDue();
  // Takes out the next timer. Requires one.
  Timer Pop();

  size_t size() const { return index_.size(); }

  void Encode(ByteWriter* out) const;
  // False (and `in` failed) on damage.
  bool Decode(ByteReader* in);

 private:
  struct Slot {
    Timer timer;
    TimeNs queued = kMinTime;  // the heap entry that counts
    bool used = false;
  };

  static Hash128 IdOf(RuleId rule, const Hash128& key, uint32_t sub);
  void Queue(const Timer& timer, uint32_t slot);
  void DropFront();
  // Brings the next due timer to the front of the heap; false: none is left.
  bool Settle();
  void Free(uint32_t slot);
  void Rebuild();

  FlatIndex index_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<Timer> heap_;  // least in front; entries may be out of date
};

}  // namespace tocsin
