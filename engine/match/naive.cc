// SPDX-License-Identifier: Apache-2.0
#include "engine/match/naive.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <re2/re2.h>

#include "engine/base/fold.h"
#include "engine/base/utf8.h"
#include "engine/event/text_parsers.h"
#include "engine/event/time_format.h"
#include "engine/match/convert.h"
#include "engine/plan/op/prepared_set.h"

namespace tocsin {
namespace {

using StepKind = FieldStep::Kind;

NaiveValues Of(const Value& value) { return {{StoredValue(value)}, true}; }
NaiveValues OfText(std::string_view text) { return Of(Value::Text(text)); }
NaiveValues OfTime(TimeNs time) {
  return time == kMinTime ? NaiveValues() : OfText(FormatTime(time));
}

}  // namespace

NaiveMatcher::NaiveMatcher(std::shared_ptr<const Plan> plan,
                           const Inputs& inputs)
    : plan_(std::move(plan)), inputs_(inputs) {}

void NaiveMatcher::Run(const Batch& batch, BatchResult* result) {
  *result = {};
  result->number = batch.number;
  for (const RawMessage& message : batch.messages) {
    auto counts = std::find_if(
        result->partitions.begin(), result->partitions.end(),
        [&](const auto& one) { return one.partition == message.partition; });
    if (counts == result->partitions.end()) {
      counts = result->partitions.emplace(counts);
      counts->partition = message.partition;
    }
    ++counts->messages;
    counts->next_offset = message.offset + 1;
    const InputInfo& input = inputs_[message.partition.input.value];
    for (const ReferenceOutcome& outcome :
         ReferenceDecode(batch.bytes(message), input.format, plan_->limits)) {
      ++counts->consumed;
      if (outcome.outcome == DecodeOutcome::kFiltered) ++counts->filtered;
      if (outcome.outcome == DecodeOutcome::kDeadLetter) {
        ++counts->dead_lettered;
        DeadLetter& letter = result->dead_letters.emplace_back();
        letter.from = {message.partition, message.offset, outcome.index};
        letter.reason = DeadReasonName(outcome.reason);
      }
      if (outcome.outcome != DecodeOutcome::kEvent) continue;
      ++counts->evaluated;
      Event event;
      event.decoded = &outcome;
      event.input = &input;
      event.record_time = message.record_time;
      event.year_from = message.year_from();
      Evaluate(message, result, &event);
    }
  }
}

void NaiveMatcher::Evaluate(const RawMessage& message, BatchResult* result,
                            Event* event) {
  event->member.resize(plan_->sources.size());
  for (size_t i = 0; i < plan_->sources.size(); ++i) {
    const ExprId where = plan_->sources[i].where;
    event->member[i] = !where.valid() || Holds(where, event);
  }
  event->time = TimeOf(event);
  event->deciding = false;
  const size_t before = result->matches.size();
  EventResult& made = result->events.emplace_back();
  made.from = {message.partition, message.offset, event->decoded->index};
  made.time = event->time;
  made.record_time = message.record_time;
  made.trusted_record_time = message.trusted_time;
  for (uint32_t rule = 0; rule < plan_->rules.size(); ++rule) {
    AddMatches({rule}, event, result);
  }
  if (result->matches.size() == before) return;
  made.order = OrderOf(event);
  made.identity = IdentityOf(*event);
}

TimeNs NaiveMatcher::TimeOf(Event* event) {
  for (size_t i = 0; i < plan_->sources.size(); ++i) {
    const Source& source = plan_->sources[i];
    if (!event->member[i] || !source.time) continue;
    const NaiveValues values = Resolve(source.time->path, event);
    if (values.missing()) break;
    const Value value = values.values[0].view();
    std::optional<TimeNs> time;
    if (source.time->format.empty()) {
      time = TimeOfValue(value);
    } else {
      time = TimeFormat::Make(source.time->format, source.time->zone)
                 ->Parse(CanonicalText(value), event->year_from);
    }
    if (time) return *time;
    break;
  }
  for (const FieldId field : plan_->default_times) {
    const NaiveValues values = Resolve(field, event);
    if (values.missing()) continue;
    const auto time = TimeOfValue(values.values[0].view());
    if (time) return *time;
  }
  return kMinTime;
}

int64_t NaiveMatcher::OrderOf(Event* event) {
  for (size_t i = 0; i < plan_->sources.size(); ++i) {
    if (!event->member[i] || !plan_->sources[i].order) continue;
    const NaiveValues values = Resolve(*plan_->sources[i].order, event);
    if (values.missing()) return INT64_MIN;
    const auto number = ToNumber(values.values[0].view());
    if (!number) return INT64_MIN;
    if (number->kind == Kind::kInt) return number->integer;
    if (number->kind == Kind::kUint) return INT64_MAX;
    const double whole = std::trunc(number->real);
    return std::fabs(whole) < 9.2e18 ? static_cast<int64_t>(whole) : INT64_MIN;
  }
  return INT64_MIN;
}

Hash128 NaiveMatcher::IdentityOf(const Event& event) const {
  IdHasher hasher;
  bool some = false;
  for (const std::string& name : event.input->identity) {
    std::vector<std::string> path(1);
    for (const char c : name) {
      if (c == '.') {
        path.emplace_back();
      } else {
        path.back() += c;
      }
    }
    const StoredValues values = event.decoded->root.Lookup(
        path, static_cast<size_t>(plan_->limits.array_values));
    some = some || values.size() > 1 ||
           (values.size() == 1 && !values[0].value.is_null());
    hasher.Add(static_cast<int64_t>(values.size()));
    for (const StoredValue& value : values) {
      hasher.Add(value.value.kind == Kind::kObject
                     ? value.text
                     : CanonicalText(value.view()));
    }
  }
  return some ? hasher.Finish() : Hash128();
}

// -------------------------------------------------------------- expressions
bool NaiveMatcher::Holds(ExprId id, Event* event) {
  const Expr& expr = plan_->expr(id);
  switch (expr.node) {
    case Node::kAnd:
      return std::all_of(expr.args.begin(), expr.args.end(),
                         [&](ExprId arg) { return Holds(arg, event); });
    case Node::kOr:
      return std::any_of(expr.args.begin(), expr.args.end(),
                         [&](ExprId arg) { return Holds(arg, event); });
    case Node::kNot:
      return !Holds(expr.args[0], event);
    case Node::kInSource:
      return event->member[expr.a];
    case Node::kMember:
      return NaiveMember(Operators()[expr.op], plan_->sets[expr.a],
                         Get(expr.args[0], event), plan_->limits);
    case Node::kInList: {
      for (const StoredValue& value : Get(expr.args[0], event).values) {
        uint32_t row = 0;
        if (NaiveInList(plan_->lists[expr.a], value.view(), &row)) return true;
      }
      return false;
    }
    case Node::kQuantifier: {
      const NaiveValues array = Get(expr.args[0], event);
      if (array.missing()) return false;
      size_t holding = 0;
      for (const StoredValue& element : array.values) {
        event->elements.push_back(element);
        if (Holds(expr.args[1], event)) ++holding;
        event->elements.pop_back();
      }
      return expr.a == 0 ? holding > 0 : holding == array.values.size();
    }
    case Node::kOperator: {
      const Operator& op = Operators()[expr.op];
      const NaiveValues left = Get(expr.args[0], event);
      if (op.shape == Shape::kCompare) {
        return NaiveCompare(op, left, Get(expr.args[1], event));
      }
      if (std::string_view(op.name) == "exists") return left.present;
      return left.missing();  // == null
    }
    default: {
      const NaiveValues values = Get(id, event);
      return !values.missing() && values.values[0].value.kind == Kind::kBool &&
             values.values[0].value.boolean;
    }
  }
}

NaiveValues NaiveMatcher::Get(ExprId id, Event* event) {
  const Expr& expr = plan_->expr(id);
  switch (expr.node) {
    case Node::kLiteral:
      return Of(plan_->literals[expr.a].value.view());
    case Node::kField:
      return Resolve({expr.a}, event);
    case Node::kAnywhere: {
      NaiveValues values;
      values.values = event->decoded->root.Scalars();
      values.present = !values.values.empty();
      return values;
    }
    case Node::kElement: {
      const StoredValue& element = event->elements[expr.b];
      if (expr.a == PathId::kNone) return {{element}, true};
      if (element.value.kind != Kind::kObject) return {};
      NaiveValues values;
      values.values =
          ReferenceParse(element.text)
              .Lookup(plan_->paths.segments({expr.a}),
                      static_cast<size_t>(plan_->limits.array_values),
                      &values.present);
      return values;
    }
    case Node::kOperator:
      return Call(expr, event);
    case Node::kListColumn:
      return Column(expr, event);
    default:
      return {};
  }
}

NaiveValues NaiveMatcher::Column(const Expr& expr, Event* event) {
  NaiveValues found;
  for (const StoredValue& key : Get(expr.args[0], event).values) {
    uint32_t row = 0;
    const List& list = plan_->lists[expr.a];
    if (!NaiveInList(list, key.view(), &row)) continue;
    const auto text = list.Column(row, plan_->list_columns[expr.b]);
    if (text) found.values.emplace_back(Value::Text(*text));
  }
  found.present = !found.values.empty();
  return found;
}

NaiveValues NaiveMatcher::Call(const Expr& expr, Event* event) {
  const Operator& op = Operators()[expr.op];
  std::vector<NaiveValues> args;
  for (const ExprId arg : expr.args) args.push_back(Get(arg, event));
  NaiveValues result;
  if (op.call_whole != nullptr) {
    std::vector<Value> values;
    for (const StoredValue& value : args[0].values) {
      values.push_back(value.view());
    }
    const auto value = op.call_whole({values, args[0].present});
    return value ? Of(*value) : NaiveValues();
  }
  // All combinations, the last argument fastest.
  std::vector<std::vector<Value>> calls(1);
  for (const NaiveValues& arg : args) {
    if (arg.missing()) return {};
    std::vector<std::vector<Value>> longer;
    for (const std::vector<Value>& call : calls) {
      for (const StoredValue& value : arg.values) {
        longer.push_back(call);
        longer.back().push_back(value.view());
      }
    }
    // The first ones of the rest begin with the first ones of these.
    longer.resize(std::min(longer.size(),
                           static_cast<size_t>(plan_->limits.array_values)));
    calls = std::move(longer);
  }
  TextPool pool;
  for (const std::vector<Value>& call : calls) {
    const auto value = op.call(call, &pool);
    if (value) result.values.emplace_back(*value);
  }
  result.present = !result.values.empty();
  return result;
}

// ------------------------------------------------------------------- fields
NaiveValues NaiveMatcher::Resolve(FieldId id, Event* event) {
  const Field& field = plan_->field(id);
  NaiveValues result;
  for (const FieldStep& step : field.steps) {
    const bool applies = !step.source.valid() || step.source == field.inside ||
                         event->member[step.source.value];
    if (!applies) continue;
    NaiveValues found = Step(step, event);
    std::erase_if(found.values, [&](const StoredValue& value) {
      if (!value.value.is_text()) return false;
      for (const SourceId source : field.absent) {
        if (source != field.inside && !event->member[source.value]) continue;
        for (const std::string& text : plan_->sources[source.value].absent) {
          if (Fold(value.text) == text) return true;
        }
      }
      return false;
    });
    if (!found.missing()) {
      const FieldType& type =
          step.type.kind == FieldKind::kAny ? field.type : step.type;
      StoredValues converted;
      TextPool pool;
      for (const StoredValue& value : found.values) {
        const auto made = ConvertValue(value.view(), type, &pool);
        if (made) converted.emplace_back(*made);
      }
      found.values = converted;
    }
    if (!found.missing()) return found;
    if (found.present && !result.present) result = found;
  }
  return result;
}

NaiveValues NaiveMatcher::Step(const FieldStep& step, Event* event) {
  switch (step.kind) {
    case StepKind::kRaw:
      return Lookup(*event, step.path);
    case StepKind::kExpr:
      return Get(step.expr, event);
    case StepKind::kExtracted:
      return Extracted(step.source, step.name, *event);
    case StepKind::kParsed: {
      NaiveValues values;
      Parsed(step.source, step.name, *event, &values);
      return values;
    }
    case StepKind::kTopic:
      return OfText(event->input->topic);
    case StepKind::kInput:
      return OfText(event->input->name);
    case StepKind::kTime:
      if (event->deciding) return {};
      return OfTime(event->time != kMinTime ? event->time : event->record_time);
    case StepKind::kReceived:
      return OfTime(event->record_time);
    case StepKind::kSourceName: {
      NaiveValues names;
      for (size_t i = 0; i < event->member.size() && !event->deciding; ++i) {
        if (!event->member[i]) continue;
        names.values.emplace_back(Value::Text(plan_->sources[i].name));
      }
      names.present = !names.values.empty();
      return names;
    }
  }
  return {};
}

NaiveValues NaiveMatcher::Lookup(const Event& event, PathId path) const {
  NaiveValues values;
  values.values = event.decoded->root.Lookup(
      plan_->paths.segments(path),
      static_cast<size_t>(plan_->limits.array_values), &values.present);
  return values;
}

bool NaiveMatcher::Parsed(SourceId source, const std::string& name,
                          const Event& event, NaiveValues* values) const {
  const auto most = static_cast<size_t>(plan_->limits.array_values);
  const std::vector<std::string> path = {"message"};
  const StoredValues messages = event.decoded->root.Lookup(path, most);
  std::string message;
  if (!messages.empty() && messages[0].value.is_text()) {
    message = messages[0].text;
  }
  bool found = false;
  for (const std::string& parser : plan_->sources[source.value].parsers) {
    ParsedText text;
    if (message.empty() || !FindTextParser(parser)->parse(message, &text)) {
      continue;
    }
    const Values named = text.Find(name, most);
    if (named.present) {
      found = true;
      values->present = true;
      values->values.clear();
      for (const Value& value : named.values) {
        values->values.emplace_back(value);
      }
    }
    const Values rest = text.Find("message", 1);
    if (rest.missing()) continue;
    message = rest.values[0].is_text() ? std::string(rest.values[0].text) : "";
  }
  return found;
}

NaiveValues NaiveMatcher::Extracted(SourceId source, const std::string& name,
                                    const Event& event) {
  for (const Extraction& extraction :
       plan_->sources[source.value].extractions) {
    NaiveValues texts;
    Parsed(source, plan_->paths.name(extraction.from), event, &texts);
    if (texts.missing()) texts = Lookup(event, extraction.from);
    const auto regex = CompileRegex(extraction.pattern, plan_->limits);
    std::vector<re2::StringPiece> groups(extraction.groups.size() + 1);
    for (const StoredValue& text : texts.values) {
      if (!text.value.is_text()) continue;
      if (!(*regex)->Match(text.text, 0, text.text.size(), re2::RE2::UNANCHORED,
                           groups.data(), static_cast<int>(groups.size()))) {
        continue;
      }
      for (size_t i = 0; i < extraction.groups.size(); ++i) {
        if (extraction.groups[i] != name) continue;
        if (groups[i + 1].data() == nullptr) continue;
        return OfText({groups[i + 1].data(), groups[i + 1].size()});
      }
      break;
    }
  }
  return {};
}

// ------------------------------------------------------------------ matches
void NaiveMatcher::AddMatches(RuleId id, Event* event, BatchResult* result) {
  const Rule& rule = plan_->rule(id);
  struct Keyed {
    uint64_t tests = 0;
    std::vector<std::string> shown;
  };
  std::map<Hash128, Keyed> keyed;
  for (size_t i = 0; i < rule.tests.size(); ++i) {
    const EventTest& test = rule.tests[i];
    if (!Holds(test.test, event)) continue;
    // Each part's values; every combination is a key.
    std::vector<std::vector<std::string>> keys(1);
    for (const ExprId part : test.key) {
      std::vector<std::vector<std::string>> longer;
      const NaiveValues values = Get(part, event);
      for (const std::vector<std::string>& key : keys) {
        for (const StoredValue& value : values.values) {
          const std::string text = CanonicalText(value.view());
          if (value.value.kind == Kind::kObject || text.empty()) continue;
          longer.push_back(key);
          longer.back().push_back(text);
        }
      }
      keys = std::move(longer);
    }
    if (keys.empty()) ++result->counters.missing_key;
    if (keys.size() > static_cast<size_t>(plan_->limits.key_values)) {
      keys.resize(static_cast<size_t>(plan_->limits.key_values));
    }
    for (const std::vector<std::string>& key : keys) {
      std::vector<std::string> identity;
      identity.reserve(key.size());
      for (const std::string& part : key) identity.push_back(Fold(part));
      Keyed& one = keyed[KeyHash(identity)];
      if (one.tests == 0) one.shown = key;
      one.tests |= uint64_t{1} << i;
    }
  }
  for (const auto& [hash, one] : keyed) {
    MatchBody body;
    for (const std::string& part : one.shown) {
      body.key.push_back(
          CutUtf8(part, static_cast<size_t>(plan_->limits.key_bytes)));
    }
    const auto most = static_cast<size_t>(plan_->limits.capture_bytes);
    std::vector<NaiveValues> captured;
    for (const Capture& capture : rule.captures) {
      captured.push_back(Get(capture.expr, event));
    }
    for (const NaiveValues& values : captured) {
      std::vector<Value>& kept = body.captures.emplace_back();
      for (const StoredValue& value : values.values) {
        const bool object = value.value.kind == Kind::kObject;
        if (value.value.is_null() || (object && value.text.size() > most)) {
          continue;
        }
        kept.push_back(value.view());
        kept.back().text = CutUtf8(value.text, most);
      }
    }
    Match& match = result->matches.emplace_back();
    match.event = static_cast<uint32_t>(result->events.size() - 1);
    match.rule = id;
    match.tests = one.tests;
    match.key = hash;
    if (rule.stateful()) match.shard = ShardOf(rule.state, hash, rule.whole());
    EncodeMatchBody(body, &match.body);
    ++result->counters.matches;
  }
}

}  // namespace tocsin
