// SPDX-License-Identifier: Apache-2.0
//
// Sequences: steps in order within a time, with guards between them. A step's
// `where` sees its own event and the steps above it.
#include <algorithm>
#include <set>

#include "engine/base/status.h"
#include "rules/pattern/pattern.h"

namespace tocsin::rules {
namespace {

constexpr size_t kMostLines = 64;       // steps, and guards: bits in the engine
constexpr int64_t kMostEvents = 1'000;  // of a counted step, kept one by one

// A step as later lines name it.
struct NamedStep {
  std::string name;
  Span span;
  bool counted = false;
  EventScope* scope = nullptr;  // null after a mistake
};

// The steps by name, and NAME.field, `count of`, `time of` over them.
class Steps {
 public:
  explicit Steps(RuleLowerer* rule)
      : rule_(*rule), lowering_(rule->lowering()) {}

  std::vector<NamedStep>& all() { return steps_; }
  std::optional<uint32_t> Find(std::string_view name) const {
    for (uint32_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].name == name) return i;
    }
    return std::nullopt;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const NamedStep& step : steps_) names.push_back(step.name);
    return names;
  }

  // The field below a step's name, in that step's scope.
  Typed Field(uint32_t step, const ast::Path& path, bool own_event) {
    ast::Path rest = path;
    rest.segments.erase(rest.segments.begin());
    if (steps_[step].scope == nullptr) return {};
    ExprLowerer lowerer(&lowering_, steps_[step].scope, &rule_.ast());
    const Typed value = lowerer.Value(rest);
    if (!value.ok || value.literal()) return value;
    if (own_event) return rule_.Captured(value, rest.Dotted());
    Expr node;
    node.node = Node::kStepCapture;
    node.a = step;
    node.b = rule_.Capture(value.id, rest.Dotted());
    Typed typed = value;
    typed.id = lowering_.builder.Intern(std::move(node));
    typed.field = true;
    typed.set = steps_[step].counted;
    return typed;
  }

  Typed Count(uint32_t step, const ast::Expr& measure) {
    if (measure.text != "count") {
      lowering_.NotCompiled(measure.span,
                            StrCat("`", measure.text, "` over a step"),
                            StrCat("size(", steps_[step].name,
                                   ".FIELD) is the number of its "
                                   "values, count of ",
                                   steps_[step].name, " that of its events"));
      return {};
    }
    if (!steps_[step].counted) {
      lowering_
          .Add("E235", measure.span,
               StrCat("step '", steps_[step].name,
                      "' is one event, so there is nothing to count"))
          .Label(steps_[step].span, "the step")
          .Help("count of belongs to steps such as 10+ of failed");
      return {};
    }
    return Of(Node::kStepCount, step, Type::kNumber);
  }

  Typed Of(Node kind, uint32_t step, Type type) {
    Expr node;
    node.node = kind;
    node.a = step;
    Typed typed;
    typed.ok = true;
    typed.type = type;
    typed.id = lowering_.builder.Intern(std::move(node));
    return typed;
  }

  void Unknown(const ast::Name& name, std::string_view what) {
    const std::string near = DidYouMean(name.text, Names());
    std::string help = near;
    if (help.empty()) {
      help = "the steps are";
      for (const std::string& step : Names()) {
        help += StrCat(help.back() == 'e' ? " " : ", ", step);
      }
    }
    lowering_
        .Add("E155", name.span,
             StrCat("`", what, " ", name.text, "`: no step has this name"))
        .Help(help);
  }

  // NAME.field where NAME is nearly a step.
  void WarnIfNear(const ast::Path& path) {
    if (path.segments.size() < 2 || path.segments[0].quoted) return;
    const std::vector<std::string> names = Names();
    const std::string_view near = Nearest(path.segments[0].text, names);
    if (near.empty()) return;
    lowering_
        .Add("W303", path.span,
             StrCat("'", Written(path),
                    "' is a field of the event; no step "
                    "is named '",
                    path.segments[0].text, "'"))
        .Help(StrCat("did you mean '", near, "'?"));
  }

 private:
  RuleLowerer& rule_;
  Lowering& lowering_;
  std::vector<NamedStep> steps_;
};

// Where a step or guard compares: its own event and the steps above.
class LineScope : public Scope {
 public:
  LineScope(RuleLowerer* rule, Steps* steps, EventScope* own, uint32_t above,
            std::optional<uint32_t> self)
      : Scope(&rule->lowering()),
        rule_(*rule),
        steps_(*steps),
        own_(own),
        above_(above),
        self_(self) {}

  Typed Path(const ast::Path& path) override {
    steps_.WarnIfNear(path);
    ExprLowerer lowerer(&lowering_, own_, &rule_.ast());
    return rule_.Captured(lowerer.Value(path), path.Dotted());
  }
  std::optional<Typed> StepPath(const ast::Path& path) override {
    if (path.segments.size() < 2 || path.segments[0].quoted) {
      return std::nullopt;
    }
    const std::optional<uint32_t> step = steps_.Find(path.segments[0].text);
    if (!step) return std::nullopt;
    if (step == self_) return steps_.Field(*step, path, true);
    if (!Above(*step, path.span)) return Typed{};
    return steps_.Field(*step, path, false);
  }
  Typed Measure(const ast::Expr& measure, const Literal*) override {
    if (measure.name.empty()) return Scope::Measure(measure, nullptr);
    const std::optional<uint32_t> step = steps_.Find(measure.name.text);
    if (!step) {
      steps_.Unknown(measure.name, StrCat(measure.text, " of"));
      return {};
    }
    if (!Above(*step, measure.span)) return {};
    return steps_.Count(*step, measure);
  }
  Typed TimeOf(const ast::Expr& time) override {
    const std::optional<uint32_t> step = steps_.Find(time.name.text);
    if (!step) {
      steps_.Unknown(time.name, "time of");
      return {};
    }
    if (step == self_) return steps_.Of(Node::kNowTime, 0, Type::kTime);
    if (*step >= above_ && !Above(*step, time.span)) return {};
    return steps_.Of(Node::kStepTime, *step, Type::kTime);
  }

  // Counted steps that were named.
  const std::set<uint32_t>& sets() const { return sets_; }

 private:
  bool Above(uint32_t step, Span use) {
    if (step < above_) {
      if (steps_.all()[step].counted) sets_.insert(step);
      return true;
    }
    if (step == self_) {
      lowering_
          .Add("E233", use,
               StrCat("step '", steps_.all()[step].name,
                      "' is still being collected here"))
          .Label(steps_.all()[step].span, "the step")
          .Help("compare in a later step");
      return false;
    }
    lowering_
        .Add("E233", use,
             StrCat("step '", steps_.all()[step].name,
                    "' has not happened yet here"))
        .Label(steps_.all()[step].span, "it comes later")
        .Help("move the comparison down to that step");
    return false;
  }

  RuleLowerer& rule_;
  Steps& steps_;
  EventScope* own_;
  uint32_t above_;
  std::optional<uint32_t> self_;
  std::set<uint32_t> sets_;
};

class SequenceNames : public PatternNames {
 public:
  explicit SequenceNames(std::unique_ptr<Steps> steps)
      : steps_(std::move(steps)) {}
  std::optional<Typed> StepPath(const ast::Path& path) override {
    if (path.segments.size() < 2 || path.segments[0].quoted) {
      return std::nullopt;
    }
    const std::optional<uint32_t> step = steps_->Find(path.segments[0].text);
    if (!step) {
      steps_->WarnIfNear(path);
      return std::nullopt;
    }
    return steps_->Field(*step, path, false);
  }
  std::optional<Typed> Measure(const ast::Expr& measure) override {
    if (measure.name.empty()) return std::nullopt;
    const std::optional<uint32_t> step = steps_->Find(measure.name.text);
    if (step) return steps_->Count(*step, measure);
    steps_->Unknown(measure.name, StrCat(measure.text, " of"));
    return Typed{};
  }
  std::optional<Typed> TimeOf(const ast::Expr& time) override {
    const std::optional<uint32_t> step = steps_->Find(time.name.text);
    if (step) return steps_->Of(Node::kStepTime, *step, Type::kTime);
    steps_->Unknown(time.name, "time of");
    return Typed{};
  }

 private:
  std::unique_ptr<Steps> steps_;
};

class SequenceLowerer {
 public:
  SequenceLowerer(RuleLowerer* rule, const ast::Sequence& sequence,
                  Span pattern)
      : rule_(*rule),
        lowering_(rule->lowering()),
        ast_(sequence),
        span_(pattern),
        steps_(std::make_unique<Steps>(rule)) {}

  bool Run();

 private:
  void DeclareSteps();
  void Step(const ast::Step& step);
  void Guard(const ast::Guard& guard, bool last);
  void GuardPlace(const ast::Guard& guard, bool last);
  bool Counted(const ast::Step& step, EventScope* scope, tocsin::Step* made);
  const ast::By& ByOf(const ast::By& own) const {
    return own.empty() ? ast_.by : own;
  }
  void CheckArity(const ast::By& by, Span line);
  void CheckShape();
  bool Where(const ast::ExprPtr& where, LineScope* scope, bool own_set,
             ExprId* made);

  RuleLowerer& rule_;
  Lowering& lowering_;
  const ast::Sequence& ast_;
  Span span_;
  std::unique_ptr<Steps> steps_;
  SequencePattern pattern_;
  bool ok_ = true;
  uint32_t done_ = 0;  // steps lowered so far
  std::optional<size_t> arity_;
  Span arity_at_;
  const ast::By* last_by_ = nullptr;
};

// Names first, so that a line can tell a later step from no step.
void SequenceLowerer::DeclareSteps() {
  for (const auto& item : ast_.items) {
    const auto* step = std::get_if<ast::Step>(&item);
    if (step == nullptr) continue;
    NamedStep named;
    named.name = step->alias.empty() ? step->ref.target.text : step->alias.text;
    named.span = step->alias.empty() ? step->ref.target.span : step->alias.span;
    named.counted = step->at_least.has_value();
    if (const std::optional<uint32_t> other = steps_->Find(named.name)) {
      lowering_
          .Add("E236", named.span,
               StrCat("two steps are named '", named.name, "'"))
          .Label(steps_->all()[*other].span, "the other one")
          .Help(
              StrCat("name them apart: ", step->ref.target.text, " as second"));
      ok_ = false;
    }
    steps_->all().push_back(std::move(named));
  }
}

void SequenceLowerer::CheckArity(const ast::By& by, Span line) {
  const Span at = by.empty() ? line : by.span;
  if (!arity_) {
    arity_ = by.paths.size();
    arity_at_ = at;
  } else if (*arity_ != by.paths.size()) {
    ok_ = false;
    lowering_
        .Add("E229", at,
             StrCat("this line is keyed by ", by.paths.size(),
                    by.paths.size() == 1 ? " field" : " fields",
                    ", the one above by ", *arity_))
        .Label(arity_at_, "keyed differently")
        .Help(
            "give every step and guard a `by` of the same length, or one "
            "`by` behind sequence");
  }
}

bool SequenceLowerer::Where(const ast::ExprPtr& where, LineScope* scope,
                            bool own_set, ExprId* made) {
  if (where == nullptr) return true;
  *made = ExprLowerer(&lowering_, scope, &rule_.ast()).Test(*where);
  if (scope->sets().size() + (own_set ? 1 : 0) > 1) {
    lowering_
        .Add("E234", where->span,
             "this compares what two counted steps collected")
        .Help(
            "compare with a step that is one event, or key both steps by "
            "the field");
    return false;
  }
  return made->valid();
}

bool SequenceLowerer::Counted(const ast::Step& step, EventScope* scope,
                              tocsin::Step* made) {
  if (!step.at_least) return true;
  made->counted = true;
  if (step.at_least->value < 1 || step.at_least->value > kMostEvents) {
    lowering_
        .Add("E228", step.at_least->span,
             StrCat("a step collects 1 to 1,000 events, not ",
                    step.at_least->value))
        .Help(
            "above 1,000, count in a condition: count of NAME > 5000 "
            "per 1h");
    return false;
  }
  made->at_least = static_cast<uint32_t>(step.at_least->value);
  if (step.distinct.empty()) return true;
  ExprLowerer lowerer(&lowering_, scope, &rule_.ast());
  const Typed value = lowerer.Value(step.distinct);
  if (value.ok && (value.literal() || value.anywhere)) {
    lowering_
        .Add("E172", step.distinct.span,
             StrCat("`distinct` cannot measure '", Written(step.distinct), "'"))
        .Help("name a field");
    return false;
  }
  if (!value.ok) return false;
  made->distinct.push_back(rule_.Capture(value.id, step.distinct.Dotted()));
  return true;
}

void SequenceLowerer::Step(const ast::Step& step) {
  NamedStep& named = steps_->all()[done_];
  const ast::By& by = ByOf(step.by);
  CheckArity(by, step.span);
  last_by_ = &by;
  tocsin::Step made;
  made.name = named.name;
  const RuleLowerer::Tested test = rule_.TestOf(step.ref);
  const uint32_t self = done_++;
  if (!test.ok) {
    ok_ = false;
    return;
  }
  named.scope = test.scope;
  const std::optional<uint32_t> number =
      rule_.EventTest(test, by.paths, step.span);
  ok_ = number.has_value() && ok_;
  if (number) made.test = *number;
  ok_ = Counted(step, test.scope, &made) && ok_;
  LineScope scope(&rule_, steps_.get(), test.scope, self, self);
  ok_ = Where(step.where, &scope, made.counted, &made.where) && ok_;
  pattern_.steps.push_back(std::move(made));
}

void SequenceLowerer::GuardPlace(const ast::Guard& guard, bool last) {
  const bool behind_steps = done_ == steps_->all().size() && done_ > 0;
  if (guard.duration && !(behind_steps && last)) {
    ok_ = false;
    lowering_
        .Add("E232", guard.duration->span,
             "`for` belongs to a guard behind the last step")
        .Help(
            "leave `for` out here: between two steps the guard holds from "
            "one to the other");
  } else if (behind_steps && !guard.duration) {
    ok_ = false;
    lowering_
        .Add("E232", guard.span,
             "a guard behind the last step says for how long")
        .Help("write: without NAME for 10m");
  }
  if (guard.duration) {
    ok_ = rule_.PositiveDuration(*guard.duration, "without") && ok_;
    ok_ = !TooLong(&rule_, *guard.duration) && ok_;
  }
}

void SequenceLowerer::Guard(const ast::Guard& guard, bool last) {
  GuardPlace(guard, last);
  const ast::By& by = ByOf(guard.by);
  CheckArity(by, guard.span);
  tocsin::Guard made;
  made.after_step = static_cast<int>(done_) - 1;
  if (guard.duration) made.trailing = guard.duration->value;
  EventScope* own = nullptr;
  for (const ast::Ref& ref : guard.refs) {
    const RuleLowerer::Tested test = rule_.TestOf(ref);
    if (!test.ok) {
      ok_ = false;
      continue;
    }
    const std::optional<uint32_t> number =
        rule_.EventTest(test, by.paths, guard.span);
    ok_ = number.has_value() && ok_;
    if (number) made.tests.push_back(*number);
    // Fields of several tests are those of the rule as a whole.
    own =
        own == nullptr || own == test.scope ? test.scope : rule_.OutcomeScope();
  }
  if (guard.where != nullptr && own != nullptr) {
    LineScope scope(&rule_, steps_.get(), own, done_, std::nullopt);
    ok_ = Where(guard.where, &scope, false, &made.where) && ok_;
  }
  pattern_.guards.push_back(std::move(made));
}

void SequenceLowerer::CheckShape() {
  const std::vector<NamedStep>& steps = steps_->all();
  if (steps.size() > kMostLines || pattern_.guards.size() > kMostLines) {
    ok_ = false;
    lowering_
        .Add("E239", span_,
             StrCat("this sequence has more than ", kMostLines,
                    " steps or guards"))
        .Help("write two rules");
  }
  if (steps.empty()) {
    ok_ = false;
    lowering_.Add("E231", span_, "this sequence has no step")
        .Help("name the tests that follow one another, one on each line");
  } else if (ok_ && steps.size() == 1 && !steps[0].counted &&
             pattern_.guards.empty()) {
    ok_ = false;
    lowering_
        .Add("E230", steps[0].span, "one plain step is a test of single events")
        .Help(StrCat("write: when ", steps[0].name, "; or count it: 10+ of ",
                     steps[0].name));
  }
}

bool SequenceLowerer::Run() {
  ok_ = rule_.PositiveDuration(ast_.within, "within");
  ok_ = !TooLong(&rule_, ast_.within) && ok_;
  pattern_.within = ast_.within.value;
  DeclareSteps();
  for (size_t i = 0; i < ast_.items.size(); ++i) {
    if (const auto* step = std::get_if<ast::Step>(&ast_.items[i])) {
      Step(*step);
    } else {
      Guard(std::get<ast::Guard>(ast_.items[i]), i + 1 == ast_.items.size());
    }
  }
  CheckShape();
  if (!ok_) return false;
  rule_.SetKeyNames(last_by_->paths);
  rule_.rule().pattern = std::move(pattern_);
  rule_.SetNames(std::make_unique<SequenceNames>(std::move(steps_)));
  return true;
}

}  // namespace

bool LowerSequence(RuleLowerer* rule, const ast::Pattern& pattern) {
  return SequenceLowerer(rule, std::get<ast::Sequence>(pattern.node),
                         pattern.span)
      .Run();
}

}  // namespace tocsin::rules
