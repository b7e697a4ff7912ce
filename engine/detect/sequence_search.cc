// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/sequence_search.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tocsin {
namespace {

constexpr size_t kNoStep = SIZE_MAX;

}  // namespace

SequenceSearch::SequenceSearch(const Plan& plan, const SequencePlan& sequence,
                               DurationNs within, TimeNs now,
                               std::vector<const StepEvent*> events)
    : plan_(plan),
      sequence_(sequence),
      within_(within),
      now_(now),
      events_(std::move(events)),
      first_(sequence.steps.size()),
      bound_(sequence.steps.size()),
      members_(sequence.steps.size()),
      collected_(sequence.steps.size()),
      views_(sequence.steps.size()),
      failed_(sequence.steps.size()),
      evaluations_(plan.limits.ring * plan.limits.sequence_candidates) {
  if (!sequence.compares) return;
  bodies_.resize(events_.size());
  decoded_.resize(events_.size());
}

bool SequenceSearch::Find(std::vector<std::vector<uint32_t>>* chosen) {
  if (sequence_.steps.empty() || events_.empty()) return false;
  if (!Place(static_cast<int>(sequence_.steps.size()) - 1, events_.size())) {
    return false;
  }
  for (size_t i = 0; i < members_.size(); ++i) CollectMembers(i);
  *chosen = std::move(members_);
  return true;
}

// Chooses the first events of `number` and of all steps before it, before the
// event `bound`.
bool SequenceSearch::Place(int number, size_t bound) {
  if (number < 0) return true;
  const auto i = static_cast<size_t>(number);
  const SequenceStep& step = sequence_.steps[i];
  const bool last = i + 1 == sequence_.steps.size();
  if (step.independent) failed_[i].resize(events_.size());
  size_t count = 0;
  int64_t tried = 0;
  std::set<Hash128> values;
  std::vector<bool> joined;
  for (size_t at = bound; at-- > 0;) {
    const StepEvent& event = *events_[at];
    if (Fits(at, i)) {
      ++count;
      for (const auto& [of, value] : event.values) {
        if (of == i) values.insert(value);
      }
      first_[i] = at;
      bound_[i] = bound;
      collected_[i] = false;
      const size_t enough = step.distinct.empty() ? count : values.size();
      if (step.set && step.known == number) JoinWithSet(i, at, &joined);
      const bool known_to_fail = step.independent && failed_[i][at];
      if (enough >= step.at_least && !(i == 0 && event.blocked) &&
          !known_to_fail) {
        --evaluations_;
        const Answer answer = Try(number, at, joined);
        if (answer == Answer::kYes) return true;
        if (answer == Answer::kNo && step.capped &&
            ++tried >= plan_.limits.sequence_candidates) {
          cut_ = true;
          return false;
        }
      }
    }
    // The completing event is the last step's, its only one or its latest.
    if (last && (!step.set || count == 0)) return false;
    if (evaluations_ < 0) {
      cut_ = true;
      return false;
    }
    if (Breaks(event, number)) return false;
  }
  return false;
}

// Of what joins a set: whether some event of it fits, as it grows.
void SequenceSearch::JoinWithSet(size_t step, size_t event,
                                 std::vector<bool>* joined) {
  size_t join = 0;
  for (size_t k = step + 1; k < sequence_.steps.size(); ++k) {
    for (const CrossTest& test : sequence_.steps[k].cross) {
      if (!test.join || test.joined != step || sequence_.steps[k].set) {
        continue;
      }
      if (joined->size() <= join) joined->push_back(false);
      if (!(*joined)[join]) {
        const auto one = static_cast<uint32_t>(event);
        View(step, {&one, 1});
        collected_[step] = true;
        (*joined)[join] = Holds(test, first_[k], k);
        collected_[step] = false;
      }
      ++join;
    }
  }
}

// Whatever begins before this event has it, an X, between itself and the
// first event of the next step.
bool SequenceSearch::Breaks(const StepEvent& event, int step) const {
  uint64_t guards = event.breaks & sequence_.inner;
  for (; guards != 0; guards &= guards - 1) {
    const auto number = static_cast<size_t>(__builtin_ctzll(guards));
    const SequenceGuard& guard = sequence_.guards[number];
    if (guard.after == step && guard.cross.empty()) return true;
  }
  return false;
}

SequenceSearch::Answer SequenceSearch::Try(int step, size_t first,
                                           const std::vector<bool>& joined) {
  if (!JoinsHold(step, joined)) return Answer::kNoJoin;
  if (!LevelHolds(step)) return Answer::kNo;
  if (Place(step - 1, first)) return Answer::kYes;
  const auto i = static_cast<size_t>(step);
  if (sequence_.steps[i].independent && evaluations_ >= 0) {
    failed_[i][first] = true;
  }
  return Answer::kNo;
}

// The joins of later single events with this step.
bool SequenceSearch::JoinsHold(int step, const std::vector<bool>& joined) {
  if (!sequence_.compares) return true;
  const auto i = static_cast<size_t>(step);
  size_t join = 0;
  for (size_t k = i + 1; k < sequence_.steps.size(); ++k) {
    for (const CrossTest& test : sequence_.steps[k].cross) {
      if (!test.join || test.joined != i || sequence_.steps[k].set) continue;
      if (join < joined.size()) {
        if (!joined[join++]) return false;
      } else if (test.level == step) {
        CollectMembers(i);
        if (!Holds(test, first_[k], k)) return false;
      }
    }
  }
  return true;
}

// Everything else that is known once steps from `level` on are chosen.
bool SequenceSearch::LevelHolds(int level) {
  if (!sequence_.compares) return true;
  for (uint32_t k = 0; k < sequence_.steps.size(); ++k) {
    const SequenceStep& step = sequence_.steps[k];
    if (step.cross.empty() || static_cast<int>(k) < level) continue;
    if (step.set) {
      if (step.known == level && !SetHolds(k)) return false;
    } else if (!TestsHold(level, k)) {
      return false;
    }
  }
  for (uint32_t i = 0; i < sequence_.guards.size(); ++i) {
    const SequenceGuard& guard = sequence_.guards[i];
    if ((sequence_.inner >> i & 1) == 0 || guard.cross.empty()) continue;
    if (guard.level == level && !GuardHolds(guard, i)) return false;
  }
  return true;
}

bool SequenceSearch::TestsHold(int level, uint32_t owner) {
  for (const CrossTest& test : sequence_.steps[owner].cross) {
    if (test.level != level) continue;
    // Joins with a step that is known here were looked at before.
    if (test.join && test.joined == static_cast<uint32_t>(level)) continue;
    if (!Holds(test, first_[owner], owner)) return false;
  }
  return true;
}

// Which events belong to a set whose events are compared with earlier steps.
bool SequenceSearch::SetHolds(uint32_t step) {
  const SequenceStep& of = sequence_.steps[step];
  const auto belongs = [&](size_t event) {
    if (!Fits(event, step)) return false;
    return std::all_of(
        of.cross.begin(), of.cross.end(),
        [&](const CrossTest& test) { return Holds(test, event, step); });
  };
  const bool last = step + 1 == sequence_.steps.size();
  if (last && !belongs(events_.size() - 1)) return false;
  if (!belongs(first_[step])) return false;
  members_[step].clear();
  for (size_t event = first_[step]; event < bound_[step]; ++event) {
    if (belongs(event)) members_[step].push_back(static_cast<uint32_t>(event));
  }
  if (!Enough(step, members_[step])) return false;
  View(step, members_[step]);
  collected_[step] = true;
  return true;
}

bool SequenceSearch::GuardHolds(const SequenceGuard& guard, uint32_t number) {
  const auto after = static_cast<size_t>(guard.after);
  for (size_t event = first_[after] + 1; event < bound_[after]; ++event) {
    if ((events_[event]->breaks >> number & 1) == 0) continue;
    if (std::all_of(guard.cross.begin(), guard.cross.end(),
                    [&](const CrossTest& test) {
                      return Holds(test, event, kNoStep);
                    })) {
      return false;
    }
  }
  return true;
}

bool SequenceSearch::Holds(const CrossTest& test, size_t event, size_t own) {
  --evaluations_;
  for (size_t i = 0; i < sequence_.steps.size(); ++i) {
    if ((test.steps >> i & 1) != 0 && i != own) {
      // A view of one event stands for a set while that is joined.
      if (views_[i].events.empty() || !collected_[i]) CollectMembers(i);
    }
  }
  if (own != kNoStep) {
    const uint32_t one = static_cast<uint32_t>(event);
    View(own, {&one, 1});
    collected_[own] = false;
  }
  Moment moment;
  moment.event = &Body(event);
  moment.time = events_[event]->time;
  moment.steps = views_;
  RuleEval& eval = RuleEval::Of(plan_);
  eval.Look(&moment);
  return eval.Holds(test.test);
}

bool SequenceSearch::Enough(size_t step,
                            std::span<const uint32_t> events) const {
  const SequenceStep& of = sequence_.steps[step];
  if (of.distinct.empty()) return events.size() >= of.at_least;
  std::set<Hash128> values;
  for (const uint32_t event : events) {
    for (const auto& [number, value] : events_[event]->values) {
      if (number == step) values.insert(value);
    }
  }
  return values.size() >= of.at_least;
}

const MatchBody& SequenceSearch::Body(size_t event) {
  if (!decoded_[event]) {
    DecodeMatchBody(events_[event]->body, &bodies_[event]);
    decoded_[event] = true;
  }
  return bodies_[event];
}

void SequenceSearch::View(size_t step, std::span<const uint32_t> events) {
  views_[step].events.clear();
  for (const uint32_t event : events) {
    views_[step].events.push_back(&Body(event));
  }
  views_[step].time = events.empty() ? 0 : events_[events[0]]->time;
}

void SequenceSearch::CollectMembers(size_t step) {
  if (collected_[step]) return;
  std::vector<uint32_t>& members = members_[step];
  const SequenceStep& of = sequence_.steps[step];
  if (!of.set) {
    members.assign(1, static_cast<uint32_t>(first_[step]));
  } else if (of.cross.empty()) {
    members.clear();
    for (size_t event = first_[step]; event < bound_[step]; ++event) {
      if (Fits(event, step)) members.push_back(static_cast<uint32_t>(event));
    }
  }
  if (sequence_.compares) View(step, members);
  collected_[step] = true;
}

}  // namespace tocsin
