// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/case_book.h"

#include <algorithm>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "engine/base/utf8.h"

namespace tocsin {
namespace {

bool Lists(const Incident& incident, Hash128 finding) {
  return std::ranges::any_of(
      incident.findings,
      [finding](const CaseFinding& listed) { return listed.id == finding; });
}

}  // namespace

Hash128 CaseKeyHash(std::string_view case_name, const NamedKey& key) {
  NamedKey folded;
  for (const auto& [name, value] : key) {
    folded.emplace_back(name, Fold(value));
  }
  std::ranges::sort(folded);
  IdHasher hasher;
  hasher.Add("").Add(case_name);
  for (const auto& [name, value] : folded) hasher.Add(name).Add(value);
  return hasher.Finish();
}

Hash128 IncidentId(std::string_view case_name, Hash128 key_hash,
                   TimeNs first_at) {
  return IdHasher().Add("").Add(case_name).Add(key_hash).Add(first_at).Finish();
}

void CaseBook::Add(const Finding& finding, CaseCounters* counters) {
  Expire(finding.at);
  const Hash128 key = CaseKeyHash(finding.case_name, finding.case_key);
  Case* joined = Find(key);
  if (joined != nullptr && Lists(joined->incident, finding.id)) {
    ++counters->duplicates;
    return;
  }
  if (joined == nullptr && finding.resolves) return;
  const bool surplus = OverBudget(finding);
  if (surplus) ++counters->rule_minute_cut;
  bool only_counted = surplus;
  if (joined == nullptr) {
    const bool full = std::ssize(cases_) >= plan_->limits.open_cases;
    if (full && !surplus) ++counters->open_cases_cut;
    only_counted = full || surplus;
    joined = only_counted ? Surplus(finding, counters)
                          : Open(key, finding, counters);
  }
  Join(finding, only_counted, joined);
}

void CaseBook::Expire(TimeNs level) {
  while (!by_end_.empty() && by_end_.begin()->first < level) {
    const auto found = cases_.find(by_end_.begin()->second);
    if (found->second.changed) {
      replaced_.push_back(std::move(found->second.incident));
      std::erase(changed_, found->first);
    }
    cases_.erase(found);
    by_end_.erase(by_end_.begin());
  }
}

void CaseBook::TakeChanged(std::vector<Incident>* out) {
  for (Incident& incident : replaced_) out->push_back(std::move(incident));
  replaced_.clear();
  for (const Hash128 key : changed_) {
    Case& changed = cases_.at(key);
    changed.changed = false;
    out->push_back(changed.incident);
  }
  changed_.clear();
}

CaseBook::Case* CaseBook::Find(Hash128 key) {
  const auto found = cases_.find(key);
  return found == cases_.end() ? nullptr : &found->second;
}

CaseBook::Case* CaseBook::Open(Hash128 key, const Finding& finding,
                               CaseCounters* counters) {
  ++counters->incidents;
  Case& opened = cases_[key];
  Incident& incident = opened.incident;
  incident.id = IncidentId(finding.case_name, key, finding.at);
  incident.case_name = finding.case_name;
  incident.key = finding.case_key;
  incident.key_hash = key;
  incident.first_at = finding.at;
  opened.end =
      AddSaturating(finding.at, plan_->rule(finding.rule).incident.span);
  by_end_.emplace(opened.end, key);
  return &opened;
}

CaseBook::Case* CaseBook::Surplus(const Finding& finding,
                                  CaseCounters* counters) {
  Finding any;
  any.rule = finding.rule;
  any.at = finding.at;
  any.case_name = StrCat(finding.case_name, " (surplus)");
  const Hash128 key = CaseKeyHash(any.case_name, any.case_key);
  Case* joined = Find(key);
  if (joined != nullptr) return joined;
  joined = Open(key, any, counters);
  joined->incident.summary =
      StrCat("more findings of ", plan_->rule(finding.rule).name,
             " than a minute or the number of open cases allows; each is in "
             "the findings output");
  return joined;
}

bool CaseBook::OverBudget(const Finding& finding) {
  Minute& minute = minutes_[finding.rule];
  const int64_t number = FloorDiv(finding.at, kMinute);
  if (minute.number != number) minute = {.number = number, .findings = 0};
  return ++minute.findings > plan_->limits.findings_per_rule_minute;
}

void CaseBook::Join(const Finding& finding, bool only_counted, Case* joined) {
  Incident& incident = joined->incident;
  if (!joined->changed) {
    joined->changed = true;
    changed_.push_back(incident.key_hash);
  }
  const bool first = incident.count == 0;
  // A character more than is shown, so that the cut is seen.
  const std::string summary(CutUtf8(
      finding.summary, static_cast<size_t>(plan_->limits.summary_bytes) + 4));
  incident.revision = ++incident.count;
  if (only_counted) ++incident.surplus;
  incident.time = first ? finding.time : std::max(incident.time, finding.time);
  if (first || finding.level > incident.level) {
    incident.level = finding.level;
    incident.title_rule = finding.rule;
    // The summary of a surplus case says that it is one.
    if (!first || incident.summary.empty()) incident.summary = summary;
  }
  if (std::ranges::find(incident.rules, finding.rule) == incident.rules.end()) {
    incident.rules.push_back(finding.rule);
  }
  TimeNs from = finding.evidence.empty() ? finding.time : kMaxTime;
  TimeNs to = finding.evidence.empty() ? finding.time : kMinTime;
  for (const Evidence& item : finding.evidence) {
    from = std::min(from, item.time);
    to = std::max(to, item.time);
  }
  incident.first_time = first ? from : std::min(incident.first_time, from);
  incident.last_time = first ? to : std::max(incident.last_time, to);
  incident.evidence_total += finding.evidence_total;
  if (only_counted) return;
  if (std::ssize(incident.findings) < plan_->limits.case_findings) {
    incident.findings.push_back(
        {finding.id, finding.rule, finding.level, finding.time, summary});
  }
  AddEvidence(finding, &incident);
}

void CaseBook::AddEvidence(const Finding& finding, Incident* incident) const {
  const auto first = static_cast<size_t>(plan_->limits.evidence_first);
  const auto last = static_cast<size_t>(plan_->limits.evidence_last);
  std::vector<Evidence>& items = incident->evidence;
  items.insert(items.end(), finding.evidence.begin(), finding.evidence.end());
  if (items.size() <= first + last) return;
  const auto begin = items.begin() + static_cast<std::ptrdiff_t>(first);
  items.erase(begin, items.end() - static_cast<std::ptrdiff_t>(last));
}

void CaseBook::Encode(ByteWriter* out) const {
  out->Varint(cases_.size());
  for (const auto& [key, open] : cases_) {
    out->Zigzag(open.end);
    tocsin::Encode(open.incident, out);
  }
  out->Varint(minutes_.size());
  for (const auto& [rule, minute] : minutes_) {
    out->Varint(rule.value);
    out->Zigzag(minute.number);
    out->Zigzag(minute.findings);
  }
}

bool CaseBook::Decode(ByteReader* in) {
  const auto known = [this](RuleId rule) {
    return rule.value < plan_->rules.size();
  };
  const size_t cases = in->Count();
  for (size_t i = 0; i < cases && in->ok(); ++i) {
    Case open;
    open.end = in->Zigzag();
    open.incident = DecodeIncident(in);
    const Incident& incident = open.incident;
    if (!known(incident.title_rule) ||
        !std::ranges::all_of(incident.rules, known) ||
        !std::ranges::all_of(incident.findings, known, &CaseFinding::rule)) {
      in->Fail();
      return false;
    }
    by_end_.emplace(open.end, incident.key_hash);
    const Hash128 key = incident.key_hash;
    cases_.insert_or_assign(key, std::move(open));
  }
  const size_t minutes = in->Count();
  for (size_t i = 0; i < minutes && in->ok(); ++i) {
    const RuleId rule{static_cast<uint32_t>(in->Varint())};
    Minute& minute = minutes_[rule];
    minute.number = in->Zigzag();
    minute.findings = in->Zigzag();
  }
  return in->ok() && by_end_.size() == cases_.size();
}

}  // namespace tocsin
