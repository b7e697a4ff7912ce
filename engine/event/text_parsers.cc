// SPDX-License-Identifier: Apache-2.0
#include "engine/event/text_parsers.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/event/json_text.h"

namespace tocsin {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }
bool IsSpace(char c) { return IsBlank(c) || c == '\n' || c == '\r'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the characters up to the next blank, and that blank.
std::string_view TakeWord(std::string_view* rest) {
  const size_t end = std::min(rest->find(' '), rest->size());
  const std::string_view word = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return word;
}

// -------------------------------------------------------------------- json
constexpr uint32_t kJsonDepth = 64;

class JsonReader {
 public:
  JsonReader(const Tokens& tokens, ParsedText* out)
      : tokens_(tokens), out_(out) {}

  // The token after the object at `open`.
  uint32_t Object(uint32_t open, uint32_t depth) {
    if (depth > kJsonDepth) {
      too_deep_ = true;
      return SkipValue(tokens_, open, depth, &state_);
    }
    return ForEachMember(tokens_, open, depth, &state_,
                         [&](uint32_t key, uint32_t value) {
                           const size_t before = name_.size();
                           if (depth > 1) name_ += '.';
                           AppendKey(tokens_.inner(key));
                           const uint32_t end = Member(value, depth);
                           name_.resize(before);
                           return end;
                         });
  }
  bool too_deep() const { return too_deep_; }

 private:
  void AppendKey(std::string_view raw) {
    const size_t before = name_.size();
    name_.resize(before + raw.size() + 8);
    UnescapeCounts counts;
    name_.resize(before + Unescape(raw, name_.data() + before, &counts));
  }

  uint32_t Member(uint32_t value, uint32_t depth) {
    if (tokens_.kind(value) != '[') return Item(value, depth);
    out_->AddKey(name_, depth);
    if (depth >= kJsonDepth) {
      too_deep_ = true;
      return SkipValue(tokens_, value, depth, &state_);
    }
    return ForEachElement(tokens_, value, &state_,
                          [&](uint32_t, uint32_t element) {
                            if (tokens_.slice(element) == "null") {
                              return element + 1;
                            }
                            return Item(element, depth);
                          });
  }

  uint32_t Item(uint32_t value, uint32_t depth) {
    const char c = tokens_.kind(value);
    if (Opens(c)) {
      const uint32_t end = SkipValue(tokens_, value, depth, &state_);
      out_->Add(name_, Value::Object(tokens_.range(value, end)), depth);
      if (c == '{') Object(value, depth + 1);
      return end;
    }
    if (c != '"') {
      const auto scalar = ParseJsonScalar(tokens_.slice(value));
      if (scalar) out_->Add(name_, *scalar, depth);
      return value + 1;
    }
    const std::string_view raw = tokens_.inner(value);
    char* text = out_->arena()->Allocate(raw.size() + 8);
    UnescapeCounts counts;
    const size_t size = Unescape(raw, text, &counts);
    out_->Add(name_, Value::Text({text, size}), depth);
    return value + 1;
  }

  const Tokens& tokens_;
  ParsedText* out_;
  std::string name_;
  WalkState state_;
  bool too_deep_ = false;
};

bool ParseJson(std::string_view text, ParsedText* out) {
  text = Trimmed(text);
  if (!text.starts_with('{')) return false;
  out->tokenizer()->Read(text);
  const Tokens& tokens = out->tokenizer()->tokens();
  if (tokens.count == 0 || tokens.kind(0) != '{') return false;
  if (out->tokenizer()->unclosed() < out->tokenizer()->bytes().size()) {
    return false;
  }
  JsonReader reader(tokens, out);
  const uint32_t end = reader.Object(0, 1);
  return end == tokens.count && !reader.too_deep();
}

// ------------------------------------------------------------------ syslog
// "<34>": the number, taken off `rest`.
std::optional<int64_t> TakePriority(std::string_view* rest) {
  if (!rest->starts_with('<')) return std::nullopt;
  const size_t end = rest->find('>');
  if (end < 2 || end > 4) return std::nullopt;
  int64_t number = 0;
  for (const char c : rest->substr(1, end - 1)) {
    if (!IsDigit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (number > 191) return std::nullopt;
  rest->remove_prefix(end + 1);
  return number;
}

void AddPriority(int64_t priority, ParsedText* out) {
  out->Add("priority", Value::Int(priority));
  out->Add("facility", Value::Int(priority / 8));
  out->Add("severity", Value::Int(priority % 8));
}

void AddWord(std::string_view name, std::string_view word, ParsedText* out) {
  if (!word.empty() && word != "-") out->Add(name, Value::Text(word));
}

// One "[id name="value" ..]"; false when it is none.
bool TakeElement(std::string_view* rest, ParsedText* out) {
  if (!rest->starts_with('[')) return false;
  size_t at = rest->find_first_of(" ]", 1);
  if (at == std::string_view::npos || at == 1) return false;
  const std::string prefix = "sd." + std::string(rest->substr(1, at - 1)) + ".";
  while (at < rest->size() && (*rest)[at] == ' ') {
    const size_t equals = rest->find("=\"", at);
    if (equals == std::string_view::npos) return false;
    const std::string_view name = Trimmed(rest->substr(at, equals - at));
    std::string value;
    for (at = equals + 2; at < rest->size() && (*rest)[at] != '"'; ++at) {
      const bool escape = (*rest)[at] == '\\' && at + 1 < rest->size() &&
                          std::string_view("\"\\]").find((*rest)[at + 1]) !=
                              std::string_view::npos;
      if (escape) ++at;
      value += (*rest)[at];
    }
    if (at >= rest->size()) return false;
    ++at;
    out->Add(prefix + std::string(name), Value::Text(value), 3);
  }
  if (at >= rest->size() || (*rest)[at] != ']') return false;
  rest->remove_prefix(at + 1);
  return true;
}

// RFC 5424, behind its <PRI>.
bool ParseSyslog5424(std::string_view rest, ParsedText* out) {
  const std::string_view version = TakeWord(&rest);
  if (version != "1") return false;
  const std::string_view timestamp = TakeWord(&rest);
  if (timestamp != "-" && !ParseRfc3339(timestamp)) return false;
  AddWord("version", version, out);
  AddWord("timestamp", timestamp, out);
  for (const char* name : {"hostname", "program", "pid", "msgid"}) {
    const std::string_view word = TakeWord(&rest);
    if (word.empty()) return false;
    AddWord(name, word, out);
  }
  if (rest.starts_with('-')) {
    rest.remove_prefix(1);
  } else {
    if (!TakeElement(&rest, out)) return false;
    while (rest.starts_with('[')) {
      if (!TakeElement(&rest, out)) return false;
    }
  }
  if (!rest.empty() && rest.front() != ' ') return false;
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  out->Add("message", Value::Text(rest));
  return true;
}

bool IsMonth(std::string_view word) {
  static constexpr std::string_view kMonths =
      "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
  return word.size() == 3 && word.find(' ') == std::string_view::npos &&
         kMonths.find(word) != std::string_view::npos;
}

// "hh:mm:ss", perhaps with a fraction.
bool IsClock(std::string_view word) {
  if (word.size() < 8 || word[2] != ':' || word[5] != ':') return false;
  for (size_t i = 0; i < 8; ++i) {
    if (i != 2 && i != 5 && !IsDigit(word[i])) return false;
  }
  if (word.size() == 8) return true;
  return word.size() > 9 && word[8] == '.' &&
         std::all_of(word.begin() + 9, word.end(), IsDigit);
}

// "Jan  5 00:00:00" or an RFC 3339 time, with the blank behind it.
std::string_view TakeTimestamp(std::string_view* rest) {
  const std::string_view whole = *rest;
  if (!whole.empty() && IsDigit(whole.front())) {
    const std::string_view word = TakeWord(rest);
    return ParseRfc3339(word) ? word : std::string_view();
  }
  if (!IsMonth(TakeWord(rest))) return {};
  if (rest->starts_with(' ')) rest->remove_prefix(1);
  const std::string_view day = TakeWord(rest);
  if (day.empty() || day.size() > 2 ||
      !std::all_of(day.begin(), day.end(), IsDigit)) {
    return {};
  }
  const std::string_view clock = TakeWord(rest);
  if (!IsClock(clock)) return {};
  return whole.substr(
      0, static_cast<size_t>(clock.data() + clock.size() - whole.data()));
}

// "sshd[41]: ": program and pid; without such a tag all is message.
void TakeTag(std::string_view* rest, ParsedText* out) {
  const size_t end = rest->find_first_of(": ");
  if (end == std::string_view::npos || end == 0 || (*rest)[end] != ':') return;
  std::string_view tag = rest->substr(0, end);
  const size_t open = tag.rfind('[');
  if (open != std::string_view::npos && open > 0 && tag.back() == ']') {
    AddWord("pid", tag.substr(open + 1, tag.size() - open - 2), out);
    tag = tag.substr(0, open);
  }
  AddWord("program", tag, out);
  rest->remove_prefix(end + 1);
  if (rest->starts_with(' ')) rest->remove_prefix(1);
}

bool ParseSyslog(std::string_view text, ParsedText* out) {
  std::string_view rest = text;
  while (!rest.empty() && IsSpace(rest.back())) rest.remove_suffix(1);
  const std::optional<int64_t> priority = TakePriority(&rest);
  if (priority) AddPriority(*priority, out);
  if (priority && rest.starts_with("1 ")) return ParseSyslog5424(rest, out);
  const std::string_view timestamp = TakeTimestamp(&rest);
  if (timestamp.empty()) return false;
  const std::string_view host = TakeWord(&rest);
  if (host.empty()) return false;
  out->Add("timestamp", Value::Text(timestamp));
  out->Add("hostname", Value::Text(host));
  TakeTag(&rest, out);
  out->Add("message", Value::Text(rest));
  return true;
}

// ---------------------------------------------------------------------- kv
bool IsKeyByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         c == '.' || c == '-' || c == '@' || c == '/';
}

// The value at `at`; returns the offset behind it.
size_t TakeValue(std::string_view text, size_t at, std::string* value) {
  value->clear();
  if (at < text.size() && text[at] == '"') {
    size_t end = at + 1;
    for (; end < text.size() && text[end] != '"'; ++end) {
      const bool escape = text[end] == '\\' && end + 1 < text.size() &&
                          (text[end + 1] == '"' || text[end + 1] == '\\');
      if (escape) ++end;
      *value += text[end];
    }
    if (end < text.size()) return end + 1;
    value->clear();  // never closed: an ordinary word
  }
  size_t end = at;
  while (end < text.size() && !IsSpace(text[end])) ++end;
  std::string_view word = text.substr(at, end - at);
  if (word.ends_with(',') || word.ends_with(';')) word.remove_suffix(1);
  value->assign(word);
  return end;
}

bool ParseKeyValues(std::string_view text, ParsedText* out) {
  bool found = false;
  std::string value;
  for (size_t at = 0; at < text.size();) {
    if (!IsKeyByte(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsKeyByte(text[end])) ++end;
    const bool begins = at == 0 || IsSpace(text[at - 1]) ||
                        text[at - 1] == ',' || text[at - 1] == ';' ||
                        text[at - 1] == '(' || text[at - 1] == '[';
    if (!begins || end >= text.size() || text[end] != '=') {
      at = end;
      continue;
    }
    const std::string_view key = text.substr(at, end - at);
    at = TakeValue(text, end + 1, &value);
    out->Add(key, Value::Text(value));
    found = true;
  }
  return found;
}

constexpr TextParser kParsers[] = {
    {"json", ParseJson, "an object, by dotted names"},
    {"syslog", ParseSyslog, "RFC 3164 and RFC 5424 lines"},
    {"kv", ParseKeyValues, "key=value pairs, values also in quotes"},
};

}  // namespace

void ParsedText::Clear() {
  entries_.clear();
  arena_.Reset();
}

void ParsedText::Add(std::string_view name, const Value& value, uint32_t rank) {
  Value copy = value;
  if (value.is_text() || value.kind == Kind::kObject) {
    copy.text = arena_.Copy(value.text);
  }
  entries_.push_back({arena_.Copy(name), copy, rank, true});
}

void ParsedText::AddKey(std::string_view name, uint32_t rank) {
  entries_.push_back({arena_.Copy(name), Value(), rank, false});
}

Values ParsedText::Find(std::string_view name, size_t most) {
  uint32_t rank = 0;
  size_t count = 0;
  for (const Entry& entry : entries_) {
    if (entry.name != name) continue;
    if (rank == 0 || entry.rank < rank) {
      rank = entry.rank;
      count = 0;
    }
    if (entry.rank == rank && entry.has_value) ++count;
  }
  if (rank == 0) return {};
  count = std::min(count, most);
  Value* values = arena_.AllocateArray<Value>(count);
  size_t taken = 0;
  for (const Entry& entry : entries_) {
    if (taken == count) break;
    if (entry.name == name && entry.rank == rank && entry.has_value) {
      values[taken++] = entry.value;
    }
  }
  return {{values, count}, true};
}

std::span<const TextParser> TextParsers() { return kParsers; }

const TextParser* FindTextParser(std::string_view name) {
  for (const TextParser& parser : kParsers) {
    if (name == parser.name) return &parser;
  }
  return nullptr;
}

}  // namespace tocsin
