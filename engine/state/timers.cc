// SPDX-License-Identifier: Apache-2.0
#include "engine/state/timers.h"

#include <algorithm>

namespace tocsin {

Hash128 Timers::IdOf(RuleId rule, const Hash128& key, uint32_t sub) {
  // Keys are hashes; odd factors keep (rule, sub) of one key apart.
  return {key.high ^ (rule.value * uint64_t{0x9e3779b97f4a7c15}),
          key.low ^ (sub * uint64_t{0xc2b2ae3d27d4eb4f})};
}

void Timers::Set(const Timer& timer) {
  const Hash128 id = IdOf(timer.rule, timer.key, timer.sub);
  const uint32_t found = index_.Find(id);
  if (found != FlatIndex::kNone) {
    Slot& slot = slots_[found];
    slot.timer.due = timer.due;
    // Later: its heap entry is put right when it comes to the front.
    if (timer.due < slot.queued) Queue(timer, found);
    return;
  }
  uint32_t number = static_cast<uint32_t>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  slots_[number] = {timer, timer.due, true};
  index_.Insert(id, number);
  Queue(timer, number);
}

void Timers::Cancel(RuleId rule, const Hash128& key, uint32_t sub) {
  const uint32_t slot = index_.Find(IdOf(rule, key, sub));
  if (slot != FlatIndex::kNone) Free(slot);
}

TimeNs Timers::DueOf(RuleId rule, const Hash128& key, uint32_t sub) const {
  const uint32_t slot = index_.Find(IdOf(rule, key, sub));
  return slot == FlatIndex::kNone ? kMaxTime : slots_[slot].timer.due;
}

TimeNs Timers::NextDue() { return Settle() ? heap_.front().due : kMaxTime; }

Timer Timers::Pop() {
  Settle();
  const Timer timer = heap_.front();
  DropFront();
  Free(index_.Find(IdOf(timer.rule, timer.key, timer.sub)));
  return timer;
}

void Timers::Queue(const Timer& timer, uint32_t slot) {
  slots_[slot].queued = timer.due;
  heap_.push_back(timer);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  // Entries of timers that were cancelled or moved forward pile up.
  if (heap_.size() > 2 * index_.size() + 64) Rebuild();
}

void Timers::DropFront() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  heap_.pop_back();
}

bool Timers::Settle() {
  while (!heap_.empty()) {
    const Timer front = heap_.front();
    const uint32_t number = index_.Find(IdOf(front.rule, front.key, front.sub));
    if (number == FlatIndex::kNone || slots_[number].queued != front.due) {
      DropFront();
      continue;
    }
    if (slots_[number].timer.due == front.due) return true;
    DropFront();
    Queue(slots_[number].timer, number);
  }
  return false;
}

void Timers::Free(uint32_t number) {
  Slot& slot = slots_[number];
  index_.Erase(IdOf(slot.timer.rule, slot.timer.key, slot.timer.sub));
  slot.used = false;
  free_.push_back(number);
}

void Timers::Rebuild() {
  heap_.clear();
  for (Slot& slot : slots_) {
    if (!slot.used) continue;
    slot.queued = slot.timer.due;
    heap_.push_back(slot.timer);
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
}

void Timers::Encode(ByteWriter* out) const {
  std::vector<Timer> all;
  all.reserve(index_.size());
  for (const Slot& slot : slots_) {
    if (slot.used) all.push_back(slot.timer);
  }
  std::sort(all.begin(), all.end());
  out->Varint(all.size());
  for (const Timer& timer : all) {
    out->Zigzag(timer.due);
    out->Varint(timer.rule.value);
    out->Hash(timer.key);
    out->Varint(timer.sub);
  }
}

bool Timers::Decode(ByteReader* in) {
  index_.Clear();
  slots_.clear();
  free_.clear();
  heap_.clear();
  const size_t count = in->Count(19);
  for (size_t i = 0; i < count && in->ok(); ++i) {
    Timer timer;
    timer.due = in->Zigzag();
    timer.rule = RuleId{static_cast<uint32_t>(in->Varint())};
    timer.key = in->Hash();
    timer.sub = static_cast<uint32_t>(in->Varint());
    if (in->ok()) Set(timer);
  }
  return in->ok();
}

}  // namespace tocsin
