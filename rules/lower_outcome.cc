// SPDX-License-Identifier: Apache-2.0
//
// LowerOutcome: what becomes of a finding: level, risk, keep, at most and the
// incident block. All of it speaks of the finding: its completing event (or
// its key), its steps and its measures.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/status.h"
#include "rules/lower_rule.h"
#include "rules/lower_text.h"

namespace tocsin::rules {
namespace {

constexpr int64_t kMostRisk = 1'000;
constexpr int64_t kMostFindings = 1'000;  // of `at most`, kept one by one

// What a finding offers by name.
class FindingScope : public Scope {
 public:
  explicit FindingScope(RuleLowerer* rule)
      : Scope(&rule->lowering()), rule_(*rule) {}

  Typed Path(const ast::Path& path) override {
    return rule_.FieldOfFinding(path);
  }
  std::optional<Typed> StepPath(const ast::Path& path) override {
    return rule_.names()->StepPath(path);
  }
  Typed Measure(const ast::Expr& measure, const Literal*) override {
    if (std::optional<Typed> known = rule_.names()->Measure(measure)) {
      return *known;
    }
    lowering_.Add("E238", measure.span, "the finding has no such measure")
        .Help(
            "only what the condition of `when` measures, or `count of` a "
            "counted step, is known here");
    return {};
  }
  Typed TimeOf(const ast::Expr& time) override {
    if (std::optional<Typed> known = rule_.names()->TimeOf(time)) {
      return *known;
    }
    return Scope::TimeOf(time);
  }

 private:
  RuleLowerer& rule_;
};

class OutcomeLowerer {
 public:
  explicit OutcomeLowerer(RuleLowerer* rule)
      : rule_(*rule),
        lowering_(rule->lowering()),
        scope_(rule),
        lowerer_(&lowering_, &scope_, &rule->ast()),
        known_(rule->names() != nullptr) {}

  void Run();

 private:
  std::optional<tocsin::Level> LevelNamed(const ast::Name& name);
  void Level();
  void Risk(const ast::Risk& risk);
  void Keep(const ast::Keep& keep);
  void AtMost();
  void AtMost(const ast::AtMost& at_most);
  bool ByIsKey(const std::vector<ast::Path>& by) const;
  void Incident();
  void Item(const ast::IncidentSummary& summary);
  void Item(const ast::IncidentPlaybook& playbook) {
    block().playbook = playbook.value.value;
  }
  void Item(const ast::IncidentOwner& owner) {
    block().owner = owner.value.value;
  }
  void Item(const ast::IncidentGroup& group);
  void Item(const ast::IncidentVeris& veris) {
    block().veris = LowerVeris(&lowering_, veris);
  }
  void Group(const ast::IncidentGroup::Key& key);
  std::optional<uint32_t> CaptureOf(const ast::Path& path);
  std::optional<uint32_t> CaptureOfEvent(const ast::Path& path);
  IncidentBlock& block() { return rule_.rule().incident; }

  RuleLowerer& rule_;
  Lowering& lowering_;
  FindingScope scope_;
  ExprLowerer lowerer_;
  // The pattern is lowered: expressions can be.
  bool known_;
};

void OutcomeLowerer::Run() {
  Level();
  for (const auto& [item, risk] : ast::All<ast::Risk>(rule_.ast().items)) {
    Risk(*risk);
  }
  for (const auto& [item, keep] : ast::All<ast::Keep>(rule_.ast().items)) {
    Keep(*keep);
  }
  AtMost();
  Incident();
}

std::optional<tocsin::Level> OutcomeLowerer::LevelNamed(const ast::Name& name) {
  std::vector<std::string> names;
  for (const tocsin::Level level :
       {Level::kInformational, Level::kLow, Level::kMedium, Level::kHigh,
        Level::kCritical}) {
    if (name.text == LevelName(level)) return level;
    names.emplace_back(LevelName(level));
  }
  const std::string near = DidYouMean(name.text, names);
  lowering_.Add("E203", name.span, StrCat("no level '", name.text, "'"))
      .Help(near.empty() ? "write informational, low, medium, high or critical"
                         : near);
  return std::nullopt;
}

void OutcomeLowerer::Level() {
  std::vector<LevelCase>& levels = rule_.rule().levels;
  const auto* level = ast::Find<ast::Level>(rule_.ast().items);
  if (level != nullptr) {
    for (const ast::Level::Case& one : level->cases) {
      const std::optional<tocsin::Level> named = LevelNamed(one.level);
      ExprId where;
      if (known_) where = lowerer_.Test(*one.where);
      if (named && where.valid()) levels.push_back({*named, where});
    }
    const std::optional<tocsin::Level> named = LevelNamed(level->level);
    levels.push_back({named.value_or(Level::kMedium), {}});
  } else {
    levels.push_back({Level::kMedium, {}});
  }
}

// A field of the completing event or of the key, as a capture.
std::optional<uint32_t> OutcomeLowerer::CaptureOf(const ast::Path& path) {
  if (!known_) return std::nullopt;
  Typed value = lowerer_.Value(path);
  if (!value.ok) return std::nullopt;
  if (!value.literal()) {
    const Expr& expr = lowering_.plan().expr(value.id);
    if (expr.node == Node::kCapture) return expr.a;
    // The last step's event completes the finding.
    const auto* sequence = std::get_if<SequencePattern>(&rule_.rule().pattern);
    if (expr.node == Node::kStepCapture && sequence != nullptr &&
        expr.a + 1 == sequence->steps.size() && !value.set) {
      return expr.b;
    }
  }
  // A value made of several fields, or of other steps.
  if (!value.literal() && rule_.names()->has_event() &&
      !rule_.names()->StepPath(path)) {
    return CaptureOfEvent(path);
  }
  lowering_
      .Add("E238", path.span,
           StrCat("'", Written(path),
                  "' is no field of the event that completes the finding"))
      .Help("name a field without a step in front");
  return std::nullopt;
}

std::optional<uint32_t> OutcomeLowerer::CaptureOfEvent(const ast::Path& path) {
  ExprLowerer lowerer(&lowering_, rule_.OutcomeScope(), &rule_.ast());
  const Typed value = lowerer.Value(path);
  if (!value.ok) return std::nullopt;
  if (!value.literal() && !value.anywhere) {
    return rule_.Capture(value.id, path.Dotted());
  }
  lowering_
      .Add("E173", path.span,
           StrCat("'", Written(path), "' is no field of an event"))
      .Help("name a field, or a value made of fields");
  return std::nullopt;
}

void OutcomeLowerer::Risk(const ast::Risk& risk) {
  for (const ast::Risk::Part& part : risk.parts) {
    if (part.amount.value < 1 || part.amount.value > kMostRisk) {
      lowering_
          .Add(
              "E209", part.amount.span,
              StrCat("a risk is 1 to ", kMostRisk, ", not ", part.amount.value))
          .Help("100 is a common threshold of a risky user");
    }
    const std::optional<uint32_t> capture = CaptureOf(part.on);
    if (!capture) continue;
    rule_.rule().risks.push_back(
        {part.amount.value, part.on.Dotted(), *capture});
  }
}

// Values of all events of the finding, whatever completes it.
void OutcomeLowerer::Keep(const ast::Keep& keep) {
  if (!known_) return;
  const bool silence =
      std::holds_alternative<SilencePattern>(rule_.rule().pattern);
  for (const ast::Path& path : keep.paths) {
    const std::optional<uint32_t> capture =
        silence ? CaptureOf(path) : CaptureOfEvent(path);
    if (capture) rule_.rule().keep.push_back(*capture);
  }
}

void OutcomeLowerer::AtMost() {
  const ast::AtMost* found = ast::Find<ast::AtMost>(rule_.ast().items);
  const auto* when = ast::Find<ast::When>(rule_.ast().items);
  if (when != nullptr && when->at_most) {
    if (found != nullptr) {
      lowering_.Add("E202", found->span, "`at most` is given twice")
          .Label(when->at_most->span, "first given here")
          .Help("keep one of the two");
    }
    found = &*when->at_most;
  }
  if (found != nullptr) AtMost(*found);
}

// The same names in any order.
bool OutcomeLowerer::ByIsKey(const std::vector<ast::Path>& by) const {
  std::set<std::string> names;
  for (const ast::Path& path : by) names.insert(path.Dotted());
  const std::vector<std::string>& key = rule_.rule().key_names;
  return names == std::set<std::string>(key.begin(), key.end());
}

void OutcomeLowerer::AtMost(const ast::AtMost& at_most) {
  if (at_most.count.value < 1 || at_most.count.value > kMostFindings) {
    lowering_
        .Add("E209", at_most.count.span,
             StrCat("at most 1 to ", kMostFindings, " findings, not ",
                    at_most.count.value))
        .Help("to hold back every finding write: mode shadow");
  }
  rule_.PositiveDuration(at_most.per, "at most");
  tocsin::AtMost made;
  made.count = at_most.count.value;
  made.per = at_most.per.value;
  for (const ast::Path& path : at_most.by) {
    const std::optional<uint32_t> capture = CaptureOf(path);
    if (capture) made.by.push_back(*capture);
  }
  made.by_key = ByIsKey(at_most.by);
  rule_.rule().at_most = std::move(made);
}

// ---------------------------------------------------------------- incident
void OutcomeLowerer::Incident() {
  block().case_name = rule_.rule().name;
  for (const auto& [word, values] : rule_.rule().meta) {
    if (word == "playbook" && !values.empty()) block().playbook = values[0];
    if (word == "owner" && !values.empty()) block().owner = values[0];
  }
  const auto* incident = ast::Find<ast::Incident>(rule_.ast().items);
  if (incident == nullptr) return;
  block().none = incident->none;
  OnlyOnce once(&lowering_);
  for (const ast::IncidentItem& item : incident->items) {
    if (!once.Check(item.node.index(), item.keyword)) continue;
    std::visit([this](const auto& node) { Item(node); }, item.node);
  }
}

void OutcomeLowerer::Item(const ast::IncidentSummary& summary) {
  block().summary =
      LowerText(&lowering_, known_ ? &lowerer_ : nullptr, summary.value);
}

void OutcomeLowerer::Group(const ast::IncidentGroup::Key& key) {
  const ast::Path& path = key.value.empty() ? key.name : key.value;
  const Typed value = lowerer_.Value(path);
  if (!value.ok) return;
  if (value.set || value.literal()) {
    lowering_
        .Add("E235", path.span,
             value.set ? StrCat("'", Written(path), "' is a set of values")
                       : StrCat("'", Written(path), "' is the same for all"))
        .Help(
            "group by one value: a field of the finding, or of a step that "
            "is one event");
    return;
  }
  block().group.push_back({key.name.Dotted(), lowerer_.Node(value)});
}

void OutcomeLowerer::Item(const ast::IncidentGroup& group) {
  if (rule_.PositiveDuration(group.span_of_case, "a case")) {
    block().span = group.span_of_case.value;
  }
  if (group.as) block().case_name = group.as->value;
  if (!known_) return;
  for (const ast::IncidentGroup::Key& key : group.keys) Group(key);
}

}  // namespace

void LowerOutcome(RuleLowerer* rule) { OutcomeLowerer(rule).Run(); }

}  // namespace tocsin::rules
