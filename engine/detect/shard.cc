// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/shard.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "engine/detect/at_most.h"
#include "engine/detect/detector.h"
#include "engine/match/match.h"
#include "engine/state/domains.h"
#include "engine/state/flat_index.h"
#include "engine/state/reorder.h"
#include "engine/state/timers.h"
#include "engine/state/watermarks.h"

namespace tocsin {
namespace {

// A match that waits for the watermark.
struct Waiting {
  uint64_t tests = 0;
  TimeNs time = 0;
  Hash128 identity;
  std::string body;
};

void EncodeWaiting(const Waiting& waiting, ByteWriter* out) {
  out->Varint(waiting.tests);
  out->Zigzag(waiting.time);
  out->Hash(waiting.identity);
  out->Text(waiting.body);
}

Waiting DecodeWaiting(ByteReader* in) {
  Waiting waiting;
  waiting.tests = in->Varint();
  waiting.time = in->Zigzag();
  waiting.identity = in->Hash();
  waiting.body = in->Text();
  return waiting;
}

// Matches of each (rule, key) in the current minute of `at`.
class MinuteCounts {
 public:
  // Counts one more; false when there were `most` already.
  bool Add(RuleId rule, const Hash128& key, TimeNs at, int64_t most) {
    const int64_t minute = FloorDiv(at, kMinute);
    if (minute != minute_) {
      minute_ = minute;
      index_.Clear();
      counts_.clear();
    }
    const Hash128 id = Combine(key, {rule.value, 0});
    uint32_t slot = index_.Find(id);
    if (slot == FlatIndex::kNone) {
      slot = static_cast<uint32_t>(counts_.size());
      index_.Insert(id, slot);
      counts_.emplace_back(id, 0);
    }
    if (counts_[slot].second >= most) return false;
    ++counts_[slot].second;
    return true;
  }

  void Encode(ByteWriter* out) const {
    out->Zigzag(minute_);
    out->Varint(counts_.size());
    for (const auto& [id, count] : counts_) {
      out->Hash(id);
      out->Zigzag(count);
    }
  }

  bool Decode(ByteReader* in) {
    minute_ = in->Zigzag();
    const size_t count = in->Count(17);
    for (size_t i = 0; i < count && in->ok(); ++i) {
      const Hash128 id = in->Hash();
      if (index_.Find(id) != FlatIndex::kNone) in->Fail();
      if (!in->ok()) break;
      index_.Insert(id, static_cast<uint32_t>(i));
      counts_.emplace_back(id, in->Zigzag());
    }
    return in->ok();
  }

 private:
  int64_t minute_ = INT64_MIN;
  FlatIndex index_;
  std::vector<std::pair<Hash128, int64_t>> counts_;  // in order of appearance
};

// What shares one watermark.
struct Domain {
  explicit Domain(size_t cap) : reorder(cap) {}

  Reorder<Waiting> reorder;
  Timers timers;
  MinuteCounts minute;
  std::vector<RuleId> not_started;  // rules that wait for OnStart()
};

size_t PerShard(int64_t limit) {
  return static_cast<size_t>(
      std::max<int64_t>(limit / int64_t{kShardCount}, 1));
}

bool InOrder(const Finding& a, const Finding& b) {
  return std::tie(a.at, a.stratum, a.rule, a.key_hash, a.id) <
         std::tie(b.at, b.stratum, b.rule, b.key_hash, b.id);
}

}  // namespace

struct Shard::Impl final : public FindingSink {
  Impl(uint32_t shard, std::shared_ptr<const Plan> of, const Inputs& inputs);

  void Apply(const Frame& frame, std::span<const uint32_t> mine,
             std::vector<Finding>* out);
  void Push(const MatchRecord& record);
  void Release(Domain* domain);
  void Start(Domain* domain, TimeNs start);
  void RunMatch(Domain* domain, Reorder<Waiting>::Entry entry);
  Emitted Emit(Completion completion) override;
  bool Passes(const Candidate& candidate);
  // Passes on what the events of one time completed.
  void Flush();
  void Finish(Candidate candidate);
  Detector* DetectorOf(RuleId rule);
  Budget& BudgetOf(RuleId rule);
  size_t KeysOf(const Rule& rule) const;
  // Also of rules as damaged state may name them.
  bool HasState(RuleId rule) const {
    return rule.value < plan->rules.size() && plan->rule(rule).stateful();
  }
  void CountUp();

  std::string Save();
  bool Load(ByteReader* in);

  uint32_t number;
  std::shared_ptr<const Plan> plan;
  uint64_t sequence = 0;
  ShardCounters counters;
  std::vector<uint32_t> domain_of;       // by RuleId; of stateful rules
  std::vector<Domain> domains;           // never grows after construction
  std::optional<Watermarks> watermarks;  // nothing: no rule has state
  std::map<RuleId, std::unique_ptr<Detector>> detectors;
  std::map<RuleId, Budget> budgets;

  // While a frame is applied.
  std::vector<Finding>* findings = nullptr;
  bool in_events = false;
  std::vector<Candidate> candidates;  // of the events of one time
  // Findings of each rule and key at the current time.
  TimeNs counted_at = kMinTime;
  std::map<std::pair<RuleId, Hash128>, uint64_t> counted;
  MatchBody body;
};

Shard::Impl::Impl(uint32_t shard, std::shared_ptr<const Plan> of,
                  const Inputs& inputs)
    : number(shard), plan(std::move(of)) {
  Domains sets;
  domain_of.resize(plan->rules.size());
  std::vector<std::pair<uint32_t, RuleId>> start;
  for (uint32_t i = 0; i < plan->rules.size(); ++i) {
    const Rule& rule = plan->rules[i];
    if (!rule.stateful()) continue;
    domain_of[i] = sets.Intern(InputsOf(rule, inputs));
    if (NeedsStart(rule)) start.emplace_back(domain_of[i], RuleId{i});
  }
  if (sets.sets.empty()) return;
  domains.reserve(sets.sets.size());
  for (size_t i = 0; i < sets.sets.size(); ++i) {
    domains.emplace_back(PerShard(plan->limits.reorder_records));
  }
  for (const auto& [domain, rule] : start) {
    domains[domain].not_started.push_back(rule);
  }
  watermarks.emplace(inputs, std::move(sets.sets));
}

void Shard::Impl::Apply(const Frame& frame, std::span<const uint32_t> mine,
                        std::vector<Finding>* out) {
  if (frame.sequence <= sequence) return;
  sequence = frame.sequence;
  if (!watermarks) return;
  findings = out;
  const size_t before = out->size();
  for (const uint32_t i : mine) Push(frame.records[i]);
  watermarks->Apply(frame);
  for (size_t i = 0; i < domains.size(); ++i) {
    Domain& domain = domains[i];
    const TimeNs start = watermarks->Start(i);
    if (start != kMinTime && !domain.not_started.empty()) {
      Start(&domain, start);
    }
    domain.reorder.Advance(watermarks->Of(i));
    Release(&domain);
  }
  if (!mine.empty() || out->size() > before) CountUp();
  // Domains may be at different times.
  std::stable_sort(out->begin() + static_cast<std::ptrdiff_t>(before),
                   out->end(), InOrder);
}

void Shard::Impl::Push(const MatchRecord& record) {
  if (!HasState(record.rule)) return;
  ++counters.matches;
  Domain& domain = domains[domain_of[record.rule.value]];
  const bool full = domain.reorder.Push(
      record.place, record.rule, record.key,
      {record.tests, record.time, record.identity, record.body});
  if (full) Release(&domain);
}

void Shard::Impl::Start(Domain* domain, TimeNs start) {
  for (const RuleId rule : domain->not_started) {
    DetectorOf(rule)->OnStart(start);
  }
  domain->not_started.clear();
}

// Everything below the level: by time, its events before its timers.
void Shard::Impl::Release(Domain* domain) {
  const TimeNs level = domain->reorder.level();
  while (true) {
    const TimeNs at = domain->reorder.NextAt();
    const TimeNs due = domain->timers.NextDue();
    if (due < level && due < at) {
      const Timer timer = domain->timers.Pop();
      if (HasState(timer.rule)) DetectorOf(timer.rule)->OnTimer(timer);
      continue;
    }
    if (at == kMaxTime) return;
    in_events = true;
    while (domain->reorder.NextAt() == at) {
      RunMatch(domain, domain->reorder.Pop());
    }
    in_events = false;
    Flush();
  }
}

void Shard::Impl::RunMatch(Domain* domain, Reorder<Waiting>::Entry entry) {
  if (!HasState(entry.rule)) return;
  const Rule& rule = plan->rule(entry.rule);
  if (!domain->minute.Add(entry.rule, entry.key, entry.place.at,
                          plan->limits.matches_per_key_minute)) {
    ++counters.key_minute_cut;
    return;
  }
  // The log has checksums: only a body of another plan does not fit.
  if (!DecodeMatchBody(entry.item.body, &body) ||
      body.captures.size() != rule.captures.size() || entry.item.tests == 0) {
    return;
  }
  const Turn turn{
      entry.key,           entry.item.tests, entry.place, entry.item.time,
      entry.item.identity, entry.item.body,  &body};
  DetectorOf(entry.rule)->OnMatch(turn);
}

FindingSink::Emitted Shard::Impl::Emit(Completion completion) {
  const Rule& rule = plan->rule(completion.rule);
  if (completion.at != counted_at) {
    counted.clear();
    counted_at = completion.at;
  }
  const std::optional<Hash128> identity = completion.identity;
  Candidate candidate = MakeCandidate(*plan, std::move(completion));
  Finding& finding = candidate.finding;
  finding.id = identity
                   ? SingleEventId(rule, *identity)
                   : StatefulId(rule, finding,
                                counted[{finding.rule, finding.key_hash}]++);
  Emitted emitted{finding.id, HeldBack::kNo};
  if (in_events) {
    candidates.push_back(std::move(candidate));
    return emitted;
  }
  Finish(std::move(candidate));
  emitted.held_back = findings->back().held_back;
  return emitted;
}

void Shard::Impl::Flush() {
  // Those of one rule by key, then by their events' places, in which they
  // came.
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) {
        return std::tie(a.finding.rule, a.finding.key_hash, a.place) <
               std::tie(b.finding.rule, b.finding.key_hash, b.place);
      });
  for (Candidate& candidate : candidates) Finish(std::move(candidate));
  candidates.clear();
}

void Shard::Impl::Finish(Candidate candidate) {
  Finding& finding = candidate.finding;
  const Rule& rule = plan->rule(finding.rule);
  if (!finding.resolves) {
    if (rule.at_most &&
        !BudgetOf(finding.rule).Pass(finding.at, candidate.budgets)) {
      finding.held_back = HeldBack::kAtMost;
    } else if (rule.shadow) {
      finding.held_back = HeldBack::kShadow;
    }
  }
  findings->push_back(std::move(finding));
}

size_t Shard::Impl::KeysOf(const Rule& rule) const {
  return rule.whole() ? static_cast<size_t>(plan->limits.keys_per_rule)
                      : PerShard(plan->limits.keys_per_rule);
}

Detector* Shard::Impl::DetectorOf(RuleId rule) {
  std::unique_ptr<Detector>& detector = detectors[rule];
  if (detector == nullptr) {
    DetectorContext context;
    context.plan = plan.get();
    context.rule = rule;
    context.shard = number;
    context.keys = KeysOf(plan->rule(rule));
    context.timers = &domains[domain_of[rule.value]].timers;
    context.sink = this;
    context.counters = &counters;
    detector = MakeDetector(context);
  }
  return detector.get();
}

Budget& Shard::Impl::BudgetOf(RuleId rule) {
  const Rule& of = plan->rule(rule);
  return budgets.try_emplace(rule, *of.at_most, KeysOf(of)).first->second;
}

void Shard::Impl::CountUp() {
  counters.clamped = 0;
  counters.reorder_overflow = 0;
  counters.evicted_keys = 0;
  for (const Domain& domain : domains) {
    counters.clamped += domain.reorder.clamped();
    counters.reorder_overflow += domain.reorder.overflows();
  }
  for (const auto& [rule, detector] : detectors) {
    counters.evicted_keys += detector->evicted();
  }
}

// ------------------------------------------------------------- snapshots
std::string Shard::Impl::Save() {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Varint(sequence);
  for (const uint64_t count :
       {counters.matches, counters.clamped, counters.reorder_overflow,
        counters.late_bucket, counters.key_minute_cut, counters.evicted_keys,
        counters.ring_cut, counters.candidates_cut, counters.not_number}) {
    out.Varint(count);
  }
  if (!watermarks) return bytes;
  watermarks->Encode(&out);
  for (Domain& domain : domains) {
    domain.reorder.Encode(&out, EncodeWaiting);
    domain.timers.Encode(&out);
    domain.minute.Encode(&out);
    out.Varint(domain.not_started.size());
  }
  out.Varint(detectors.size());
  for (const auto& [rule, detector] : detectors) {
    out.Varint(rule.value);
    detector->Save(&out);
  }
  out.Varint(budgets.size());
  for (const auto& [rule, budget] : budgets) {
    out.Varint(rule.value);
    budget.Encode(&out);
  }
  return bytes;
}

bool Shard::Impl::Load(ByteReader* in) {
  sequence = in->Varint();
  for (uint64_t* count :
       {&counters.matches, &counters.clamped, &counters.reorder_overflow,
        &counters.late_bucket, &counters.key_minute_cut, &counters.evicted_keys,
        &counters.ring_cut, &counters.candidates_cut, &counters.not_number}) {
    *count = in->Varint();
  }
  if (!watermarks) return in->ok() && in->at_end();
  if (!watermarks->Decode(in)) return false;
  for (Domain& domain : domains) {
    if (!domain.reorder.Decode(in, DecodeWaiting) ||
        !domain.timers.Decode(in) || !domain.minute.Decode(in)) {
      return false;
    }
    if (in->Varint() == 0) domain.not_started.clear();
  }
  const auto rule_with = [&](bool budget) {
    const RuleId rule{static_cast<uint32_t>(in->Varint())};
    const bool good = HasState(rule) && (!budget || plan->rule(rule).at_most);
    if (!good) in->Fail();
    return rule;
  };
  const size_t saved = in->Count();
  for (size_t i = 0; i < saved && in->ok(); ++i) {
    const RuleId rule = rule_with(false);
    if (!in->ok() || !DetectorOf(rule)->Load(in)) return false;
  }
  const size_t spent = in->Count();
  for (size_t i = 0; i < spent && in->ok(); ++i) {
    const RuleId rule = rule_with(true);
    if (!in->ok() || !BudgetOf(rule).Decode(in)) return false;
  }
  return in->ok() && in->at_end();
}

// ------------------------------------------------------------ the facade
Shard::Shard(uint32_t number, std::shared_ptr<const Plan> plan,
             const Inputs& inputs)
    : impl_(std::make_unique<Impl>(number, std::move(plan), inputs)) {}
Shard::~Shard() = default;
Shard::Shard(Shard&&) noexcept = default;
Shard& Shard::operator=(Shard&&) noexcept = default;

void Shard::Apply(const Frame& frame, std::span<const uint32_t> mine,
                  std::vector<Finding>* findings) {
  impl_->Apply(frame, mine, findings);
}

uint64_t Shard::sequence() const { return impl_->sequence; }
const ShardCounters& Shard::counters() const { return impl_->counters; }

size_t Shard::waiting() const {
  size_t sum = 0;
  for (const Domain& domain : impl_->domains) sum += domain.reorder.size();
  return sum;
}

size_t Shard::keys() const {
  size_t sum = 0;
  for (const auto& [rule, detector] : impl_->detectors) {
    sum += detector->keys();
  }
  return sum;
}

std::string Shard::Save() const { return impl_->Save(); }

StatusOr<Shard> Shard::Load(uint32_t number, std::shared_ptr<const Plan> plan,
                            const Inputs& inputs, std::string_view state) {
  Shard shard(number, std::move(plan), inputs);
  ByteReader in(state);
  if (!shard.impl_->Load(&in)) {
    return DataLoss(StrCat("the state of shard ", number,
                           " is damaged or belongs to another plan"));
  }
  return shard;
}

}  // namespace tocsin
