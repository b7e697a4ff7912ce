// SPDX-License-Identifier: Apache-2.0
#include "engine/event/walker.h"

#include <cstring>

#include "engine/event/json_text.h"

namespace tocsin {

Walker::Walker(const FieldSet* fields, uint32_t max_depth)
    : fields_(fields), max_depth_(max_depth), seen_(fields->edge_count()) {}

uint32_t Walker::Walk(const Tokens& tokens, uint32_t root, EventView* event) {
  tokens_ = &tokens;
  event_ = event;
  state_ = {.max_depth = max_depth_};
  const uint32_t end = Object(fields_->root(), root, 1, false);
  event->counters_.field_faults += state_.faults;
  return end;
}

uint32_t Walker::FindEdge(const FieldSet::Node& node, uint32_t key) {
  const std::string_view raw = tokens_->inner(key);
  const uint32_t edge = fields_->FindEdge(node, raw.data(), raw.size());
  if (edge == FieldSet::kNone
          ? std::memchr(raw.data(), '\\', raw.size()) == nullptr
          : !fields_->edge(edge).backslash) [[likely]] {
    return edge;
  }
  key_.resize(raw.size() + 8);
  UnescapeCounts counts;
  const size_t size = Unescape(raw, key_.data(), &counts);
  return fields_->FindEdge(node, key_.data(), size);
}

uint32_t Walker::Object(uint32_t node_id, uint32_t open, uint32_t depth,
                        bool descends) {
  const FieldSet::Node& node = fields_->node(node_id);
  const uint64_t object = ++objects_;
  return ForEachMember(
      *tokens_, open, depth, &state_, [&](uint32_t key, uint32_t value) {
        const uint32_t id = FindEdge(node, key);
        if (id == FieldSet::kNone) {
          return SkipValue(*tokens_, value, depth + 1, &state_);
        }
        if (seen_[id] == object) ++event_->counters_.duplicate_keys;
        seen_[id] = object;
        return Take(fields_->edge(id), node.rank, value, depth, descends);
      });
}

uint32_t Walker::Array(uint32_t node_id, uint32_t open, uint32_t depth) {
  const FieldSet::Node& node = fields_->node(node_id);
  auto next = node.indexes.begin();
  return ForEachElement(
      *tokens_, open, &state_, [&](uint32_t index, uint32_t value) {
        uint32_t end = FieldSet::kNone;
        while (next != node.indexes.end() && next->index < index) ++next;
        if (next != node.indexes.end() && next->index == index) {
          end = Take(fields_->edge(next->edge), node.rank, value, depth, false);
        }
        if (node.descends && tokens_->kind(value) == '{' &&
            depth < max_depth_) {
          // An element under an index is walked twice, its faults count once.
          const uint64_t faults = state_.faults;
          const bool again = end != FieldSet::kNone;
          end = Object(node_id, value, depth + 1, true);
          if (again) state_.faults = faults;
        }
        return end != FieldSet::kNone
                   ? end
                   : SkipValue(*tokens_, value, depth + 1, &state_);
      });
}

uint32_t Walker::Take(const FieldSet::Edge& edge, uint32_t rank, uint32_t value,
                      uint32_t depth, bool descends) {
  const char c = tokens_->kind(value);
  const bool below = edge.child != FieldSet::kNone &&
                     !(descends && edge.is_index) && depth < max_depth_;
  uint32_t end = 0;
  if (below && c == '{') {
    end = Object(edge.child, value, depth + 1, false);
  } else if (below && c == '[') {
    end = Array(edge.child, value, depth + 1);
  } else {
    end = SkipValue(*tokens_, value, depth + 1, &state_);
    if (c != '"' && !Opens(c) && !IsJsonScalar(tokens_->slice(value))) {
      ++state_.faults;
      return end;
    }
  }
  for (const FieldSet::Hit& hit : edge.hits) {
    if (descends && hit.index_first) continue;
    event_->Record(hit.path, rank, value, end);
  }
  return end;
}

}  // namespace tocsin
