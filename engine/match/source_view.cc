// SPDX-License-Identifier: Apache-2.0
#include "engine/match/source_view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/fold.h"
#include "engine/match/convert.h"

namespace tocsin {
namespace {

using StepKind = FieldStep::Kind;

[[noreturn]] void BadPlan(const std::string& what) {
  std::fprintf(stderr, "the plan is damaged: %s\n", what.c_str());
  std::abort();
}

}  // namespace

SourceView::SourceView(const Plan* plan, const Prepared* prepared,
                       const FieldSet* fields)
    : plan_(plan),
      message_(fields->Find(std::vector<std::string>{"message"})),
      eval_(plan, prepared, this),
      formats_(plan->sources.size()),
      parsing_of_(plan->sources.size()),
      extracting_(plan->sources.size()),
      members_(plan->sources.size()),
      cache_(plan),
      seen_(plan->fields.size()) {
  PrepareSources();
}

void SourceView::PrepareSources() {
  for (uint32_t i = 0; i < plan_->sources.size(); ++i) {
    const Source& source = plan_->sources[i];
    if (source.time) timed_.push_back({i});
    if (source.order) ordered_.push_back({i});
    if (source.time && !source.time->format.empty()) {
      auto format = TimeFormat::Make(source.time->format, source.time->zone);
      if (!format.ok()) BadPlan(Message(format.status()));
      formats_[i] = *std::move(format);
    }
    for (const Extraction& extraction : source.extractions) {
      auto regex = CompileRegex(extraction.pattern, plan_->limits);
      if (!regex.ok()) BadPlan(Message(regex.status()));
      Extracting& extracting = extracting_[i].emplace_back();
      extracting.regex = *std::move(regex);
      extracting.groups.resize(extraction.groups.size() + 1);
    }
    if (source.where.valid() && ReadsWhatFollows(source.where)) {
      members_first_ = true;
    }
    if (source.parsers.empty()) continue;
    const auto known = std::find_if(
        parsings_.begin(), parsings_.end(),
        [&](const auto& one) { return one->names == source.parsers; });
    if (known != parsings_.end()) {
      parsing_of_[i] = known->get();
      continue;
    }
    auto parsing = std::make_unique<Parsing>();
    parsing->names = source.parsers;
    for (const std::string& name : source.parsers) {
      auto stage = std::make_unique<Parsing::Stage>();
      stage->parser = FindTextParser(name);
      if (stage->parser == nullptr) BadPlan(StrCat("no parser ", name));
      parsing->stages.push_back(std::move(stage));
    }
    parsing_of_[i] = parsing.get();
    parsings_.push_back(std::move(parsing));
  }
}

// Does a `where` read tocsin.time or tocsin.source?
bool SourceView::ReadsWhatFollows(ExprId id) const {
  const Expr& expr = plan_->expr(id);
  for (const ExprId arg : expr.args) {
    if (ReadsWhatFollows(arg)) return true;
  }
  if (expr.node != Node::kField) return false;
  const std::vector<FieldStep>& steps = plan_->fields[expr.a].steps;
  return std::any_of(steps.begin(), steps.end(), [&](const FieldStep& step) {
    return step.kind == StepKind::kTime || step.kind == StepKind::kSourceName ||
           (step.kind == StepKind::kExpr && ReadsWhatFollows(step.expr));
  });
}

void SourceView::Begin(EventView* event, const InputInfo* input,
                       const RawMessage& message) {
  event_ = event;
  input_ = input;
  record_time_ = message.record_time;
  year_from_ = message.year_from();
  time_ = kMinTime;
  if (++epoch_ == 0) {
    // Old marks would look fresh.
    for (Membership& member : members_) member.epoch = 0;
    for (Seen& seen : seen_) seen.epoch = 0;
    for (const auto& parsing : parsings_) parsing->epoch = 0;
    for (auto& of_source : extracting_) {
      for (Extracting& extracting : of_source) extracting.epoch = 0;
    }
    epoch_ = 1;
  }
  arena_.Reset();
  pool_.Clear();
  eval_.Reset();
  deciding_ = true;
  RememberMembers();
  if (members_first_) {
    for (uint32_t i = 0; i < members_.size(); ++i) Belongs({i});
  }
  const std::optional<TimeNs> time = TimeOfEvent();
  deciding_ = false;
  if (time) time_ = *time;
  // What was read as missing may be known now.
  if (members_first_) eval_.Reset();
}

// Takes over what an event like this one belongs to, or finds it out for the
// next one.
void SourceView::RememberMembers() {
  const std::vector<SourceId>& decided = cache_.decided();
  if (decided.empty()) return;
  if (const std::vector<bool>* known = cache_.Find(event_, input_)) {
    for (size_t i = 0; i < decided.size(); ++i) {
      members_[decided[i].value] = {epoch_,
                                    (*known)[i] ? Member::kYes : Member::kNo};
    }
    return;
  }
  std::vector<bool> members;
  members.reserve(decided.size());
  for (const SourceId source : decided) members.push_back(Belongs(source));
  cache_.Put(std::move(members));
}

bool SourceView::Belongs(SourceId source) {
  Membership& known = members_[source.value];
  if (known.epoch != epoch_) {
    known = {epoch_, Member::kDeciding};
    known.member = Decide(source) ? Member::kYes : Member::kNo;
  }
  return known.member == Member::kYes;
}

bool SourceView::Decide(SourceId source) {
  const ExprId where = plan_->sources[source.value].where;
  return !where.valid() || eval_.Holds(where);
}

// -------------------------------------------------------------- time, order
std::optional<TimeNs> SourceView::TimeOfEvent() {
  for (const SourceId source : timed_) {
    if (!Belongs(source)) continue;
    if (const auto time = TimeOfSource(source)) return time;
    break;
  }
  for (const FieldId field : plan_->default_times) {
    const Values values = Resolve(field);
    if (values.missing()) continue;
    if (const auto time = TimeOfValue(values.values[0])) return time;
  }
  return std::nullopt;
}

std::optional<TimeNs> SourceView::TimeOfSource(SourceId source) {
  const Values values = Resolve(plan_->sources[source.value].time->path);
  if (values.missing()) return std::nullopt;
  const Value& first = values.values[0];
  const std::optional<TimeFormat>& format = formats_[source.value];
  if (!format) return TimeOfValue(first);
  if (first.is_text()) return format->Parse(first.text, year_from_);
  return format->Parse(CanonicalText(first), year_from_);
}

int64_t SourceView::Order() {
  for (const SourceId source : ordered_) {
    if (!Belongs(source)) continue;
    const Values values = Resolve(*plan_->sources[source.value].order);
    if (values.missing()) return INT64_MIN;
    const std::optional<Value> number = ToNumber(values.values[0]);
    if (!number) return INT64_MIN;
    if (number->kind == Kind::kInt) return number->integer;
    if (number->kind == Kind::kUint) return INT64_MAX;
    const double whole = std::trunc(number->real);
    if (!(std::fabs(whole) < 9.2e18)) return INT64_MIN;
    return static_cast<int64_t>(whole);
  }
  return INT64_MIN;
}

// ------------------------------------------------------------------- leaves
Values SourceView::Leaf(ExprId, const Expr& expr) {
  if (expr.node == Node::kField) return Resolve({expr.a});
  if (expr.node == Node::kAnywhere) return Anywhere();
  return {};
}

bool SourceView::HoldsLeaf(ExprId, const Expr& expr) {
  return Belongs({expr.a});
}

Values SourceView::ElementPath(const Value& element, PathId path) {
  return event_->GetIn(element, path);
}

std::string_view SourceView::Folded(ExprId, const Expr& expr, size_t i) {
  const Seen& seen = seen_[expr.a];
  if (seen.epoch != epoch_ || !seen.path.valid()) return {};
  return event_->Folded(seen.path, i);
}

// ------------------------------------------------------------------- fields
Values SourceView::Resolve(FieldId id) {
  const Field& field = plan_->field(id);
  seen_[id.value] = {epoch_, {}};
  Values result;
  for (const FieldStep& step : field.steps) {
    if (step.source.valid() && step.source != field.inside &&
        !Belongs(step.source)) {
      continue;
    }
    const Values found = StepValues(step);
    if (!found.present) continue;
    const FieldType& type =
        step.type.kind != FieldKind::kAny ? step.type : field.type;
    const Values values =
        Convert(WithoutAbsent(field, found), type, &arena_, &pool_);
    if (!values.missing()) {
      const bool as_it_came = step.kind == StepKind::kRaw &&
                              values.values.data() == found.values.data();
      if (as_it_came) seen_[id.value].path = step.path;
      return values;
    }
    // There, but missing: the next one may have it.
    if (!result.present) result = values;
  }
  return result;
}

Values SourceView::StepValues(const FieldStep& step) {
  switch (step.kind) {
    case StepKind::kRaw:
      return event_->Get(step.path);
    case StepKind::kExpr:
      return eval_.Get(step.expr);
    case StepKind::kExtracted:
      return Extracted(step.source, step.name);
    case StepKind::kParsed:
      return Parsed(step.source, step.name);
    case StepKind::kTopic:
      return Text(input_->topic);
    case StepKind::kInput:
      return Text(input_->name);
    case StepKind::kTime:
      if (deciding_) return {};
      return TimeText(time_ != kMinTime ? time_ : record_time_);
    case StepKind::kReceived:
      return TimeText(record_time_);
    case StepKind::kSourceName:
      if (deciding_) return {};
      return Names();
  }
  return {};
}

Values SourceView::Text(std::string_view text) {
  Value* value = arena_.AllocateArray<Value>(1);
  *value = Value::Text(text);
  return {{value, 1}, true};
}

Values SourceView::TimeText(TimeNs time) {
  if (time == kMinTime) return {};
  std::string* text = pool_.New();
  *text = FormatTime(time);
  return Text(*text);
}

Values SourceView::Names() {
  Value* names = arena_.AllocateArray<Value>(members_.size());
  size_t count = 0;
  for (uint32_t i = 0; i < members_.size(); ++i) {
    if (Belongs({i})) names[count++] = Value::Text(plan_->sources[i].name);
  }
  return {{names, count}, count > 0};
}

Values SourceView::Anywhere() {
  scratch_.clear();
  event_->ForEachScalar([this](const Value& value) {
    scratch_.push_back(value);
    return true;
  });
  Value* values = arena_.AllocateArray<Value>(scratch_.size());
  std::copy(scratch_.begin(), scratch_.end(), values);
  return {{values, scratch_.size()}, !scratch_.empty()};
}

bool SourceView::IsAbsent(const Field& field, const Value& value) {
  if (!value.is_text()) return false;
  for (const SourceId id : field.absent) {
    if (id != field.inside && !Belongs(id)) continue;
    for (const std::string& absent : plan_->sources[id.value].absent) {
      if (EqualFolded(value.text, absent)) return true;
    }
  }
  return false;
}

Values SourceView::WithoutAbsent(const Field& field, const Values& values) {
  if (field.absent.empty()) return values;
  size_t absent = 0;
  for (const Value& value : values.values) {
    if (IsAbsent(field, value)) ++absent;
  }
  if (absent == 0) return values;
  const size_t left = values.values.size() - absent;
  Value* kept = arena_.AllocateArray<Value>(left);
  size_t count = 0;
  for (const Value& value : values.values) {
    if (!IsAbsent(field, value)) kept[count++] = value;
  }
  return {{kept, left}, values.present};
}

// ---------------------------------------------------------- parse, extract
// The text that a stage of the parsers reads: what the stages before it made
// of `message`, or the event's own.
std::string_view SourceView::MessageOf(const Parsing& parsing, size_t stage) {
  while (stage > 0) {
    Parsing::Stage& before = *parsing.stages[--stage];
    if (!before.recognised) continue;
    const Values parsed = before.text.Find("message", 1);
    if (!parsed.missing()) {
      return parsed.values[0].is_text() ? parsed.values[0].text
                                        : std::string_view();
    }
  }
  if (!message_) return {};
  const Values& values = event_->Get(*message_);
  if (values.missing() || !values.values[0].is_text()) return {};
  return values.values[0].text;
}

void SourceView::RunParsers(Parsing* parsing) {
  parsing->epoch = epoch_;
  for (const auto& stage : parsing->stages) stage->recognised = false;
  for (size_t i = 0; i < parsing->stages.size(); ++i) {
    Parsing::Stage& stage = *parsing->stages[i];
    const std::string_view message = MessageOf(*parsing, i);
    stage.text.Clear();
    stage.recognised =
        !message.empty() && stage.parser->parse(message, &stage.text);
  }
}

// Of several parsers that give the name, the last one counts.
Values SourceView::Parsed(SourceId source, std::string_view name) {
  Parsing* parsing = parsing_of_[source.value];
  if (parsing == nullptr) return {};
  if (parsing->epoch != epoch_) RunParsers(parsing);
  for (size_t i = parsing->stages.size(); i > 0; --i) {
    Parsing::Stage& stage = *parsing->stages[i - 1];
    if (!stage.recognised) continue;
    const Values values =
        stage.text.Find(name, static_cast<size_t>(plan_->limits.array_values));
    if (values.present) return values;
  }
  return {};
}

void SourceView::Extract(SourceId source, const Extraction& extraction,
                         Extracting* extracting) {
  extracting->epoch = epoch_;
  extracting->found = false;
  Values values = Parsed(source, plan_->paths.name(extraction.from));
  if (values.missing()) values = event_->Get(extraction.from);
  for (const Value& value : values.values) {
    if (!value.is_text()) continue;
    extracting->found = extracting->regex->Match(
        re2::StringPiece(value.text.data(), value.text.size()), 0,
        value.text.size(), re2::RE2::UNANCHORED, extracting->groups.data(),
        static_cast<int>(extracting->groups.size()));
    if (extracting->found) return;
  }
}

// The first extraction whose group of this name took part in a match.
Values SourceView::Extracted(SourceId source, std::string_view name) {
  const std::vector<Extraction>& extractions =
      plan_->sources[source.value].extractions;
  for (size_t i = 0; i < extractions.size(); ++i) {
    const Extraction& extraction = extractions[i];
    Extracting& extracting = extracting_[source.value][i];
    for (size_t g = 0; g < extraction.groups.size(); ++g) {
      if (extraction.groups[g] != name) continue;
      if (extracting.epoch != epoch_) Extract(source, extraction, &extracting);
      const re2::StringPiece& group = extracting.groups[g + 1];
      if (extracting.found && group.data() != nullptr) {
        return Text({group.data(), group.size()});
      }
    }
  }
  return {};
}

}  // namespace tocsin
