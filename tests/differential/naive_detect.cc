// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/naive_detect.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/base/fold.h"
#include "engine/detect/moment.h"
#include "engine/match/match.h"
#include "tests/differential/naive_sequence.h"

namespace tocsin::testing {
namespace {

using Times = std::vector<TimeNs>;

struct Event {
  const MatchRecord* record = nullptr;
  MatchBody body;

  TimeNs now() const { return record->place.at; }
  TimeNs time() const { return record->time; }
  bool Is(uint32_t test) const { return (record->tests >> test & 1) != 0; }
};
using Events = std::vector<Event>;

// A finding before `at most`.
struct Found {
  TimeNs time = 0;
  bool by_timer = false;
  Hash128 key;
  Place place;
  uint64_t n = 0;
  Hash128 id;
  HeldBack held_back = HeldBack::kNo;
  int64_t resolves = -1;  // its number
  std::vector<const Event*> evidence;
  std::vector<std::string> steps;  // of the evidence
  std::vector<std::vector<std::string>> kept;
  std::vector<std::string> measures;
  std::set<std::vector<std::string>> budgets;
};

// Folded texts of a capture; null and "" are missing.
std::vector<std::string> TextsOf(const Event& event, uint32_t capture) {
  std::vector<std::string> texts;
  for (const Value& value : event.body.captures[capture]) {
    const std::string text = CanonicalText(value);
    if (!text.empty()) texts.push_back(Fold(text));
  }
  return texts;
}

std::set<std::vector<std::string>> Tuples(
    const Event& event, const std::vector<uint32_t>& captures) {
  std::set<std::vector<std::string>> tuples = {{}};
  for (const uint32_t capture : captures) {
    std::set<std::vector<std::string>> longer;
    for (std::vector<std::string> tuple : tuples) {
      tuple.emplace_back();
      for (const std::string& text : TextsOf(event, capture)) {
        tuple.back() = text;
        longer.insert(tuple);
      }
    }
    tuples = longer;
  }
  return tuples;
}

int64_t SubBucket(TimeNs time, DurationNs window) {
  // Times are after 1970 here.
  return 60 * (time / window) + 60 * (time % window) / window;
}

std::optional<Value> Measured(const Measure& measure,
                              const std::vector<const Event*>& events) {
  std::set<std::vector<std::string>> values;
  std::vector<double> numbers;
  int64_t count = 0;
  for (const Event* event : events) {
    if (!event->Is(measure.test)) continue;
    ++count;
    if (measure.kind == MeasureKind::kCount) continue;
    if (measure.kind == MeasureKind::kDistinct) {
      values.merge(Tuples(*event, measure.captures));
      continue;
    }
    for (const Value& value : event->body.captures[measure.captures[0]]) {
      if (const auto number = ToNumber(value)) {
        numbers.push_back(number->AsDouble());
      }
    }
  }
  double sum = 0;
  for (const double number : numbers) sum += number;
  switch (measure.kind) {
    case MeasureKind::kCount:
      return Value::Int(count);
    case MeasureKind::kDistinct:
      return Value::Int(static_cast<int64_t>(values.size()));
    case MeasureKind::kSum:
      return Value::Double(sum);
    default:
      break;
  }
  if (numbers.empty()) return std::nullopt;
  if (measure.kind == MeasureKind::kAvg) {
    return Value::Double(sum / static_cast<double>(numbers.size()));
  }
  return Value::Double(measure.kind == MeasureKind::kMin
                           ? *std::min_element(numbers.begin(), numbers.end())
                           : *std::max_element(numbers.begin(), numbers.end()));
}

std::string NumberText(const std::optional<Value>& value) {
  return value ? CanonicalText(*value) : "null";
}

// One rule.
class Judge {
 public:
  Judge(const Plan& plan, RuleId id, TimeNs start, TimeNs end)
      : plan_(plan), rule_(plan.rule(id)), start_(start), end_(end) {}

  std::vector<Found> All(const std::map<Hash128, Events>& keys);

 private:
  void Event_(const Hash128& key, const Events& events);
  void Within(const Hash128& key, const Events& events,
              const WindowPattern& window);
  void Per(const Hash128& key, const Events& events,
           const WindowPattern& window);
  void Sequence(const Hash128& key, const Events& events,
                const SequencePattern& sequence);
  void Silence(const Hash128& key, const Events& events,
               const SilencePattern& silence, bool listed);
  void Listed(const std::map<Hash128, Events>& keys,
              const SilencePattern& silence);
  bool Holds(ExprId condition, const Event* event,
             const std::vector<std::optional<Value>>& measures) const;
  Found At(const Hash128& key, const Event& event) const;
  Found Due(const Hash128& key, TimeNs time) const;
  void AddEvidence(const std::vector<const Event*>& events, Found* found) const;
  void KeepFrom(const std::vector<const Event*>& events, DurationNs window,
                Found* found) const;
  void SetBudgets(const Event* event, Found* found) const;
  void Spend();

  const Plan& plan_;
  const Rule& rule_;
  TimeNs start_;
  TimeNs end_;
  std::vector<Found> found_;
};

Found Judge::At(const Hash128& key, const Event& event) const {
  Found found;
  found.time = event.now();
  found.key = key;
  found.place = event.record->place;
  SetBudgets(&event, &found);
  return found;
}

Found Judge::Due(const Hash128& key, TimeNs time) const {
  Found found;
  found.time = time;
  found.by_timer = true;
  found.key = key;
  return found;
}

void Judge::SetBudgets(const Event* event, Found* found) const {
  if (!rule_.at_most) return;
  if (rule_.at_most->by_key) {
    found->budgets = {{found->key.Hex()}};
  } else if (rule_.at_most->by.empty()) {
    found->budgets = {{}};
  } else if (event != nullptr) {
    found->budgets = Tuples(*event, rule_.at_most->by);
  }
}

void Judge::AddEvidence(const std::vector<const Event*>& events,
                        Found* found) const {
  for (const Event* event : events) {
    found->evidence.push_back(event);
    std::string name;
    for (uint32_t i = 0; i < rule_.tests.size() && name.empty(); ++i) {
      if (event->Is(i)) name = rule_.tests[i].name;
    }
    if (rule_.single_event()) name.clear();
    found->steps.push_back(name);
  }
}

// `window` > 0: a value that was not seen for so long begins anew.
void Judge::KeepFrom(const std::vector<const Event*>& events, DurationNs window,
                     Found* found) const {
  for (const uint32_t capture : rule_.keep) {
    std::vector<std::pair<std::string, std::pair<std::string, TimeNs>>> known;
    for (const Event* event : events) {
      for (const Value& value : event->body.captures[capture]) {
        const std::string shown = CanonicalText(value);
        if (shown.empty()) continue;
        const auto same = std::find_if(
            known.begin(), known.end(),
            [&](const auto& one) { return one.first == Fold(shown); });
        if (same != known.end() &&
            (window == 0 || event->now() - same->second.second <= window)) {
          same->second.second = std::max(same->second.second, event->time());
          continue;
        }
        if (same != known.end()) known.erase(same);
        known.push_back({Fold(shown), {shown, event->time()}});
      }
    }
    std::vector<std::string>& texts = found->kept.emplace_back();
    for (const auto& [folded, one] : known) {
      if (window > 0 && found->time - one.second > window) continue;
      texts.push_back(one.first);
    }
  }
}

bool Judge::Holds(ExprId condition, const Event* event,
                  const std::vector<std::optional<Value>>& measures) const {
  Moment moment;
  moment.rule = &rule_;
  if (event != nullptr) {
    moment.event = &event->body;
    moment.time = event->time();
  }
  moment.measures = measures;
  RuleEval& eval = RuleEval::Of(plan_);
  eval.Look(&moment);
  return eval.Holds(condition);
}

void Judge::Event_(const Hash128& key, const Events& events) {
  for (const Event& event : events) {
    Found found = At(key, event);
    found.time = event.time();
    AddEvidence({&event}, &found);
    KeepFrom({&event}, 0, &found);
    found_.push_back(found);
  }
}

void Judge::Within(const Hash128& key, const Events& events,
                   const WindowPattern& window) {
  const DurationNs w = window.window;
  std::vector<const Event*> since;  // the last finding
  std::optional<TimeNs> fired;
  for (const Event& event : events) {
    if (event.now() - event.time() > w) continue;
    since.push_back(&event);
    std::vector<const Event*> exact;
    std::vector<const Event*> aligned;
    for (const Event* one : since) {
      if (event.now() - one->time() <= w) exact.push_back(one);
      if (SubBucket(one->time(), w) >= SubBucket(event.now(), w) - 60) {
        aligned.push_back(one);
      }
    }
    if (fired && event.now() - *fired <= w) continue;
    Found found = At(key, event);
    std::vector<std::optional<Value>> measures;
    for (const Measure& measure : window.measures) {
      measures.push_back(
          Measured(measure, measure.exact > 0 ? exact : aligned));
      found.measures.push_back(NumberText(measures.back()));
    }
    if (!Holds(window.condition, &event, measures)) continue;
    AddEvidence(exact, &found);
    KeepFrom(since, w, &found);
    found_.push_back(found);
    since.clear();
    fired = event.now();
  }
}

void Judge::Per(const Hash128& key, const Events& events,
                const WindowPattern& window) {
  std::map<int64_t, std::vector<const Event*>> buckets;
  for (const Event& event : events) {
    const int64_t bucket = event.time() / window.window;
    if (event.now() > (bucket + 1) * window.window) continue;
    buckets[bucket].push_back(&event);
  }
  for (const auto& [bucket, in] : buckets) {
    Found found = Due(key, (bucket + 1) * window.window);
    if (found.time >= end_) continue;
    SetBudgets(nullptr, &found);
    std::vector<std::optional<Value>> measures;
    for (const Measure& measure : window.measures) {
      measures.push_back(Measured(measure, in));
      found.measures.push_back(NumberText(measures.back()));
    }
    if (!Holds(window.condition, nullptr, measures)) continue;
    AddEvidence(in, &found);
    KeepFrom(in, 0, &found);
    found_.push_back(found);
  }
}

void Judge::Sequence(const Hash128& key, const Events& events,
                     const SequencePattern& sequence) {
  std::vector<NaiveStepEvent> given;
  for (const Event& event : events) {
    given.push_back(
        {event.record->tests, event.now(), event.time(), &event.body});
  }
  for (const NaiveSequenceFinding& one :
       NaiveSequence(plan_, sequence, given, end_)) {
    const Event& last = events[one.completing];
    Found found = At(key, last);
    found.time = one.time;
    found.by_timer = one.by_timer;
    std::vector<const Event*> evidence;
    for (const auto& [step, event] : one.events) {
      evidence.push_back(&events[event]);
      found.evidence.push_back(&events[event]);
      found.steps.push_back(sequence.steps[step].name);
    }
    KeepFrom(evidence, 0, &found);
    found_.push_back(found);
  }
}

void Judge::Silence(const Hash128& key, const Events& events,
                    const SilencePattern& silence, bool listed) {
  const DurationNs keep = std::max(20 * silence.duration, 7 * kDay);
  std::optional<TimeNs> seen;
  if (listed) seen = start_;
  const Event* last = nullptr;
  const auto fire = [&](TimeNs time) {
    Found found = Due(key, time);
    SetBudgets(nullptr, &found);
    if (last != nullptr) {
      found.evidence = {last};
      found.steps = {rule_.tests[silence.test].name};
    }
    found.kept.resize(rule_.keep.size());
    found_.push_back(found);
  };
  for (const Event& event : events) {
    if (!event.Is(silence.test)) continue;
    if (listed && event.now() < start_) continue;
    const bool silent = seen && event.now() > *seen + silence.duration;
    if (silent) fire(*seen + silence.duration);
    const bool forgotten = !listed && seen && event.now() - *seen > keep;
    last = &event;
    seen = event.now();
    if (!silent || forgotten) continue;
    Found over = At(key, event);
    over.budgets.clear();
    over.resolves = static_cast<int64_t>(found_.size()) - 1;
    over.evidence = {last};
    over.steps = {rule_.tests[silence.test].name};
    over.kept.resize(rule_.keep.size());
    found_.push_back(over);
  }
  if (seen && *seen + silence.duration < end_) fire(*seen + silence.duration);
}

void Judge::Listed(const std::map<Hash128, Events>& keys,
                   const SilencePattern& silence) {
  for (const std::string& text : plan_.lists[silence.list.value].keys()) {
    const Hash128 key = KeyHash({Fold(text)});
    static const Events kNone;
    const auto found = keys.find(key);
    const Events& events = found == keys.end() ? kNone : found->second;
    Silence(key, events, silence, true);
  }
}

std::vector<Found> Judge::All(const std::map<Hash128, Events>& keys) {
  const auto* silence = std::get_if<SilencePattern>(&rule_.pattern);
  if (silence != nullptr && silence->list.valid()) {
    Listed(keys, *silence);
  } else {
    for (const auto& [key, events] : keys) {
      if (silence != nullptr) {
        Silence(key, events, *silence, false);
      } else if (const auto* window =
                     std::get_if<WindowPattern>(&rule_.pattern)) {
        if (window->sliding) {
          Within(key, events, *window);
        } else {
          Per(key, events, *window);
        }
      } else if (const auto* sequence =
                     std::get_if<SequencePattern>(&rule_.pattern)) {
        Sequence(key, events, *sequence);
      } else {
        Event_(key, events);
      }
    }
  }
  Spend();
  return std::move(found_);
}

// Ids, then `at most` and shadow, in the total order.
void Judge::Spend() {
  std::vector<size_t> order(found_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  // A single event's finding has its own time, but the place of the event.
  const auto now = [&](const Found& one) {
    return rule_.single_event() ? one.place.at : one.time;
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Found& x = found_[a];
    const Found& y = found_[b];
    return std::tuple(now(x), x.by_timer, x.key, x.place) <
           std::tuple(now(y), y.by_timer, y.key, y.place);
  });
  std::map<std::pair<Hash128, TimeNs>, int64_t> counted;
  std::map<std::vector<std::string>, Times> passed;
  for (const size_t i : order) {
    Found& found = found_[i];
    IdHasher id;
    id.Add(std::string_view()).Add(rule_.name).Add(rule_.logic);
    if (rule_.single_event()) {
      found.id = id.Add(found.evidence[0]->record->identity).Finish();
    } else {
      found.id = id.Add(found.key)
                     .Add(found.time)
                     .Add(counted[{found.key, found.time}]++)
                     .Finish();
    }
    if (found.resolves >= 0) {
      found.held_back = found_[static_cast<size_t>(found.resolves)].held_back;
      continue;
    }
    bool room = !rule_.at_most || found.budgets.empty();
    for (const auto& budget : found.budgets) {
      int64_t inside = 0;
      for (const TimeNs time : passed[budget]) {
        if (now(found) - time <= rule_.at_most->per) ++inside;
      }
      if (inside < rule_.at_most->count) room = true;
    }
    if (!room) {
      found.held_back = HeldBack::kAtMost;
      continue;
    }
    for (const auto& budget : found.budgets) {
      passed[budget].push_back(now(found));
    }
    if (rule_.shadow) found.held_back = HeldBack::kShadow;
  }
}

std::string Line(const std::string& rule, TimeNs time, const Hash128& key,
                 const Hash128& id) {
  return StrCat(FormatTime(time), " ", rule, " ", key.Hex(), " ", id.Hex());
}

void AddItem(TimeNs time, const Coordinate& from, std::string_view step,
             std::string* line) {
  *line += StrCat(" ", step, "@", FormatTime(time), "/", from.partition.number,
                  "/", from.offset);
}

std::string LineOf(const Found& found, const std::vector<Found>& all,
                   const Rule& rule) {
  std::string line = Line(rule.name, found.time, found.key, found.id);
  line += StrCat(" ", HeldBackName(found.held_back));
  if (found.resolves >= 0) {
    line += " resolves " + all[static_cast<size_t>(found.resolves)].id.Hex();
  }
  line += StrCat(" evidence ", found.evidence.size());
  for (size_t i = 0; i < found.evidence.size(); ++i) {
    AddItem(found.evidence[i]->time(), found.evidence[i]->record->place.from,
            found.steps[i], &line);
  }
  for (const std::string& measure : found.measures) line += " = " + measure;
  for (const std::vector<std::string>& kept : found.kept) {
    line += " keep";
    for (const std::string& text : kept) line += " " + text;
  }
  return line;
}

}  // namespace

std::string LineOf(const Finding& finding, const Plan& plan) {
  std::string line = Line(plan.rule(finding.rule).name, finding.time,
                          finding.key_hash, finding.id);
  line += StrCat(" ", HeldBackName(finding.held_back));
  if (finding.resolves) line += " resolves " + finding.resolves->Hex();
  line += StrCat(" evidence ", finding.evidence_total);
  for (const Evidence& one : finding.evidence) {
    AddItem(one.time, one.from, one.step, &line);
  }
  for (const auto& [name, measure] : finding.measures) line += " = " + measure;
  for (const auto& [name, kept] : finding.values) {
    line += " keep";
    for (const std::string& text : kept) line += " " + text;
  }
  return line;
}

std::vector<std::string> NaiveDetect(const Plan& plan,
                                     const std::vector<MatchRecord>& records,
                                     TimeNs start, TimeNs end) {
  std::vector<const MatchRecord*> order;
  for (const MatchRecord& record : records) {
    if (record.place.at < end) order.push_back(&record);
  }
  std::sort(order.begin(), order.end(),
            [](const MatchRecord* a, const MatchRecord* b) {
              return std::tie(a->place, a->rule, a->key) <
                     std::tie(b->place, b->rule, b->key);
            });
  std::map<RuleId, std::map<Hash128, Events>> rules;
  for (const MatchRecord* record : order) {
    Event event;
    event.record = record;
    DecodeMatchBody(record->body, &event.body);
    rules[record->rule][record->key].push_back(std::move(event));
  }
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < plan.rules.size(); ++i) {
    const std::vector<Found> found =
        Judge(plan, RuleId{i}, start, end).All(rules[RuleId{i}]);
    for (const Found& one : found) {
      lines.push_back(LineOf(one, found, plan.rules[i]));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace tocsin::testing
