// SPDX-License-Identifier: Apache-2.0
#include "rules/names.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"

namespace tocsin::rules {
namespace {

// Every bare name of `expr` that may be a definition: paths of one segment
// that no quantifier around them binds, and names after `of`.
void CollectNames(const ast::Expr& expr, std::vector<std::string_view>* bound,
                  std::vector<std::string_view>* names) {
  for (const ast::Path& path : expr.paths) {
    if (path.segments.size() != 1) continue;
    const std::string_view name = path.segments[0].text;
    if (std::find(bound->begin(), bound->end(), name) == bound->end()) {
      names->push_back(name);
    }
  }
  if (expr.kind == ast::ExprKind::kMeasure && !expr.name.empty()) {
    names->push_back(expr.name.text);
  }
  const bool binds = expr.kind == ast::ExprKind::kQuantified;
  if (binds) bound->push_back(expr.name.text);
  for (const ast::ExprPtr& arg : expr.args) CollectNames(*arg, bound, names);
  if (binds) bound->pop_back();
}

// How deep definitions may use one another: what walks them recurses.
constexpr size_t kMaxDepth = 200;

bool IsCondition(ast::ExprKind kind) {
  return kind >= ast::ExprKind::kCompare && kind <= ast::ExprKind::kOr;
}

// A search through definitions for one that needs itself.
class CycleSearch {
 public:
  CycleSearch(Names* names, Diagnostics* diagnostics)
      : names_(*names), diagnostics_(*diagnostics) {}

  void Visit(Definition* definition) {
    if (done_.contains(definition)) return;
    const auto open = std::find(path_.begin(), path_.end(), definition);
    if (open != path_.end()) {
      Report({open, path_.end()});
      return;
    }
    if (path_.size() >= kMaxDepth) {
      definition->broken = true;
      diagnostics_
          .Add("E068", definition->ast->name.span,
               StrCat("definitions that need one another nest more than ",
                      kMaxDepth, " deep here"))
          .Help("write some of them out");
      return;
    }
    path_.push_back(definition);
    std::vector<std::string_view> bound;
    std::vector<std::string_view> used;
    CollectNames(definition->value(), &bound, &used);
    for (const std::string_view name : used) {
      Definition* next = names_.FindDefinition(definition->rule, name);
      if (next != nullptr) Visit(next);
    }
    path_.pop_back();
    done_[definition] = true;
  }

 private:
  void Report(std::vector<Definition*> cycle) {
    // Told once, at the definition that stands first.
    std::rotate(cycle.begin(),
                std::min_element(cycle.begin(), cycle.end(),
                                 [](const Definition* a, const Definition* b) {
                                   return a->ast->name.span.begin <
                                          b->ast->name.span.begin;
                                 }),
                cycle.end());
    std::string way;
    for (Definition* definition : cycle) {
      definition->broken = true;
      way += StrCat(definition->name(), " -> ");
    }
    way += cycle.front()->name();
    Diagnostic& told = diagnostics_.Add(
        "E154", cycle.front()->ast->name.span,
        cycle.size() == 1
            ? StrCat("'", cycle.front()->name(), "' is defined by itself")
            : StrCat("'", cycle.front()->name(), "' needs itself: ", way));
    for (size_t i = 1; i < cycle.size(); ++i) {
      told.Label(cycle[i]->ast->name.span,
                 StrCat("by way of '", cycle[i]->name(), "'"));
    }
    told.Help(
        cycle.size() == 1
            ? "give the definition a name that is no field it reads, or write "
              "the field in another definition"
            : "write out one of them without the others");
  }

  Names& names_;
  Diagnostics& diagnostics_;
  std::vector<Definition*> path_;
  std::map<Definition*, bool> done_;
};

}  // namespace

void Names::Claim(const ast::Name& name, const char* what,
                  Diagnostics* diagnostics) {
  if (name.empty()) return;
  const auto [entry, fresh] =
      claimed_.emplace(name.text, Claimed{name.span, what});
  if (fresh) return;
  diagnostics
      ->Add("E150", name.span,
            StrCat("the name '", name.text, "' is already a ",
                   entry->second.what))
      .Label(entry->second.span, "first defined here")
      .Help("rename one of the two");
}

void Names::AddSource(const ast::Source& source, bool shipped,
                      Diagnostics* diagnostics) {
  // A shipped source gives way to one of the user, and its name is not taken
  // for other kinds of things.
  if (shipped) {
    if (sources_.contains(source.name.text)) return;
  } else {
    Claim(source.name, "source", diagnostics);
  }
  const auto [entry, fresh] =
      sources_.emplace(source.name.text, SourceDecl{&source, shipped, {}});
  if (fresh) source_order_.push_back(&entry->second);
}

void Names::AddDefinition(const ast::Define& define, const ast::Rule* rule,
                          Diagnostics* diagnostics) {
  if (define.name.empty()) return;
  if (rule == nullptr) Claim(define.name, "definition", diagnostics);
  const auto [entry, fresh] =
      definitions_.try_emplace(Key{rule, define.name.text});
  if (fresh) {
    entry->second.ast = &define;
    entry->second.rule = rule;
    definition_order_.push_back(&entry->second);
  } else if (rule != nullptr) {
    diagnostics
        ->Add("E150", define.name.span,
              StrCat("'", define.name.text, "' is defined twice in this rule"))
        .Label(entry->second.ast->name.span, "first defined here")
        .Help("rename one of the two, or join them with `or`");
  }
}

void Names::AddRule(const ast::Rule& rule, Diagnostics* diagnostics) {
  Claim(rule.name, "rule", diagnostics);
  rules_.push_back(&rule);
  for (const auto& [item, define] : ast::All<ast::Define>(rule.items)) {
    AddDefinition(*define, &rule, diagnostics);
  }
}

void Names::Add(const ast::File& file, bool shipped, Diagnostics* diagnostics) {
  for (const ast::FileItem& item : file.items) {
    if (const auto* source = std::get_if<ast::Source>(&item.node)) {
      AddSource(*source, shipped, diagnostics);
    } else if (const auto* list = std::get_if<ast::List>(&item.node)) {
      Claim(list->name, "list", diagnostics);
      const auto [entry, fresh] =
          lists_.emplace(list->name.text, ListDecl{list, {}});
      if (fresh) list_order_.push_back(&entry->second);
    } else if (const auto* define = std::get_if<ast::Define>(&item.node)) {
      AddDefinition(*define, nullptr, diagnostics);
    } else if (const auto* rule = std::get_if<ast::Rule>(&item.node)) {
      AddRule(*rule, diagnostics);
    }
  }
}

// A definition is a test when its expression is a condition, or the name of a
// test. `depth` bounds the walk where definitions need one another.
bool Names::IsTest(Definition* definition, int depth) {
  if (!definition->ast->from.empty()) return true;
  const ast::Expr& value = definition->value();
  if (IsCondition(value.kind)) return true;
  if (value.kind != ast::ExprKind::kPath || depth == 0) return false;
  if (value.path().segments.size() != 1) return false;
  Definition* other =
      FindDefinition(definition->rule, value.path().segments[0].text);
  return other != nullptr && other != definition && IsTest(other, depth - 1);
}

void Names::Finish(Diagnostics* diagnostics) {
  for (Definition* definition : definition_order_) {
    definition->test = IsTest(definition, static_cast<int>(kMaxDepth));
    if (definition->rule == nullptr) continue;
    const auto hidden = definitions_.find(Key{nullptr, definition->name()});
    if (hidden == definitions_.end()) continue;
    diagnostics
        ->Add("W302", definition->ast->name.span,
              StrCat("'", definition->name(),
                     "' hides the definition of the same name in a file"))
        .Label(hidden->second.ast->name.span, "hidden in this rule")
        .Help("rename one of the two");
  }
  CycleSearch search(this, diagnostics);
  for (Definition* definition : definition_order_) search.Visit(definition);
}

SourceDecl* Names::FindSource(std::string_view name) {
  const auto found = sources_.find(name);
  return found == sources_.end() ? nullptr : &found->second;
}

ListDecl* Names::FindList(std::string_view name) {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

Definition* Names::FindDefinition(const ast::Rule* rule,
                                  std::string_view name) {
  auto found = definitions_.find(Key{rule, std::string(name)});
  if (found == definitions_.end() && rule != nullptr) {
    found = definitions_.find(Key{nullptr, std::string(name)});
  }
  return found == definitions_.end() ? nullptr : &found->second;
}

Definition* Names::FindConstant(std::string_view name) {
  Definition* definition = FindDefinition(nullptr, name);
  if (definition == nullptr || !definition->ast->from.empty()) return nullptr;
  const ast::ExprKind kind = definition->ast->value->kind;
  const bool constant = definition->ast->value->literal() &&
                        kind != ast::ExprKind::kNull &&
                        kind != ast::ExprKind::kRegex;
  return constant ? definition : nullptr;
}

std::vector<std::string> Names::DefinitionNames(const ast::Rule* rule,
                                                bool tests) const {
  std::vector<std::string> names;
  for (const Definition* definition : definition_order_) {
    const bool visible =
        definition->rule == rule || definition->rule == nullptr;
    if (visible && definition->test == tests) {
      names.push_back(definition->name());
    }
  }
  return names;
}

std::vector<std::string> Names::SourceNames() const {
  std::vector<std::string> names;
  for (const SourceDecl* source : source_order_) {
    names.push_back(source->ast->name.text);
  }
  return names;
}

std::vector<std::string> Names::ListNames() const {
  std::vector<std::string> names;
  for (const ListDecl* list : list_order_) {
    names.push_back(list->ast->name.text);
  }
  return names;
}

}  // namespace tocsin::rules
