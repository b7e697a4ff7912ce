// SPDX-License-Identifier: Apache-2.0
#include "engine/event/event_view.h"

#include <algorithm>
#include <cstring>

#include "engine/base/fold.h"
#include "engine/event/json_text.h"

namespace tocsin {
namespace {

const Values kMissing;

}  // namespace

EventView::EventView(const FieldSet* fields, const Limits& limits)
    : fields_(fields),
      array_values_(static_cast<size_t>(limits.array_values)),
      message_(fields->Find(std::vector<std::string>{"message"})),
      slots_(fields->size()),
      cached_(fields->size()) {}

void EventView::Begin(const Tokens* tokens) {
  if (++epoch_ == 0) {
    // Four thousand million events later: old marks would look fresh.
    for (Slot& slot : slots_) slot.epoch = 0;
    for (Cached& cached : cached_) cached.epoch = 0;
    epoch_ = 1;
  }
  tokens_ = tokens;
  hits_.clear();
  arena_.Reset();
  inner_of_ = {};
}

void EventView::BeginText(std::string_view line) {
  Begin(nullptr);
  format_ = Format::kText;
  index_ = 0;
  raw_ = line;
  if (message_) Record(*message_, 0, 0, 1);
}

void EventView::End(uint32_t index, uint32_t root, std::string_view raw,
                    bool repaired) {
  format_ = Format::kNdjson;
  index_ = index;
  root_ = root;
  raw_ = raw;
  if (repaired) ++counters_.repaired;
}

const Values& EventView::Get(PathId path) {
  if (slots_[path.value].epoch != epoch_) return kMissing;
  Cached& cached = cached_[path.value];
  if (cached.epoch != epoch_) Materialize(path, &cached);
  return cached.values;
}

void EventView::Materialize(PathId path, Cached* cached) {
  cached->epoch = epoch_;
  cached->folded = nullptr;
  cached->single_folded = {};
  cached->values.present = true;
  const Hit& first = hits_[slots_[path.value].first];
  const bool array =
      format_ != Format::kText && tokens_->kind(first.token) == '[';
  if (first.next == kNoHit && !array) {
    cached->single = format_ == Format::kText
                         ? Value::Text(raw_)
                         : *ValueAt(*tokens_, first.token, first.end, false);
    cached->values.values = {&cached->single, 1};
    return;
  }
  for (uint32_t hit = slots_[path.value].first; hit != kNoHit;
       hit = hits_[hit].next) {
    AppendHit(*tokens_, hits_[hit].token, hits_[hit].end, false);
  }
  cached->values = TakeScratch();
}

std::optional<Value> EventView::ValueAt(const Tokens& tokens, uint32_t token,
                                        uint32_t end, bool copy) {
  const char c = tokens.kind(token);
  if (Opens(c)) {
    const std::string_view raw = tokens.range(token, end);
    return Value::Object(copy ? arena_.Copy(raw) : raw);
  }
  if (c != '"') return ParseJsonScalar(tokens.slice(token));
  const std::string_view raw = tokens.inner(token);
  if (raw.empty()) return Value::Text({});
  if (std::memchr(raw.data(), '\\', raw.size()) == nullptr) {
    return Value::Text(copy ? arena_.Copy(raw) : raw);
  }
  char* out = arena_.Allocate(raw.size() + 8);
  UnescapeCounts counts;
  const size_t size = Unescape(raw, out, &counts);
  counters_.surrogates += counts.surrogates;
  counters_.field_faults += counts.bad_escapes;
  return Value::Text({out, size});
}

void EventView::AppendHit(const Tokens& tokens, uint32_t token, uint32_t end,
                          bool copy) {
  if (tokens.kind(token) != '[') {
    AppendValue(tokens, token, end, copy);
    return;
  }
  WalkState state;
  ForEachElement(tokens, token, &state, [&](uint32_t, uint32_t value) {
    const uint32_t after = SkipValue(tokens, value, 1, &state);
    AppendValue(tokens, value, after, copy);
    return after;
  });
}

void EventView::AppendValue(const Tokens& tokens, uint32_t token, uint32_t end,
                            bool copy) {
  if (tokens.kind(token) == 'n' && tokens.slice(token) == "null") return;
  if (scratch_.size() >= array_values_) {
    ++counters_.array_cut;
    return;
  }
  if (const auto value = ValueAt(tokens, token, end, copy)) {
    scratch_.push_back(*value);
  } else {
    ++counters_.field_faults;
  }
}

Values EventView::TakeScratch() {
  Value* copy = arena_.AllocateArray<Value>(scratch_.size());
  std::uninitialized_copy(scratch_.begin(), scratch_.end(), copy);
  const Values values{{copy, scratch_.size()}, true};
  scratch_.clear();
  return values;
}

std::string_view EventView::Folded(PathId path, size_t i) {
  const Values& values = Get(path);
  if (i >= values.values.size()) return {};
  Cached& cached = cached_[path.value];
  std::string_view* folded = &cached.single_folded;
  if (values.values.data() != &cached.single) {
    if (cached.folded == nullptr) {
      const size_t count = values.values.size();
      cached.folded = arena_.AllocateArray<std::string_view>(count);
      std::uninitialized_fill_n(cached.folded, count, std::string_view());
    }
    folded = &cached.folded[i];
  }
  if (folded->data() == nullptr) *folded = Fold(values.values[i]);
  return *folded;
}

std::string_view EventView::Fold(const Value& value) {
  std::string_view text = value.text;
  if (value.kind != Kind::kText && value.kind != Kind::kObject) {
    key_.clear();
    AppendCanonicalText(value, &key_);
    text = key_;
  }
  char* out = arena_.Allocate(text.size() + kFoldPadding);
  if (FoldAscii(text, out)) return {out, text.size()};
  std::string folded;
  AppendFolded(text, &folded);
  if (folded.size() > text.size()) {
    out = arena_.Allocate(folded.size() + kFoldPadding);
  }
  std::copy(folded.begin(), folded.end(), out);
  return {out, folded.size()};
}

bool EventView::KeyIs(std::string_view raw, std::string_view key) {
  if (raw.find('\\') == std::string_view::npos) return raw == key;
  key_.resize(raw.size() + 8);
  UnescapeCounts counts;
  const size_t size = Unescape(raw, key_.data(), &counts);
  return std::string_view(key_).substr(0, size) == key;
}

void EventView::Collect(const Tokens& tokens, uint32_t token, PathId path,
                        size_t taken) {
  const std::span<const std::string> segments = fields_->segments(path);
  const std::string& first = segments[taken];
  const bool last = taken + 1 == segments.size();
  WalkState state;
  const auto hit = [&](uint32_t value, uint32_t end) {
    const auto rank = static_cast<uint32_t>(taken);
    if (rank > collected_rank_) return;
    const char c = tokens.kind(value);
    if (c != '"' && !Opens(c) && !IsJsonScalar(tokens.slice(value))) {
      ++counters_.field_faults;
      return;
    }
    if (rank < collected_rank_) collected_.clear();
    collected_rank_ = rank;
    collected_.push_back(value);
    collected_.push_back(end);
  };
  if (tokens.kind(token) == '{') {
    const std::string_view rest = fields_->suffix(path, taken);
    ForEachMember(tokens, token, 1, &state, [&](uint32_t key, uint32_t value) {
      const uint32_t end = SkipValue(tokens, value, 1, &state);
      if (KeyIs(tokens.inner(key), rest)) hit(value, end);
      if (!last && KeyIs(tokens.inner(key), first)) {
        Collect(tokens, value, path, taken + 1);
      }
      return end;
    });
  } else if (tokens.kind(token) == '[') {
    const std::optional<uint32_t> wanted = ArrayIndex(first);
    ForEachElement(tokens, token, &state, [&](uint32_t index, uint32_t value) {
      const uint32_t end = SkipValue(tokens, value, 1, &state);
      if (wanted) {
        if (index == *wanted && last) hit(value, end);
        if (index == *wanted && !last) Collect(tokens, value, path, taken + 1);
      } else if (tokens.kind(value) == '{') {
        Collect(tokens, value, path, taken);
      }
      return end;
    });
  }
}

Values EventView::GetIn(const Value& object, PathId path) {
  if (object.kind != Kind::kObject || object.text.empty()) return kMissing;
  if (object.text.data() != inner_of_.data() ||
      object.text.size() != inner_of_.size()) {
    inner_.Read(object.text);
    inner_of_ = object.text;
  }
  const Tokens& tokens = inner_.tokens();
  if (tokens.count == 0) return kMissing;
  collected_.clear();
  collected_rank_ = FieldSet::kNone;
  Collect(tokens, 0, path, 0);
  if (collected_.empty()) return kMissing;
  // What is in a repaired copy is gone with the next object.
  const bool copy = inner_.repaired();
  if (collected_.size() == 2 && tokens.kind(collected_[0]) != '[') {
    const auto value = ValueAt(tokens, collected_[0], collected_[1], copy);
    scratch_.push_back(*value);
  } else {
    for (size_t i = 0; i < collected_.size(); i += 2) {
      AppendHit(tokens, collected_[i], collected_[i + 1], copy);
    }
  }
  return TakeScratch();
}

DecodeCounters EventView::TakeCounters() {
  const DecodeCounters taken = counters_;
  counters_ = {};
  return taken;
}

}  // namespace tocsin
