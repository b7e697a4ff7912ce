// SPDX-License-Identifier: Apache-2.0
//
// Walker: the one walk over the tokens of an object beside the tree of a
// FieldSet. Every member of every object that the tree reaches is looked up;
// all other values are passed over, their brackets counted.
//
// One per Decoder, one thread. Tested by: tests/engine/event/decode_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/event_view.h"
#include "engine/event/field_set.h"
#include "engine/event/tokens.h"

namespace tocsin {

class Walker {
 public:
  Walker(const FieldSet* fields, uint32_t max_depth);

  // Records the hits of the object at `root` in `event`. Returns the token
  // after it, or Unended(tokens); sets too_deep().
  uint32_t Walk(const Tokens& tokens, uint32_t root, EventView* event);

  bool too_deep() const { return state_.too_deep; }

 private:
  // `descends`: the object is an element of an array that the path did not
  // name, so segments that are an index do not apply to it.
  uint32_t Object(uint32_t node, uint32_t open, uint32_t depth, bool descends);
  uint32_t Array(uint32_t node, uint32_t open, uint32_t depth);
  // `value` stands where `edge` leads, in a container at `depth`.
  uint32_t Take(const FieldSet::Edge& edge, uint32_t rank, uint32_t value,
                uint32_t depth, bool descends);
  uint32_t FindEdge(const FieldSet::Node& node, uint32_t key);

  const FieldSet* fields_;
  uint32_t max_depth_;
  WalkState state_;
  const Tokens* tokens_ = nullptr;
  EventView* event_ = nullptr;
  std::vector<uint64_t> seen_;  // by edge: the last object with this key
  uint64_t objects_ = 0;
  std::string key_;
};

}  // namespace tocsin
