// SPDX-License-Identifier: Apache-2.0
//
// Conditions over time: `within` slides and is judged at each event, `per` is
// judged once, when its aligned bucket closes. Measures are numbers in an
// ordinary condition.
#include <algorithm>
#include <cmath>
#include <map>

#include "engine/base/status.h"
#include "rules/mentions.h"
#include "rules/pattern/pattern.h"

namespace tocsin::rules {
namespace {

struct MeasureWord {
  const char* word;
  MeasureKind kind;
};

constexpr MeasureWord kMeasureWords[] = {
    {"count", MeasureKind::kCount}, {"distinct", MeasureKind::kDistinct},
    {"sum", MeasureKind::kSum},     {"avg", MeasureKind::kAvg},
    {"min", MeasureKind::kMin},     {"max", MeasureKind::kMax},
};

std::optional<MeasureKind> KindOf(std::string_view word) {
  for (const MeasureWord& row : kMeasureWords) {
    if (word == row.word) return row.kind;
  }
  return std::nullopt;
}

class WindowLowerer {
 public:
  WindowLowerer(RuleLowerer* rule, const ast::Condition& condition)
      : rule_(*rule),
        lowering_(rule->lowering()),
        ast_(condition),
        sliding_(condition.window == ast::Condition::Window::kWithin) {}

  // A measure; `bound`: what it is compared with.
  Typed Measured(const ast::Expr& expr, const Literal* bound);
  // The same, but only one that the condition has.
  std::optional<Typed> Known(const ast::Expr& expr);
  WindowPattern& pattern() { return pattern_; }

 private:
  bool Captures(const ast::Expr& expr, const RuleLowerer::Tested& test,
                Measure* measure, Type* type);
  bool Exact(const ast::Expr& expr, const Literal* bound, Measure* measure);
  Typed Node(size_t index, Type type);

  RuleLowerer& rule_;
  Lowering& lowering_;
  const ast::Condition& ast_;
  bool sliding_;
  WindowPattern pattern_;
};

// What a condition over time may name: measures, and what is made of them.
class WindowScope : public Scope {
 public:
  WindowScope(Lowering* lowering, WindowLowerer* window, const ast::Rule* rule)
      : Scope(lowering), window_(*window), rule_(rule) {}

  Typed Path(const ast::Path& path) override {
    lowering_
        .Add("E221", path.span,
             StrCat("'", Written(path),
                    "' is a field of single events, and this condition looks "
                    "at many"))
        .Help(StrCat("measure it (distinct ", Written(path),
                     "), or put the comparison into a test: failed = .., "
                     "then count of failed"));
    return {};
  }
  Typed Measure(const ast::Expr& measure, const Literal* bound) override {
    return window_.Measured(measure, bound);
  }
  bool Accepts(const Definition& definition, Span use) override {
    if (Measures(definition.value(), rule_, &lowering_.names)) return true;
    lowering_
        .Add("E221", use,
             StrCat("'", definition.name(),
                    "' is a test of single events, and this condition looks "
                    "at many"))
        .Label(definition.ast->name.span, "defined here")
        .Help(StrCat("write: count of ", definition.name(), " >= 1"));
    return false;
  }

 private:
  WindowLowerer& window_;
  const ast::Rule* rule_;
};

class WindowNames : public PatternNames {
 public:
  explicit WindowNames(std::unique_ptr<WindowLowerer> window, bool sliding)
      : window_(std::move(window)), sliding_(sliding) {}
  bool has_event() const override { return sliding_; }
  std::optional<Typed> Measure(const ast::Expr& expr) override {
    return window_->Known(expr);
  }

 private:
  std::unique_ptr<WindowLowerer> window_;
  bool sliding_;
};

bool SameMeasure(const Measure& a, const Measure& b) {
  return a.kind == b.kind && a.test == b.test && a.captures == b.captures;
}

// The fields measured, as captures; `type`: of what the measure gives.
bool WindowLowerer::Captures(const ast::Expr& expr,
                             const RuleLowerer::Tested& test, Measure* measure,
                             Type* type) {
  const bool adds = measure->kind != MeasureKind::kCount &&
                    measure->kind != MeasureKind::kDistinct;
  *type = Type::kNumber;
  for (const ast::Path& path : expr.paths) {
    ExprLowerer lowerer(&lowering_, test.scope, &rule_.ast());
    const Typed value = lowerer.Value(path);
    if (!value.ok) return false;
    const bool extreme = measure->kind == MeasureKind::kMin ||
                         measure->kind == MeasureKind::kMax;
    bool fits = !value.literal() && !value.anywhere;
    if (adds) {
      fits = fits && value.type != Type::kBool && value.type != Type::kGeo &&
             !value.ip && (value.type != Type::kTime || extreme);
    }
    if (!fits) {
      lowering_
          .Add("E172", path.span,
               StrCat("`", expr.text, "` cannot measure '", Written(path), "'"))
          .Help(adds ? "sum, avg, min and max measure numbers and durations; "
                       "min and max also times"
                     : "name a field");
      return false;
    }
    if (adds && (value.type == Type::kDuration || value.type == Type::kTime)) {
      *type = value.type;
    }
    measure->captures.push_back(rule_.Capture(value.id, path.Dotted()));
  }
  return true;
}

bool WindowLowerer::Exact(const ast::Expr& expr, const Literal* bound,
                          Measure* measure) {
  const bool counts = measure->kind == MeasureKind::kCount ||
                      measure->kind == MeasureKind::kDistinct;
  if (!sliding_ || !counts) return true;
  const auto most = static_cast<double>(lowering_.options.limits.ring);
  const Value value = bound == nullptr ? Value::Null() : bound->value.view();
  if (value.is_number() && value.AsDouble() >= 0 && value.AsDouble() <= most) {
    measure->exact = static_cast<uint32_t>(std::floor(value.AsDouble())) + 1;
    return true;
  }
  if (measure->kind == MeasureKind::kCount) return true;
  lowering_
      .Add("E227", expr.span,
           value.is_number()
               ? "a sliding window knows at most 1,000 distinct values"
               : "in a sliding window `distinct` is compared with a number "
                 "that is written out")
      .Help(
          "compare it with a number up to 1,000, or write per instead of "
          "within");
  return false;
}

Typed WindowLowerer::Node(size_t index, Type type) {
  Expr node;
  node.node = tocsin::Node::kMeasure;
  node.a = static_cast<uint32_t>(index);
  Typed typed;
  typed.ok = true;
  typed.type = type;
  typed.id = lowering_.builder.Intern(std::move(node));
  return typed;
}

Typed WindowLowerer::Measured(const ast::Expr& expr, const Literal* bound) {
  const std::optional<MeasureKind> kind = KindOf(expr.text);
  if (!kind) {
    lowering_.NotCompiled(expr.span, StrCat("`", expr.text, "`"),
                          "the measures are count, distinct, sum, avg, min "
                          "and max");
    return {};
  }
  const RuleLowerer::Tested test =
      expr.name.empty() ? rule_.OwnEvents() : rule_.TestNamed(expr.name);
  if (!test.ok) return {};
  const std::optional<uint32_t> number =
      rule_.EventTest(test, ast_.by.paths, ast_.by.span);
  if (!number) return {};
  Measure measure;
  measure.kind = *kind;
  measure.test = *number;
  Type type = Type::kNumber;
  if (!Captures(expr, test, &measure, &type) || !Exact(expr, bound, &measure)) {
    return {};
  }
  // One measure for all exact comparisons; what is kept by sub-buckets is
  // another.
  for (size_t i = 0; i < pattern_.measures.size(); ++i) {
    Measure& other = pattern_.measures[i];
    if (!SameMeasure(other, measure) ||
        (other.exact > 0) != (measure.exact > 0)) {
      continue;
    }
    other.exact = std::max(other.exact, measure.exact);
    return Node(i, type);
  }
  pattern_.measures.push_back(std::move(measure));
  return Node(pattern_.measures.size() - 1, type);
}

std::optional<Typed> WindowLowerer::Known(const ast::Expr& expr) {
  const std::optional<MeasureKind> kind = KindOf(expr.text);
  if (!kind) return std::nullopt;
  const RuleLowerer::Tested test =
      expr.name.empty() ? rule_.OwnEvents() : rule_.TestNamed(expr.name);
  if (!test.ok) return Typed{};
  const std::vector<Measure>& measures =
      std::get<WindowPattern>(rule_.rule().pattern).measures;
  for (size_t i = 0; i < measures.size(); ++i) {
    const tocsin::EventTest& tested = rule_.rule().tests[measures[i].test];
    if (measures[i].kind != *kind || tested.test != test.test) continue;
    Measure measure;
    measure.kind = *kind;
    measure.test = measures[i].test;
    Type type = Type::kNumber;
    if (!Captures(expr, test, &measure, &type)) return Typed{};
    if (SameMeasure(measure, measures[i])) return Node(i, type);
  }
  return std::nullopt;
}

// ------------------------------------------------------------ lower bounds
// Does the condition need something to happen, in each branch of `or`?
class LowerBound {
 public:
  LowerBound(Lowering* lowering, Scope* scope, const ast::Rule* rule)
      : lowering_(*lowering), scope_(*scope), rule_(rule) {}

  bool Has(const ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::kAnd:
        return std::any_of(
            expr.args.begin(), expr.args.end(),
            [this](const ast::ExprPtr& arg) { return Has(*arg); });
      case ast::ExprKind::kOr:
        return std::all_of(
            expr.args.begin(), expr.args.end(),
            [this](const ast::ExprPtr& arg) { return Has(*arg); });
      case ast::ExprKind::kCompare:
        return OfSide(expr.arg(0), expr.arg(1), expr.text, '>') ||
               OfSide(expr.arg(1), expr.arg(0), expr.text, '<');
      case ast::ExprKind::kPath:
        return OfDefinition(expr.path());
      default:
        return false;
    }
  }

 private:
  bool OfDefinition(const ast::Path& path) {
    if (path.segments.size() != 1) return false;
    const Definition* definition =
        lowering_.names.FindDefinition(rule_, path.segments[0].text);
    if (definition == nullptr || definition->broken) return false;
    const auto known = known_.find(definition);
    if (known != known_.end()) return known->second;
    return known_[definition] = Has(definition->value());
  }

  // `measure` > or >= a constant above nothing, with `op` read so that
  // `greater` opens towards the measure.
  bool OfSide(const ast::Expr& measure, const ast::Expr& constant,
              std::string_view op, char greater) {
    if (op[0] != greater) return false;
    ExprLowerer lowerer(&lowering_, &scope_, rule_);
    const ast::Expr& behind = lowerer.Behind(measure);
    if (behind.kind != ast::ExprKind::kMeasure ||
        (behind.text != "count" && behind.text != "distinct" &&
         behind.text != "sum")) {
      return false;
    }
    const std::optional<Literal> bound = lowerer.Constant(constant);
    if (!bound || !bound->value.value.is_number()) return false;
    const double value = bound->value.value.AsDouble();
    return op.size() == 1 ? value >= 0 : value > 0;
  }

  Lowering& lowering_;
  Scope& scope_;
  const ast::Rule* rule_;
  std::map<const Definition*, bool> known_;
};

// What the grammar has around a condition and this version does not compile.
bool Refused(Lowering* lowering, const ast::Condition& condition) {
  bool refused = false;
  if (!condition.season.empty()) {
    lowering->NotCompiled(condition.season.span, "`season`",
                          "leave it out: buckets are aligned to UTC");
    refused = true;
  }
  if (condition.against_others) {
    lowering->NotCompiled(condition.duration.span, "`against others`",
                          "compare the measure with a number");
    refused = true;
  }
  if (condition.learning) {
    lowering->NotCompiled(condition.learning->span, "`learning`",
                          "it belongs to unusually, first and rare");
    refused = true;
  }
  return refused;
}

}  // namespace

bool LowerWindow(RuleLowerer* rule, const ast::Pattern& pattern) {
  const auto& condition = std::get<ast::Condition>(pattern.node);
  Lowering& lowering = rule->lowering();
  const bool sliding = condition.window == ast::Condition::Window::kWithin;
  bool ok =
      rule->PositiveDuration(condition.duration, sliding ? "within" : "per");
  if (sliding) ok = !TooLong(rule, condition.duration) && ok;
  ok = !Refused(&lowering, condition) && ok;
  if (!Measures(*condition.condition, &rule->ast(), &lowering.names)) {
    lowering
        .Add("E222", condition.condition->span,
             "this condition measures nothing over its time")
        .Help(
            "write: count of NAME >= 10; or leave the time out for a test "
            "of single events");
    return false;
  }
  auto window = std::make_unique<WindowLowerer>(rule, condition);
  WindowScope scope(&lowering, window.get(), &rule->ast());
  const ExprId test =
      ExprLowerer(&lowering, &scope, &rule->ast()).Test(*condition.condition);
  if (!test.valid()) return false;
  if (sliding &&
      !LowerBound(&lowering, &scope, &rule->ast()).Has(*condition.condition)) {
    lowering
        .Add("E226", condition.condition->span,
             "nothing here says how much must happen at least")
        .Help(StrCat("add a lower bound such as `and count >= 10` to each "
                     "branch of `or`, or judge once a bucket: per ",
                     condition.duration.text));
    ok = false;
  }
  if (!ok) return false;
  window->pattern().sliding = sliding;
  window->pattern().window = condition.duration.value;
  window->pattern().condition = test;
  rule->SetKeyNames(condition.by.paths);
  rule->rule().pattern = window->pattern();
  rule->SetNames(std::make_unique<WindowNames>(std::move(window), sliding));
  return true;
}

}  // namespace tocsin::rules
