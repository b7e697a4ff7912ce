// SPDX-License-Identifier: Apache-2.0
//
// FieldSet: the raw paths that a plan reads, interned, and the tree that the
// decoder walks beside each event.
//
// A path is looked up as an exact flat key first, then nested (LANGUAGE.md
// section 1): at each object the whole rest of the path as one key comes
// before its first segment. The *rank* of a hit is the number of segments
// taken before that key; the lowest rank wins, hits of equal rank are all
// values. At an array a segment of digits takes that element; any other
// segment goes on in each element that is an object.
//
// Interned and frozen by one thread, then immutable: threads share it freely.
// Tested by: tests/engine/event/field_set_test.cc
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"

namespace tocsin {

// "0", "7", "120": the index of an array element; nothing for other segments
// (also "007" and what is above 999,999,999).
std::optional<uint32_t> ArrayIndex(std::string_view segment);

class FieldSet {
 public:
  FieldSet() { Freeze(); }

  // The id of the path; equal segments give equal ids. `segments` is not
  // empty. Freeze() is needed (again) before the set is used for decoding.
  PathId Intern(std::span<const std::string> segments);
  std::optional<PathId> Find(std::span<const std::string> segments) const;

  size_t size() const { return paths_.size(); }
  // The segments joined by dots, for people: two paths may share it.
  const std::string& name(PathId id) const { return paths_[id.value].name; }
  std::span<const std::string> segments(PathId id) const {
    return paths_[id.value].segments;
  }
  // The segments from `first` on, joined by dots.
  std::string_view suffix(PathId id, size_t first) const;

  // Builds the tree. Call after the last Intern().
  void Freeze();

  // --- The tree, for the decoder ---
  static constexpr uint32_t kNone = 0xffffffff;

  struct Hit {
    PathId path;
    bool index_first;  // at an array the rest would begin with an index
  };
  // A key that means something at a node.
  struct Edge {
    std::string key;
    std::vector<Hit> hits;   // paths whose whole rest is this key
    uint32_t child = kNone;  // node of the paths that go on below it
    bool is_index = false;   // key is an ArrayIndex
    bool backslash = false;  // key has one, so raw bytes may mislead
  };
  struct IndexEdge {
    uint32_t index;
    uint32_t edge;
  };
  struct Node {
    uint32_t rank = 0;               // segments taken on the way here
    uint32_t table = 0;              // first slot in slots_
    uint32_t mask = 0;               // number of slots - 1
    bool descends = false;           // some path goes on in array elements
    std::vector<IndexEdge> indexes;  // ascending
  };

  uint32_t root() const { return 0; }
  size_t edge_count() const { return edges_.size(); }
  const Node& node(uint32_t id) const { return nodes_[id]; }
  const Edge& edge(uint32_t id) const { return edges_[id]; }
  // The edge of `key` (unescaped) at `node`, or kNone.
  uint32_t FindEdge(const Node& node, const char* key, size_t size) const {
    const uint64_t hash = HashKey(key, size);
    const Slot* slots = slots_.data() + node.table;
    for (auto at = static_cast<uint32_t>(hash);; ++at) {
      const Slot& slot = slots[at & node.mask];
      if (slot.edge == kNone) return kNone;
      if (slot.hash == hash && slot.size == size &&
          std::memcmp(keys_.data() + slot.key, key, size) == 0) {
        return slot.edge;
      }
    }
  }

 private:
  struct Path {
    std::vector<std::string> segments;
    std::string name;
  };
  struct Slot {
    uint64_t hash = 0;
    uint32_t size = 0;
    uint32_t edge = kNone;
    uint32_t key = 0;  // offset in keys_
  };
  using Rests = std::vector<std::pair<PathId, size_t>>;  // path, first segment

  template <typename Word>
  static uint64_t Load(const char* bytes) {
    Word word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
  }
  // Mixes the size and up to eight bytes from both ends: keys that only
  // differ in between are told apart by comparing them. Never reads outside.
  static uint64_t HashKey(const char* key, size_t size) {
    uint64_t first = 0;
    uint64_t last = 0;
    if (size >= 8) {
      first = Load<uint64_t>(key);
      last = Load<uint64_t>(key + size - 8);
    } else if (size >= 4) {
      first = Load<uint32_t>(key);
      last = Load<uint32_t>(key + size - 4);
    } else if (size > 0) {
      first = Load<uint8_t>(key) | Load<uint8_t>(key + size / 2) << 8;
      last = Load<uint8_t>(key + size - 1);
    }
    uint64_t hash = (first + size) * 0x9e3779b97f4a7c15;
    hash = (hash ^ (hash >> 32) ^ last) * 0xc2b2ae3d27d4eb4f;
    return hash ^ (hash >> 32);
  }
  uint32_t BuildNode(uint32_t rank, const Rests& rests);
  void BuildTable(const std::vector<uint32_t>& edges, Node* node);

  std::vector<Path> paths_;
  std::map<std::vector<std::string>, PathId> ids_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<Slot> slots_;
  std::string keys_;
};

}  // namespace tocsin
