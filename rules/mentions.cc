// SPDX-License-Identifier: Apache-2.0
#include "rules/mentions.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace tocsin::rules {
namespace {

class Walk {
 public:
  Walk(const ast::Rule& rule, Names* names) : rule_(rule), names_(*names) {
    const auto* when = ast::Find<ast::When>(rule.items);
    if (when == nullptr) return;
    if (const auto* sequence =
            std::get_if<ast::Sequence>(&when->pattern.node)) {
      for (const auto& item : sequence->items) {
        const auto* step = std::get_if<ast::Step>(&item);
        if (step == nullptr) continue;
        steps_.insert(step->alias.empty() ? step->ref.target.text
                                          : step->alias.text);
      }
    }
  }

  void Rule() {
    for (const ast::RuleItem& item : rule_.items) {
      std::visit([this](const auto& node) { Item(node); }, item.node);
    }
  }
  std::vector<ast::Path> Take() { return std::move(found_); }

 private:
  void Item(const ast::From& from) { Maybe(from.where); }
  void Item(const ast::Define& define) {
    Definition* definition = names_.FindDefinition(&rule_, define.name.text);
    if (definition != nullptr) Define(definition);
  }
  void Item(const ast::When& when) {
    std::visit([this](const auto& node) { Pattern(node); }, when.pattern.node);
    if (when.at_most) Paths(when.at_most->by);
  }
  void Item(const ast::AtMost& at_most) { Paths(at_most.by); }
  void Item(const ast::Keep& keep) { Paths(keep.paths); }
  void Item(const ast::Risk& risk) {
    for (const auto& part : risk.parts) Path(part.on);
  }
  void Item(const ast::Level& level) {
    for (const auto& one : level.cases) Maybe(one.where);
  }
  void Item(const auto&) {}

  void Pattern(const ast::Condition& condition) {
    Maybe(condition.condition);
    Paths(condition.by.paths);
  }
  void Pattern(const ast::Sequence& sequence) {
    Paths(sequence.by.paths);
    for (const auto& item : sequence.items) {
      std::visit([this](const auto& node) { Line(node); }, item);
    }
  }
  void Pattern(const ast::Silence& silence) {
    if (silence.of) Ref(*silence.of);
    Paths(silence.by.paths);
  }
  void Pattern(const auto&) {}  // not compiled

  void Line(const ast::Step& step) {
    Ref(step.ref);
    if (!step.distinct.empty()) Path(step.distinct);
    Paths(step.by.paths);
    Maybe(step.where);
  }
  void Line(const ast::Guard& guard) {
    for (const ast::Ref& ref : guard.refs) Ref(ref);
    Paths(guard.by.paths);
    Maybe(guard.where);
  }

  void Ref(const ast::Ref& ref) {
    Definition* definition = names_.FindDefinition(&rule_, ref.target.text);
    if (definition != nullptr) Define(definition);
  }
  void Define(Definition* definition) {
    if (definition->broken || !visited_.insert(definition).second) return;
    Expr(definition->value());
  }
  void Paths(const std::vector<ast::Path>& paths) {
    for (const ast::Path& path : paths) Path(path);
  }
  void Maybe(const ast::ExprPtr& expr) {
    if (expr != nullptr) Expr(*expr);
  }

  void Expr(const ast::Expr& expr) {
    for (const ast::Path& path : expr.paths) Path(path);
    if (expr.kind == ast::ExprKind::kMeasure && !expr.name.empty()) {
      Definition* definition = names_.FindDefinition(&rule_, expr.name.text);
      if (definition != nullptr) Define(definition);
    }
    const bool binds = expr.kind == ast::ExprKind::kQuantified;
    if (binds) bound_.push_back(expr.name.text);
    for (const ast::ExprPtr& arg : expr.args) Expr(*arg);
    if (binds) bound_.pop_back();
  }

  void Path(const ast::Path& path) {
    const ast::Segment& first = path.segments.front();
    if (std::find(bound_.begin(), bound_.end(), first.text) != bound_.end() ||
        first.text == "tocsin" || path.IsName("anywhere")) {
      return;
    }
    if (path.segments.size() > 1 && steps_.contains(first.text)) {
      ast::Path rest = path;
      rest.segments.erase(rest.segments.begin());
      Path(rest);
      return;
    }
    if (path.segments.size() == 1 && !first.quoted) {
      Definition* definition = names_.FindDefinition(&rule_, first.text);
      if (definition != nullptr) {
        Define(definition);
        if (definition->test || definition->value().literal() ||
            Measures(definition->value(), definition->rule, &names_)) {
          return;
        }
      }
    }
    if (seen_.insert(path.Dotted()).second) found_.push_back(path);
  }

  const ast::Rule& rule_;
  Names& names_;
  std::set<std::string, std::less<>> steps_;
  std::set<const Definition*> visited_;
  std::set<std::string> seen_;
  std::vector<std::string_view> bound_;
  std::vector<ast::Path> found_;
};

bool MeasuresIn(const ast::Expr& expr, const ast::Rule* rule, Names* names,
                std::set<const Definition*>* visited) {
  if (expr.kind == ast::ExprKind::kMeasure ||
      expr.kind == ast::ExprKind::kUnusually) {
    return true;
  }
  if (expr.kind == ast::ExprKind::kPath && expr.path().segments.size() == 1) {
    const Definition* definition =
        names->FindDefinition(rule, expr.path().segments[0].text);
    if (definition != nullptr && !definition->broken &&
        visited->insert(definition).second &&
        MeasuresIn(definition->value(), definition->rule, names, visited)) {
      return true;
    }
  }
  return std::any_of(expr.args.begin(), expr.args.end(),
                     [&](const ast::ExprPtr& arg) {
                       return MeasuresIn(*arg, rule, names, visited);
                     });
}

}  // namespace

std::vector<ast::Path> MentionedPaths(const ast::Rule& rule, Names* names) {
  Walk walk(rule, names);
  walk.Rule();
  return walk.Take();
}

bool Measures(const ast::Expr& expr, const ast::Rule* rule, Names* names) {
  std::set<const Definition*> visited;
  return MeasuresIn(expr, rule, names, &visited);
}

}  // namespace tocsin::rules
