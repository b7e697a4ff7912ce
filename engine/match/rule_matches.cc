// SPDX-License-Identifier: Apache-2.0
#include "engine/match/rule_matches.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace tocsin {
RuleMatches::RuleMatches(const Plan* plan, SourceView* sources)
    : plan_(plan),
      sources_(sources),
      key_values_(static_cast<size_t>(plan->limits.key_values)),
      key_bytes_(static_cast<size_t>(plan->limits.key_bytes)),
      capture_bytes_(static_cast<size_t>(plan->limits.capture_bytes)) {}

bool RuleMatches::Add(RuleId id, uint32_t event, BatchResult* result) {
  const Rule& rule = plan_->rule(id);
  SourceView::Eval& eval = sources_->eval();
  keyed_.clear();
  shown_.clear();
  bool holds = false;
  for (size_t i = 0; i < rule.tests.size(); ++i) {
    if (!eval.Holds(rule.tests[i].test)) continue;
    holds = true;
    AddKeys(rule.tests[i], uint64_t{1} << i, &result->counters);
  }
  if (keyed_.empty()) return holds;
  std::sort(keyed_.begin(), keyed_.end(),
            [](const Keyed& a, const Keyed& b) { return a.key < b.key; });
  Capture(rule, &result->counters);
  for (const Keyed& keyed : keyed_) {
    const size_t parts = keyed.parts;
    numbers_.resize(std::max(numbers_.size(), parts));
    body_.key.resize(parts);
    for (size_t i = 0; i < parts; ++i) {
      const Value& value = shown_[keyed.first_part + i];
      if (!value.is_text()) {
        numbers_[i].clear();
        AppendCanonicalText(value, &numbers_[i]);
      }
      body_.key[i] = value.is_text() ? value.text : numbers_[i];
      if (body_.key[i].size() > key_bytes_) {
        body_.key[i] = CutUtf8(body_.key[i], key_bytes_);
        ++result->counters.capture_cut;
      }
    }
    Match& match = result->matches.emplace_back();
    match.event = event;
    match.rule = id;
    match.tests = keyed.tests;
    match.key = keyed.key;
    if (rule.stateful()) {
      match.shard = ShardOf(rule.state, keyed.key, rule.whole());
    }
    EncodeMatchBody(body_, &match.body);
  }
  result->counters.matches += keyed_.size();
  return true;
}

bool RuleMatches::PartElements(ExprId part, std::vector<size_t>* elements) {
  elements->clear();
  const Values values = sources_->eval().Get(part);
  for (size_t i = 0; i < values.values.size(); ++i) {
    const Value& value = values.values[i];
    const bool missing = value.is_null() || value.kind == Kind::kObject ||
                         (value.is_text() && value.text.empty());
    if (!missing) elements->push_back(i);
  }
  return !elements->empty();
}

void RuleMatches::AddKeys(const EventTest& test, uint64_t bit,
                          MatchCounters* counters) {
  elements_.resize(std::max(elements_.size(), test.key.size()));
  for (size_t i = 0; i < test.key.size(); ++i) {
    if (!PartElements(test.key[i], &elements_[i])) {
      ++counters->missing_key;
      return;
    }
  }
  at_.assign(test.key.size(), 0);
  for (size_t tried = 0;; ++tried) {
    if (tried == key_values_) {
      ++counters->key_values_cut;
      return;
    }
    AddKey(test, bit);
    size_t i = at_.size();
    while (i > 0 && ++at_[i - 1] == elements_[i - 1].size()) at_[--i] = 0;
    if (i == 0) return;
  }
}

void RuleMatches::AddKey(const EventTest& test, uint64_t bit) {
  SourceView::Eval& eval = sources_->eval();
  identity_.resize(test.key.size());
  for (size_t i = 0; i < test.key.size(); ++i) {
    identity_[i].assign(eval.Folded(test.key[i], elements_[i][at_[i]]));
  }
  const Hash128 key = KeyHash(identity_);
  for (Keyed& known : keyed_) {
    if (known.key == key) {
      known.tests |= bit;
      return;
    }
  }
  keyed_.push_back({key, bit, shown_.size(), test.key.size()});
  for (size_t i = 0; i < test.key.size(); ++i) {
    shown_.push_back(eval.Get(test.key[i]).values[elements_[i][at_[i]]]);
  }
}

void RuleMatches::Capture(const Rule& rule, MatchCounters* counters) {
  SourceView::Eval& eval = sources_->eval();
  body_.captures.resize(rule.captures.size());
  for (size_t i = 0; i < rule.captures.size(); ++i) {
    std::vector<Value>& kept = body_.captures[i];
    kept.clear();
    for (Value value : eval.Get(rule.captures[i].expr).values) {
      if (value.is_null()) continue;
      if (value.text.size() > capture_bytes_) {
        ++counters->capture_cut;
        if (value.kind == Kind::kObject) continue;
        value.text = CutUtf8(value.text, capture_bytes_);
      }
      kept.push_back(value);
    }
  }
}

}  // namespace tocsin
