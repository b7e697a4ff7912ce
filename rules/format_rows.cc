// SPDX-License-Identifier: Apache-2.0
//
// Rows of the formatter, one for each item of the grammar; see format_rows.h.
#include "rules/format_rows.h"

#include <utility>

#include "engine/base/status.h"
#include "rules/format.h"

namespace tocsin::rules {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

template <typename Items, typename Print>
std::string Join(const Items& items, const Print& print) {
  std::string out;
  for (const auto& item : items) {
    out += StrCat(out.empty() ? "" : ", ", print(item));
  }
  return out;
}

std::string TextOf(const ast::Text& text) {
  return FormatText(text.value, text.raw);
}
std::string Texts(const std::vector<ast::Text>& texts) {
  return Join(texts, TextOf);
}
std::string Names(const std::vector<ast::Name>& names) {
  return Join(names, FormatName);
}
std::string RefOf(const ast::Ref& ref) {
  return StrCat(ref.finding ? "finding " : "", FormatRef(ref.target));
}
std::string Refs(const std::vector<ast::Ref>& refs) {
  return Join(refs, RefOf);
}
std::string Learning(const std::optional<ast::Duration>& learning) {
  return learning ? StrCat(" learning ", learning->text) : "";
}

FormatRow Alone(std::string text) {
  FormatRow row;
  row.head = std::move(text);
  return row;
}

FormatRow Word(std::string head, std::string rest, size_t width) {
  FormatRow row;
  row.row_class = RowClass::kWord;
  row.head = std::move(head);
  row.rest = std::move(rest);
  row.least_width = width;
  return row;
}

FormatRow Where(std::string head, std::string rest, const ast::ExprPtr& expr,
                size_t width) {
  FormatRow row = Word(std::move(head), std::move(rest), width);
  row.expr = expr.get();
  return row;
}

constexpr size_t kSourceWidth = 7;    // extract
constexpr size_t kListWidth = 4;      // type, file
constexpr size_t kExceptWidth = 6;    // reason
constexpr size_t kIncidentWidth = 8;  // playbook
constexpr size_t kRuleWidth = 6;      // attack

FormatRow FieldRow(const ast::SourceField& field) {
  FormatRow row = Word("field", "", kSourceWidth);
  row.name = FormatPath(field.name);
  for (const ast::ExprPtr& value : field.alternatives) {
    row.rest += StrCat(row.rest.empty() ? "= " : " or ", FormatExpr(*value));
  }
  if (!field.type.empty()) {
    row.rest +=
        StrCat(row.rest.empty() ? "is " : " is ", FormatName(field.type));
  }
  return row;
}

std::string MetaValue(const ast::Meta& meta) {
  std::string out = std::visit(
      Overloaded{[](const ast::Text& text) { return TextOf(text); },
                 [](const ast::Name& name) { return FormatName(name); },
                 [](const ast::ExceptUntil& date) { return date.text; }},
      meta.value);
  return meta.more.empty() ? out : StrCat(out, ", ", Texts(meta.more));
}

std::string LevelValue(const ast::Level& level) {
  std::string out = FormatName(level.level);
  for (const ast::Level::Case& one : level.cases) {
    out +=
        StrCat(", ", FormatName(one.level), " where ", FormatExpr(*one.where));
  }
  return out;
}

std::string ConditionSuffix(const ast::Condition& condition) {
  std::string out = FormatBy(condition.by);
  if (condition.window == ast::Condition::Window::kWithin) {
    out += StrCat(" within ", condition.duration.text);
  } else if (condition.window == ast::Condition::Window::kPer) {
    out += StrCat(" per ", condition.duration.text);
  }
  if (!condition.season.empty()) {
    out += StrCat(" season ", FormatName(condition.season));
  }
  if (condition.zone) out += StrCat(" in ", TextOf(*condition.zone));
  if (condition.against_others) out += " against others";
  return out + Learning(condition.learning);
}

// `when` and its pattern up to a block, where it has one.
FormatRow WhenRow(const ast::When& when) {
  FormatRow row = Alone("when");
  const auto steps = [](const ast::By& by, const ast::Duration& within) {
    return StrCat(FormatBy(by), " within ", within.text);
  };
  std::visit(
      Overloaded{
          [&](const ast::Condition& node) {
            row.expr = node.condition.get();
            row.suffix = ConditionSuffix(node);
          },
          [&](const ast::Sequence& node) {
            row.rest = StrCat("sequence", steps(node.by, node.within));
          },
          [&](const ast::AllOf& node) {
            row.rest = StrCat("all", node.refs.empty() ? "" : " of ",
                              Refs(node.refs), steps(node.by, node.within));
          },
          [&](const ast::AnyOf& node) {
            row.rest = StrCat("any ", node.count.text, " of ", Refs(node.refs),
                              steps(node.by, node.within));
          },
          [&](const ast::Silence& node) {
            row.rest = StrCat(
                "silence", node.of ? StrCat(" of ", RefOf(*node.of)) : "",
                FormatBy(node.by),
                node.list.empty() ? ""
                                  : StrCat(" in list ", FormatName(node.list)),
                " for ", node.duration.text);
          },
          [&](const ast::First& node) {
            row.rest = StrCat("first ",
                              node.of ? StrCat("of ", RefOf(*node.of))
                                      : FormatPaths(node.paths),
                              FormatBy(node.by), " in ", node.in.text,
                              Learning(node.learning));
          },
          [&](const ast::Rare& node) {
            row.rest = StrCat(
                "rare ", FormatPaths(node.paths), FormatBy(node.by), " below ",
                node.share != nullptr
                    ? FormatExpr(*node.share)
                    : StrCat(node.below ? node.below->text : "", " distinct ",
                             FormatPath(node.distinct)),
                " in ", node.in.text, Learning(node.learning));
          }},
      when.pattern.node);
  if (when.at_most) row.suffix += StrCat(" ", FormatAtMost(*when.at_most));
  return row;
}

std::string GroupValue(const ast::IncidentGroup& group) {
  const auto key = [](const ast::IncidentGroup::Key& one) {
    return StrCat(FormatPath(one.name), one.value.empty() ? "" : " = ",
                  FormatPath(one.value));
  };
  return StrCat("by ", Join(group.keys, key), " for ", group.span_of_case.text,
                group.as ? StrCat(" as ", TextOf(*group.as)) : "");
}

}  // namespace

std::string FormatRef(const ast::RuleRef& rule) {
  return rule.is_text ? FormatText(rule.text, rule.raw)
                      : FormatName({rule.text, rule.span, rule.quoted});
}

std::string FormatBy(const ast::By& by) {
  return by.empty() ? "" : StrCat(" by ", FormatPaths(by.paths));
}

std::string FormatAtMost(const ast::AtMost& at_most) {
  return StrCat("at most ", at_most.count.text,
                at_most.by.empty() ? "" : " by ", FormatPaths(at_most.by),
                " per ", at_most.per.text);
}

std::string FormatKey(const ast::JsonMember& member) {
  return member.literal ? TextOf(*member.literal) : FormatPath(member.path);
}

std::string FormatJson(const ast::Json& json) {
  const auto member = [](const ast::JsonMember& one) {
    return StrCat(FormatKey(one), ": ", FormatJson(one.value));
  };
  switch (json.kind) {
    case ast::JsonKind::kNull:
      return "null";
    case ast::JsonKind::kText:
      return FormatText(json.text, json.raw);
    case ast::JsonKind::kArray:
      return StrCat("[", Join(json.items, FormatJson), "]");
    case ast::JsonKind::kObject:
      return StrCat("{", Join(json.members, member), "}");
    default:
      return json.text;
  }
}

std::string FormatEvent(const ast::Json& json) {
  if (json.members.empty()) return "{}";
  const std::string flat = FormatJson(json);
  return StrCat("{ ", flat.substr(1, flat.size() - 2), " }");
}

std::string WrapEvent(const ast::Json& json, size_t column) {
  std::string flat = FormatEvent(json);
  if (column + flat.size() <= kFormatWidth) return flat;
  std::string out = "{ ";
  size_t at = column + 2;
  for (const ast::JsonMember& member : json.members) {
    const std::string text =
        StrCat(FormatKey(member), ": ", FormatJson(member.value));
    const bool first = out.size() == 2;
    if (!first && at + text.size() + 4 > kFormatWidth) {
      out += StrCat(",\n", std::string(column + 2, ' '));
      at = column + 2;
    } else if (!first) {
      out += ", ";
      at += 2;
    }
    out += text;
    at += text.size();
  }
  return json.members.empty() ? "{}" : out + " }";
}

std::string FormatAt(const ast::TestAt& at) {
  return at.last && at.every ? StrCat("at ", at.first.text, " .. ",
                                      at.last->text, " every ", at.every->text)
                             : StrCat("at ", at.first.text);
}

std::string FormatExpect(const ast::TestExpect& expect) {
  using What = ast::TestExpect::What;
  if (expect.what == What::kNothing) return "expect nothing";
  return StrCat("expect ", expect.count ? expect.count->text : "no",
                expect.what == What::kFinding ? " finding" : " incident",
                expect.at ? StrCat(" at ", expect.at->text) : "");
}

FormatRow RowOf(const ast::SourceItem& item) {
  constexpr size_t kWidth = kSourceWidth;
  return std::visit(
      Overloaded{
          [](const ast::SourceWhere& node) {
            return Where("where", "", node.condition, kWidth);
          },
          [](const ast::SourceSigma& node) {
            std::string rest;
            for (const auto& part : node.parts) {
              rest += StrCat(rest.empty() ? "" : " ", part.key.text, " ",
                             FormatName(part.value));
            }
            return Word("sigma", rest, kWidth);
          },
          [](const ast::SourceParse& node) {
            return Word("parse", FormatName(node.format), kWidth);
          },
          [](const ast::SourceExtract& node) {
            return Word("extract",
                        StrCat("/", node.regex, "/", node.flags, " from ",
                               FormatPath(node.from)),
                        kWidth);
          },
          [](const ast::SourceTime& node) {
            return Word(
                "time",
                StrCat(FormatPath(node.path),
                       node.format ? StrCat(" as ", TextOf(*node.format)) : "",
                       node.zone ? StrCat(" in ", TextOf(*node.zone)) : ""),
                kWidth);
          },
          [](const ast::SourceOrder& node) {
            return Word("order", FormatPath(node.path), kWidth);
          },
          [](const ast::SourceUnder& node) {
            return Word("under", FormatPaths(node.prefixes), kWidth);
          },
          [](const ast::SourceField& node) { return FieldRow(node); },
          [](const ast::SourceAbsent& node) {
            return Word("absent", Texts(node.values), kWidth);
          },
          [](const ast::SourceStrict&) { return Word("strict", "", kWidth); }},
      item.node);
}

FormatRow RowOf(const ast::ListItem& item) {
  constexpr size_t kWidth = kListWidth;
  return std::visit(
      Overloaded{[](const ast::ListType& node) {
                   return Word("type", FormatName(node.type), kWidth);
                 },
                 [](const ast::ListFile& node) {
                   return Word("file", TextOf(node.path), kWidth);
                 },
                 [](const ast::ListKey& node) {
                   return Word("key", FormatName(node.column), kWidth);
                 },
                 [](const ast::ListExpires& node) {
                   return Word("expires", FormatName(node.column), kWidth);
                 },
                 [](const ast::ListStale& node) {
                   return Word("stale", node.after.text, kWidth);
                 },
                 [](const ast::ListLimit& node) {
                   return Word("limit", node.rows.text, kWidth);
                 }},
      item.node);
}

FormatRow RowOf(const ast::ExceptItem& item) {
  constexpr size_t kWidth = kExceptWidth;
  return std::visit(
      Overloaded{[](const ast::ExceptRules& node) {
                   return Word("rules", Join(node.rules, FormatRef), kWidth);
                 },
                 [](const ast::ExceptWhere& node) {
                   return Where("where", "", node.condition, kWidth);
                 },
                 [](const ast::ExceptUntil& node) {
                   return Word("until", node.text, kWidth);
                 },
                 [](const ast::ExceptOwner& node) {
                   return Word("owner", TextOf(node.value), kWidth);
                 },
                 [](const ast::ExceptReason& node) {
                   return Word("reason", TextOf(node.value), kWidth);
                 }},
      item.node);
}

FormatRow RowOf(const ast::IncidentItem& item) {
  constexpr size_t kWidth = kIncidentWidth;
  return std::visit(
      Overloaded{[](const ast::IncidentSummary& node) {
                   return Word("summary", TextOf(node.value), kWidth);
                 },
                 [](const ast::IncidentPlaybook& node) {
                   return Word("playbook", TextOf(node.value), kWidth);
                 },
                 [](const ast::IncidentOwner& node) {
                   return Word("owner", TextOf(node.value), kWidth);
                 },
                 [](const ast::IncidentGroup& node) {
                   return Word("group", GroupValue(node), kWidth);
                 },
                 [](const ast::IncidentVeris&) { return Alone("veris"); }},
      item.node);
}

FormatRow RowOf(const ast::VerisEntry& entry) {
  std::string out = entry.axis.text;
  if (!entry.name.empty()) out += StrCat(" ", FormatName(entry.name));
  if (!entry.values.empty()) out += StrCat(" ", Texts(entry.values));
  if (!entry.via.empty()) out += StrCat(" via ", Texts(entry.via));
  if (!entry.motive.empty()) out += StrCat(" motive ", Texts(entry.motive));
  return Alone(std::move(out));
}

FormatRow RowOf(const ast::Define& define) {
  FormatRow row;
  row.row_class = RowClass::kDefine;
  row.head = FormatName(define.name);
  row.rest = define.from.empty()
                 ? "="
                 : StrCat("= from ", Names(define.from), " where");
  row.expr = define.value.get();
  return row;
}

FormatRow RowOf(const ast::RuleItem& item) {
  constexpr size_t kWidth = kRuleWidth;
  return std::visit(
      Overloaded{
          [](const ast::Meta& node) {
            return Word(node.word, MetaValue(node), kWidth);
          },
          [](const ast::Level& node) {
            return Word("level", LevelValue(node), kWidth);
          },
          [](const ast::Attack& node) {
            return Word("attack", FormatPaths(node.ids), kWidth);
          },
          [](const ast::Risk& node) {
            const auto part = [](const ast::Risk::Part& one) {
              return StrCat(one.amount.text, " on ", FormatPath(one.on));
            };
            return Word("risk", Join(node.parts, part), kWidth);
          },
          [](const ast::From& node) {
            return Where("from",
                         StrCat(Names(node.names),
                                node.where != nullptr ? " where" : ""),
                         node.where, kWidth);
          },
          [](const ast::Define& node) { return RowOf(node); },
          [](const ast::When& node) { return WhenRow(node); },
          [](const ast::AtMost& node) { return Alone(FormatAtMost(node)); },
          [](const ast::Keep& node) {
            return Alone(StrCat("keep ", FormatPaths(node.paths)));
          },
          [](const ast::AcrossTenants&) { return Alone("across tenants"); },
          [](const ast::Incident& node) {
            return Alone(node.none ? "incident none" : "incident");
          },
          [](const ast::Test& node) {
            return Alone(StrCat("test ", TextOf(node.title)));
          }},
      item.node);
}

FormatRow RowOf(const ast::TestItem& item) {
  return std::visit(
      Overloaded{
          [](const ast::TestStart& node) {
            return Alone(StrCat("start ", node.is_date ? node.value.value
                                                       : TextOf(node.value)));
          },
          [](const ast::TestList& node) {
            FormatRow row = Alone(StrCat("list ", FormatName(node.name)));
            row.values = &node.values;
            return row;
          },
          [](const ast::TestExcept& node) {
            return Alone(StrCat("except ", TextOf(node.title)));
          },
          [](const ast::TestUntil& node) {
            return Alone(StrCat("until ", node.time.text));
          },
          [](const ast::TestAt& node) {
            FormatRow row = Alone(FormatAt(node));
            row.row_class = RowClass::kAt;
            row.rest = FormatEvent(node.event);
            row.object = &node.event;
            return row;
          },
          [](const ast::TestExpect& node) {
            FormatRow row = Alone(FormatExpect(node));
            if (!node.object) return row;
            row.rest = FormatEvent(*node.object);
            row.object = &*node.object;
            return row;
          }},
      item.node);
}

FormatRow RowOf(const ast::List& list) {
  FormatRow row = Alone(StrCat("list ", FormatName(list.name)));
  row.values = &list.values;
  return row;
}

FormatRow RowOf(const ast::Step& step) {
  std::string head;
  if (step.at_least) {
    head = StrCat(
        step.at_least->text, "+ ", step.distinct.empty() ? "" : "distinct ",
        FormatPath(step.distinct), step.distinct.empty() ? "" : " ", "of ");
  }
  head += RefOf(step.ref);
  if (!step.alias.empty()) head += StrCat(" as ", FormatName(step.alias));
  FormatRow row = Alone(head + FormatBy(step.by));
  if (step.where != nullptr) row.rest = "where";
  row.expr = step.where.get();
  return row;
}

FormatRow RowOf(const ast::Guard& guard) {
  FormatRow row = Alone(
      StrCat("without ", Refs(guard.refs), FormatBy(guard.by),
             guard.duration ? StrCat(" for ", guard.duration->text) : ""));
  if (guard.where != nullptr) row.rest = "where";
  row.expr = guard.where.get();
  return row;
}

std::string FlatRow(const FormatRow& row) {
  std::string out = row.head;
  if (!row.name.empty()) out += StrCat(" ", row.name);
  if (!row.rest.empty()) out += StrCat(" ", row.rest);
  if (row.expr != nullptr) out += StrCat(" ", FormatExpr(*row.expr));
  if (row.values != nullptr) {
    std::string values;
    for (const ast::ExprPtr& value : *row.values) {
      values += StrCat(values.empty() ? "" : ", ", FormatExpr(*value));
    }
    out += StrCat(" (", values, ")");
  }
  return out + row.suffix;
}

}  // namespace tocsin::rules
