// SPDX-License-Identifier: Apache-2.0
//
// ReferenceDecode: the same definition of events as Decoder (README.md of this
// folder), written to be obvious instead of fast and without simdjson: a
// reader byte by byte that builds a tree. Tests hold the two together; the
// naive evaluator reads events through it.
//
// Threads: pure functions.
// Tested by: tests/engine/event/decode_differential_test.cc
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/event/decode.h"
#include "engine/event/input.h"
#include "engine/event/value.h"

namespace tocsin {

struct JsonMember;

struct JsonNode {
  enum class Shape : uint8_t { kScalar, kObject, kArray, kBad };

  Shape shape = Shape::kBad;
  StoredValue scalar;
  std::vector<JsonMember> members;  // in their order
  std::vector<JsonNode> elements;
  std::string raw;  // objects and arrays: their bytes

  // The values of a path, as EventView::Get gives them; at most `most`.
  // `present` says whether the key is there.
  StoredValues Lookup(std::span<const std::string> path, size_t most,
                      bool* present = nullptr) const;
  // Every text, number and truth value, nested ones too, in order.
  StoredValues Scalars() const;
};

struct JsonMember {
  std::string key;
  JsonNode value;
};

struct ReferenceOutcome {
  DecodeOutcome outcome = DecodeOutcome::kEvent;  // never kEnd
  DeadReason reason = DeadReason::kNoRootObject;
  uint32_t index = 0;
  std::string payload;  // dead letters: as it came
  JsonNode root;        // events; of a text line: {"message": line}
  std::string raw;      // events: their bytes, repaired
};

// Everything that one message gives, in order; never empty.
std::vector<ReferenceOutcome> ReferenceDecode(std::string_view message,
                                              Format format,
                                              const Limits& limits);

// One JSON value (repaired as a message would be), for what holds raw JSON.
JsonNode ReferenceParse(std::string_view json);

}  // namespace tocsin
