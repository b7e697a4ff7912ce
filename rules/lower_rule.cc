// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_rule.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/base/status.h"
#include "rules/mentions.h"
#include "rules/pattern/pattern.h"

namespace tocsin::rules {
namespace {

// Bits of Match::tests.
constexpr size_t kMostTests = 64;

}  // namespace

RuleLowerer::RuleLowerer(Lowering* lowering, EventScope::Pool* scopes,
                         const ast::Rule& rule, Span whole)
    : lowering_(*lowering), scopes_(*scopes), ast_(rule), whole_(whole) {
  rule_.name = rule.name.text;
  rule_.title = rule_.name;
}

void RuleLowerer::Run() {
  const size_t errors = lowering_.diagnostics.errors();
  const ast::When* when = CheckItems();
  LowerFrom();
  rules::LowerMeta(&lowering_, ast_, &rule_);
  rules::LowerAttack(&lowering_, ast_, &rule_);
  const bool ok = when != nullptr && LowerPattern(*when);
  if (!ok) names_ = nullptr;
  LowerOutcome(this);
  LowerUnusedDefinitions();
  if (!ok || lowering_.diagnostics.errors() > errors) return;
  ShowMentions();
  SetKeyParts();
  SetSources();
  lowering_.builder.AddRule(std::move(rule_));
}

const ast::When* RuleLowerer::CheckItems() {
  OnlyOnce once(&lowering_);
  const ast::When* when = nullptr;
  Span first;
  for (const ast::RuleItem& item : ast_.items) {
    const bool repeats = std::holds_alternative<ast::Meta>(item.node) ||
                         std::holds_alternative<ast::Define>(item.node) ||
                         std::holds_alternative<ast::Test>(item.node);
    const auto* found = std::get_if<ast::When>(&item.node);
    if (found != nullptr && when != nullptr) {
      lowering_.Add("E201", item.keyword, "a rule has one `when`")
          .Label(first, "the first one is here")
          .Help("write a second rule, or join the conditions with `or`");
    } else if (found != nullptr) {
      when = found;
      first = item.keyword;
    } else if (!repeats) {
      once.Check(item.node.index(), item.keyword);
    }
    if (std::holds_alternative<ast::AcrossTenants>(item.node)) {
      rule_.across_tenants = true;
    }
  }
  // What the parser could not read may have been the `when`.
  if (when == nullptr && !lowering_.HasErrorIn(whole_)) {
    lowering_
        .Add("E200", ast_.name.span,
             StrCat("rule '", ast_.name.text, "' has no `when`"))
        .Help("say what it looks for: when outcome == \"failure\"");
  }
  return when;
}

void RuleLowerer::LowerFrom() {
  const auto* from = ast::Find<ast::From>(ast_.items);
  FieldContext everything;
  everything.all = true;
  if (from == nullptr) {
    own_ = scopes_.At(everything);
    return;
  }
  const std::optional<FieldContext> context =
      ContextOf(&lowering_, from->names);
  from_ok_ = context.has_value();
  own_ = scopes_.At(context ? *context : everything);
  if (!from_ok_) return;
  ExprId where;
  if (from->where != nullptr) {
    where = ExprLowerer(&lowering_, own_, &ast_).Test(*from->where);
    from_ok_ = where.valid();
    if (!from_ok_) return;
  }
  from_test_ = AllOf(&lowering_.builder, {own_->Membership(), where});
}

bool RuleLowerer::LowerPattern(const ast::When& when) {
  const PatternRow& row = RowOf(when.pattern);
  if (row.lower == nullptr) {
    lowering_.NotCompiled(when.pattern.span, row.name, row.instead);
    return false;
  }
  return row.lower(this, when.pattern);
}

// ------------------------------------------------------------ event tests
RuleLowerer::Tested RuleLowerer::TestNamed(const ast::Name& name) {
  Tested tested;
  tested.name = name.text;
  ast::Expr path;
  path.kind = ast::ExprKind::kPath;
  path.span = name.span;
  path.paths.push_back({{{name.text, name.quoted}}, name.span});
  const Definition* definition =
      lowering_.names.FindDefinition(&ast_, name.text);
  const bool own_from = definition != nullptr && !definition->ast->from.empty();
  if (!from_ok_ && !own_from) {
    ExprLowerer(&lowering_, own_, &ast_).Test(path);
    return tested;
  }
  const ExprId test = ExprLowerer(&lowering_, own_, &ast_).Test(path);
  if (!test.valid()) return tested;
  tested.scope = own_;
  tested.test = test;
  if (own_from) {
    const std::optional<FieldContext> context =
        ContextOf(&lowering_, definition->ast->from);
    if (!context) return tested;
    tested.scope = scopes_.At(*context);
  } else {
    tested.test = AllOf(&lowering_.builder, {from_test_, test});
  }
  tested.ok = true;
  return tested;
}

RuleLowerer::Tested RuleLowerer::TestOf(const ast::Ref& ref) {
  if (ref.finding) {
    lowering_.NotCompiled(ref.span, "a rule over findings (`finding NAME`)",
                          "repeat the condition of that rule in this one");
    return {};
  }
  ast::Name name;
  name.text = ref.target.text;
  name.span = ref.target.span;
  name.quoted = ref.target.quoted;
  return TestNamed(name);
}

RuleLowerer::Tested RuleLowerer::OwnEvents() {
  Tested tested;
  tested.ok = from_ok_;
  tested.test = AllOf(&lowering_.builder, {from_test_});
  tested.scope = own_;
  return tested;
}

RuleLowerer::Tested RuleLowerer::TestOfCondition(const ast::Expr& condition) {
  Tested tested = OwnEvents();
  const ExprId test = ExprLowerer(&lowering_, own_, &ast_).Test(condition);
  tested.ok = tested.ok && test.valid();
  if (tested.ok) {
    tested.test = AllOf(&lowering_.builder, {from_test_, test});
  }
  return tested;
}

std::optional<uint32_t> RuleLowerer::EventTest(const Tested& test,
                                               const std::vector<ast::Path>& by,
                                               Span span) {
  tocsin::EventTest made;
  made.name = test.name;
  made.test = test.test;
  bool ok = true;
  for (const ast::Path& path : by) {
    ExprLowerer lowerer(&lowering_, test.scope, &ast_);
    const Typed part = lowerer.Value(path);
    if (part.ok && (part.literal() || part.anywhere)) {
      lowering_
          .Add("E173", path.span,
               StrCat("'", Written(path), "' is no field to group by"))
          .Help("name a field, or a value made of fields");
      ok = false;
    }
    ok = ok && part.ok;
    if (ok) made.key.push_back(part.id);
  }
  if (!ok) return std::nullopt;
  for (uint32_t i = 0; i < rule_.tests.size(); ++i) {
    const tocsin::EventTest& other = rule_.tests[i];
    if (other.name == made.name && other.test == made.test &&
        other.key == made.key) {
      return i;
    }
  }
  if (rule_.tests.size() >= kMostTests) {
    lowering_
        .Add("E239", span,
             StrCat("this rule has more than ", kMostTests,
                    " different tests and keys"))
        .Help("write two rules");
    return std::nullopt;
  }
  rule_.tests.push_back(std::move(made));
  const FieldContext& context = test.scope->context();
  if (std::find(used_.begin(), used_.end(), context) == used_.end()) {
    used_.push_back(context);
  }
  return static_cast<uint32_t>(rule_.tests.size() - 1);
}

// --------------------------------------------------------------- captures
uint32_t RuleLowerer::Capture(ExprId value, std::string_view name) {
  for (uint32_t i = 0; i < rule_.captures.size(); ++i) {
    if (rule_.captures[i].expr == value) return i;
  }
  tocsin::Capture capture;
  capture.name = std::string(name);
  capture.expr = value;
  const Expr& expr = lowering_.plan().expr(value);
  if (expr.node == Node::kField) {
    capture.type = lowering_.plan().fields[expr.a].type;
  } else if (expr.node == Node::kOperator) {
    const Type result = Operators()[expr.op].result;
    if (result == Type::kTime) capture.type.kind = FieldKind::kTime;
    if (result == Type::kDuration) capture.type.kind = FieldKind::kDuration;
  }
  rule_.captures.push_back(std::move(capture));
  return static_cast<uint32_t>(rule_.captures.size() - 1);
}

Typed RuleLowerer::Captured(const Typed& value, std::string_view name) {
  if (!value.ok || value.literal()) return value;
  Expr node;
  node.node = Node::kCapture;
  node.a = Capture(value.id, name);
  Typed captured = value;
  captured.id = lowering_.builder.Intern(std::move(node));
  captured.field = true;
  return captured;
}

void RuleLowerer::SetKeyNames(const std::vector<ast::Path>& by) {
  rule_.key_names.clear();
  for (const ast::Path& path : by) rule_.key_names.push_back(path.Dotted());
}

EventScope* RuleLowerer::OutcomeScope() {
  FieldContext context;
  for (const FieldContext& used : used_) {
    context.all = context.all || used.all;
    for (const SourceId source : used.sources) {
      if (std::find(context.sources.begin(), context.sources.end(), source) ==
          context.sources.end()) {
        context.sources.push_back(source);
      }
    }
  }
  if (context.all || used_.empty()) {
    context.all = true;
    context.sources.clear();
  }
  return scopes_.At(context);
}

Typed RuleLowerer::FieldOfFinding(const ast::Path& path) {
  const std::string name = path.Dotted();
  if (names_ == nullptr) return {};
  if (names_->has_event()) {
    ExprLowerer lowerer(&lowering_, OutcomeScope(), &ast_);
    return Captured(lowerer.Value(path), name);
  }
  const auto key =
      std::find(rule_.key_names.begin(), rule_.key_names.end(), name);
  if (key == rule_.key_names.end()) {
    const std::string near = DidYouMean(name, rule_.key_names);
    lowering_
        .Add("E238", path.span,
             StrCat("this finding has no field '", name, "'"))
        .Help(!near.empty() ? near
                            : "time completes it, not an event: it has the "
                              "fields of its key (by ..) and its measures");
    return {};
  }
  Typed part;
  part.ok = true;
  part.field = true;
  part.id = rule_.tests.front()
                .key[static_cast<size_t>(key - rule_.key_names.begin())];
  const Expr& expr = lowering_.plan().expr(part.id);
  if (expr.node == Node::kField) {
    const FieldKind kind = lowering_.plan().fields[expr.a].type.kind;
    part.type = TypeOf(kind);
    part.ip = kind == FieldKind::kIp;
  }
  return Captured(part, name);
}

bool RuleLowerer::PositiveDuration(const ast::Duration& duration,
                                   std::string_view what) {
  if (duration.value > 0) return true;
  lowering_
      .Add("E225", duration.span,
           StrCat("the time of ", what, " is ", duration.text))
      .Help("write how long: 5m, 1h30m");
  return false;
}

// ------------------------------------------------------------- at the end
// What nothing uses is checked all the same.
void RuleLowerer::LowerUnusedDefinitions() {
  for (Definition* definition : lowering_.names.definitions()) {
    if (definition->rule != &ast_ || definition->used || definition->broken) {
      continue;
    }
    const ast::Expr& value = definition->value();
    if (Measures(value, &ast_, &lowering_.names)) continue;
    EventScope* scope = own_;
    if (!definition->ast->from.empty()) {
      const std::optional<FieldContext> context =
          ContextOf(&lowering_, definition->ast->from);
      if (!context) continue;
      scope = scopes_.At(*context);
    }
    ExprLowerer lowerer(&lowering_, scope, &ast_);
    if (definition->test) {
      lowerer.Test(value);
    } else {
      lowerer.Value(value);
    }
  }
}

// Evidence shows the fields that the rule speaks of, each once, as all of its
// sources call them.
void RuleLowerer::ShowMentions() {
  // Sources that are fine each on its own may disagree about a field; where
  // nothing but evidence reads them together, it is then not shown.
  Diagnostics ignored;
  Lowering quiet{lowering_.options, lowering_.sources, ignored,
                 lowering_.builder, lowering_.names};
  Fields fields(&quiet);
  EventScope::Pool scopes(&quiet, &fields);
  EventScope* scope = scopes.At(OutcomeScope()->context());
  for (const ast::Path& path : MentionedPaths(ast_, &lowering_.names)) {
    ExprLowerer lowerer(&quiet, scope, &ast_);
    const Typed value = lowerer.Value(path);
    if (!value.ok || value.literal() || value.anywhere) continue;
    const uint32_t shown = Capture(value.id, path.Dotted());
    for (uint32_t i = 0; i < rule_.captures.size(); ++i) {
      if (i != shown && rule_.captures[i].name == rule_.captures[shown].name) {
        rule_.captures[i].shown = false;
      }
    }
  }
}

void RuleLowerer::SetKeyParts() {
  const bool no_event = !names_->has_event();
  for (tocsin::Capture& capture : rule_.captures) {
    for (uint32_t part = 0; part < rule_.key_names.size(); ++part) {
      const auto equals = [&](const tocsin::EventTest& test) {
        return test.key[part] == capture.expr;
      };
      const bool same = no_event ? equals(rule_.tests.front())
                                 : std::all_of(rule_.tests.begin(),
                                               rule_.tests.end(), equals);
      if (same) capture.key_part = part;
    }
  }
}

void RuleLowerer::SetSources() {
  rule_.from = OutcomeScope()->context().sources;
  for (const SourceId id : rule_.from) {
    const Source& source = lowering_.plan().sources[id.value];
    if (source.topics.empty()) {
      rule_.topics.clear();
      return;
    }
    for (const std::string& topic : source.topics) {
      if (std::find(rule_.topics.begin(), rule_.topics.end(), topic) ==
          rule_.topics.end()) {
        rule_.topics.push_back(topic);
      }
    }
  }
}

}  // namespace tocsin::rules
