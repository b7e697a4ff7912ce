// SPDX-License-Identifier: Apache-2.0
#include "rules/scope.h"

#include <algorithm>

#include "engine/base/status.h"

namespace tocsin::rules {

Typed Scope::Measure(const ast::Expr& measure, const Literal*) {
  lowering_
      .Add(
          "E220", measure.op_span,
          StrCat("`", measure.text, "` measures over a time, and here is none"))
      .Help(StrCat("write `when ", measure.text,
                   " .. within 10m`; a field of this name is written `",
                   measure.text, "` in backticks"));
  return {};
}

Typed Scope::TimeOf(const ast::Expr& time) {
  lowering_
      .Add("E240", time.span, "`time of` belongs to the steps of a sequence")
      .Help("the time of the event itself is tocsin.time");
  return {};
}

Scope* Scope::From(const Definition& definition, Span use) {
  lowering_
      .Add("E241", use,
           StrCat("'", definition.name(),
                  "' asks which source the event belongs to, which is not "
                  "known here"))
      .Label(definition.ast->name.span, "defined here")
      .Help("use it as the test of a step instead");
  return nullptr;
}

bool Scope::Accepts(const Definition&, Span) { return true; }

Typed EventScope::Path(const ast::Path& path) {
  return fields_.Resolve(context_, path);
}

Scope* EventScope::From(const Definition& definition, Span use) {
  // Which sources an event belongs to is what a source block decides.
  if (context_.inside.valid()) return Scope::From(definition, use);
  const std::optional<FieldContext> context =
      ContextOf(&lowering_, definition.ast->from);
  return context ? pool_->At(*context) : nullptr;
}

ExprId EventScope::Membership() { return MembershipOf(&lowering_, context_); }

EventScope* EventScope::Pool::At(const FieldContext& context) {
  std::unique_ptr<EventScope>& scope = scopes_[context];
  if (scope == nullptr) {
    scope = std::make_unique<EventScope>(&lowering_, &fields_, context, this);
  }
  return scope.get();
}

std::optional<FieldContext> ContextOf(Lowering* lowering,
                                      const std::vector<ast::Name>& from) {
  FieldContext context;
  bool ok = true;
  for (const ast::Name& name : from) {
    SourceDecl* source = lowering->names.FindSource(name.text);
    if (source != nullptr) {
      if (std::find(context.sources.begin(), context.sources.end(),
                    source->id) == context.sources.end()) {
        context.sources.push_back(source->id);
      }
      continue;
    }
    ok = false;
    if (name.text == "findings") {
      lowering->NotCompiled(name.span, "a rule over findings (`from findings`)",
                            "rules read events: name their sources");
    } else if (name.text == "tocsin_health") {
      lowering->NotCompiled(name.span, "the source `tocsin_health`",
                            "the same figures are on /metrics");
    } else {
      Diagnostic& told = lowering->Add(
          "E152", name.span, StrCat("no source named '", name.text, "'"));
      const std::string near =
          DidYouMean(name.text, lowering->names.SourceNames());
      told.Help(near.empty()
                    ? StrCat("define it: source ", name.text, " { where .. }")
                    : near);
    }
  }
  if (!ok) return std::nullopt;
  return context;
}

ExprId MembershipOf(Lowering* lowering, const FieldContext& context) {
  if (context.all || context.inside.valid()) return {};
  std::vector<ExprId> members;
  for (const SourceId source : context.sources) {
    Expr expr;
    expr.node = Node::kInSource;
    expr.a = source.value;
    members.push_back(lowering->builder.Intern(std::move(expr)));
  }
  return lowering->builder.Or(std::move(members));
}

}  // namespace tocsin::rules
