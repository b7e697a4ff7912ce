// SPDX-License-Identifier: Apache-2.0
//
// Conditions over time. `within W` is judged at each of its events over the
// last W; when it fires, the key's measures are cleared and it is judged again
// only more than W later. `per D` is judged once for each key seen in an
// aligned bucket, when a timer closes the bucket.
//
// Tested by: tests/engine/detect/window_test.cc
#include <algorithm>
#include <utility>

#include "engine/detect/detector.h"
#include "engine/detect/measures.h"
#include "engine/state/key_table.h"

namespace tocsin {
namespace {

// Names of the event tests, which evidence is shown under.
std::vector<std::string_view> TestNames(const Rule& rule) {
  std::vector<std::string_view> names;
  for (const EventTest& test : rule.tests) names.push_back(test.name);
  return names;
}

uint32_t FirstTest(const Turn& turn) {
  return static_cast<uint32_t>(__builtin_ctzll(turn.tests));
}

class WindowDetector : public Detector {
 protected:
  // What a key has seen in a window or bucket.
  struct Span {
    Measures::State measures;
    EvidenceLog evidence;
    Kept kept;
    std::vector<std::string> shown_key;  // per
  };

  explicit WindowDetector(const DetectorContext& context)
      : context_(context),
        rule_(context.of()),
        limits_(context.plan->limits),
        window_(std::get<WindowPattern>(rule_.pattern)),
        measures_(&window_, &limits_),
        names_(TestNames(rule_)) {}

  size_t bytes_per_key() const override {
    const int64_t seen = limits_.evidence_first + limits_.evidence_last;
    const int64_t body = limits_.evidence_values * limits_.evidence_value_bytes;
    const auto keep = static_cast<int64_t>(rule_.keep.size()) *
                      limits_.keep_values * limits_.evidence_value_bytes;
    return measures_.bytes_per_key() + static_cast<size_t>(seen * body + keep);
  }

  // How long evidence and kept values stay: a bucket ends as a whole.
  DurationNs Memory() const { return window_.sliding ? window_.window : 0; }

  void Add(const Turn& turn, Span* span) {
    measures_.Add(turn, &span->measures, context_.counters);
    span->evidence.Add(SeenOf(turn, FirstTest(turn), rule_, limits_), turn.at(),
                       Memory(), limits_);
    span->kept.Add(*turn.body, turn.time, turn.at(), Memory(), rule_, limits_);
  }

  // The finding if the condition holds; `completion` says when and whose.
  bool Judge(const Span& span, Completion completion) {
    const Measures::Results results =
        measures_.Read(completion.at, span.measures);
    completion.moment.rule = &rule_;
    completion.moment.key = completion.shown_key;
    completion.moment.measures = results;
    RuleEval& eval = RuleEval::Of(*context_.plan);
    eval.Look(&completion.moment);
    if (!eval.Holds(window_.condition)) return false;
    std::vector<const Seen*> seen;
    span.evidence.Read(completion.at, Memory(), &seen,
                       &completion.evidence_total);
    completion.evidence = ToEvidence(seen, names_, rule_, limits_);
    completion.kept = span.kept.Read(completion.at, Memory(), rule_);
    MatchBody first;
    if (completion.shown_key.empty() && !seen.empty() &&
        DecodeMatchBody(seen[0]->body, &first)) {
      completion.shown_key = ShownKey(first);
    }
    context_.sink->Emit(std::move(completion));
    return true;
  }

  void Encode(const Span& span, ByteWriter* out) const {
    measures_.Encode(span.measures, out);
    span.evidence.Encode(out);
    span.kept.Encode(out);
    out->Varint(span.shown_key.size());
    for (const std::string& part : span.shown_key) out->Text(part);
  }

  Span Decode(ByteReader* in) const {
    Span span;
    span.measures = measures_.Decode(in);
    span.evidence = EvidenceLog::Decode(in);
    span.kept = Kept::Decode(in);
    const size_t parts = in->Count();
    for (size_t i = 0; i < parts && in->ok(); ++i) {
      span.shown_key.emplace_back(in->Text());
    }
    return span;
  }

  const DetectorContext context_;
  const Rule& rule_;
  const Limits& limits_;
  const WindowPattern& window_;
  const Measures measures_;
  const std::vector<std::string_view> names_;
};

// --------------------------------------------------------------- within W
class WithinDetector final : public WindowDetector {
 public:
  // Sub-buckets reach back up to one of them further than the window.
  explicit WithinDetector(const DetectorContext& context)
      : WindowDetector(context),
        table_(context.keys, window_.window + window_.window / 60 + 1) {}

  void OnMatch(const Turn& turn) override {
    if (SubSaturating(turn.at(), turn.time) > window_.window) return;
    State& state = table_.At(turn.key, turn.at());
    if (state.span.measures.empty()) state.span.measures = measures_.Fresh();
    Add(turn, &state.span);
    if (state.fired != kMinTime &&
        SubSaturating(turn.at(), state.fired) <= window_.window) {
      return;
    }
    Completion completion;
    completion.rule = context_.rule;
    completion.key = turn.key;
    completion.time = turn.at();
    completion.at = turn.at();
    completion.place = turn.place;
    completion.moment.event = turn.body;
    completion.moment.time = turn.time;
    if (!Judge(state.span, std::move(completion))) return;
    state.span = Span{};
    state.fired = turn.at();
  }

  size_t keys() const override { return table_.size(); }
  uint64_t evicted() const override { return table_.evicted(); }
  size_t bytes_per_key() const override {
    return sizeof(State) + WindowDetector::bytes_per_key();
  }

  void Save(ByteWriter* out) const override {
    table_.Encode(out, [this](const State& state, ByteWriter* to) {
      to->Zigzag(state.fired);
      to->Bool(!state.span.measures.empty());
      if (!state.span.measures.empty()) Encode(state.span, to);
    });
  }
  bool Load(ByteReader* in) override {
    return table_.Decode(in, [this](ByteReader* from) {
      State state;
      state.fired = from->Zigzag();
      if (from->Bool()) state.span = Decode(from);
      return state;
    });
  }

 private:
  struct State {
    TimeNs fired = kMinTime;
    Span span;  // no measures: nothing was seen since it fired
  };
  KeyTable<State> table_;
};

// ------------------------------------------------------------------ per D
class PerDetector final : public WindowDetector {
 public:
  explicit PerDetector(const DetectorContext& context)
      : WindowDetector(context), table_(context.keys, kMaxTime) {}

  void OnMatch(const Turn& turn) override {
    const int64_t number = FloorDiv(turn.time, window_.window);
    // Its timer runs after the events of the time at which it ends.
    if (End(number) < turn.at()) {
      ++context_.counters->late_bucket;
      return;
    }
    State& state =
        table_.At(turn.key, turn.at(), [this](const Hash128& key, State& gone) {
          for (const auto& [open, span] : gone.buckets) {
            context_.timers->Cancel(context_.rule, key, Sub(open));
          }
        });
    auto bucket =
        std::find_if(state.buckets.begin(), state.buckets.end(),
                     [number](const auto& one) { return one.first == number; });
    if (bucket == state.buckets.end()) {
      Span span;
      span.measures = measures_.Fresh();
      span.shown_key = ShownKey(*turn.body);
      state.buckets.emplace_back(number, std::move(span));
      bucket = state.buckets.end() - 1;
      context_.timers->Set({End(number), context_.rule, turn.key, Sub(number)});
    }
    Add(turn, &bucket->second);
  }

  void OnTimer(const Timer& timer) override {
    State* state = table_.Find(timer.key, timer.due);
    if (state == nullptr) return;
    const auto bucket = std::find_if(
        state->buckets.begin(), state->buckets.end(),
        [&](const auto& one) { return End(one.first) == timer.due; });
    if (bucket == state->buckets.end()) return;
    const Span span = std::move(bucket->second);
    state->buckets.erase(bucket);
    if (state->buckets.empty()) table_.Erase(timer.key);
    Completion completion;
    completion.rule = context_.rule;
    completion.key = timer.key;
    completion.shown_key = span.shown_key;
    completion.time = timer.due;
    completion.at = timer.due;
    completion.place.at = timer.due;
    Judge(span, std::move(completion));
  }

  size_t keys() const override { return table_.size(); }
  uint64_t evicted() const override { return table_.evicted(); }
  size_t bytes_per_key() const override {
    return sizeof(State) + 2 * WindowDetector::bytes_per_key();
  }

  void Save(ByteWriter* out) const override {
    table_.Encode(out, [this](const State& state, ByteWriter* to) {
      to->Varint(state.buckets.size());
      for (const auto& [number, span] : state.buckets) {
        to->Zigzag(number);
        Encode(span, to);
      }
    });
  }
  bool Load(ByteReader* in) override {
    return table_.Decode(in, [this](ByteReader* from) {
      State state;
      const size_t count = from->Count();
      for (size_t i = 0; i < count && from->ok(); ++i) {
        const int64_t number = from->Zigzag();
        state.buckets.emplace_back(number, Decode(from));
      }
      return state;
    });
  }

 private:
  struct State {
    // Open ones: two only at the very time at which the first one ends.
    std::vector<std::pair<int64_t, Span>> buckets;
  };

  TimeNs End(int64_t number) const {
    TimeNs end = 0;
    if (__builtin_mul_overflow(number + 1, window_.window, &end)) {
      return kMaxTime;
    }
    return end;
  }
  static uint32_t Sub(int64_t number) {
    return static_cast<uint32_t>(number & 1);
  }

  KeyTable<State> table_;
};

}  // namespace

std::unique_ptr<Detector> MakeWindowDetector(const DetectorContext& context) {
  if (std::get<WindowPattern>(context.of().pattern).sliding) {
    return std::make_unique<WithinDetector>(context);
  }
  return std::make_unique<PerDetector>(context);
}

}  // namespace tocsin
