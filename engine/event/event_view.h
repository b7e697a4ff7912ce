// SPDX-License-Identifier: Apache-2.0
//
// EventView: one event, as far as a plan reads it. The decoder records where
// the values of interned paths stand; text is unescaped, numbers are parsed
// and texts folded when first asked for, once.
//
// Owned by a worker together with its Decoder; everything it hands out
// (values, texts) is valid until the decoder's next Next() or Start().
// Nothing is allocated per event once the buffers have grown. One thread.
// Tested by: tests/engine/event/decode_test.cc, event_view_test.cc
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/event/field_set.h"
#include "engine/event/input.h"
#include "engine/event/tokens.h"
#include "engine/event/value.h"

namespace tocsin {

struct DecodeCounters {
  uint64_t repaired = 0;        // events read from a repaired copy
  uint64_t duplicate_keys = 0;  // of interned paths
  uint64_t field_faults = 0;    // what could not be read, where it was looked
  uint64_t array_cut = 0;       // values beyond Limits::array_values
  uint64_t surrogates = 0;      // lone ones, replaced
};

class EventView {
 public:
  // Readable bytes behind every folded text.
  static constexpr size_t kFoldPadding = 64;

  // `fields` is frozen and outlives the view.
  EventView(const FieldSet* fields, const Limits& limits);
  EventView(const EventView&) = delete;
  EventView& operator=(const EventView&) = delete;

  // Which event of its message this is.
  uint32_t index() const { return index_; }
  // The bytes of the event: its JSON, or the line of text.
  std::string_view raw() const { return raw_; }
  Format format() const { return format_; }

  // The key is there, even null or an empty array.
  bool Present(PathId path) const { return slots_[path.value].epoch == epoch_; }
  // The values of a path (see value.h). An inner object or array is one value
  // of kind kObject. At most Limits::array_values.
  const Values& Get(PathId path);
  // Folded canonical text of Get(path).values[i].
  std::string_view Folded(PathId path, size_t i);

  // The values of `path` inside `object`, a kObject value of any origin:
  // elements of an array that `any .. in` walks.
  Values GetIn(const Value& object, PathId path);
  // Folded canonical text of any value.
  std::string_view Fold(const Value& value);

  // Calls fn(const Value&) for every text, number and truth value of the
  // event, nested ones too; not for keys. fn returns false to stop.
  template <typename F>
  void ForEachScalar(F&& fn) {
    if (format_ == Format::kText) {
      fn(Value::Text(raw_));
      return;
    }
    bool more = true;
    Visit(root_, &more, fn);
  }

  // What was counted since the last call.
  DecodeCounters TakeCounters();

 private:
  friend class Decoder;
  friend class Walker;

  static constexpr uint32_t kNoHit = 0xffffffff;
  // A value of a path: its first token and the one after it.
  struct Hit {
    uint32_t token;
    uint32_t end;
    uint32_t next;
  };
  // The hits of a path in the event of this epoch.
  struct Slot {
    uint32_t epoch = 0;
    uint32_t rank = 0;
    uint32_t first = kNoHit;
    uint32_t last = kNoHit;
  };
  struct Cached {
    uint32_t epoch = 0;
    Values values;
    Value single;  // values points here while there is one
    std::string_view* folded = nullptr;  // data() == nullptr: not yet
    std::string_view single_folded;
  };

  void Begin(const Tokens* tokens);
  void BeginText(std::string_view line);
  void End(uint32_t index, uint32_t root, std::string_view raw, bool repaired);
  void Record(PathId path, uint32_t rank, uint32_t token, uint32_t end) {
    Slot& slot = slots_[path.value];
    if (slot.epoch == epoch_ && slot.rank < rank) return;
    const auto hit = static_cast<uint32_t>(hits_.size());
    hits_.push_back({token, end, kNoHit});
    if (slot.epoch == epoch_ && slot.rank == rank) {
      hits_[slot.last].next = hit;
      slot.last = hit;
    } else {
      slot = {epoch_, rank, hit, hit};
    }
  }

  void Materialize(PathId path, Cached* cached);
  // The value at `token`; nothing when it is no JSON scalar. `copy`: nothing
  // may point into the tokens' bytes.
  std::optional<Value> ValueAt(const Tokens& tokens, uint32_t token,
                               uint32_t end, bool copy);
  // Appends to scratch_: an array gives its elements, without nulls.
  void AppendHit(const Tokens& tokens, uint32_t token, uint32_t end, bool copy);
  void AppendValue(const Tokens& tokens, uint32_t token, uint32_t end,
                   bool copy);
  Values TakeScratch();
  void Collect(const Tokens& tokens, uint32_t token, PathId path, size_t taken);
  bool KeyIs(std::string_view raw, std::string_view key);

  template <typename F>
  uint32_t Visit(uint32_t token, bool* more, F& fn) {
    const Tokens& tokens = *tokens_;
    WalkState state;
    const char c = tokens.kind(token);
    if (c == '{') {
      return ForEachMember(
          tokens, token, 1, &state,
          [&](uint32_t, uint32_t value) { return Visit(value, more, fn); });
    }
    if (c == '[') {
      return ForEachElement(
          tokens, token, &state,
          [&](uint32_t, uint32_t value) { return Visit(value, more, fn); });
    }
    if (*more) {
      const std::optional<Value> value =
          ValueAt(tokens, token, token + 1, false);
      if (value && !value->is_null()) *more = fn(*value);
    }
    return token + 1;
  }
  const FieldSet* fields_;
  size_t array_values_;
  std::optional<PathId> message_;

  uint32_t index_ = 0;
  std::string_view raw_;
  Format format_ = Format::kNdjson;
  const Tokens* tokens_ = nullptr;
  uint32_t root_ = 0;

  uint32_t epoch_ = 0;
  std::vector<Slot> slots_;     // by PathId
  std::vector<Cached> cached_;  // by PathId
  std::vector<Hit> hits_;
  std::vector<Value> scratch_;
  std::vector<uint32_t> collected_;  // token, end pairs of GetIn
  uint32_t collected_rank_ = 0;
  std::string key_;
  Arena arena_;
  Tokenizer inner_;  // of GetIn
  std::string_view inner_of_;
  DecodeCounters counters_;
};

}  // namespace tocsin
