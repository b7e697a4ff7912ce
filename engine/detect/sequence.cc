// SPDX-License-Identifier: Apache-2.0
//
// Sequences. A key keeps the events that may still become part of one; each
// event that may complete it starts a search (sequence_search.h). A finding
// clears the key, but for what a leading guard has to remember. With a
// trailing guard the completed choice waits for its timer.
//
// Tested by: tests/engine/detect/sequence_test.cc
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/detect/detector.h"
#include "engine/detect/sequence_plan.h"
#include "engine/detect/sequence_search.h"
#include "engine/state/key_table.h"

namespace tocsin {
namespace {

void Encode(const StepEvent& event, ByteWriter* out) {
  Encode(event.from, out);
  out->Zigzag(event.at);
  out->Zigzag(event.time);
  out->Varint(event.fits);
  out->Varint(event.breaks);
  out->Bool(event.blocked);
  out->Varint(event.values.size());
  for (const auto& [step, value] : event.values) {
    out->Varint(step);
    out->Hash(value);
  }
  out->Text(event.body);
}

StepEvent DecodeStepEvent(ByteReader* in) {
  StepEvent event;
  event.from = DecodeCoordinate(in);
  event.at = in->Zigzag();
  event.time = in->Zigzag();
  event.fits = in->Varint();
  event.breaks = in->Varint();
  event.blocked = in->Bool();
  const size_t values = in->Count(17);
  for (size_t i = 0; i < values && in->ok(); ++i) {
    const auto step = static_cast<uint32_t>(in->Varint());
    event.values.emplace_back(step, in->Hash());
  }
  event.body = in->Text();
  return event;
}

// A completed choice: its events in order, each under its step.
struct Choice {
  TimeNs at = 0;  // of the completing event, which is the last one
  std::vector<std::vector<StepEvent>> steps;
};

// The bodies of a choice as expressions see them.
class ChoiceView {
 public:
  explicit ChoiceView(const Choice& choice) : views_(choice.steps.size()) {
    bodies_.resize(choice.steps.size());
    for (size_t i = 0; i < views_.size(); ++i) {
      bodies_[i].resize(choice.steps[i].size());
      for (size_t k = 0; k < bodies_[i].size(); ++k) {
        DecodeMatchBody(choice.steps[i][k].body, &bodies_[i][k]);
        views_[i].events.push_back(&bodies_[i][k]);
      }
      if (!bodies_[i].empty()) views_[i].time = choice.steps[i][0].time;
    }
  }
  std::span<const StepView> views() const { return views_; }
  const MatchBody& first() const { return bodies_.front().front(); }
  const MatchBody& last() const { return bodies_.back().back(); }
  const MatchBody& body(size_t step, size_t event) const {
    return bodies_[step][event];
  }

 private:
  std::vector<StepView> views_;
  std::vector<std::vector<MatchBody>> bodies_;
};

class SequenceDetector final : public Detector {
 public:
  explicit SequenceDetector(const DetectorContext& context)
      : context_(context),
        rule_(context.of()),
        limits_(context.plan->limits),
        within_(std::get<SequencePattern>(rule_.pattern).within),
        sequence_(MakeSequencePlan(*context.plan,
                                   std::get<SequencePattern>(rule_.pattern))),
        table_(context.keys, std::max(within_, sequence_.longest)) {
    for (const Step& step : std::get<SequencePattern>(rule_.pattern).steps) {
      names_.push_back(step.name);
    }
  }

  void OnMatch(const Turn& turn) override;
  void OnTimer(const Timer& timer) override;

  size_t keys() const override { return table_.size(); }
  uint64_t evicted() const override { return table_.evicted(); }
  size_t bytes_per_key() const override {
    const int64_t body = limits_.evidence_values * limits_.evidence_value_bytes;
    const auto events = static_cast<int64_t>(sequence_.steps.size()) *
                        limits_.ring * (sequence_.longest > 0 ? 2 : 1);
    return static_cast<size_t>(events * body);
  }
  void Save(ByteWriter* out) const override;
  bool Load(ByteReader* in) override;

 private:
  struct Pending {
    Choice choice;
    TimeNs due = 0;
    EvidenceLog evidence;  // of this one and of those that joined it
    Kept kept;
  };
  struct State {
    std::vector<StepEvent> events;  // in order; empty ones were dropped
    size_t dropped = 0;
    std::vector<uint32_t> counts;  // events that fit, by step
    std::vector<TimeNs> leading;   // latest X, by guard
    std::optional<Pending> pending;
  };

  bool HoldAlone(const std::vector<ExprId>& tests, const Turn& turn,
                 size_t step) const;
  StepEvent EventOf(const Turn& turn, const State& state) const;
  bool IsCancelled(const Turn& turn, const Pending& pending) const;
  bool MayComplete(const State& state, const StepEvent& event) const;
  bool Search(const State& state, const StepEvent& event, TimeNs now,
              Choice* choice);
  void Complete(const Turn& turn, Choice choice, State* state);
  void Wait(const Turn& turn, Choice choice, State* state);
  void Emit(const Hash128& key, const Choice& choice, TimeNs at,
            EvidenceLog evidence, const Kept& kept, const Place& place);
  void Remember(const Choice& choice, const ChoiceView& view, TimeNs at,
                EvidenceLog* evidence, Kept* kept) const;
  void Store(StepEvent event, State* state);
  void Forget(TimeNs now, State* state) const;
  void Drop(StepEvent* event, State* state) const;
  void DropOldest(size_t step, State* state) const;
  void EncodeState(const State& state, ByteWriter* out) const;
  State DecodeState(ByteReader* in) const;
  bool FitsRule(const StepEvent& event) const;

  const DetectorContext context_;
  const Rule& rule_;
  const Limits& limits_;
  const DurationNs within_;
  const SequencePlan sequence_;
  std::vector<std::string_view> names_;
  KeyTable<State> table_;
};

// --------------------------------------------------------------- an event
void SequenceDetector::OnMatch(const Turn& turn) {
  if (SubSaturating(turn.at(), turn.time) > within_) return;
  State& state =
      table_.At(turn.key, turn.at(), [this](const Hash128& key, State&) {
        context_.timers->Cancel(context_.rule, key);
      });
  state.counts.resize(sequence_.steps.size());
  state.leading.resize(sequence_.guards.size(), kMinTime);
  if (state.pending && IsCancelled(turn, *state.pending)) {
    state.pending.reset();
    context_.timers->Cancel(context_.rule, turn.key);
  }
  Forget(turn.at(), &state);
  StepEvent event = EventOf(turn, state);
  Choice choice;
  if (MayComplete(state, event) && Search(state, event, turn.at(), &choice)) {
    Complete(turn, std::move(choice), &state);
  } else {
    Store(std::move(event), &state);
  }
  for (size_t i = 0; i < sequence_.guards.size(); ++i) {
    const SequenceGuard& guard = sequence_.guards[i];
    if ((sequence_.leading >> i & 1) == 0 || (guard.tests & turn.tests) == 0) {
      continue;
    }
    if (!HoldAlone(guard.alone, turn, SIZE_MAX)) continue;
    state.leading[i] = std::max(state.leading[i], turn.time);
  }
}

bool SequenceDetector::HoldAlone(const std::vector<ExprId>& tests,
                                 const Turn& turn, size_t step) const {
  if (tests.empty()) return true;
  std::vector<StepView> views(sequence_.steps.size());
  if (step < views.size()) views[step] = {{turn.body}, turn.time};
  Moment moment;
  moment.event = turn.body;
  moment.time = turn.time;
  moment.steps = views;
  RuleEval& eval = RuleEval::Of(*context_.plan);
  eval.Look(&moment);
  return std::all_of(tests.begin(), tests.end(),
                     [&](ExprId test) { return eval.Holds(test); });
}

// What the event is good for, seen alone.
StepEvent SequenceDetector::EventOf(const Turn& turn,
                                    const State& state) const {
  StepEvent event;
  event.from = turn.place.from;
  event.at = turn.at();
  event.time = turn.time;
  std::vector<Hash128> values;
  for (uint32_t i = 0; i < sequence_.steps.size(); ++i) {
    const SequenceStep& step = sequence_.steps[i];
    if (!turn.fits(step.test) || !HoldAlone(step.alone, turn, i)) continue;
    event.fits |= uint64_t{1} << i;
    if (step.distinct.empty()) continue;
    IdentitiesOf(*turn.body, step.distinct, limits_, &values);
    for (const Hash128& value : values) event.values.emplace_back(i, value);
  }
  for (uint32_t i = 0; i < sequence_.guards.size(); ++i) {
    const SequenceGuard& guard = sequence_.guards[i];
    if ((sequence_.inner >> i & 1) != 0 && (guard.tests & turn.tests) != 0 &&
        HoldAlone(guard.alone, turn, SIZE_MAX)) {
      event.breaks |= uint64_t{1} << i;
    }
    if ((sequence_.leading >> i & 1) != 0 && state.leading[i] != kMinTime &&
        SubSaturating(turn.at(), state.leading[i]) <= within_) {
      event.blocked = true;
    }
  }
  event.body = turn.bytes;
  return event;
}

bool SequenceDetector::IsCancelled(const Turn& turn,
                                   const Pending& pending) const {
  std::optional<ChoiceView> view;
  for (uint32_t i = 0; i < sequence_.guards.size(); ++i) {
    const SequenceGuard& guard = sequence_.guards[i];
    if ((sequence_.trailing >> i & 1) == 0 || (guard.tests & turn.tests) == 0) {
      continue;
    }
    if (SubSaturating(turn.at(), pending.choice.at) > guard.trailing) continue;
    if (!HoldAlone(guard.alone, turn, SIZE_MAX)) continue;
    if (guard.cross.empty()) return true;
    if (!view) view.emplace(pending.choice);
    Moment moment;
    moment.event = turn.body;
    moment.time = turn.time;
    moment.steps = view->views();
    RuleEval& eval = RuleEval::Of(*context_.plan);
    eval.Look(&moment);
    if (std::all_of(
            guard.cross.begin(), guard.cross.end(),
            [&](const CrossTest& test) { return eval.Holds(test.test); })) {
      return true;
    }
  }
  return false;
}

// Cheap: are there enough events of every step at all?
bool SequenceDetector::MayComplete(const State& state,
                                   const StepEvent& event) const {
  if (sequence_.steps.empty()) return false;
  const size_t last = sequence_.steps.size() - 1;
  if ((event.fits >> last & 1) == 0) return false;
  for (size_t i = 0; i <= last; ++i) {
    const size_t have = state.counts[i] + (event.fits >> i & 1);
    const bool distinct = !sequence_.steps[i].distinct.empty();
    if (have < (distinct ? 1 : sequence_.steps[i].at_least)) return false;
  }
  return true;
}

bool SequenceDetector::Search(const State& state, const StepEvent& event,
                              TimeNs now, Choice* choice) {
  std::vector<const StepEvent*> events;
  events.reserve(state.events.size() + 1);
  for (const StepEvent& one : state.events) {
    if (one.fits != 0 || one.breaks != 0) events.push_back(&one);
  }
  events.push_back(&event);
  SequenceSearch search(*context_.plan, sequence_, within_, now, events);
  std::vector<std::vector<uint32_t>> chosen;
  const bool found = search.Find(&chosen);
  if (search.cut()) ++context_.counters->candidates_cut;
  if (!found) return false;
  choice->at = now;
  choice->steps.resize(chosen.size());
  for (size_t i = 0; i < chosen.size(); ++i) {
    for (const uint32_t number : chosen[i]) {
      choice->steps[i].push_back(*events[number]);
    }
  }
  return true;
}

// ------------------------------------------------------------- completion
void SequenceDetector::Complete(const Turn& turn, Choice choice, State* state) {
  state->events.clear();
  state->dropped = 0;
  std::fill(state->counts.begin(), state->counts.end(), 0);
  if (sequence_.longest > 0) return Wait(turn, std::move(choice), state);
  EvidenceLog evidence;
  Kept kept;
  Remember(choice, ChoiceView(choice), turn.at(), &evidence, &kept);
  Emit(turn.key, choice, turn.at(), std::move(evidence), kept, turn.place);
}

// A completion while one waits joins it.
void SequenceDetector::Wait(const Turn& turn, Choice choice, State* state) {
  const ChoiceView view(choice);
  if (state->pending) {
    Remember(choice, view, turn.at(), &state->pending->evidence,
             &state->pending->kept);
    return;
  }
  state->pending.emplace();
  Pending& pending = *state->pending;
  Remember(choice, view, turn.at(), &pending.evidence, &pending.kept);
  pending.due = AddSaturating(turn.at(), sequence_.longest);
  pending.choice = std::move(choice);
  context_.timers->Set({pending.due, context_.rule, turn.key, 0});
}

void SequenceDetector::OnTimer(const Timer& timer) {
  State* state = table_.Find(timer.key, timer.due);
  if (state == nullptr || !state->pending) return;
  Pending pending = std::move(*state->pending);
  state->pending.reset();
  Place place;
  place.at = timer.due;
  Emit(timer.key, pending.choice, timer.due, std::move(pending.evidence),
       pending.kept, place);
}

void SequenceDetector::Remember(const Choice& choice, const ChoiceView& view,
                                TimeNs at, EvidenceLog* evidence,
                                Kept* kept) const {
  for (uint32_t i = 0; i < choice.steps.size(); ++i) {
    for (size_t k = 0; k < choice.steps[i].size(); ++k) {
      const StepEvent& event = choice.steps[i][k];
      const MatchBody& body = view.body(i, k);
      evidence->Add({event.from, event.time, i,
                     BodyForEvidence(event.body, body, rule_, limits_)},
                    at, 0, limits_);
      kept->Add(body, event.time, at, 0, rule_, limits_);
    }
  }
}

void SequenceDetector::Emit(const Hash128& key, const Choice& choice, TimeNs at,
                            EvidenceLog evidence, const Kept& kept,
                            const Place& place) {
  const ChoiceView view(choice);
  Completion completion;
  completion.rule = context_.rule;
  completion.key = key;
  completion.shown_key = ShownKey(view.first());
  completion.time = at;
  completion.at = at;
  completion.place = place;
  completion.moment.event = &view.last();
  completion.moment.time = choice.steps.back().back().time;
  completion.moment.steps = view.views();
  std::vector<const Seen*> seen;
  evidence.Read(at, 0, &seen, &completion.evidence_total);
  completion.evidence = ToEvidence(seen, names_, rule_, limits_);
  completion.kept = kept.Read(at, 0, rule_);
  context_.sink->Emit(std::move(completion));
}

// ---------------------------------------------------------------- storage
void SequenceDetector::Store(StepEvent event, State* state) {
  const size_t last = sequence_.steps.size() - 1;
  // The last step's only event completes now or never.
  if (!sequence_.steps[last].set) event.fits &= ~(uint64_t{1} << last);
  if (event.fits == 0) {
    // An X before every event of the steps discards nothing.
    if (event.breaks == 0 || state->events.empty()) return;
    event.values.clear();
    StepEvent& before = state->events.back();
    bool plain = true;
    for (size_t i = 0; i < sequence_.guards.size(); ++i) {
      const bool used = ((event.breaks | before.breaks) >> i & 1) != 0;
      if (used && !sequence_.guards[i].cross.empty()) plain = false;
    }
    if (plain) {
      event.body.clear();
      // Of several X in a row the place of the first says it all.
      if (before.fits == 0 && before.breaks != 0) {
        before.breaks |= event.breaks;
        return;
      }
    }
  }
  for (size_t i = 0; i <= last; ++i) {
    if ((event.fits >> i & 1) == 0) continue;
    if (state->counts[i] >= static_cast<uint32_t>(limits_.ring)) {
      DropOldest(i, state);
      ++context_.counters->ring_cut;
    }
    ++state->counts[i];
  }
  state->events.push_back(std::move(event));
  // Guards that compare are kept one by one.
  const size_t most = static_cast<size_t>(limits_.ring) *
                      (2 * sequence_.steps.size() + sequence_.guards.size());
  if (state->events.size() - state->dropped <= most) return;
  const auto oldest = std::find_if(
      state->events.begin(), state->events.end(),
      [](const StepEvent& one) { return one.fits == 0 && one.breaks != 0; });
  if (oldest == state->events.end()) return;
  Drop(&*oldest, state);
  ++context_.counters->ring_cut;
}

// No event placed before the window can lie in it.
void SequenceDetector::Forget(TimeNs now, State* state) const {
  for (StepEvent& event : state->events) {
    const bool gone = event.fits == 0 && event.breaks == 0;
    if (!gone && SubSaturating(now, event.at) <= within_) break;
    if (!gone) Drop(&event, state);
  }
  if (state->dropped * 2 <= state->events.size()) return;
  std::erase_if(state->events, [](const StepEvent& event) {
    return event.fits == 0 && event.breaks == 0;
  });
  state->dropped = 0;
}

void SequenceDetector::Drop(StepEvent* event, State* state) const {
  for (size_t i = 0; i < state->counts.size(); ++i) {
    if ((event->fits >> i & 1) != 0) --state->counts[i];
  }
  event->fits = 0;
  event->breaks = 0;
  event->values = {};
  event->body = {};
  ++state->dropped;
}

void SequenceDetector::DropOldest(size_t step, State* state) const {
  for (StepEvent& event : state->events) {
    if ((event.fits >> step & 1) == 0) continue;
    if (event.fits == uint64_t{1} << step && event.breaks == 0) {
      return Drop(&event, state);
    }
    event.fits &= ~(uint64_t{1} << step);
    --state->counts[step];
    return;
  }
}

// -------------------------------------------------------------- snapshots
void SequenceDetector::EncodeState(const State& state, ByteWriter* out) const {
  out->Varint(state.events.size() - state.dropped);
  for (const StepEvent& event : state.events) {
    if (event.fits != 0 || event.breaks != 0) Encode(event, out);
  }
  for (size_t i = 0; i < sequence_.guards.size(); ++i) {
    out->Zigzag(i < state.leading.size() ? state.leading[i] : kMinTime);
  }
  out->Bool(state.pending.has_value());
  if (!state.pending) return;
  const Pending& pending = *state.pending;
  out->Zigzag(pending.choice.at);
  out->Zigzag(pending.due);
  for (const std::vector<StepEvent>& step : pending.choice.steps) {
    out->Varint(step.size());
    for (const StepEvent& event : step) Encode(event, out);
  }
  pending.evidence.Encode(out);
  pending.kept.Encode(out);
}

bool SequenceDetector::FitsRule(const StepEvent& event) const {
  MatchBody body;
  return DecodeMatchBody(event.body, &body) &&
         body.captures.size() == rule_.captures.size();
}

SequenceDetector::State SequenceDetector::DecodeState(ByteReader* in) const {
  State state;
  state.counts.resize(sequence_.steps.size());
  const size_t events = in->Count(10);
  for (size_t i = 0; i < events && in->ok(); ++i) {
    state.events.push_back(DecodeStepEvent(in));
    const StepEvent& event = state.events.back();
    if (event.fits != 0 && !FitsRule(event)) in->Fail();
    for (size_t k = 0; k < state.counts.size(); ++k) {
      state.counts[k] += static_cast<uint32_t>(event.fits >> k & 1);
    }
  }
  for (size_t i = 0; i < sequence_.guards.size(); ++i) {
    state.leading.push_back(in->Zigzag());
  }
  if (!in->Bool()) return state;
  Pending& pending = state.pending.emplace();
  pending.choice.at = in->Zigzag();
  pending.due = in->Zigzag();
  pending.choice.steps.resize(sequence_.steps.size());
  for (std::vector<StepEvent>& step : pending.choice.steps) {
    const size_t count = in->Count(10);
    if (count == 0) in->Fail();
    for (size_t i = 0; i < count && in->ok(); ++i) {
      step.push_back(DecodeStepEvent(in));
      if (!FitsRule(step.back())) in->Fail();
    }
  }
  pending.evidence = EvidenceLog::Decode(in);
  pending.kept = Kept::Decode(in);
  return state;
}

void SequenceDetector::Save(ByteWriter* out) const {
  table_.Encode(out, [this](const State& state, ByteWriter* to) {
    EncodeState(state, to);
  });
}

bool SequenceDetector::Load(ByteReader* in) {
  return table_.Decode(in,
                       [this](ByteReader* from) { return DecodeState(from); });
}

}  // namespace

std::unique_ptr<Detector> MakeSequenceDetector(const DetectorContext& context) {
  return std::make_unique<SequenceDetector>(context);
}

}  // namespace tocsin
