// SPDX-License-Identifier: Apache-2.0
#include "engine/match/matcher.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/event/decode.h"
#include "engine/match/candidates.h"
#include "engine/match/rule_matches.h"
#include "engine/match/source_view.h"
#include "engine/plan/eval.h"

namespace tocsin {
namespace {

Prepared PrepareOrDie(const Plan& plan) {
  auto prepared = Prepared::Make(plan);
  if (!prepared.ok()) {
    // Validate() refuses such a plan, so this is a bug of the compiler.
    std::fprintf(stderr, "the plan is damaged: %s\n",
                 Message(prepared.status()).c_str());
    std::abort();
  }
  return *std::move(prepared);
}

std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> segments(1);
  for (const char c : path) {
    if (c == '.') {
      segments.emplace_back();
    } else {
      segments.back() += c;
    }
  }
  return segments;
}

// What the matcher reads beside the plan.
struct Fields {
  FieldSet set;
  std::vector<std::vector<PathId>> identity;  // by InputId
};

Fields FieldsOf(const Plan& plan, const Inputs& inputs) {
  Fields fields{plan.paths, {}};
  fields.set.Intern(std::vector<std::string>{"message"});
  for (const InputInfo& input : inputs) {
    std::vector<PathId>& paths = fields.identity.emplace_back();
    for (const std::string& path : input.identity) {
      paths.push_back(fields.set.Intern(Segments(path)));
    }
  }
  fields.set.Freeze();
  return fields;
}

}  // namespace

struct Matcher::Impl {
  Impl(std::shared_ptr<const Plan> the_plan, const Inputs& the_inputs)
      : plan(std::move(the_plan)),
        inputs(the_inputs),
        fields(FieldsOf(*plan, inputs)),
        prepared(PrepareOrDie(*plan)),
        decoder(&fields.set, plan->limits),
        event(&fields.set, plan->limits),
        sources(plan.get(), &prepared, &fields.set),
        candidates(plan.get(), &prepared),
        matches(plan.get(), &sources) {}

  void Message(const Batch& batch, const RawMessage& message,
               BatchResult* result);
  void Event(const RawMessage& message, const InputInfo& input,
             BatchResult* result);
  void Dead(const RawMessage& message, BatchResult* result) const;
  Hash128 Identity(InputId input);
  void Count(BatchResult* result);

  const std::shared_ptr<const Plan> plan;
  const Inputs inputs;
  const Fields fields;
  const Prepared prepared;
  Decoder decoder;
  EventView event;
  SourceView sources;
  Candidates candidates;
  RuleMatches matches;
};

namespace {

PartitionCounts& CountsOf(Partition partition, BatchResult* result) {
  for (size_t i = result->partitions.size(); i > 0; --i) {
    PartitionCounts& counts = result->partitions[i - 1];
    if (counts.partition == partition) return counts;
  }
  PartitionCounts& counts = result->partitions.emplace_back();
  counts.partition = partition;
  return counts;
}

}  // namespace

void Matcher::Impl::Message(const Batch& batch, const RawMessage& message,
                            BatchResult* result) {
  const InputInfo& input = inputs[message.partition.input.value];
  PartitionCounts& counts = CountsOf(message.partition, result);
  ++counts.messages;
  counts.next_offset = message.offset + 1;
  decoder.Start(batch.bytes(message), input.format);
  for (;;) {
    const DecodeOutcome outcome = decoder.Next(&event);
    if (outcome == DecodeOutcome::kEnd) return;
    ++counts.consumed;
    switch (outcome) {
      case DecodeOutcome::kEvent:
        ++counts.evaluated;
        Event(message, input, result);
        break;
      case DecodeOutcome::kDeadLetter:
        ++counts.dead_lettered;
        Dead(message, result);
        break;
      default:
        ++counts.filtered;
    }
  }
}

void Matcher::Impl::Dead(const RawMessage& message, BatchResult* result) const {
  const DeadBytes& dead = decoder.dead();
  DeadLetter& letter = result->dead_letters.emplace_back();
  letter.from = {message.partition, message.offset, dead.index};
  letter.record_time = message.record_time;
  letter.reason = DeadReasonName(dead.reason);
  letter.detail = dead.detail;
  letter.payload =
      dead.payload.substr(0, static_cast<size_t>(plan->limits.event_bytes));
}

void Matcher::Impl::Event(const RawMessage& message, const InputInfo& input,
                          BatchResult* result) {
  sources.Begin(&event, &input, message);
  const auto index = static_cast<uint32_t>(result->events.size());
  EventResult& made = result->events.emplace_back();
  made.from = {message.partition, message.offset, event.index()};
  made.time = sources.time();
  made.record_time = message.record_time;
  made.trusted_record_time = message.trusted_time;
  if (made.time == kMinTime) ++result->counters.time_missing;
  const size_t before = result->matches.size();
  const std::vector<RuleId>& rules = candidates.Find(&sources);
  result->counters.candidates += rules.size();
  for (const RuleId rule : rules) matches.Add(rule, index, result);
  if (result->matches.size() == before) return;
  made.order = sources.Order();
  made.identity = Identity(message.partition.input);
}

// The values of the declared fields; zero where the event has none of them,
// so that its coordinates stand in.
Hash128 Matcher::Impl::Identity(InputId input) {
  bool some = false;
  IdHasher hasher;
  for (const PathId path : fields.identity[input.value]) {
    const Values& values = event.Get(path);
    some = some || !values.missing();
    hasher.Add(static_cast<int64_t>(values.values.size()));
    for (const Value& value : values.values) {
      hasher.Add(value.kind == Kind::kObject ? std::string(value.text)
                                             : CanonicalText(value));
    }
  }
  return some ? hasher.Finish() : Hash128();
}

void Matcher::Impl::Count(BatchResult* result) {
  const DecodeCounters counted = event.TakeCounters();
  result->counters.repaired = counted.repaired;
  result->counters.duplicate_keys = counted.duplicate_keys;
  result->counters.field_faults = counted.field_faults + counted.surrogates;
  result->counters.array_cut = counted.array_cut;
}

Matcher::Matcher(std::shared_ptr<const Plan> plan, const Inputs& inputs)
    : impl_(std::make_unique<Impl>(std::move(plan), inputs)) {}

Matcher::~Matcher() = default;

void Matcher::Run(const Batch& batch, BatchResult* result) {
  result->number = batch.number;
  result->events.clear();
  result->matches.clear();
  result->dead_letters.clear();
  result->partitions.clear();
  result->counters = {};
  for (const RawMessage& message : batch.messages) {
    impl_->Message(batch, message, result);
  }
  impl_->Count(result);
}

}  // namespace tocsin
