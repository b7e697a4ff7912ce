// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/naive_sequence.h"

#include <algorithm>
#include <optional>
#include <set>

#include "engine/base/fold.h"
#include "engine/detect/moment.h"

namespace tocsin::testing {
namespace {

using Numbers = std::vector<size_t>;
using Choice = std::vector<Numbers>;  // events by step

class Search {
 public:
  Search(const Plan& plan, const SequencePattern& sequence,
         const std::vector<NaiveStepEvent>& events)
      : plan_(plan), sequence_(sequence), events_(events) {}

  // Events that the sequence sees at their own place.
  bool Seen(size_t event) const {
    return events_[event].now - events_[event].time <= sequence_.within;
  }
  bool Passes(size_t event, uint32_t test) const {
    return (events_[event].tests >> test & 1) != 0;
  }
  bool Holds(ExprId where, size_t event, const Choice& steps,
             std::optional<size_t> own) const;
  bool IsX(const Guard& guard, size_t event, const Choice& steps) const;

  // The best choice whose last event is `last`, of the events from `since`.
  std::optional<Choice> Best(size_t since, size_t last) const;

 private:
  std::optional<Choice> Choose(size_t since, size_t last,
                               Numbers* firsts) const;
  std::optional<Choice> Judge(size_t last, const Numbers& firsts) const;
  bool Blocked(size_t first) const;

  const Plan& plan_;
  const SequencePattern& sequence_;
  const std::vector<NaiveStepEvent>& events_;
};

bool Search::Holds(ExprId where, size_t event, const Choice& steps,
                   std::optional<size_t> own) const {
  if (!where.valid()) return true;
  std::vector<StepView> views(sequence_.steps.size());
  for (size_t i = 0; i < views.size(); ++i) {
    const Numbers& numbers =
        i == own || i >= steps.size() ? Numbers{event} : steps[i];
    for (const size_t number : numbers) {
      views[i].events.push_back(events_[number].body);
    }
    if (!numbers.empty()) views[i].time = events_[numbers[0]].time;
  }
  Moment moment;
  moment.event = events_[event].body;
  moment.time = events_[event].time;
  moment.steps = views;
  RuleEval& eval = RuleEval::Of(plan_);
  eval.Look(&moment);
  return eval.Holds(where);
}

bool Search::IsX(const Guard& guard, size_t event, const Choice& steps) const {
  const bool passes =
      std::any_of(guard.tests.begin(), guard.tests.end(),
                  [&](uint32_t test) { return Passes(event, test); });
  return passes && Holds(guard.where, event, steps, std::nullopt);
}

// No X of a leading guard before the first event, whatever came between.
bool Search::Blocked(size_t first) const {
  for (const Guard& guard : sequence_.guards) {
    if (guard.after_step >= 0) continue;
    for (size_t event = 0; event < first; ++event) {
      if (Seen(event) && IsX(guard, event, {}) &&
          events_[first].now - events_[event].time <= sequence_.within) {
        return true;
      }
    }
  }
  return false;
}

std::optional<Choice> Search::Best(size_t since, size_t last) const {
  Numbers firsts(sequence_.steps.size(), last + 1);
  return Choose(since, last, &firsts);
}

// `firsts` are chosen from the back; last + 1 is not chosen yet.
std::optional<Choice> Search::Choose(size_t since, size_t last,
                                     Numbers* firsts) const {
  size_t step = firsts->size();
  while (step > 0 && (*firsts)[step - 1] <= last) --step;
  if (step == 0) return Judge(last, *firsts);
  const size_t bound = step == firsts->size() ? last + 1 : (*firsts)[step];
  for (size_t first = bound; first-- > since;) {
    if (!Passes(first, sequence_.steps[step - 1].test)) continue;
    (*firsts)[step - 1] = first;
    if (auto choice = Choose(since, last, firsts)) return choice;
  }
  (*firsts)[step - 1] = last + 1;
  return std::nullopt;
}

std::optional<Choice> Search::Judge(size_t last, const Numbers& firsts) const {
  const size_t count = firsts.size();
  const TimeNs now = events_[last].now;
  Choice choice;
  for (size_t i = 0; i < count; ++i) {
    const Step& step = sequence_.steps[i];
    const size_t bound = i + 1 < count ? firsts[i + 1] : last + 1;
    Numbers of;
    std::set<std::string> values;
    for (size_t event = firsts[i]; event < bound; ++event) {
      if (!step.counted && event != firsts[i]) break;
      if (!Seen(event) || now - events_[event].time > sequence_.within)
        continue;
      if (!Passes(event, step.test)) continue;
      if (!Holds(step.where, event, choice, i)) continue;
      of.push_back(event);
      for (const uint32_t capture : step.distinct) {
        for (const Value& value : events_[event].body->captures[capture]) {
          const std::string text = Fold(CanonicalText(value));
          if (!text.empty()) values.insert(text);
        }
      }
    }
    const size_t enough = step.distinct.empty() ? of.size() : values.size();
    if (of.empty() || of.front() != firsts[i]) return std::nullopt;
    if (enough < step.at_least) return std::nullopt;
    if (i + 1 == count && of.back() != last) return std::nullopt;
    choice.push_back(of);
  }
  for (const Guard& guard : sequence_.guards) {
    if (guard.after_step < 0 || guard.trailing > 0) continue;
    const auto after = static_cast<size_t>(guard.after_step);
    for (size_t event = firsts[after] + 1; event < firsts[after + 1]; ++event) {
      if (Seen(event) && IsX(guard, event, choice)) return std::nullopt;
    }
  }
  if (Blocked(firsts[0])) return std::nullopt;
  return choice;
}

void Append(const Choice& choice, NaiveSequenceFinding* finding) {
  for (size_t step = 0; step < choice.size(); ++step) {
    for (const size_t event : choice[step]) {
      finding->events.emplace_back(step, event);
    }
  }
}

}  // namespace

std::vector<NaiveSequenceFinding> NaiveSequence(
    const Plan& plan, const SequencePattern& sequence,
    const std::vector<NaiveStepEvent>& events, TimeNs end) {
  const Search search(plan, sequence, events);
  const Guard* trailing = nullptr;
  for (const Guard& guard : sequence.guards) {
    if (guard.trailing > 0) trailing = &guard;
  }
  std::vector<NaiveSequenceFinding> findings;
  std::optional<NaiveSequenceFinding> pending;
  Choice pending_choice;
  size_t since = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (pending && events[i].now > pending->time) {
      findings.push_back(*pending);
      pending.reset();
    }
    if (!search.Seen(i)) continue;
    if (pending && search.IsX(*trailing, i, pending_choice)) pending.reset();
    const std::optional<Choice> choice = search.Best(since, i);
    if (!choice) continue;
    since = i + 1;
    if (pending) {
      Append(*choice, &*pending);
      continue;
    }
    NaiveSequenceFinding finding;
    finding.completing = i;
    finding.time = events[i].now;
    Append(*choice, &finding);
    if (trailing == nullptr) {
      findings.push_back(finding);
      continue;
    }
    finding.time += trailing->trailing;
    finding.by_timer = true;
    pending = finding;
    pending_choice = *choice;
  }
  if (pending && pending->time < end) findings.push_back(*pending);
  return findings;
}

}  // namespace tocsin::testing
