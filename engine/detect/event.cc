// SPDX-License-Identifier: Apache-2.0
//
// An event test: every event that passes is a finding. In a shard only where
// `at most` has to count them in order; the others go straight to cases.
//
// Tested by: tests/engine/detect/at_most_test.cc
#include "engine/detect/detector.h"

namespace tocsin {
namespace {

Completion CompletionOf(const Plan& plan, RuleId id, const Turn& turn) {
  const Rule& rule = plan.rule(id);
  Completion completion;
  completion.rule = id;
  completion.key = turn.key;
  completion.shown_key = ShownKey(*turn.body);
  completion.time = turn.time;
  completion.at = turn.at();
  completion.place = turn.place;
  completion.moment.event = turn.body;
  completion.moment.time = turn.time;
  completion.identity = turn.identity;
  completion.evidence_total = 1;
  Seen seen{turn.place.from, turn.time, 0, {}};
  completion.evidence.push_back(
      ToEvidence(seen, *turn.body, {}, rule, plan.limits));
  Kept kept;
  kept.Add(*turn.body, turn.time, turn.at(), 0, rule, plan.limits);
  completion.kept = kept.Read(turn.at(), 0, rule);
  return completion;
}

class EventDetector final : public Detector {
 public:
  explicit EventDetector(const DetectorContext& context) : context_(context) {}

  void OnMatch(const Turn& turn) override {
    context_.sink->Emit(CompletionOf(*context_.plan, context_.rule, turn));
  }
  size_t bytes_per_key() const override { return 0; }
  void Save(ByteWriter*) const override {}
  bool Load(ByteReader*) override { return true; }

 private:
  DetectorContext context_;
};

}  // namespace

std::unique_ptr<Detector> MakeEventDetector(const DetectorContext& context) {
  return std::make_unique<EventDetector>(context);
}

Finding FindingOfEvent(const Plan& plan, const MatchRecord& record) {
  const Rule& rule = plan.rule(record.rule);
  MatchBody body;
  // The log has checksums; a body of another shape shows no fields.
  if (!DecodeMatchBody(record.body, &body)) body = {};
  body.captures.resize(rule.captures.size());
  const Turn turn{record.key,      record.tests, record.place, record.time,
                  record.identity, record.body,  &body};
  Candidate candidate =
      MakeCandidate(plan, CompletionOf(plan, record.rule, turn));
  candidate.finding.id = SingleEventId(rule, record.identity);
  if (rule.shadow) candidate.finding.held_back = HeldBack::kShadow;
  return std::move(candidate.finding);
}

}  // namespace tocsin
