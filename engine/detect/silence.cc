// SPDX-License-Identifier: Apache-2.0
//
// `silence of T by K for D`: a finding at last seen + D; the next event sends
// another one that resolves it and arms the key again. With `in list` exactly
// the keys of the list are watched, and count as seen at the start.
//
// Tested by: tests/engine/detect/silence_test.cc
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/fold.h"
#include "engine/detect/detector.h"
#include "engine/state/key_table.h"

namespace tocsin {
namespace {

class SilenceDetector final : public Detector {
 public:
  explicit SilenceDetector(const DetectorContext& context)
      : context_(context),
        rule_(context.of()),
        silence_(std::get<SilencePattern>(rule_.pattern)),
        listed_(silence_.list.valid()),
        table_(Keys(context), Keep()) {}

  // Arms the keys of the list that belong to this shard.
  void OnStart(TimeNs start) override {
    if (!listed_) return;
    start_ = start;
    for (const std::string& text : List().keys()) {
      const Hash128 key = KeyHash({Identity(text)});
      if (!IsMine(key)) continue;
      State& state = At(key, start);
      state.watched = true;
      state.shown_key = {text};
      Arm(key, start);
    }
  }

  void OnMatch(const Turn& turn) override {
    if (!turn.fits(silence_.test)) return;
    if (listed_) {
      // Of an input's first events some may be placed before the very first.
      if (turn.at() < start_) return;
      const State* known = table_.Find(turn.key, turn.at());
      if (known == nullptr || !known->watched) return;
    }
    State& state = At(turn.key, turn.at());
    if (state.shown_key.empty()) state.shown_key = ShownKey(*turn.body);
    state.seen = Seen{turn.place.from, turn.time, silence_.test, {}};
    Arm(turn.key, turn.at());
    if (!state.silent) return;
    Completion completion = CompletionAt(turn.key, turn.at(), state);
    completion.place = turn.place;
    completion.moment.event = turn.body;
    completion.moment.time = turn.time;
    completion.evidence = {ToEvidence(*state.seen, *turn.body, Name(), rule_,
                                      context_.plan->limits)};
    completion.resolves = state.silent->id;
    completion.resolved_held = state.silent->held_back;
    state.silent.reset();
    context_.sink->Emit(std::move(completion));
  }

  void OnTimer(const Timer& timer) override {
    State* state = table_.Find(timer.key, timer.due);
    if (state == nullptr) return;
    Completion completion = CompletionAt(timer.key, timer.due, *state);
    completion.place.at = timer.due;
    if (state->seen) {
      MatchBody nothing;
      nothing.captures.resize(rule_.captures.size());
      completion.evidence = {ToEvidence(*state->seen, nothing, Name(), rule_,
                                        context_.plan->limits)};
    }
    state->silent = context_.sink->Emit(std::move(completion));
  }

  size_t keys() const override { return table_.size(); }
  uint64_t evicted() const override { return table_.evicted(); }
  size_t bytes_per_key() const override {
    return sizeof(State) + sizeof(Timer) +
           rule_.key_names.size() *
               static_cast<size_t>(context_.plan->limits.key_bytes);
  }

  void Save(ByteWriter* out) const override;
  bool Load(ByteReader* in) override;

 private:
  struct State {
    bool watched = false;  // by the list
    std::vector<std::string> shown_key;
    std::optional<Seen> seen;  // the last event, without its body
    std::optional<FindingSink::Emitted> silent;
  };

  static bool IsIp(const Rule& rule) {
    return std::any_of(
        rule.captures.begin(), rule.captures.end(), [](const Capture& capture) {
          return capture.key_part == 0 && capture.type.kind == FieldKind::kIp;
        });
  }

  const tocsin::List& List() const {
    return context_.plan->lists[silence_.list.value];
  }
  std::string_view Name() const { return rule_.tests[silence_.test].name; }

  // As the matcher makes it of the same text in an event.
  std::string Identity(const std::string& text) const {
    if (IsIp(rule_)) {
      if (const auto address = CanonicalIp(text)) return *address;
    }
    if (List().type() == ListType::kNumber) {
      if (const auto number = ParseDecimal(text)) {
        return CanonicalText(*number);
      }
    }
    return Fold(text);
  }

  bool IsMine(const Hash128& key) const {
    return ShardOf(rule_.state, key, rule_.whole()) == context_.shard;
  }

  // Whoever is on the list is never pushed out.
  static size_t Keys(const DetectorContext& context) {
    const auto& silence = std::get<SilencePattern>(context.of().pattern);
    if (!silence.list.valid()) return context.keys;
    return std::max(context.keys,
                    context.plan->lists[silence.list.value].size());
  }

  DurationNs Keep() const {
    if (listed_) return kMaxTime;
    DurationNs keep = 0;
    if (__builtin_mul_overflow(silence_.duration, 20, &keep)) return kMaxTime;
    return std::max(keep, 7 * kDay);
  }

  State& At(const Hash128& key, TimeNs at) {
    return table_.At(key, at, [this](const Hash128& gone, State&) {
      context_.timers->Cancel(context_.rule, gone);
    });
  }

  void Arm(const Hash128& key, TimeNs at) {
    context_.timers->Set(
        {AddSaturating(at, silence_.duration), context_.rule, key, 0});
  }

  Completion CompletionAt(const Hash128& key, TimeNs at,
                          const State& state) const {
    Completion completion;
    completion.rule = context_.rule;
    completion.key = key;
    completion.shown_key = state.shown_key;
    completion.time = at;
    completion.at = at;
    completion.evidence_total = state.seen ? 1 : 0;
    completion.kept.resize(rule_.keep.size());
    for (size_t i = 0; i < rule_.keep.size(); ++i) {
      const uint32_t part = rule_.captures[rule_.keep[i]].key_part;
      if (part >= state.shown_key.size()) continue;
      completion.kept[i].push_back(state.shown_key[part]);
    }
    return completion;
  }

  const DetectorContext context_;
  const Rule& rule_;
  const SilencePattern& silence_;
  const bool listed_;
  TimeNs start_ = kMaxTime;  // of a list: not known yet
  KeyTable<State> table_;
};

void SilenceDetector::Save(ByteWriter* out) const {
  out->Zigzag(start_);
  table_.Encode(out, [](const State& state, ByteWriter* to) {
    to->Bool(state.watched);
    to->Varint(state.shown_key.size());
    for (const std::string& part : state.shown_key) to->Text(part);
    to->Bool(state.seen.has_value());
    if (state.seen) Encode(*state.seen, to);
    to->Bool(state.silent.has_value());
    if (!state.silent) return;
    to->Hash(state.silent->id);
    to->U8(static_cast<uint8_t>(state.silent->held_back));
  });
}

bool SilenceDetector::Load(ByteReader* in) {
  start_ = in->Zigzag();
  return table_.Decode(in, [](ByteReader* from) {
    State state;
    state.watched = from->Bool();
    const size_t parts = from->Count();
    for (size_t i = 0; i < parts && from->ok(); ++i) {
      state.shown_key.emplace_back(from->Text());
    }
    if (from->Bool()) state.seen = DecodeSeen(from);
    if (!from->Bool()) return state;
    state.silent.emplace();
    state.silent->id = from->Hash();
    state.silent->held_back = static_cast<HeldBack>(from->U8());
    if (state.silent->held_back > HeldBack::kShadow) from->Fail();
    return state;
  });
}

}  // namespace

std::unique_ptr<Detector> MakeSilenceDetector(const DetectorContext& context) {
  return std::make_unique<SilenceDetector>(context);
}

}  // namespace tocsin
