// SPDX-License-Identifier: Apache-2.0
#include "engine/event/reference_decode.h"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>

#include "engine/event/reference_tokens.h"

namespace tocsin {
namespace {

using reference::Token;
using reference::TokenList;

bool IsOpener(char c) { return c == '{' || c == '['; }
bool IsCloser(char c) { return c == '}' || c == ']'; }

// JSON's grammar of numbers, as a regular expression would say it:
// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool IsNumber(const std::string& text) {
  size_t i = 0;
  const auto digits = [&] {
    size_t count = 0;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') {
      ++i;
      ++count;
    }
    return count;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (digits() == 0) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

Value NumberValue(const std::string& text) {
  if (text.find_first_of(".eE") == std::string::npos) {
    const bool negative = text[0] == '-';
    uint64_t magnitude = 0;
    bool fits = true;
    for (size_t i = negative ? 1 : 0; i < text.size(); ++i) {
      const auto digit = static_cast<uint64_t>(text[i] - '0');
      fits = fits && magnitude <= (UINT64_MAX - digit) / 10;
      magnitude = magnitude * 10 + digit;
    }
    if (fits && !negative) return Value::Uint(magnitude);
    if (fits && magnitude <= uint64_t{1} << 63) {
      return Value::Int(static_cast<int64_t>(0 - magnitude));
    }
  }
  const double value = std::strtod(text.c_str(), nullptr);
  const double most = std::numeric_limits<double>::max();
  return Value::Double(std::isinf(value) ? std::copysign(most, value) : value);
}

class Reader {
 public:
  Reader(std::string_view text, size_t max_depth)
      : text_(text), list_(reference::Tokenize(text)), max_depth_(max_depth) {}

  size_t count() const { return list_.tokens.size(); }
  const TokenList& list() const { return list_; }
  const Token& token(size_t i) const { return list_.tokens[i]; }
  bool too_deep = false;

  // The value at token `i`; moves `i` behind it. Nothing when the tokens end
  // first.
  std::optional<JsonNode> ReadValue(size_t* i, size_t depth) {
    const char kind = token(*i).kind;
    if (!IsOpener(kind)) return Scalar(token((*i)++));
    if (depth > max_depth_) {
      too_deep = true;
      JsonNode node;
      node.shape = JsonNode::Shape::kObject;
      if (!Skip(i)) return std::nullopt;
      return node;
    }
    const size_t begin = token(*i).begin;
    std::optional<JsonNode> node =
        kind == '{' ? Object(i, depth) : Array(i, depth);
    if (node) {
      node->raw = text_.substr(begin, token(*i - 1).end - begin);
    }
    return node;
  }

  // Passes over one token, or over everything up to the bracket that closes
  // it. False when there is none.
  bool Skip(size_t* i) {
    size_t open = 0;
    do {
      if (*i >= count()) return false;
      const char kind = token(*i).kind;
      if (IsOpener(kind)) ++open;
      if (IsCloser(kind)) --open;
      ++*i;
    } while (open > 0);
    return true;
  }

 private:
  JsonNode Scalar(const Token& token) {
    const std::string bytes(text_.substr(token.begin, token.end - token.begin));
    JsonNode node;
    node.shape = JsonNode::Shape::kScalar;
    if (token.kind == '"') {
      const std::string text =
          reference::UnescapeText(bytes.substr(1, bytes.size() - 2));
      node.scalar = StoredValue(Value::Text(text));
    } else if (bytes == "true" || bytes == "false") {
      node.scalar = StoredValue(Value::Bool(bytes == "true"));
    } else if (bytes == "null") {
      node.scalar = StoredValue(Value::Null());
    } else if (IsNumber(bytes)) {
      node.scalar = StoredValue(NumberValue(bytes));
    } else {
      node.shape = JsonNode::Shape::kBad;
    }
    return node;
  }

  std::optional<JsonNode> Object(size_t* i, size_t depth) {
    JsonNode node;
    node.shape = JsonNode::Shape::kObject;
    ++*i;
    while (*i < count()) {
      const char kind = token(*i).kind;
      if (IsCloser(kind)) {
        ++*i;
        return node;
      }
      const bool member =
          kind == '"' && *i + 2 < count() && token(*i + 1).kind == ':';
      if (!member) {
        if (!Stray(i, depth)) return std::nullopt;
        continue;
      }
      const Token key = token(*i);
      *i += 2;
      const char value_kind = token(*i).kind;
      if (value_kind == ',' || value_kind == ':' || IsCloser(value_kind)) {
        continue;  // a key without a value
      }
      std::optional<JsonNode> value = ReadValue(i, depth + 1);
      if (!value) return std::nullopt;
      if (value->shape == JsonNode::Shape::kBad) continue;
      node.members.push_back({reference::UnescapeText(text_.substr(
                                  key.begin + 1, key.end - key.begin - 2)),
                              std::move(*value)});
    }
    return std::nullopt;
  }

  std::optional<JsonNode> Array(size_t* i, size_t depth) {
    JsonNode node;
    node.shape = JsonNode::Shape::kArray;
    ++*i;
    while (*i < count()) {
      const char kind = token(*i).kind;
      if (IsCloser(kind)) {
        ++*i;
        return node;
      }
      if (kind == ',' || kind == ':') {
        ++*i;
        continue;
      }
      std::optional<JsonNode> value = ReadValue(i, depth + 1);
      if (!value) return std::nullopt;
      node.elements.push_back(std::move(*value));
    }
    return std::nullopt;
  }

  // What is no member: a comma, a colon, a value without a key. Read as a
  // value, only for its depth.
  bool Stray(size_t* i, size_t depth) {
    return ReadValue(i, depth + 1).has_value();
  }

  std::string_view text_;
  TokenList list_;
  size_t max_depth_;
};

// All outcomes of one message of JSON, from repaired text.
class MessageReader {
 public:
  MessageReader(std::string_view original, const reference::Repaired& repaired,
                const Limits& limits)
      : original_(original),
        repaired_(repaired),
        limits_(limits),
        reader_(repaired.text, static_cast<size_t>(limits.event_depth)) {}

  std::vector<ReferenceOutcome> Run() {
    size_t i = 0;
    while (!over_ && i < reader_.count()) {
      if (reader_.token(i).kind == '{' || reader_.token(i).kind == '[') {
        if (Full(i)) break;
        if (reader_.token(i).kind == '{') {
          Event(&i, false);
        } else {
          Array(&i);
        }
      } else if (!Full(i)) {
        Rest(StrayReason(), reader_.token(i).begin);
      }
    }
    if (!over_ && reader_.list().unclosed) {
      Rest(StrayReason(), reader_.list().unclosed_at);
    }
    if (out_.empty()) {
      out_.emplace_back();
      out_.back().outcome = DecodeOutcome::kFiltered;
    }
    return std::move(out_);
  }

 private:
  DeadReason StrayReason() const {
    return out_.empty() ? DeadReason::kNoRootObject
                        : DeadReason::kTrailingBytes;
  }

  size_t OffsetOf(size_t i) const {
    if (i < reader_.count()) return reader_.token(i).begin;
    return reader_.list().unclosed ? reader_.list().unclosed_at
                                   : repaired_.text.size();
  }

  // Are there events enough? Then the rest is too much.
  bool Full(size_t i) {
    if (static_cast<int64_t>(out_.size()) < limits_.events_per_message) {
      return false;
    }
    Rest(DeadReason::kTooMany, OffsetOf(i));
    return true;
  }

  void Dead(DeadReason reason, size_t begin, size_t end) {
    ReferenceOutcome dead;
    dead.outcome = DecodeOutcome::kDeadLetter;
    dead.reason = reason;
    dead.index = static_cast<uint32_t>(out_.size());
    const size_t from = repaired_.origin[begin];
    dead.payload = original_.substr(from, repaired_.origin[end] - from);
    out_.push_back(std::move(dead));
  }

  void Rest(DeadReason reason, size_t begin) {
    Dead(reason, begin, repaired_.text.size());
    over_ = true;
  }

  // The token at which an element of the root array is over.
  size_t ElementEnd(size_t i) {
    while (i < reader_.count() && reader_.token(i).kind != ',' &&
           !IsCloser(reader_.token(i).kind)) {
      if (!reader_.Skip(&i)) return reader_.count() + 1;
    }
    return i;
  }

  void Event(size_t* i, bool element) {
    const size_t begin = *i;
    reader_.too_deep = false;
    std::optional<JsonNode> root = reader_.ReadValue(i, 1);
    if (!root) return Rest(DeadReason::kUnterminated, OffsetOf(begin));
    const size_t end = *i;
    if (element) {
      *i = ElementEnd(end);
      if (*i > reader_.count()) {
        return Rest(DeadReason::kUnterminated, OffsetOf(begin));
      }
      if (*i != end) {
        return Dead(DeadReason::kNotObject, OffsetOf(begin), OffsetOf(*i));
      }
    }
    if (reader_.token(end - 1).kind != '}') {
      return Dead(DeadReason::kUnterminated, OffsetOf(begin), OffsetOf(end));
    }
    if (reader_.too_deep) {
      return Dead(DeadReason::kTooDeep, OffsetOf(begin), OffsetOf(end));
    }
    ReferenceOutcome event;
    event.index = static_cast<uint32_t>(out_.size());
    event.raw = root->raw;
    event.root = std::move(*root);
    out_.push_back(std::move(event));
  }

  void Array(size_t* i) {
    ++*i;
    while (!over_) {
      while (*i < reader_.count() && reader_.token(*i).kind == ',') ++*i;
      if (*i >= reader_.count()) {
        return Rest(DeadReason::kUnterminated, OffsetOf(*i));
      }
      const char kind = reader_.token(*i).kind;
      if (kind == ']') {
        ++*i;
        return;
      }
      if (Full(*i)) return;
      if (kind == '}') return Rest(DeadReason::kUnterminated, OffsetOf(*i));
      if (kind == '{') {
        Event(i, true);
        continue;
      }
      const size_t begin = *i;
      *i = ElementEnd(begin);
      if (*i > reader_.count()) {
        return Rest(DeadReason::kUnterminated, OffsetOf(begin));
      }
      Dead(DeadReason::kNotObject, OffsetOf(begin), OffsetOf(*i));
    }
  }

  std::string_view original_;
  const reference::Repaired& repaired_;
  const Limits& limits_;
  Reader reader_;
  std::vector<ReferenceOutcome> out_;
  bool over_ = false;
};

// The nodes that a path leads to, with the rank of each: the number of
// segments taken before the key (or array index) that ended it.
void Find(const JsonNode& node, std::span<const std::string> rest, size_t taken,
          std::vector<std::pair<size_t, const JsonNode*>>* found) {
  if (node.shape == JsonNode::Shape::kObject) {
    std::string flat;
    for (const std::string& segment : rest) {
      flat += (flat.empty() && &segment == rest.data() ? "" : ".") + segment;
    }
    for (const auto& [key, value] : node.members) {
      if (key == flat) found->emplace_back(taken, &value);
      if (rest.size() > 1 && key == rest[0]) {
        Find(value, rest.subspan(1), taken + 1, found);
      }
    }
  }
  if (node.shape == JsonNode::Shape::kArray) {
    const std::optional<uint32_t> index = ArrayIndex(rest[0]);
    for (size_t i = 0; i < node.elements.size(); ++i) {
      const JsonNode& element = node.elements[i];
      if (!index) {
        if (element.shape == JsonNode::Shape::kObject) {
          Find(element, rest, taken, found);
        }
      } else if (i == *index && rest.size() == 1) {
        if (element.shape != JsonNode::Shape::kBad) {
          found->emplace_back(taken, &element);
        }
      } else if (i == *index) {
        Find(element, rest.subspan(1), taken + 1, found);
      }
    }
  }
}

StoredValue ValueOf(const JsonNode& node) {
  return node.shape == JsonNode::Shape::kScalar
             ? node.scalar
             : StoredValue(Value::Object(node.raw));
}

}  // namespace

StoredValues JsonNode::Lookup(std::span<const std::string> path, size_t most,
                              bool* present) const {
  std::vector<std::pair<size_t, const JsonNode*>> found;
  Find(*this, path, 0, &found);
  size_t best = std::numeric_limits<size_t>::max();
  for (const auto& [rank, node] : found) best = std::min(best, rank);
  std::erase_if(found, [&](const auto& hit) { return hit.first != best; });
  if (present != nullptr) *present = !found.empty();

  StoredValues values;
  if (found.size() == 1 && found[0].second->shape != Shape::kArray) {
    values.push_back(ValueOf(*found[0].second));
    return values;
  }
  const auto add = [&](const JsonNode& node) {
    if (node.shape == Shape::kBad) return;
    if (node.shape == Shape::kScalar && node.scalar.value.is_null()) return;
    if (values.size() < most) values.push_back(ValueOf(node));
  };
  for (const auto& [rank, node] : found) {
    if (node->shape != Shape::kArray) {
      add(*node);
      continue;
    }
    for (const JsonNode& element : node->elements) add(element);
  }
  return values;
}

StoredValues JsonNode::Scalars() const {
  StoredValues values;
  const std::function<void(const JsonNode&)> visit = [&](const JsonNode& node) {
    if (node.shape == Shape::kScalar && !node.scalar.value.is_null()) {
      values.push_back(node.scalar);
    }
    for (const auto& [key, value] : node.members) visit(value);
    for (const JsonNode& element : node.elements) visit(element);
  };
  visit(*this);
  return values;
}

std::vector<ReferenceOutcome> ReferenceDecode(std::string_view message,
                                              Format format,
                                              const Limits& limits) {
  std::vector<ReferenceOutcome> out(1);
  ReferenceOutcome& only = out[0];
  if (static_cast<int64_t>(message.size()) > limits.event_bytes) {
    only.outcome = DecodeOutcome::kDeadLetter;
    only.reason = DeadReason::kTooLarge;
    only.payload = message.substr(0, static_cast<size_t>(limits.event_bytes));
    return out;
  }
  std::string_view body = message;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  const size_t first = body.find_first_not_of(" \t\r\n");
  const size_t last = body.find_last_not_of(" \t\r\n");
  const bool json = format == Format::kNdjson;
  if (first == std::string_view::npos ||
      (json && body.substr(first, last - first + 1) == "null")) {
    only.outcome = DecodeOutcome::kFiltered;
    return out;
  }
  const reference::Repaired repaired = reference::RepairBytes(body, json);
  if (json) return MessageReader(body, repaired, limits).Run();
  only.raw = repaired.text;
  only.root.shape = JsonNode::Shape::kObject;
  JsonNode line;
  line.shape = JsonNode::Shape::kScalar;
  line.scalar = StoredValue(Value::Text(repaired.text));
  only.root.members.push_back({"message", std::move(line)});
  return out;
}

JsonNode ReferenceParse(std::string_view json) {
  const reference::Repaired repaired = reference::RepairBytes(json, true);
  Reader reader(repaired.text, Limits().event_depth);
  size_t i = 0;
  if (reader.count() == 0) return {};
  std::optional<JsonNode> node = reader.ReadValue(&i, 1);
  return node ? std::move(*node) : JsonNode{};
}

}  // namespace tocsin
