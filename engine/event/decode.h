// SPDX-License-Identifier: Apache-2.0
//
// Decoder: the bytes of one message to 1..n events (ENGINE.md section 6). One
// walk over every object, whatever the plan reads, so that what is malformed
// does not depend on the rule set. engine/event/README.md defines every case.
//
//   Decoder decoder(&plan.paths, plan.limits);
//   EventView event(&plan.paths, plan.limits);
//   decoder.Start(batch.bytes(message), input.format);
//   for (;;) {
//     switch (decoder.Next(&event)) {
//       case DecodeOutcome::kEvent: ...evaluate(event)...; break;
//       case DecodeOutcome::kDeadLetter: ...decoder.dead()...; break;
//       case DecodeOutcome::kFiltered: break;       // counted
//       case DecodeOutcome::kEnd: return;
//     }
//   }
//
// Every outcome but kEnd counts as one of `consumed`; there is at least one
// for each message. One decoder per thread.
// Tested by: tests/engine/event/decode_test.cc, decode_differential_test.cc,
// tests/fuzz/decoder_fuzz.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/limits.h"
#include "engine/event/event_view.h"
#include "engine/event/field_set.h"
#include "engine/event/input.h"
#include "engine/event/repair.h"
#include "engine/event/tokens.h"
#include "engine/event/walker.h"

namespace tocsin {

enum class DecodeOutcome : uint8_t { kEvent, kFiltered, kDeadLetter, kEnd };

enum class DeadReason : uint8_t {
  kNoRootObject,   // the message holds no JSON object where one must begin
  kNotObject,      // an element of a root array is not (just) an object
  kUnterminated,   // an object or array is never closed, or by the wrong kind
  kTooDeep,        // Limits::event_depth
  kTooLarge,       // Limits::event_bytes
  kTooMany,        // Limits::events_per_message: the rest of the message
  kTrailingBytes,  // the rest of a message after good events
};
// Stable words: "no_root_object", "not_object", "unterminated", "too_deep",
// "too_large", "too_many", "trailing_bytes".
std::string_view DeadReasonName(DeadReason reason);

// What could not be decoded. Borrows from the message.
struct DeadBytes {
  DeadReason reason = DeadReason::kNoRootObject;
  std::string detail;        // for people: what was expected, at which byte
  uint32_t index = 0;        // as if it were an event of the message
  std::string_view payload;  // as it came, before any repair
};

class Decoder {
 public:
  // `fields` is frozen and outlives the decoder.
  Decoder(const FieldSet* fields, const Limits& limits);

  // Begins a message; it must stay where it is until the last Next(). A null
  // payload (a Kafka tombstone) is an empty message.
  void Start(std::string_view message, Format format);

  // The next event of the message, in order. `event` was made for the same
  // field set.
  DecodeOutcome Next(EventView* event);

  // Valid after kDeadLetter, until the next call.
  const DeadBytes& dead() const { return dead_; }

 private:
  enum class Place : uint8_t { kText, kTop, kArray, kBlank, kTooLarge, kOver };

  DecodeOutcome NextText(EventView* event);
  DecodeOutcome NextTop(EventView* event);
  DecodeOutcome NextElement(EventView* event);
  // Reads the object at next_ and moves behind it.
  DecodeOutcome ReadObject(EventView* event, bool element);
  DecodeOutcome Dead(DeadReason reason, size_t begin, size_t end,
                     std::string_view what);
  // The rest of the message is one dead letter.
  DecodeOutcome DeadRest(DeadReason reason, size_t begin,
                         std::string_view what);
  DecodeOutcome Finish();
  uint32_t EndOfElement(uint32_t token) const;
  size_t OffsetOf(uint32_t token) const;

  Limits limits_;
  Walker walker_;
  Tokenizer tokenizer_;
  Repair line_;
  std::string_view message_;  // as it came
  std::string_view body_;     // without byte order mark
  Place place_ = Place::kOver;
  uint32_t next_ = 0;      // token
  uint32_t produced_ = 0;  // outcomes so far
  DeadBytes dead_;
};

}  // namespace tocsin
