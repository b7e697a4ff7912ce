// SPDX-License-Identifier: Apache-2.0
#include "rules/lower_source.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/base/fold.h"
#include "engine/base/status.h"
#include "engine/event/text_parsers.h"
#include "engine/plan/op/prepared_set.h"
#include "rules/lower_expr.h"
#include "rules/time_words.h"

namespace tocsin::rules {
namespace {

class SourceLowerer {
 public:
  SourceLowerer(Lowering* lowering, EventScope::Pool* scopes,
                const SourceDecl& decl)
      : lowering_(*lowering),
        scopes_(*scopes),
        ast_(*decl.ast),
        id_(decl.id),
        once_(lowering) {
    context_.inside = decl.id;
  }

  void Run();

 private:
  template <typename Node>
  void Each() {
    for (const auto& [item, node] : ast::All<Node>(ast_.items)) {
      Item(*item, *node);
    }
  }

  void Item(const ast::SourceItem& item, const ast::SourceWhere& where);
  void Item(const ast::SourceItem& item, const ast::SourceSigma& sigma);
  void Item(const ast::SourceItem& item, const ast::SourceParse& parse);
  void Item(const ast::SourceItem& item, const ast::SourceExtract& extract);
  void Item(const ast::SourceItem& item, const ast::SourceTime& time);
  void Item(const ast::SourceItem& item, const ast::SourceOrder& order);
  void Item(const ast::SourceItem& item, const ast::SourceUnder& under);
  void Item(const ast::SourceItem& item, const ast::SourceField& field);
  void Item(const ast::SourceItem& item, const ast::SourceAbsent& absent);
  void Item(const ast::SourceItem& item, const ast::SourceStrict& strict);
  std::optional<FieldType> TypeNamed(const ast::Name& word);
  bool NewField(const ast::Path& name);
  void SetTopics();
  Source& source() { return lowering_.builder.plan().sources[id_.value]; }

  Lowering& lowering_;
  EventScope::Pool& scopes_;
  const ast::Source& ast_;
  SourceId id_;
  OnlyOnce once_;
  FieldContext context_;
  std::map<std::string, Span> fields_;
};

void SourceLowerer::Run() {
  Each<ast::SourceParse>();
  Each<ast::SourceExtract>();
  Each<ast::SourceUnder>();
  Each<ast::SourceAbsent>();
  Each<ast::SourceField>();
  Each<ast::SourceTime>();
  Each<ast::SourceOrder>();
  Each<ast::SourceSigma>();
  Each<ast::SourceStrict>();
  Each<ast::SourceWhere>();
  SetTopics();
}

void SourceLowerer::Item(const ast::SourceItem& item,
                         const ast::SourceWhere& where) {
  if (!once_.Check(item.node.index(), item.keyword)) return;
  EventScope scope(&lowering_, &scopes_.fields(), context_, &scopes_);
  const ExprId test =
      ExprLowerer(&lowering_, &scope, nullptr).Test(*where.condition);
  source().where = test;
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceSigma& sigma) {
  SigmaLogsource mapped;
  std::map<std::string, Span> seen;
  for (const ast::SourceSigma::Part& part : sigma.parts) {
    const auto [entry, fresh] = seen.emplace(part.key.text, part.key.span);
    if (!fresh) {
      lowering_
          .Add("E202", part.key.span,
               StrCat("`", part.key.text, "` is given twice"))
          .Label(entry->second, "first given here")
          .Help("write a second line: sigma ..");
    }
    if (part.key.text == "product") mapped.product = part.value.text;
    if (part.key.text == "category") mapped.category = part.value.text;
    if (part.key.text == "service") mapped.service = part.value.text;
  }
  source().sigma.push_back(std::move(mapped));
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceParse& parse) {
  const std::string& name = parse.format.text;
  if (FindTextParser(name) != nullptr) {
    source().parsers.push_back(name);
    return;
  }
  if (name == "cef") {
    lowering_.NotCompiled(parse.format.span, "`parse cef`",
                          "take the fields out with extract /../ from message");
    return;
  }
  std::vector<std::string> names;
  for (const TextParser& row : TextParsers()) names.emplace_back(row.name);
  const std::string near = DidYouMean(name, names);
  lowering_
      .Add("E251", parse.format.span, StrCat("no format named '", name, "'"))
      .Help(near.empty() ? "parse knows json, syslog and kv" : near);
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceExtract& extract) {
  Extraction made;
  made.pattern = extract.flags.empty()
                     ? extract.regex
                     : StrCat("(?", extract.flags, ")", extract.regex);
  StatusOr<std::unique_ptr<re2::RE2>> regex =
      CompileRegex(made.pattern, lowering_.options.limits);
  if (!regex.ok()) {
    lowering_.Add("E175", extract.regex_span, Message(regex.status()))
        .Help("see the syntax of RE2; no look-around, no back-references");
    return;
  }
  const int groups = (*regex)->NumberOfCapturingGroups();
  made.groups.resize(static_cast<size_t>(std::max(groups, 0)));
  for (const auto& [number, name] : (*regex)->CapturingGroupNames()) {
    made.groups[static_cast<size_t>(number) - 1] = name;
  }
  if ((*regex)->CapturingGroupNames().empty()) {
    lowering_
        .Add("E252", extract.regex_span,
             "no group of this expression has a name, so it gives no field")
        .Help("name the groups: (?P<user>\\S+)");
    return;
  }
  made.from = lowering_.builder.InternPath(Segments(extract.from));
  source().extractions.push_back(std::move(made));
}

void SourceLowerer::Item(const ast::SourceItem& item,
                         const ast::SourceTime& time) {
  if (!once_.Check(item.node.index(), item.keyword)) return;
  TimeSpec spec;
  bool ok = true;
  if (time.format) {
    ok = CheckTimeFormat(&lowering_, time.format->value, time.format->span);
    spec.format = time.format->value;
  }
  if (time.zone) {
    ok = CheckTimeZone(&lowering_, time.zone->value, time.zone->span) && ok;
    spec.zone = time.zone->value;
  }
  spec.path = scopes_.fields().ResolveId(context_, time.path);
  if (ok && spec.path.valid()) source().time = std::move(spec);
}

void SourceLowerer::Item(const ast::SourceItem& item,
                         const ast::SourceOrder& order) {
  if (!once_.Check(item.node.index(), item.keyword)) return;
  const FieldId field = scopes_.fields().ResolveId(context_, order.path);
  if (field.valid()) source().order = field;
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceUnder& under) {
  for (const ast::Path& prefix : under.prefixes) {
    source().under.push_back(Segments(prefix));
  }
}

std::optional<FieldType> SourceLowerer::TypeNamed(const ast::Name& word) {
  if (word.empty()) return FieldType{};
  const std::optional<FieldType> type = FindFieldType(word.text);
  if (type) return type;
  const std::string near = DidYouMean(word.text, FieldTypeWords());
  lowering_.Add("E205", word.span, StrCat("no type '", word.text, "'"))
      .Help(near.empty() ? "types are text, number, bool, ip, time, geo, units "
                           "of time (ms s m h d w) and of size (B KB MB ..)"
                         : near);
  return std::nullopt;
}

bool SourceLowerer::NewField(const ast::Path& name) {
  const ast::Segment& first = name.segments.front();
  if (first.text == "tocsin" && !first.quoted && name.segments.size() > 1) {
    lowering_.Add("E161", name.span, "fields of tocsin cannot be declared")
        .Help("choose another name; the prefix tocsin. is reserved");
    return false;
  }
  const auto [entry, fresh] = fields_.emplace(name.Dotted(), name.span);
  if (fresh) return true;
  lowering_
      .Add("E202", name.span,
           StrCat("field '", name.Dotted(), "' is declared twice"))
      .Label(entry->second, "first declared here")
      .Help(StrCat("write its alternatives in one line: field ", name.Dotted(),
                   " = a or b"));
  return false;
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceField& field) {
  const bool fresh = NewField(field.name);
  const std::optional<FieldType> type = TypeNamed(field.type);
  SourceField made;
  made.name = field.name.Dotted();
  if (type) made.type = *type;
  EventScope scope(&lowering_, &scopes_.fields(), context_, &scopes_);
  ExprLowerer lowerer(&lowering_, &scope, nullptr);
  for (const ast::ExprPtr& alternative : field.alternatives) {
    const Typed value = lowerer.Value(*alternative);
    if (!value.ok) continue;
    if (value.anywhere || value.is_null) {
      lowering_.Add("E173", alternative->span, "a field cannot be made of this")
          .Help("write the names of fields, or functions of them");
      continue;
    }
    made.alternatives.push_back(lowerer.Node(value));
  }
  if (fresh) source().fields.push_back(std::move(made));
}

void SourceLowerer::Item(const ast::SourceItem&,
                         const ast::SourceAbsent& absent) {
  for (const ast::Text& text : absent.values) {
    source().absent.push_back(Fold(text.value));
  }
}

void SourceLowerer::Item(const ast::SourceItem&, const ast::SourceStrict&) {
  source().strict = true;
}

// A top-level conjunct that names the topics.
void SourceLowerer::SetTopics() {
  if (!source().where.valid()) return;
  const Plan& plan = lowering_.plan();
  const Expr& where = plan.expr(source().where);
  std::vector<ExprId> parts = {source().where};
  if (where.node == Node::kAnd) parts = where.args;
  for (const ExprId part : parts) {
    const Expr& expr = plan.expr(part);
    if (expr.node != Node::kMember) continue;
    const std::string_view op = Operators()[expr.op].name;
    if (op != "==" && op != "in") continue;
    const Expr& left = plan.expr(expr.args[0]);
    if (left.node != Node::kField) continue;
    const Field& field = plan.fields[left.a];
    if (field.steps.size() != 1 ||
        field.steps[0].kind != FieldStep::Kind::kTopic) {
      continue;
    }
    std::vector<std::string> topics;
    for (const Literal& literal : plan.sets[expr.a].items) {
      topics.push_back(CanonicalText(literal.value.view()));
    }
    source().topics = std::move(topics);
    return;
  }
}

}  // namespace

void LowerSources(Lowering* lowering, EventScope::Pool* scopes) {
  for (SourceDecl* decl : lowering->names.sources()) {
    Source source;
    source.name = decl->ast->name.text;
    decl->id = lowering->builder.AddSource(std::move(source));
  }
  for (const SourceDecl* decl : lowering->names.sources()) {
    SourceLowerer(lowering, scopes, *decl).Run();
  }
}

}  // namespace tocsin::rules
