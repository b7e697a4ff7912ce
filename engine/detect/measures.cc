// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tocsin {
namespace {

constexpr int64_t kUnit = 1'000'000'000;
constexpr Fixed kMost =
    std::numeric_limits<int64_t>::max() * Fixed{kUnit} * Fixed{kUnit};

Fixed AddFixed(Fixed a, Fixed b) {
  // Each side is within kMost, which is far from the ends of the type.
  return std::clamp<Fixed>(a + b, -kMost, kMost);
}

Fixed FromDouble(double value) {
  if (value >= 9e18 * 1e9) return kMost;
  if (value <= -9e18 * 1e9) return -kMost;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);  // [0.5, 1)
  const auto digits = static_cast<int64_t>(std::ldexp(mantissa, 53));
  const Fixed scaled = Fixed{digits} * kUnit;  // below 2^83
  const int shift = exponent - 53;
  if (shift >= 0) {
    // The value is below 2^93, so that nothing is shifted out.
    return std::clamp<Fixed>(scaled * (Fixed{1} << std::min(shift, 40)), -kMost,
                             kMost);
  }
  if (shift <= -100) return 0;
  const Fixed half = Fixed{1} << (-shift - 1);
  const Fixed magnitude = ((scaled < 0 ? -scaled : scaled) + half) >> -shift;
  return scaled < 0 ? -magnitude : magnitude;
}

double ToDouble(Fixed value) {
  return static_cast<double>(value) / static_cast<double>(kUnit);
}

void EncodeFixed(Fixed value, ByteWriter* out) {
  out->U64(static_cast<uint64_t>(value));
  out->U64(static_cast<uint64_t>(value >> 64));
}

Fixed DecodeFixed(ByteReader* in) {
  const uint64_t low = in->U64();
  const auto high = static_cast<int64_t>(in->U64());
  return (Fixed{high} * (Fixed{1} << 64)) + low;
}

bool NeedsNumber(MeasureKind kind) {
  return kind != MeasureKind::kCount && kind != MeasureKind::kDistinct;
}

void EncodePart(const Part& part, ByteWriter* out) {
  out->Varint(part.count);
  EncodeFixed(part.sum, out);
  Encode(part.least_or_most, out);
}

Part DecodePart(ByteReader* in) {
  Part part;
  part.count = in->Varint();
  part.sum = DecodeFixed(in);
  part.least_or_most = DecodeValue(in);
  if (!part.least_or_most.is_number()) part.least_or_most = Value::Null();
  return part;
}

}  // namespace

Fixed ToFixed(const Value& number) {
  if (number.kind == Kind::kInt) return Fixed{number.integer} * kUnit;
  if (number.kind == Kind::kUint) {
    return Fixed{number.unsigned_integer} * kUnit;
  }
  return FromDouble(number.real);
}

Value FromFixed(Fixed sum) {
  const Fixed whole = sum / kUnit;
  if (whole * kUnit == sum && whole >= std::numeric_limits<int64_t>::min() &&
      whole <= std::numeric_limits<int64_t>::max()) {
    return Value::Int(static_cast<int64_t>(whole));
  }
  return Value::Double(ToDouble(sum));
}

void Part::Add(MeasureKind kind, const Value& number) {
  ++count;
  if (!NeedsNumber(kind)) return;
  if (kind == MeasureKind::kSum || kind == MeasureKind::kAvg) {
    sum = AddFixed(sum, ToFixed(number));
    return;
  }
  const bool lower =
      least_or_most.is_null() || CompareNumbers(number, least_or_most) < 0;
  const bool higher =
      least_or_most.is_null() || CompareNumbers(number, least_or_most) > 0;
  if (kind == MeasureKind::kMin ? lower : higher) least_or_most = number;
}

void Part::Add(MeasureKind kind, const Part& other) {
  if (other.count == 0) return;
  const uint64_t together = count + other.count;
  if (kind == MeasureKind::kMin || kind == MeasureKind::kMax) {
    Add(kind, other.least_or_most);
  }
  sum = AddFixed(sum, other.sum);
  count = together;
}

std::optional<Value> Part::Read(MeasureKind kind) const {
  switch (kind) {
    case MeasureKind::kCount:
    case MeasureKind::kDistinct:
      return Value::Uint(count);
    case MeasureKind::kSum:
      return FromFixed(sum);
    case MeasureKind::kAvg:
      if (count == 0) return std::nullopt;
      if (sum % (Fixed{kUnit} * count) == 0) {
        return FromFixed(sum / static_cast<Fixed>(count));
      }
      return Value::Double(ToDouble(sum) / static_cast<double>(count));
    case MeasureKind::kMin:
    case MeasureKind::kMax:
      if (count == 0) return std::nullopt;
      return least_or_most;
  }
  return std::nullopt;
}

size_t Measures::Cap(const Measure& measure) const {
  if (!window_.sliding) return static_cast<size_t>(limits_.bucket_values);
  return std::max<size_t>(measure.exact, static_cast<size_t>(limits_.ring));
}

Measures::State Measures::Fresh() const {
  State state(window_.measures.size());
  for (size_t i = 0; i < state.size(); ++i) {
    const Measure& measure = window_.measures[i];
    if (measure.kind == MeasureKind::kDistinct) {
      if (window_.sliding) {
        state[i].state = MeasureState::Distincts{};
      } else {
        state[i].state = MeasureState::Set{};
      }
    } else if (window_.sliding && measure.exact > 0 &&
               measure.kind == MeasureKind::kCount) {
      state[i].state = MeasureState::Times{};
    } else {
      state[i].state = MeasureState::Parts{};
    }
  }
  return state;
}

void Measures::Add(const Turn& turn, State* state,
                   ShardCounters* counters) const {
  std::vector<Hash128> identities;
  for (size_t i = 0; i < window_.measures.size(); ++i) {
    const Measure& measure = window_.measures[i];
    if (!turn.fits(measure.test)) continue;
    const size_t cap = Cap(measure);
    if (auto* times = std::get_if<MeasureState::Times>(&(*state)[i].state)) {
      AddTime(turn.time, turn.at(), cap, times);
      continue;
    }
    if (auto* parts = std::get_if<MeasureState::Parts>(&(*state)[i].state)) {
      AddNumbers(measure, turn, parts, counters);
      continue;
    }
    IdentitiesOf(*turn.body, measure.captures, limits_, &identities);
    auto* set = std::get_if<MeasureState::Set>(&(*state)[i].state);
    for (const Hash128& identity : identities) {
      if (set == nullptr) {
        AddValue(identity, turn.time, turn.at(), cap,
                 &std::get<MeasureState::Distincts>((*state)[i].state),
                 counters);
      } else if (set->index.Find(identity) != FlatIndex::kNone) {
        continue;
      } else if (set->values.size() >= cap) {
        ++counters->ring_cut;
      } else {
        set->index.Insert(identity, static_cast<uint32_t>(set->values.size()));
        set->values.push_back(identity);
      }
    }
  }
}

// Of more than `cap`, those stay that stay in the window longest.
void Measures::AddTime(TimeNs time, TimeNs now, size_t cap,
                       MeasureState::Times* state) const {
  std::vector<TimeNs>& times = state->times;
  times.insert(std::upper_bound(times.begin(), times.end(), time), time);
  if (times.size() <= cap) return;
  // What has left the window goes, many at a time; else the oldest.
  const auto valid = std::lower_bound(times.begin(), times.end(),
                                      SubSaturating(now, window_.window));
  times.erase(times.begin(), std::max(valid, times.begin() + 1));
}

void Measures::AddValue(const Hash128& identity, TimeNs time, TimeNs now,
                        size_t cap, MeasureState::Distincts* state,
                        ShardCounters* counters) const {
  using Known = MeasureState::Distincts::Known;
  std::vector<Known>& known = state->known;
  for (Known& one : known) {
    if (one.identity != identity) continue;
    one.last = std::max(one.last, time);
    return;
  }
  if (known.size() >= cap) {
    const TimeNs oldest = SubSaturating(now, window_.window);
    std::erase_if(known,
                  [oldest](const Known& one) { return one.last < oldest; });
  }
  known.push_back({identity, time});
  if (known.size() <= cap) return;
  ++counters->ring_cut;
  known.erase(std::min_element(
      known.begin(), known.end(),
      [](const Known& a, const Known& b) { return a.last < b.last; }));
}

void Measures::AddNumbers(const Measure& measure, const Turn& turn,
                          MeasureState::Parts* state,
                          ShardCounters* counters) const {
  const int64_t number =
      window_.sliding ? SubBucketOf(turn.time, window_.window) : 0;
  auto at = std::lower_bound(
      state->parts.begin(), state->parts.end(), number,
      [](const auto& one, int64_t bucket) { return one.first < bucket; });
  if (at == state->parts.end() || at->first != number) {
    at = state->parts.insert(at, {number, Part{}});
  }
  Part& part = at->second;
  if (!NeedsNumber(measure.kind)) {
    part.Add(measure.kind, Value::Null());
  } else {
    for (const Value& value : turn.body->captures[measure.captures[0]]) {
      if (value.is_null() || (value.is_text() && value.text.empty())) continue;
      if (const std::optional<Value> one = ToNumber(value)) {
        part.Add(measure.kind, *one);
      } else {
        ++counters->not_number;
      }
    }
  }
  if (!window_.sliding) return;
  const int64_t oldest = SubBucketOf(turn.at(), window_.window) - kSubBuckets;
  std::erase_if(state->parts,
                [oldest](const auto& one) { return one.first < oldest; });
}

Measures::Results Measures::Read(TimeNs now, const State& state) const {
  Results results(window_.measures.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const MeasureKind kind = window_.measures[i].kind;
    if (const auto* times = std::get_if<MeasureState::Times>(&state[i].state)) {
      const auto valid =
          std::lower_bound(times->times.begin(), times->times.end(),
                           SubSaturating(now, window_.window));
      results[i] = Value::Int(times->times.end() - valid);
    } else if (const auto* set =
                   std::get_if<MeasureState::Set>(&state[i].state)) {
      results[i] = Value::Uint(set->values.size());
    } else if (const auto* distinct =
                   std::get_if<MeasureState::Distincts>(&state[i].state)) {
      const TimeNs oldest = SubSaturating(now, window_.window);
      results[i] = Value::Int(std::count_if(
          distinct->known.begin(), distinct->known.end(),
          [oldest](const auto& one) { return one.last >= oldest; }));
    } else {
      const int64_t oldest =
          window_.sliding ? SubBucketOf(now, window_.window) - kSubBuckets : 0;
      Part all;
      for (const auto& [number, part] :
           std::get<MeasureState::Parts>(state[i].state).parts) {
        if (number >= oldest) all.Add(kind, part);
      }
      results[i] = all.Read(kind);
    }
  }
  return results;
}

size_t Measures::bytes_per_key() const {
  size_t bytes = 0;
  for (const Measure& measure : window_.measures) {
    bytes += sizeof(MeasureState);
    if (measure.kind == MeasureKind::kDistinct) {
      bytes += Cap(measure) * (sizeof(Hash128) + sizeof(TimeNs)) * 2;
    } else if (window_.sliding && measure.exact > 0) {
      bytes += Cap(measure) * sizeof(TimeNs);
    } else {
      bytes += sizeof(std::pair<int64_t, Part>) *
               (window_.sliding ? kSubBuckets + 1 : 1);
    }
  }
  return bytes;
}

void Measures::Encode(const State& state, ByteWriter* out) const {
  for (const MeasureState& measure : state) {
    if (const auto* times = std::get_if<MeasureState::Times>(&measure.state)) {
      out->Varint(times->times.size());
      for (const TimeNs time : times->times) out->Zigzag(time);
    } else if (const auto* distinct =
                   std::get_if<MeasureState::Distincts>(&measure.state)) {
      out->Varint(distinct->known.size());
      for (const auto& [identity, last] : distinct->known) {
        out->Hash(identity);
        out->Zigzag(last);
      }
    } else if (const auto* set =
                   std::get_if<MeasureState::Set>(&measure.state)) {
      out->Varint(set->values.size());
      for (const Hash128& value : set->values) out->Hash(value);
    } else {
      const auto& parts = std::get<MeasureState::Parts>(measure.state).parts;
      out->Varint(parts.size());
      for (const auto& [number, part] : parts) {
        out->Zigzag(number);
        EncodePart(part, out);
      }
    }
  }
}

Measures::State Measures::Decode(ByteReader* in) const {
  State state = Fresh();
  for (MeasureState& measure : state) {
    const size_t count = in->Count();
    for (size_t i = 0; i < count && in->ok(); ++i) {
      if (auto* times = std::get_if<MeasureState::Times>(&measure.state)) {
        times->times.push_back(in->Zigzag());
      } else if (auto* distinct =
                     std::get_if<MeasureState::Distincts>(&measure.state)) {
        const Hash128 identity = in->Hash();
        distinct->known.push_back({identity, in->Zigzag()});
      } else if (auto* set = std::get_if<MeasureState::Set>(&measure.state)) {
        const Hash128 value = in->Hash();
        if (set->index.Find(value) != FlatIndex::kNone) in->Fail();
        if (!in->ok()) break;
        set->index.Insert(value, static_cast<uint32_t>(i));
        set->values.push_back(value);
      } else {
        const int64_t number = in->Zigzag();
        std::get<MeasureState::Parts>(measure.state)
            .parts.emplace_back(number, DecodePart(in));
      }
    }
  }
  return state;
}

}  // namespace tocsin
