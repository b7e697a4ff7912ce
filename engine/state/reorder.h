// SPDX-License-Identifier: Apache-2.0
//
// Reorder: holds items until the watermark has passed them and gives them out
// in the one total order: (place, rule, key, arrival). What is pushed below
// the level is placed at the level and counted (`clamped`). At the cap the
// level is forced above the oldest item, counted (`reorder_overflow`); nothing
// ever blocks and nothing is dropped.
//
// Source: calendar buckets of 100 ms (Brown, CACM 1988), sorted when their
// turn comes. Threads: one owner; pure.
// Tested by: tests/engine/state/reorder_test.cc
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/log/record.h"

namespace tocsin {

template <class Item>
class Reorder {
 public:
  struct Entry {
    Place place;
    RuleId rule;
    Hash128 key;
    uint64_t arrival = 0;
    Item item;

    bool operator<(const Entry& other) const {
      return std::tie(place, rule, key, arrival) <
             std::tie(other.place, other.rule, other.key, other.arrival);
    }
  };

  // `cap`: items held at most, at least 1 (Limits::reorder_records for all
  // kShardCount shards together).
  explicit Reorder(size_t cap) : cap_(std::max<size_t>(cap, 1)) {}

  // True when the cap forced the level up: release before the next push.
  bool Push(Place place, RuleId rule, const Hash128& key, Item item) {
    if (place.at < level_) {
      place.at = level_;
      ++clamped_;
    }
    Insert({place, rule, key, arrivals_++, std::move(item)});
    if (size_ <= cap_) return false;
    ++overflows_;
    level_ = AddSaturating(Front().back().place.at, 1);
    return true;
  }

  // Raises the level to the domain's W; it never goes back.
  void Advance(TimeNs w) { level_ = std::max(level_, w); }
  // Everything strictly below is released: timers run up to it, too.
  TimeNs level() const { return level_; }

  // The `at` of the next item to release; kMaxTime: none is below the level.
  TimeNs NextAt() {
    if (buckets_.empty() || buckets_.begin()->first > BucketOf(level_)) {
      return kMaxTime;
    }
    const TimeNs at = Front().back().place.at;
    return at < level_ ? at : kMaxTime;
  }

  // Takes out the next item. Requires that something is held.
  Entry Pop() {
    std::vector<Entry>& front = Front();
    Entry entry = std::move(front.back());
    front.pop_back();
    if (front.empty()) buckets_.erase(buckets_.begin());
    --size_;
    return entry;
  }

  size_t size() const { return size_; }
  uint64_t clamped() const { return clamped_; }
  uint64_t overflows() const { return overflows_; }

  // Calls encode(const Item&, ByteWriter*) for each item.
  template <class F>
  void Encode(ByteWriter* out, F&& encode) {
    out->Zigzag(level_);
    out->Varint(clamped_);
    out->Varint(overflows_);
    out->Varint(size_);
    for (auto& [number, bucket] : buckets_) {
      Sort(&bucket);
      const std::vector<Entry>& entries = bucket.entries;
      for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        tocsin::Encode(entry->place, out);
        out->Varint(entry->rule.value);
        out->Hash(entry->key);
        encode(entry->item, out);
      }
    }
  }

  // Calls decode(ByteReader*) -> Item. False (and `in` failed) on damage.
  template <class F>
  bool Decode(ByteReader* in, F&& decode) {
    buckets_.clear();
    size_ = 0;
    arrivals_ = 0;
    level_ = in->Zigzag();
    clamped_ = in->Varint();
    overflows_ = in->Varint();
    const size_t count = in->Count();
    for (size_t i = 0; i < count && in->ok(); ++i) {
      Entry entry;
      entry.place = DecodePlace(in);
      entry.rule = RuleId{static_cast<uint32_t>(in->Varint())};
      entry.key = in->Hash();
      entry.arrival = arrivals_++;
      entry.item = decode(in);
      Insert(std::move(entry));
    }
    return in->ok();
  }

 private:
  struct Bucket {
    std::vector<Entry> entries;  // once sorted, the next one is last
    bool sorted = false;
  };

  static int64_t BucketOf(TimeNs at) {
    return FloorDiv(at, 100 * kMillisecond);
  }

  void Insert(Entry entry) {
    Bucket& bucket = buckets_[BucketOf(entry.place.at)];
    bucket.sorted = false;
    bucket.entries.push_back(std::move(entry));
    ++size_;
  }

  static void Sort(Bucket* bucket) {
    if (bucket->sorted) return;
    std::sort(bucket->entries.begin(), bucket->entries.end(),
              [](const Entry& a, const Entry& b) { return b < a; });
    bucket->sorted = true;
  }

  std::vector<Entry>& Front() {
    Sort(&buckets_.begin()->second);
    return buckets_.begin()->second.entries;
  }

  size_t cap_;
  size_t size_ = 0;
  TimeNs level_ = kMinTime;
  uint64_t arrivals_ = 0;
  uint64_t clamped_ = 0;
  uint64_t overflows_ = 0;
  std::map<int64_t, Bucket> buckets_;
};

}  // namespace tocsin
