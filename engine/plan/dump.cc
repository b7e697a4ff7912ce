// SPDX-License-Identifier: Apache-2.0
//
// Dump: the whole plan as text, for golden tests and `check --plan`. Ids of
// tables never show, so that interning order does not.
#include <algorithm>
#include <variant>

#include "engine/plan/plan.h"

namespace tocsin {
namespace {

const char* FieldKindName(FieldKind kind) {
  switch (kind) {
    case FieldKind::kAny:
      return "any";
    case FieldKind::kText:
      return "text";
    case FieldKind::kNumber:
      return "number";
    case FieldKind::kBool:
      return "bool";
    case FieldKind::kIp:
      return "ip";
    case FieldKind::kDuration:
      return "duration";
    case FieldKind::kSize:
      return "size";
    case FieldKind::kTime:
      return "time";
    case FieldKind::kGeo:
      return "geo";
  }
  return "";
}

std::string TypeText(const FieldType& type) {
  if (type.kind == FieldKind::kAny) return "";
  std::string out = StrCat(" is ", FieldKindName(type.kind));
  if (type.unit != 1) out += StrCat("*", type.unit);
  return out;
}

template <typename Items, typename TextOf>
std::string Joined(const Items& items, TextOf text_of) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ", ";
    out += text_of(item);
  }
  return out;
}

class PlanDumper {
 public:
  explicit PlanDumper(const Plan& plan) : plan_(plan) {}

  std::string Run() {
    for (const List& list : plan_.lists) DumpList(list);
    for (const Source& source : plan_.sources) DumpSource(source);
    DumpFields();
    for (const Rule& rule : plan_.rules) DumpRule(rule);
    return std::move(out_);
  }

 private:
  template <typename... Pieces>
  void Line(const Pieces&... pieces) {
    out_ += StrCat(pieces..., "\n");
  }

  std::string SourceNames(const std::vector<SourceId>& ids) const {
    return Joined(ids,
                  [this](SourceId id) { return plan_.sources[id.value].name; });
  }

  void DumpList(const List& list) {
    Line("list ", list.name(), " ", ListTypeName(list.type()), " ", list.size(),
         " rows", list.columns().empty() ? "" : " columns ",
         Joined(list.columns(), [](const std::string& name) { return name; }));
  }

  void DumpSource(const Source& source) {
    const auto same = [](const std::string& text) { return text; };
    Line("source ", source.name, source.strict ? " strict" : "");
    if (source.where.valid()) Line("  where ", DumpExpr(plan_, source.where));
    if (!source.parsers.empty()) Line("  parse ", Joined(source.parsers, same));
    for (const Extraction& extraction : source.extractions) {
      Line("  extract /", extraction.pattern, "/ from ",
           plan_.paths.name(extraction.from));
    }
    for (const auto& prefix : source.under) {
      std::string joined;
      for (const std::string& segment : prefix) {
        joined += StrCat(joined.empty() ? "" : ".", segment);
      }
      Line("  under ", joined);
    }
    for (const SourceField& field : source.fields) {
      std::string from;
      for (const ExprId alternative : field.alternatives) {
        from +=
            StrCat(from.empty() ? " = " : " or ", DumpExpr(plan_, alternative));
      }
      Line("  field ", field.name, from, TypeText(field.type));
    }
    if (!source.absent.empty()) Line("  absent ", Joined(source.absent, same));
    if (source.time) {
      Line("  time ", plan_.field(source.time->path).name,
           source.time->format.empty() ? "" : " as ", source.time->format,
           " in ", source.time->zone);
    }
    if (source.order) Line("  order ", plan_.field(*source.order).name);
    for (const SigmaLogsource& sigma : source.sigma) {
      Line("  sigma product=", sigma.product, " category=", sigma.category,
           " service=", sigma.service);
    }
    if (!source.topics.empty()) Line("  topics ", Joined(source.topics, same));
  }

  std::string StepText(const FieldStep& step) const {
    std::string out;
    if (step.source.valid()) {
      out = StrCat(plan_.sources[step.source.value].name, ":");
    }
    switch (step.kind) {
      case FieldStep::Kind::kRaw:
        out += StrCat("raw ", plan_.paths.name(step.path));
        break;
      case FieldStep::Kind::kExpr:
        out += DumpExpr(plan_, step.expr);
        break;
      case FieldStep::Kind::kExtracted:
        out += StrCat("extracted ", step.name);
        break;
      case FieldStep::Kind::kParsed:
        out += StrCat("parsed ", step.name);
        break;
      case FieldStep::Kind::kTopic:
        out += "tocsin.topic";
        break;
      case FieldStep::Kind::kInput:
        out += "tocsin.input";
        break;
      case FieldStep::Kind::kTime:
        out += "tocsin.time";
        break;
      case FieldStep::Kind::kReceived:
        out += "tocsin.received";
        break;
      case FieldStep::Kind::kSourceName:
        out += "tocsin.source";
        break;
    }
    return out + TypeText(step.type);
  }

  void DumpFields() {
    std::vector<std::string> blocks;
    for (const Field& field : plan_.fields) {
      std::string& block = blocks.emplace_back();
      block = StrCat("field ", field.name, TypeText(field.type),
                     field.absent.empty() ? "" : " absent of ",
                     SourceNames(field.absent), "\n");
      for (const FieldStep& step : field.steps) {
        block += StrCat("  ", StepText(step), "\n");
      }
    }
    std::sort(blocks.begin(), blocks.end());
    for (const std::string& block : blocks) out_ += block;
  }

  void DumpRule(const Rule& rule);
  void DumpOutcome(const Rule& rule);
  void DumpIncident(const Rule& rule);
  void DumpPattern(const Rule& rule, const EventPattern& pattern);
  void DumpPattern(const Rule& rule, const WindowPattern& window);
  void DumpPattern(const Rule& rule, const SequencePattern& sequence);
  void DumpPattern(const Rule& rule, const SilencePattern& silence);
  void DumpGuard(const Rule& rule, const Guard& guard);

  static std::string Captures(const Rule& rule,
                              const std::vector<uint32_t>& captures) {
    return Joined(captures,
                  [&rule](uint32_t i) { return rule.captures[i].name; });
  }

  std::string TemplateText(const Rule& rule, const Template& pieces) const {
    std::string out;
    for (const Template::Piece& piece : pieces.pieces) {
      out += piece.expr.valid()
                 ? StrCat("{", DumpExpr(plan_, piece.expr, &rule), "}")
                 : piece.text;
    }
    return out;
  }

  const Plan& plan_;
  std::string out_;
};

void PlanDumper::DumpRule(const Rule& rule) {
  Line("rule ", rule.name, rule.shadow ? " shadow" : "",
       rule.across_tenants ? " across tenants" : "",
       rule.stratum > 0 ? StrCat(" stratum ", rule.stratum) : "");
  if (rule.title != rule.name) Line("  title ", rule.title);
  if (!rule.sigma_id.empty()) Line("  id ", rule.sigma_id);
  Line("  logic ", rule.logic.Hex(), " state ", rule.state.Hex());
  if (!rule.from.empty()) Line("  from ", SourceNames(rule.from));
  Line("  topics ",
       rule.topics.empty()
           ? "any"
           : Joined(rule.topics, [](const std::string& text) { return text; }));
  for (const EventTest& test : rule.tests) {
    Line("  test ", test.name.empty() ? "*" : test.name, " = ",
         DumpExpr(plan_, test.test));
    if (!test.key.empty()) {
      Line("    by ",
           Joined(test.key, [this](ExprId id) { return DumpExpr(plan_, id); }));
    }
  }
  if (!rule.key_names.empty()) {
    Line("  key ",
         Joined(rule.key_names, [](const std::string& text) { return text; }));
  }
  for (const Capture& capture : rule.captures) {
    Line("  capture ", capture.name, " = ", DumpExpr(plan_, capture.expr),
         TypeText(capture.type),
         capture.key_part < rule.key_names.size()
             ? StrCat(" key ", rule.key_names[capture.key_part])
             : "",
         capture.shown ? "" : " hidden");
  }
  std::visit([&](const auto& pattern) { DumpPattern(rule, pattern); },
             rule.pattern);
  DumpOutcome(rule);
}

void PlanDumper::DumpPattern(const Rule&, const EventPattern&) {
  Line("  when event");
}

void PlanDumper::DumpPattern(const Rule& rule, const WindowPattern& window) {
  Line("  when ", DumpExpr(plan_, window.condition, &rule),
       window.sliding ? " within " : " per ", FormatDuration(window.window));
  for (const Measure& measure : window.measures) {
    Line("    measure ", rule.MeasureText(measure),
         measure.exact > 0 ? StrCat(" exact ", measure.exact) : "");
  }
}

void PlanDumper::DumpPattern(const Rule& rule,
                             const SequencePattern& sequence) {
  Line("  when sequence within ", FormatDuration(sequence.within));
  const auto guards_after = [&](int step) {
    for (const Guard& guard : sequence.guards) {
      if (guard.after_step == step) DumpGuard(rule, guard);
    }
  };
  guards_after(-1);
  for (size_t i = 0; i < sequence.steps.size(); ++i) {
    const Step& step = sequence.steps[i];
    std::string line = "    step ";
    if (step.counted) {
      line += StrCat(step.at_least, "+ ");
      if (!step.distinct.empty()) {
        line += StrCat("distinct ", Captures(rule, step.distinct), " ");
      }
      line += "of ";
    }
    line += StrCat(rule.tests[step.test].name, " as ", step.name);
    if (step.where.valid()) {
      line += StrCat(" where ", DumpExpr(plan_, step.where, &rule));
    }
    Line(line);
    guards_after(static_cast<int>(i));
  }
}

void PlanDumper::DumpGuard(const Rule& rule, const Guard& guard) {
  std::string line =
      StrCat("    without ", Joined(guard.tests, [&rule](uint32_t test) {
               return rule.tests[test].name;
             }));
  if (guard.trailing > 0) {
    line += StrCat(" for ", FormatDuration(guard.trailing));
  }
  if (guard.where.valid()) {
    line += StrCat(" where ", DumpExpr(plan_, guard.where, &rule));
  }
  Line(line);
}

void PlanDumper::DumpPattern(const Rule& rule, const SilencePattern& silence) {
  const std::string& name = rule.tests[silence.test].name;
  Line("  when silence", name.empty() ? "" : " of ", name,
       silence.list.valid()
           ? StrCat(" in list ", plan_.lists[silence.list.value].name())
           : "",
       " for ", FormatDuration(silence.duration));
}

void PlanDumper::DumpOutcome(const Rule& rule) {
  for (const LevelCase& level : rule.levels) {
    Line("  level ", LevelName(level.level),
         level.where.valid()
             ? StrCat(" where ", DumpExpr(plan_, level.where, &rule))
             : "");
  }
  if (!rule.attack.empty()) {
    Line("  attack ",
         Joined(rule.attack, [](const std::string& text) { return text; }));
  }
  for (const Risk& risk : rule.risks) {
    Line("  risk ", risk.amount, " on ", risk.on);
  }
  if (rule.at_most) {
    Line("  at most ", rule.at_most->count,
         rule.at_most->by.empty() ? "" : " by ",
         Captures(rule, rule.at_most->by), " per ",
         FormatDuration(rule.at_most->per),
         rule.at_most->by_key ? " (the key)" : "");
  }
  if (!rule.keep.empty()) Line("  keep ", Captures(rule, rule.keep));
  DumpIncident(rule);
}

void PlanDumper::DumpIncident(const Rule& rule) {
  const IncidentBlock& incident = rule.incident;
  if (incident.none) return Line("  incident none");
  Line("  incident ", incident.case_name, " for ",
       FormatDuration(incident.span));
  for (const GroupKey& key : incident.group) {
    Line("    group ", key.name, " = ", DumpExpr(plan_, key.expr, &rule));
  }
  if (!incident.summary.pieces.empty()) {
    Line("    summary ", TemplateText(rule, incident.summary));
  }
  if (!incident.playbook.empty()) Line("    playbook ", incident.playbook);
  if (!incident.owner.empty()) Line("    owner ", incident.owner);
  const auto same = [](const std::string& text) { return text; };
  for (const VerisEntry& entry : incident.veris) {
    Line("    veris ", entry.axis, entry.name.empty() ? "" : " ", entry.name,
         entry.values.empty() ? "" : ": ", Joined(entry.values, same),
         entry.via.empty() ? "" : " via ", Joined(entry.via, same),
         entry.motive.empty() ? "" : " motive ", Joined(entry.motive, same));
  }
}

}  // namespace

std::string Dump(const Plan& plan) { return PlanDumper(plan).Run(); }

}  // namespace tocsin
