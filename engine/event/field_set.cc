// SPDX-License-Identifier: Apache-2.0
#include "engine/event/field_set.h"

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

std::string Join(std::span<const std::string> segments) {
  std::string joined;
  for (const std::string& segment : segments) {
    if (&segment != segments.data()) joined += '.';
    joined += segment;
  }
  return joined;
}

}  // namespace

std::optional<uint32_t> ArrayIndex(std::string_view segment) {
  if (segment.empty() || segment.size() > 9) return std::nullopt;
  if (segment.size() > 1 && segment[0] == '0') return std::nullopt;
  uint32_t index = 0;
  for (const char c : segment) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<uint32_t>(c - '0');
  }
  return index;
}

PathId FieldSet::Intern(std::span<const std::string> segments) {
  std::vector<std::string> key(segments.begin(), segments.end());
  const PathId fresh{static_cast<uint32_t>(paths_.size())};
  const auto [entry, added] = ids_.emplace(std::move(key), fresh);
  if (added) paths_.push_back({entry->first, Join(segments)});
  return entry->second;
}

std::optional<PathId> FieldSet::Find(
    std::span<const std::string> segments) const {
  const auto found =
      ids_.find(std::vector<std::string>(segments.begin(), segments.end()));
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::string_view FieldSet::suffix(PathId id, size_t first) const {
  const Path& path = paths_[id.value];
  size_t offset = 0;
  for (size_t i = 0; i < first; ++i) offset += path.segments[i].size() + 1;
  return std::string_view(path.name).substr(offset);
}

void FieldSet::Freeze() {
  nodes_.clear();
  edges_.clear();
  slots_.clear();
  keys_.clear();
  Rests all;
  for (uint32_t id = 0; id < paths_.size(); ++id) all.push_back({{id}, 0});
  BuildNode(0, all);
}

uint32_t FieldSet::BuildNode(uint32_t rank, const Rests& rests) {
  struct Draft {
    std::vector<Hit> hits;
    Rests below;
  };
  std::map<std::string, Draft> drafts;
  Node node;
  node.rank = rank;
  for (const auto& [path, first] : rests) {
    const std::vector<std::string>& segments = paths_[path.value].segments;
    const bool index_first = ArrayIndex(segments[first]).has_value();
    node.descends = node.descends || !index_first;
    drafts[std::string(suffix(path, first))].hits.push_back(
        {path, index_first});
    if (first + 1 < segments.size()) {
      drafts[segments[first]].below.push_back({path, first + 1});
    }
  }
  const auto id = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();  // the root is node 0
  std::vector<uint32_t> edges;
  for (auto& [key, draft] : drafts) {
    Edge edge;
    edge.key = key;
    edge.hits = std::move(draft.hits);
    const std::optional<uint32_t> index = ArrayIndex(key);
    edge.is_index = index.has_value();
    edge.backslash = key.find('\\') != std::string::npos;
    if (!draft.below.empty()) edge.child = BuildNode(rank + 1, draft.below);
    const auto edge_id = static_cast<uint32_t>(edges_.size());
    if (index) node.indexes.push_back({*index, edge_id});
    edges_.push_back(std::move(edge));
    edges.push_back(edge_id);
  }
  std::sort(
      node.indexes.begin(), node.indexes.end(),
      [](const IndexEdge& a, const IndexEdge& b) { return a.index < b.index; });
  BuildTable(edges, &node);
  nodes_[id] = std::move(node);
  return id;
}

void FieldSet::BuildTable(const std::vector<uint32_t>& edges, Node* node) {
  // At most a quarter full: most keys of an event are unknown here, and an
  // empty slot answers at once.
  const auto size = std::bit_ceil(static_cast<uint32_t>(edges.size()) * 4 + 2);
  node->table = static_cast<uint32_t>(slots_.size());
  node->mask = size - 1;
  slots_.resize(slots_.size() + size);
  for (const uint32_t id : edges) {
    const std::string& key = edges_[id].key;
    Slot slot;
    slot.hash = HashKey(key.data(), key.size());
    slot.size = static_cast<uint32_t>(key.size());
    slot.edge = id;
    slot.key = static_cast<uint32_t>(keys_.size());
    keys_ += key;
    auto at = static_cast<uint32_t>(slot.hash);
    while (slots_[node->table + (at & node->mask)].edge != kNone) ++at;
    slots_[node->table + (at & node->mask)] = slot;
  }
}

}  // namespace tocsin
