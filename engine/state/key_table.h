// SPDX-License-Identifier: Apache-2.0
//
// KeyTable: the state of each key of one rule in one shard, in a slab without
// pointers. What an event did not touch for longer than `keep` of event time
// is forgotten, exactly then, whenever that is noticed. At the cap the least
// recently touched of the keys with one hit goes first, then of the others
// (segmented LRU), counted (`evicted`): a flood of new keys cannot push out
// half-finished attacks. All of it is a function of the calls in order.
//
// Calls must come in canonical order: `at` never goes back.
// Threads: one owner; pure. Tested by: tests/engine/state/key_table_test.cc
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/time.h"
#include "engine/state/flat_index.h"

namespace tocsin {

// State: default-constructible and movable.
template <class State>
class KeyTable {
 public:
  // `cap`: keys at most, at least 1. `keep`: kMaxTime = for ever.
  KeyTable(size_t cap, DurationNs keep)
      : cap_(std::max<size_t>(cap, 1)), keep_(keep) {}

  // The state of `key`, fresh when it is new or forgotten, and touched now.
  // Calls drop(key, State&) for each key that goes, also for `key` itself when
  // its old state is forgotten: cancel its timers there. The reference holds
  // until the next call that can add or remove a key.
  template <class F>
  State& At(const Hash128& key, TimeNs at, F&& drop) {
    uint32_t slot = index_.Find(key);
    if (slot != kNone && Forgotten(slots_[slot], at)) {
      Remove(slot, drop);
      slot = kNone;
    }
    if (slot == kNone) {
      if (index_.size() >= cap_) Expire(at, drop);
      if (index_.size() >= cap_) {
        Remove(lists_[kOnce].first != kNone ? lists_[kOnce].first
                                            : lists_[kMore].first,
               drop);
        ++evicted_;
      }
      slot = Add(key);
      Link(kOnce, slot);
    } else {
      Unlink(slot);
      slots_[slot].segment = kMore;
      Link(kMore, slot);
    }
    slots_[slot].touched = at;
    slots_[slot].turn = ++turns_;
    return slots_[slot].state;
  }
  State& At(const Hash128& key, TimeNs at) { return At(key, at, Nothing()); }

  // The state as of `at`, not touched; nullptr: none or forgotten.
  State* Find(const Hash128& key, TimeNs at) {
    const uint32_t slot = index_.Find(key);
    if (slot == kNone || Forgotten(slots_[slot], at)) return nullptr;
    return &slots_[slot].state;
  }

  // Removes a key whose state is over; does nothing when it is absent.
  void Erase(const Hash128& key) {
    const uint32_t slot = index_.Find(key);
    if (slot != kNone) Remove(slot, Nothing());
  }

  // Frees what is forgotten as of `at`. When it is called shows in memory
  // only, never in a result.
  template <class F>
  void Expire(TimeNs at, F&& drop) {
    for (const List& list : lists_) {
      while (list.first != kNone && Forgotten(slots_[list.first], at)) {
        Remove(list.first, drop);
      }
    }
  }
  void Expire(TimeNs at) { Expire(at, Nothing()); }

  size_t size() const { return index_.size(); }
  uint64_t evicted() const { return evicted_; }
  size_t bytes() const {
    return slots_.capacity() * sizeof(Slot) + index_.bytes();
  }

  // Calls visit(key, const State&) in ascending order of keys.
  template <class F>
  void ForEach(F&& visit) const {
    for (const uint32_t slot : Sorted()) {
      visit(slots_[slot].key, slots_[slot].state);
    }
  }

  // Calls encode(const State&, ByteWriter*) for each key.
  template <class F>
  void Encode(ByteWriter* out, F&& encode) const {
    out->Varint(evicted_);
    out->Varint(turns_);
    out->Varint(index_.size());
    for (const uint32_t number : Sorted()) {
      const Slot& slot = slots_[number];
      out->Hash(slot.key);
      out->Zigzag(slot.touched);
      out->Varint(slot.turn);
      out->U8(slot.segment);
      encode(slot.state, out);
    }
  }

  // Calls decode(ByteReader*) -> State. False (and `in` failed) on damage.
  template <class F>
  bool Decode(ByteReader* in, F&& decode) {
    Clear();
    evicted_ = in->Varint();
    turns_ = in->Varint();
    const size_t count = in->Count(16);
    for (size_t i = 0; i < count && in->ok(); ++i) {
      const Hash128 key = in->Hash();
      if (index_.Find(key) != kNone) in->Fail();
      if (!in->ok()) break;
      Slot& slot = slots_[Add(key)];
      slot.touched = in->Zigzag();
      slot.turn = in->Varint();
      slot.segment = in->U8() == kOnce ? kOnce : kMore;
      slot.state = decode(in);
    }
    std::vector<uint32_t> order = Sorted();
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return slots_[a].turn < slots_[b].turn;
    });
    for (const uint32_t slot : order) Link(slots_[slot].segment, slot);
    return in->ok();
  }

 private:
  static constexpr uint32_t kNone = FlatIndex::kNone;
  enum Segment : uint8_t { kOnce = 0, kMore = 1 };

  struct Slot {
    Hash128 key;
    TimeNs touched = 0;
    uint64_t turn = 0;  // number of the call that touched it last
    uint32_t before = kNone;
    uint32_t after = kNone;
    Segment segment = kOnce;
    bool used = false;
    State state{};
  };
  struct List {  // least recently touched first
    uint32_t first = kNone;
    uint32_t last = kNone;
  };

  static auto Nothing() {
    return [](const Hash128&, State&) {};
  }

  bool Forgotten(const Slot& slot, TimeNs at) const {
    return SubSaturating(at, slot.touched) > keep_;
  }

  std::vector<uint32_t> Sorted() const {
    std::vector<uint32_t> order;
    order.reserve(index_.size());
    for (uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].used) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return slots_[a].key < slots_[b].key;
    });
    return order;
  }

  uint32_t Add(const Hash128& key) {
    uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot].key = key;
    slots_[slot].segment = kOnce;
    slots_[slot].used = true;
    index_.Insert(key, slot);
    return slot;
  }

  template <class F>
  void Remove(uint32_t number, F&& drop) {
    Slot& slot = slots_[number];
    drop(std::as_const(slot.key), slot.state);
    Unlink(number);
    index_.Erase(slot.key);
    slot.state = State{};
    slot.used = false;
    free_.push_back(number);
  }

  void Link(Segment segment, uint32_t number) {
    List& list = lists_[segment];
    slots_[number].before = list.last;
    slots_[number].after = kNone;
    (list.last == kNone ? list.first : slots_[list.last].after) = number;
    list.last = number;
  }

  void Unlink(uint32_t number) {
    Slot& slot = slots_[number];
    List& list = lists_[slot.segment];
    (slot.before == kNone ? list.first : slots_[slot.before].after) =
        slot.after;
    (slot.after == kNone ? list.last : slots_[slot.after].before) = slot.before;
  }

  void Clear() {
    index_.Clear();
    slots_.clear();
    free_.clear();
    lists_ = {};
  }

  size_t cap_;
  DurationNs keep_;
  FlatIndex index_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::array<List, 2> lists_;  // by Segment
  uint64_t turns_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace tocsin
