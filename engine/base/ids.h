// SPDX-License-Identifier: Apache-2.0
//
// Ids: indexes into the tables of one Plan or one configuration, each with a
// type of its own so that they cannot be mixed up.
#pragma once

#include <cstdint>
#include <functional>

namespace tocsin {

// An index with a name. kNone marks "not set".
template <typename Tag>
struct Id {
  static constexpr uint32_t kNone = 0xffffffff;
  uint32_t value = kNone;

  constexpr bool valid() const { return value != kNone; }
  constexpr auto operator<=>(const Id&) const = default;
};

using InputId = Id<struct InputTag>;          // configuration: inputs
using PartitionId = Id<struct PartitionTag>;  // log: partition table
using PathId = Id<struct PathTag>;            // plan: raw paths (FieldSet)
using FieldId = Id<struct FieldTag>;          // plan: resolved fields
using ExprId = Id<struct ExprTag>;            // plan: expressions
using SourceId = Id<struct SourceTag>;        // plan: sources
using ListId = Id<struct ListTag>;            // plan: lists
using RuleId = Id<struct RuleTag>;            // plan: rules

using Epoch = uint32_t;  // number of the active plan bundle

// Virtual shards: a constant of the semantics, stored in every snapshot.
inline constexpr uint32_t kShardCount = 64;

}  // namespace tocsin

template <typename Tag>
struct std::hash<tocsin::Id<Tag>> {
  size_t operator()(tocsin::Id<Tag> id) const { return id.value; }
};
