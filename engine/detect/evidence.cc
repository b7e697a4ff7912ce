// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/evidence.h"

#include <algorithm>

#include "engine/base/fold.h"
#include "engine/base/json_writer.h"
#include "engine/base/utf8.h"

namespace tocsin {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

size_t Bytes(int64_t limit) { return static_cast<size_t>(limit); }

bool InWindow(TimeNs time, TimeNs now, DurationNs window) {
  return window <= 0 || SubSaturating(now, time) <= window;
}

bool IsWhole(const Value& value) {
  return value.kind == Kind::kInt || value.kind == Kind::kUint;
}

void AppendShownJson(const Value& value, const FieldType& type,
                     const Limits& limits, std::string* out) {
  const bool timed =
      type.kind == FieldKind::kTime || type.kind == FieldKind::kDuration;
  if (timed && IsWhole(value)) {
    AppendJsonText(ShownText(value, type, limits), out);
  } else {
    AppendJson(value, Bytes(limits.evidence_value_bytes), out);
  }
}

std::string JsonOf(const std::vector<Value>& values, const FieldType& type,
                   const Limits& limits) {
  std::string json;
  if (values.size() == 1) {
    AppendShownJson(values[0], type, limits, &json);
    return json;
  }
  json = "[";
  for (const Value& value : values) {
    std::string one;
    AppendShownJson(value, type, limits, &one);
    if (json.size() + one.size() > Bytes(limits.evidence_value_bytes)) break;
    if (json.size() > 1) json += ',';
    json += one;
  }
  return json + "]";
}

}  // namespace

int64_t SubBucketOf(TimeNs x, DurationNs window) {
  __extension__ using Wide = __int128;
  const Wide scaled = Wide{kSubBuckets} * x;
  const Wide quotient = scaled / window;
  return static_cast<int64_t>(scaled % window < 0 ? quotient - 1 : quotient);
}

bool IdentityOf(const Value& value, Hash128* identity) {
  if (value.is_null() || (value.is_text() && value.text.empty())) return false;
  if (value.is_text()) {
    char room[256];
    if (value.text.size() <= sizeof(room) && FoldAscii(value.text, room)) {
      *identity = StableHash({room, value.text.size()});
    } else {
      *identity = StableHash(Fold(value.text));
    }
    return true;
  }
  *identity = StableHash(Fold(CanonicalText(value)));
  return true;
}

void IdentitiesOf(const MatchBody& body, std::span<const uint32_t> captures,
                  const Limits& limits, std::vector<Hash128>* identities) {
  identities->clear();
  std::vector<Hash128> before;
  for (size_t i = 0; i < captures.size(); ++i) {
    before.swap(*identities);
    identities->clear();
    for (const Value& value : body.captures[captures[i]]) {
      Hash128 identity;
      if (!IdentityOf(value, &identity)) continue;
      if (i == 0) identities->push_back(identity);
      for (const Hash128& first : before) {
        identities->push_back(Combine(first, identity));
      }
    }
    if (identities->size() > Bytes(limits.array_values)) {
      identities->resize(Bytes(limits.array_values));
    }
    if (identities->empty()) return;
  }
  if (identities->size() < 2) return;
  std::sort(identities->begin(), identities->end());
  identities->erase(std::unique(identities->begin(), identities->end()),
                    identities->end());
}

std::string ShownText(const Value& value, const FieldType& type,
                      const Limits& limits) {
  if (type.kind == FieldKind::kTime && value.kind == Kind::kInt) {
    return FormatTime(value.integer);
  }
  if (type.kind == FieldKind::kDuration && value.kind == Kind::kInt) {
    return FormatDuration(value.integer);
  }
  std::string text = CanonicalText(value);
  const size_t most = Bytes(limits.evidence_value_bytes);
  if (text.size() > most) {
    text.resize(CutUtf8(text, most).size());
    text += kEllipsis;
  }
  return text;
}

void Encode(const Seen& seen, ByteWriter* out) {
  Encode(seen.from, out);
  out->Zigzag(seen.time);
  out->Varint(seen.step);
  out->Text(seen.body);
}

Seen DecodeSeen(ByteReader* in) {
  Seen seen;
  seen.from = DecodeCoordinate(in);
  seen.time = in->Zigzag();
  seen.step = static_cast<uint32_t>(in->Varint());
  seen.body = in->Text();
  return seen;
}

std::string BodyForEvidence(std::string_view bytes, const MatchBody& body,
                            const Rule& rule, const Limits& limits) {
  const size_t usual =
      Bytes(limits.evidence_values) * Bytes(limits.evidence_value_bytes);
  if (bytes.size() <= usual) return std::string(bytes);
  MatchBody shown = body;
  size_t fields = 0;
  for (size_t i = 0; i < shown.captures.size(); ++i) {
    std::vector<Value>& values = shown.captures[i];
    if (!rule.captures[i].shown || values.empty() ||
        ++fields > Bytes(limits.evidence_values)) {
      values.clear();
      continue;
    }
    size_t left = Bytes(limits.evidence_value_bytes) + 4;
    for (size_t k = 0; k < values.size(); ++k) {
      // One code point more than is shown, so that it still ends in "…".
      values[k].text = CutUtf8(values[k].text, left);
      left -= std::min(left, values[k].text.size() + 1);
      if (left == 0) values.resize(k + 1);
    }
  }
  std::string out;
  EncodeMatchBody(shown, &out);
  return out;
}

Evidence ToEvidence(const Seen& seen, const MatchBody& body,
                    std::string_view step, const Rule& rule,
                    const Limits& limits) {
  Evidence evidence;
  evidence.from = seen.from;
  evidence.time = seen.time;
  evidence.step = step;
  for (size_t i = 0; i < rule.captures.size(); ++i) {
    const Capture& capture = rule.captures[i];
    if (!capture.shown || body.captures[i].empty()) continue;
    if (evidence.fields.size() >= Bytes(limits.evidence_values)) break;
    evidence.fields.emplace_back(
        capture.name, JsonOf(body.captures[i], capture.type, limits));
  }
  return evidence;
}

std::vector<Evidence> ToEvidence(std::span<const Seen* const> seen,
                                 std::span<const std::string_view> steps,
                                 const Rule& rule, const Limits& limits) {
  std::vector<Evidence> evidence;
  MatchBody body;
  for (const Seen* one : seen) {
    if (!DecodeMatchBody(one->body, &body)) continue;
    body.captures.resize(rule.captures.size());
    const std::string_view step =
        one->step < steps.size() ? steps[one->step] : std::string_view();
    evidence.push_back(ToEvidence(*one, body, step, rule, limits));
  }
  return evidence;
}

// ----------------------------------------------------------- EvidenceLog
void EvidenceLog::Add(Seen seen, TimeNs now, DurationNs window,
                      const Limits& limits) {
  const size_t first = Bytes(limits.evidence_first);
  const size_t most = first + Bytes(limits.evidence_last);
  if (seen_.size() >= most) {
    std::erase_if(seen_, [&](const Seen& old) {
      return !InWindow(old.time, now, window);
    });
  }
  if (seen_.size() >= most) {
    const TimeNs time = seen_[first].time;
    const int64_t bucket = window > 0 ? SubBucketOf(time, window) : 0;
    const auto at = std::lower_bound(counted_.begin(), counted_.end(),
                                     std::pair(bucket, uint64_t{0}));
    if (at != counted_.end() && at->first == bucket) {
      ++at->second;
    } else {
      counted_.insert(at, {bucket, 1});
    }
    seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(first));
    if (window > 0) {
      const int64_t oldest = SubBucketOf(now, window) - kSubBuckets;
      std::erase_if(counted_,
                    [&](const auto& one) { return one.first < oldest; });
    }
  }
  seen_.push_back(std::move(seen));
}

void EvidenceLog::Read(TimeNs now, DurationNs window,
                       std::vector<const Seen*>* seen, uint64_t* total) const {
  seen->clear();
  for (const Seen& one : seen_) {
    if (InWindow(one.time, now, window)) seen->push_back(&one);
  }
  *total = seen->size();
  const int64_t oldest =
      window > 0 ? SubBucketOf(now, window) - kSubBuckets : 0;
  for (const auto& [bucket, count] : counted_) {
    if (bucket >= oldest) *total += count;
  }
}

void EvidenceLog::Clear() {
  seen_.clear();
  counted_.clear();
}

void EvidenceLog::Encode(ByteWriter* out) const {
  out->Varint(seen_.size());
  for (const Seen& seen : seen_) tocsin::Encode(seen, out);
  out->Varint(counted_.size());
  for (const auto& [bucket, count] : counted_) {
    out->Zigzag(bucket);
    out->Varint(count);
  }
}

EvidenceLog EvidenceLog::Decode(ByteReader* in) {
  EvidenceLog log;
  const size_t seen = in->Count();
  for (size_t i = 0; i < seen && in->ok(); ++i) {
    log.seen_.push_back(DecodeSeen(in));
  }
  const size_t counted = in->Count();
  for (size_t i = 0; i < counted && in->ok(); ++i) {
    const int64_t bucket = in->Zigzag();
    log.counted_.emplace_back(bucket, in->Varint());
  }
  return log;
}

// ------------------------------------------------------------------ Kept
void Kept::Add(const MatchBody& body, TimeNs time, TimeNs now,
               DurationNs window, const Rule& rule, const Limits& limits) {
  if (rule.keep.empty()) return;
  fields_.resize(rule.keep.size());
  for (size_t i = 0; i < rule.keep.size(); ++i) {
    std::vector<Known>& known = fields_[i];
    const FieldType& type = rule.captures[rule.keep[i]].type;
    for (const Value& value : body.captures[rule.keep[i]]) {
      Hash128 identity;
      if (!IdentityOf(value, &identity)) continue;
      const auto found = std::find_if(
          known.begin(), known.end(),
          [&](const Known& one) { return one.identity == identity; });
      if (found != known.end() && InWindow(found->last, now, window)) {
        found->last = std::max(found->last, time);
        continue;
      }
      if (found != known.end()) known.erase(found);
      if (known.size() >= Bytes(limits.keep_values)) {
        std::erase_if(known, [&](const Known& one) {
          return !InWindow(one.last, now, window);
        });
      }
      if (known.size() >= Bytes(limits.keep_values)) continue;
      known.push_back({identity, time, ShownText(value, type, limits)});
    }
  }
}

std::vector<std::vector<std::string>> Kept::Read(TimeNs now, DurationNs window,
                                                 const Rule& rule) const {
  std::vector<std::vector<std::string>> values(rule.keep.size());
  for (size_t i = 0; i < std::min(values.size(), fields_.size()); ++i) {
    for (const Known& known : fields_[i]) {
      if (InWindow(known.last, now, window)) values[i].push_back(known.shown);
    }
  }
  return values;
}

void Kept::Encode(ByteWriter* out) const {
  out->Varint(fields_.size());
  for (const std::vector<Known>& field : fields_) {
    out->Varint(field.size());
    for (const Known& known : field) {
      out->Hash(known.identity);
      out->Zigzag(known.last);
      out->Text(known.shown);
    }
  }
}

Kept Kept::Decode(ByteReader* in) {
  Kept kept;
  kept.fields_.resize(in->Count());
  for (std::vector<Known>& field : kept.fields_) {
    const size_t count = in->Count(18);
    for (size_t i = 0; i < count && in->ok(); ++i) {
      Known known;
      known.identity = in->Hash();
      known.last = in->Zigzag();
      known.shown = in->Text();
      field.push_back(std::move(known));
    }
  }
  return kept;
}

}  // namespace tocsin
