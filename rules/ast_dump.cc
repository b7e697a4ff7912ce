// SPDX-License-Identifier: Apache-2.0
//
// Ast: dumps; see ast.h. One line for each item, two blanks deeper in a block,
// expressions as (kind ..).
#include <charconv>
#include <string>

#include "engine/base/json_writer.h"
#include "engine/base/status.h"
#include "rules/ast.h"
#include "rules/lexer.h"

namespace tocsin::rules::ast {
namespace {

std::string Quote(std::string_view text) {
  std::string out;
  AppendJsonText(text, &out);
  return out;
}

std::string Word(std::string_view text) {
  return IsPlainSegment(text) ? std::string(text) : StrCat("`", text, "`");
}

std::string Dotted(const Path& path) {
  std::string out;
  for (const Segment& segment : path.segments) {
    out += StrCat(out.empty() ? "" : ".", Word(segment.text));
  }
  return out;
}

std::string Number(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  return std::string(buffer, end);
}

template <typename Items, typename Print>
std::string Join(const Items& items, const Print& print) {
  std::string out;
  for (const auto& item : items) {
    out += StrCat(out.empty() ? "" : ", ", print(item));
  }
  return out;
}

std::string Paths(const std::vector<Path>& paths) {
  return Join(paths, [](const Path& path) { return Dotted(path); });
}
std::string Names(const std::vector<Name>& names) {
  return Join(names, [](const Name& name) { return Word(name.text); });
}
std::string Texts(const std::vector<Text>& texts) {
  return Join(texts, [](const Text& text) { return Quote(text.value); });
}
std::string Time(const Duration& duration) {
  return FormatDuration(duration.value);
}
std::string By(const std::vector<Path>& by) {
  return by.empty() ? "" : StrCat(" by ", Paths(by));
}
std::string Target(const RuleRef& rule) {
  return rule.is_text ? Quote(rule.text) : Word(rule.text);
}
std::string Test(const Ref& ref) {
  return StrCat(ref.finding ? "finding " : "", Target(ref.target));
}
std::string Tests(const std::vector<Ref>& refs) { return Join(refs, Test); }
std::string Where(const ExprPtr& where) {
  return where == nullptr ? "" : StrCat(" where ", Dump(*where));
}
std::string Learning(const std::optional<Duration>& learning) {
  return learning ? StrCat(" learning ", Time(*learning)) : "";
}
std::string Limit(const AtMost& limit) {
  return StrCat("at most ", limit.count.value, By(limit.by), " per ",
                Time(limit.per));
}
std::string Exprs(const std::vector<ExprPtr>& exprs) {
  return Join(exprs, [](const ExprPtr& expr) { return Dump(*expr); });
}

std::string Value(const Json& json) {
  switch (json.kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kText:
      return Quote(json.text);
    case JsonKind::kArray:
      return StrCat("[", Join(json.items, Value), "]");
    case JsonKind::kObject:
      return StrCat("{",
                    Join(json.members,
                         [](const JsonMember& member) {
                           return StrCat(member.literal
                                             ? Quote(member.literal->value)
                                             : Dotted(member.path),
                                         ": ", Value(member.value));
                         }),
                    "}");
    default:
      return json.text;
  }
}

// What stands behind the kind of an expression.
std::string Detail(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kText:
      return Quote(expr.text);
    case ExprKind::kNumber:
    case ExprKind::kSize:
      return expr.is_integer ? std::to_string(expr.integer)
                             : Number(expr.number);
    case ExprKind::kPercent:
      return Number(expr.number);
    case ExprKind::kDuration:
      return FormatDuration(expr.integer);
    case ExprKind::kDate:
      return FormatTime(expr.integer);
    case ExprKind::kBool:
      return expr.integer != 0 ? "true" : "false";
    case ExprKind::kRegex:
      return StrCat("/", expr.text, "/", expr.name.text);
    case ExprKind::kMeasure:
      return StrCat(expr.text,
                    expr.text == "percentile" ? StrCat(" ", expr.integer) : "",
                    expr.paths.empty() ? "" : " ", Paths(expr.paths),
                    expr.name.empty() ? "" : " of ",
                    expr.name.empty() ? "" : Word(expr.name.text));
    case ExprKind::kListRow:
      return StrCat(Word(expr.text), expr.name.empty() ? "" : " column ",
                    expr.name.empty() ? "" : Word(expr.name.text));
    case ExprKind::kQuantified:
      return StrCat(expr.all ? "all " : "any ", Word(expr.name.text), " in ",
                    Paths(expr.paths));
    case ExprKind::kTextOp:
      return StrCat(expr.text, expr.all ? " all" : "");
    case ExprKind::kInList:
    case ExprKind::kTimeOf:
      return Word(expr.name.text);
    case ExprKind::kPath:
      return Paths(expr.paths);
    case ExprKind::kNull:
      return "";
    default:
      return expr.text;
  }
}

class Dumper {
 public:
  std::string Dump(const File& file) {
    for (const FileItem& item : file.items) Visit(item);
    return std::move(out_);
  }

  // --- file
  void operator()(const Source& source) {
    Block(StrCat("source ", Word(source.name.text)), source.items);
  }
  void operator()(const List& list) {
    Block(StrCat("list ", Word(list.name.text),
                 list.is_inline ? StrCat(" (", Exprs(list.values), ")") : ""),
          list.items);
  }
  void operator()(const Rule& rule) {
    Block(StrCat("rule ", Word(rule.name.text)), rule.items);
  }
  void operator()(const Extend& extend) {
    Block(StrCat("extend ", Target(extend.rule)), extend.items);
  }
  void operator()(const Except& except) {
    Block(StrCat("except ", Quote(except.title.value)), except.items);
  }
  void operator()(const Define& define) {
    Line(StrCat(Word(define.name.text), " = ",
                define.from.empty()
                    ? ""
                    : StrCat("from ", Names(define.from), " where "),
                ast::Dump(*define.value)));
  }

  // --- source, list, except
  void operator()(const SourceWhere& where) {
    Line(StrCat("where ", ast::Dump(*where.condition)));
  }
  void operator()(const SourceSigma& sigma) {
    std::string line = "sigma";
    for (const auto& part : sigma.parts) {
      line += StrCat(" ", part.key.text, " ", Word(part.value.text));
    }
    Line(line);
  }
  void operator()(const SourceParse& parse) {
    Line(StrCat("parse ", Word(parse.format.text)));
  }
  void operator()(const SourceExtract& extract) {
    Line(StrCat("extract /", extract.regex, "/", extract.flags, " from ",
                Dotted(extract.from)));
  }
  void operator()(const SourceTime& time) {
    Line(StrCat("time ", Dotted(time.path),
                time.format ? StrCat(" as ", Quote(time.format->value)) : "",
                time.zone ? StrCat(" in ", Quote(time.zone->value)) : ""));
  }
  void operator()(const SourceOrder& order) {
    Line(StrCat("order ", Dotted(order.path)));
  }
  void operator()(const SourceUnder& under) {
    Line(StrCat("under ", Paths(under.prefixes)));
  }
  void operator()(const SourceField& field) {
    Line(StrCat("field ", Dotted(field.name),
                field.alternatives.empty() ? "" : " = ",
                Exprs(field.alternatives), field.type.empty() ? "" : " is ",
                field.type.empty() ? "" : Word(field.type.text)));
  }
  void operator()(const SourceAbsent& absent) {
    Line(StrCat("absent ", Texts(absent.values)));
  }
  void operator()(const SourceStrict&) { Line("strict"); }
  void operator()(const ListType& type) {
    Line(StrCat("type ", Word(type.type.text)));
  }
  void operator()(const ListFile& file) {
    Line(StrCat("file ", Quote(file.path.value)));
  }
  void operator()(const ListKey& key) {
    Line(StrCat("key ", Word(key.column.text)));
  }
  void operator()(const ListExpires& expires) {
    Line(StrCat("expires ", Word(expires.column.text)));
  }
  void operator()(const ListStale& stale) {
    Line(StrCat("stale ", Time(stale.after)));
  }
  void operator()(const ListLimit& limit) {
    Line(StrCat("limit ", limit.rows.value));
  }
  void operator()(const ExceptRules& rules) {
    Line(StrCat("rules ", Join(rules.rules, Target)));
  }
  void operator()(const ExceptWhere& where) {
    Line(StrCat("where ", ast::Dump(*where.condition)));
  }
  void operator()(const ExceptUntil& until) {
    Line(StrCat("until ", FormatTime(until.date)));
  }
  void operator()(const ExceptOwner& owner) {
    Line(StrCat("owner ", Quote(owner.value.value)));
  }
  void operator()(const ExceptReason& reason) {
    Line(StrCat("reason ", Quote(reason.value.value)));
  }

  // --- rule
  void operator()(const Meta& meta) {
    std::string line = StrCat(meta.word, " ");
    if (const Text* text = std::get_if<Text>(&meta.value)) {
      line += Quote(text->value);
    } else if (const Name* name = std::get_if<Name>(&meta.value)) {
      line += Word(name->text);
    } else {
      line += FormatTime(std::get<ExceptUntil>(meta.value).date);
    }
    for (const Text& text : meta.more) line += StrCat(", ", Quote(text.value));
    Line(line);
  }
  void operator()(const Level& level) {
    std::string line = StrCat("level ", Word(level.level.text));
    for (const Level::Case& one : level.cases) {
      line += StrCat(", ", Word(one.level.text), Where(one.where));
    }
    Line(line);
  }
  void operator()(const Attack& attack) {
    Line(StrCat("attack ", Paths(attack.ids)));
  }
  void operator()(const Risk& risk) {
    Line(StrCat("risk ", Join(risk.parts, [](const Risk::Part& part) {
                  return StrCat(part.amount.value, " on ", Dotted(part.on));
                })));
  }
  void operator()(const From& from) {
    Line(StrCat("from ", Names(from.names), Where(from.where)));
  }
  void operator()(const When& when) {
    Line("when");
    ++depth_;
    Visit(when.pattern);
    if (when.at_most) Line(Limit(*when.at_most));
    --depth_;
  }
  void operator()(const AtMost& limit) { Line(Limit(limit)); }
  void operator()(const Keep& keep) {
    Line(StrCat("keep ", Paths(keep.paths)));
  }
  void operator()(const AcrossTenants&) { Line("across tenants"); }
  void operator()(const Incident& incident) {
    Block(incident.none ? "incident none" : "incident", incident.items);
  }
  void operator()(const ast::Test& test) {
    Block(StrCat("test ", Quote(test.title.value)), test.items);
  }

  // --- patterns
  void operator()(const Condition& condition) {
    std::string line = StrCat("condition ", ast::Dump(*condition.condition),
                              By(condition.by.paths));
    if (condition.window == Condition::Window::kWithin) line += " within ";
    if (condition.window == Condition::Window::kPer) line += " per ";
    if (condition.window != Condition::Window::kNone) {
      line += Time(condition.duration);
    }
    if (!condition.season.empty()) {
      line += StrCat(" season ", Word(condition.season.text));
    }
    if (condition.zone) line += StrCat(" in ", Quote(condition.zone->value));
    if (condition.against_others) line += " against others";
    Line(line + Learning(condition.learning));
  }
  void operator()(const Sequence& sequence) {
    Line(StrCat("sequence", By(sequence.by.paths), " within ",
                Time(sequence.within)));
    ++depth_;
    for (const auto& item : sequence.items) std::visit(*this, item);
    --depth_;
  }
  void operator()(const Step& step) {
    Line(StrCat("step ", Test(step.ref),
                step.at_least ? StrCat(" at least ", step.at_least->value) : "",
                step.distinct.empty() ? "" : " distinct ",
                Dotted(step.distinct),
                step.alias.empty() ? "" : StrCat(" as ", Word(step.alias.text)),
                By(step.by.paths), Where(step.where)));
  }
  void operator()(const Guard& guard) {
    Line(StrCat("without ", Tests(guard.refs), By(guard.by.paths),
                guard.duration ? StrCat(" for ", Time(*guard.duration)) : "",
                Where(guard.where)));
  }
  void operator()(const AllOf& all) {
    Line(StrCat("all", all.refs.empty() ? "" : " of ", Tests(all.refs),
                By(all.by.paths), " within ", Time(all.within)));
    ++depth_;
    for (const Step& step : all.steps) (*this)(step);
    --depth_;
  }
  void operator()(const AnyOf& any) {
    Line(StrCat("any ", any.count.value, " of ", Tests(any.refs),
                By(any.by.paths), " within ", Time(any.within)));
  }
  void operator()(const Silence& silence) {
    Line(StrCat("silence", silence.of ? StrCat(" of ", Test(*silence.of)) : "",
                By(silence.by.paths),
                silence.list.empty()
                    ? ""
                    : StrCat(" in list ", Word(silence.list.text)),
                " for ", Time(silence.duration)));
  }
  void operator()(const First& first) {
    Line(StrCat("first ", first.of ? StrCat("of ", Test(*first.of)) : "",
                Paths(first.paths), By(first.by.paths), " in ", Time(first.in),
                Learning(first.learning)));
  }
  void operator()(const Rare& rare) {
    Line(StrCat("rare ", Paths(rare.paths), By(rare.by.paths), " below ",
                rare.share != nullptr
                    ? ast::Dump(*rare.share)
                    : StrCat(rare.below ? rare.below->value : 0, " distinct ",
                             Dotted(rare.distinct)),
                " in ", Time(rare.in), Learning(rare.learning)));
  }

  // --- incident
  void operator()(const IncidentSummary& summary) {
    Line(StrCat("summary ", Quote(summary.value.value)));
  }
  void operator()(const IncidentPlaybook& playbook) {
    Line(StrCat("playbook ", Quote(playbook.value.value)));
  }
  void operator()(const IncidentOwner& owner) {
    Line(StrCat("owner ", Quote(owner.value.value)));
  }
  void operator()(const IncidentGroup& group) {
    Line(StrCat("group by ",
                Join(group.keys,
                     [](const IncidentGroup::Key& key) {
                       return StrCat(Dotted(key.name),
                                     key.value.empty() ? "" : " = ",
                                     Dotted(key.value));
                     }),
                " for ", Time(group.span_of_case),
                group.as ? StrCat(" as ", Quote(group.as->value)) : ""));
  }
  void operator()(const IncidentVeris& veris) {
    Line("veris");
    ++depth_;
    for (const VerisEntry& entry : veris.entries) {
      const auto part = [](std::string_view word, std::string text) {
        return text.empty() ? text : StrCat(" ", word, text);
      };
      Line(StrCat(entry.axis.text,
                  part("", entry.name.empty() ? "" : Word(entry.name.text)),
                  part("", Texts(entry.values)), part("via ", Texts(entry.via)),
                  part("motive ", Texts(entry.motive))));
    }
    --depth_;
  }

  // --- tests
  void operator()(const TestStart& start) {
    Line(StrCat("start ", start.is_date ? FormatTime(start.time)
                                        : Quote(start.value.value)));
  }
  void operator()(const TestList& list) {
    Line(StrCat("list ", Word(list.name.text), " (", Exprs(list.values), ")"));
  }
  void operator()(const TestExcept& except) {
    Line(StrCat("except ", Quote(except.title.value)));
  }
  void operator()(const TestUntil& until) {
    Line(StrCat("until ", Time(until.time)));
  }
  void operator()(const TestAt& at) {
    Line(StrCat("at ", Time(at.first),
                at.last ? StrCat(" .. ", Time(*at.last)) : "",
                at.every ? StrCat(" every ", Time(*at.every)) : "", " ",
                Value(at.event)));
  }
  void operator()(const TestExpect& expect) {
    std::string line = "expect ";
    if (expect.what == TestExpect::What::kNothing) {
      line += "nothing";
    } else {
      line += StrCat(
          expect.count ? std::to_string(expect.count->value) : "no",
          expect.what == TestExpect::What::kFinding ? " finding" : " incident");
    }
    if (expect.at) line += StrCat(" at ", Time(*expect.at));
    if (expect.object) line += StrCat(" ", Value(*expect.object));
    Line(line);
  }

 private:
  template <typename Item>
  void Visit(const Item& item) {
    std::visit(*this, item.node);
  }

  template <typename Items>
  void Block(std::string_view head, const Items& items) {
    Line(head);
    ++depth_;
    for (const auto& item : items) Visit(item);
    --depth_;
  }

  void Line(std::string_view line) {
    out_.append(2 * depth_, ' ');
    out_ += StrCat(line, "\n");
  }

  std::string out_;
  size_t depth_ = 0;
};

}  // namespace

std::string Dump(const Expr& expr) {
  std::string out = StrCat("(", ExprKindName(expr.kind));
  const std::string detail = Detail(expr);
  if (!detail.empty()) out += StrCat(" ", detail);
  for (const ExprPtr& arg : expr.args) out += StrCat(" ", Dump(*arg));
  return out + ")";
}

std::string Dump(const File& file) { return Dumper().Dump(file); }

}  // namespace tocsin::rules::ast
