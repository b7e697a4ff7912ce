// SPDX-License-Identifier: Apache-2.0
#include "rules/fields.h"

#include <optional>
#include <utility>

#include "engine/base/status.h"

namespace tocsin::rules {
namespace {

struct TypeWord {
  const char* word;
  FieldType type;
};

constexpr TypeWord kTypeWords[] = {
    {"text", {FieldKind::kText, 1}},
    {"number", {FieldKind::kNumber, 1}},
    {"bool", {FieldKind::kBool, 1}},
    {"ip", {FieldKind::kIp, 1}},
    {"time", {FieldKind::kTime, 1}},
    {"geo", {FieldKind::kGeo, 1}},
    {"ns", {FieldKind::kDuration, 1}},
    {"us", {FieldKind::kDuration, 1'000}},
    {"ms", {FieldKind::kDuration, kMillisecond}},
    {"s", {FieldKind::kDuration, kSecond}},
    {"m", {FieldKind::kDuration, kMinute}},
    {"h", {FieldKind::kDuration, kHour}},
    {"d", {FieldKind::kDuration, kDay}},
    {"w", {FieldKind::kDuration, kWeek}},
    {"B", {FieldKind::kSize, 1}},
    {"KB", {FieldKind::kSize, 1'000}},
    {"MB", {FieldKind::kSize, 1'000'000}},
    {"GB", {FieldKind::kSize, 1'000'000'000}},
    {"TB", {FieldKind::kSize, 1'000'000'000'000}},
    {"KiB", {FieldKind::kSize, int64_t{1} << 10}},
    {"MiB", {FieldKind::kSize, int64_t{1} << 20}},
    {"GiB", {FieldKind::kSize, int64_t{1} << 30}},
    {"TiB", {FieldKind::kSize, int64_t{1} << 40}},
};

struct PseudoField {
  const char* name;
  FieldStep::Kind kind;
  FieldType type;
};

constexpr PseudoField kPseudoFields[] = {
    {"source", FieldStep::Kind::kSourceName, {FieldKind::kText, 1}},
    {"time", FieldStep::Kind::kTime, {FieldKind::kTime, 1}},
    {"received", FieldStep::Kind::kReceived, {FieldKind::kTime, 1}},
    {"topic", FieldStep::Kind::kTopic, {FieldKind::kText, 1}},
    {"input", FieldStep::Kind::kInput, {FieldKind::kText, 1}},
};

constexpr std::string_view kReserved = "tocsin";

// Units differ freely, since values are converted where they are found; a
// duration and a plain number cannot be told apart in a comparison.
bool TypesMix(const FieldType& a, const FieldType& b) {
  return a.kind == FieldKind::kAny || b.kind == FieldKind::kAny ||
         TypeOf(a.kind) == TypeOf(b.kind);
}

bool HasGroup(const Source& source, const std::string& name) {
  for (const Extraction& extraction : source.extractions) {
    for (const std::string& group : extraction.groups) {
      if (group == name) return true;
    }
  }
  return false;
}

}  // namespace

Type TypeOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kAny:
      return Type::kAny;
    case FieldKind::kText:
    case FieldKind::kIp:
      return Type::kText;
    case FieldKind::kNumber:
    case FieldKind::kSize:
      return Type::kNumber;
    case FieldKind::kBool:
      return Type::kBool;
    case FieldKind::kDuration:
      return Type::kDuration;
    case FieldKind::kTime:
      return Type::kTime;
    case FieldKind::kGeo:
      return Type::kGeo;
  }
  return Type::kAny;
}

std::optional<FieldType> FindFieldType(std::string_view word) {
  for (const TypeWord& row : kTypeWords) {
    if (row.word == word) return row.type;
  }
  return std::nullopt;
}

const std::vector<std::string>& FieldTypeWords() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const TypeWord& row : kTypeWords) all.emplace_back(row.word);
    return all;
  }();
  return words;
}

Typed Fields::Resolve(const FieldContext& context, const ast::Path& path) {
  const Resolved found = Find(context, path);
  Typed typed;
  if (!found.ok) return typed;
  typed.ok = true;
  typed.id = lowering_.builder.FieldExpr(found.id);
  typed.type = TypeOf(found.type.kind);
  typed.field = true;
  typed.ip = found.type.kind == FieldKind::kIp;
  return typed;
}

FieldId Fields::ResolveId(const FieldContext& context, const ast::Path& path) {
  const Resolved found = Find(context, path);
  return found.ok ? found.id : FieldId{};
}

Fields::Resolved Fields::Find(const FieldContext& context,
                              const ast::Path& path) {
  // Inside a source block the lines above decide, so nothing is remembered.
  if (context.inside.valid()) return Make(context, path);
  const auto key = std::pair(context, Segments(path));
  const auto known = resolved_.find(key);
  if (known != resolved_.end()) return known->second;
  return resolved_[key] = Make(context, path);
}

Fields::Resolved Fields::MakePseudo(const FieldContext& context,
                                    const ast::Path& path) {
  const std::string name =
      path.segments.size() == 2 ? path.segments[1].text : "";
  for (const PseudoField& row : kPseudoFields) {
    if (row.name != name) continue;
    // Both come of the sources that the event belongs to.
    const bool decided = row.kind == FieldStep::Kind::kSourceName ||
                         row.kind == FieldStep::Kind::kTime;
    if (context.inside.valid() && decided) {
      lowering_
          .Add("E241", path.span,
               StrCat("'", path.Dotted(),
                      "' is not known while sources are told apart"))
          .Help(
              "inside a source use the fields of the event, "
              "tocsin.topic, tocsin.input or tocsin.received");
      return {};
    }
    Field field;
    field.name = path.Dotted();
    field.type = row.type;
    field.steps.push_back({.kind = row.kind,
                           .source = {},
                           .path = {},
                           .expr = {},
                           .name = {},
                           .type = {}});
    return {lowering_.builder.InternField(std::move(field)), row.type, true};
  }
  if (name == "tenant") {
    lowering_.NotCompiled(path.span, "`tocsin.tenant`",
                          "use the field that holds the tenant");
    return {};
  }
  std::vector<std::string> names;
  for (const PseudoField& row : kPseudoFields) {
    names.push_back(StrCat(kReserved, ".", row.name));
  }
  const std::string near = DidYouMean(path.Dotted(), names);
  lowering_.Add("E161", path.span, StrCat("no field '", path.Dotted(), "'"))
      .Help(StrCat(near, near.empty() ? "" : "\n",
                   "the fields of tocsin are source, time, received, topic "
                   "and input; a field of the event of that name is written ",
                   "`", path.Dotted(), "`"));
  return {};
}

Fields::Resolved Fields::Make(const FieldContext& context,
                              const ast::Path& path) {
  const ast::Segment& first = path.segments[0];
  if (first.text == kReserved && !first.quoted && path.segments.size() > 1) {
    return MakePseudo(context, path);
  }
  std::vector<SourceId> sources = context.sources;
  if (context.all) {
    for (uint32_t i = 0; i < lowering_.plan().sources.size(); ++i) {
      sources.push_back({i});
    }
  }
  if (context.inside.valid()) sources = {context.inside};
  Field field;
  field.name = path.Dotted();
  field.inside = context.inside;
  const bool ok = AddDeclared(sources, path, &field);
  AddParsed(sources, &field);
  AddRaw(sources, path, &field);
  for (const SourceId source : sources) {
    if (!lowering_.plan().sources[source.value].absent.empty()) {
      field.absent.push_back(source);
    }
  }
  const FieldType type = field.type;
  return {lowering_.builder.InternField(std::move(field)), type, ok};
}

bool Fields::AddDeclared(const std::vector<SourceId>& sources,
                         const ast::Path& path, Field* field) {
  const SourceField* typed = nullptr;
  const Source* typed_by = nullptr;
  for (const SourceId id : sources) {
    const Source& source = lowering_.plan().sources[id.value];
    for (const SourceField& declared : source.fields) {
      if (declared.name != field->name) continue;
      for (const ExprId alternative : declared.alternatives) {
        field->steps.push_back({.kind = FieldStep::Kind::kExpr,
                                .source = id,
                                .path = {},
                                .expr = alternative,
                                .name = {},
                                .type = declared.type});
      }
      if (declared.type.kind == FieldKind::kAny) continue;
      if (typed == nullptr) {
        typed = &declared;
        typed_by = &source;
        field->type = declared.type;
      } else if (!TypesMix(typed->type, declared.type)) {
        lowering_
            .Add("E179", path.span,
                 StrCat("'", field->name, "' is a ",
                        TypeName(TypeOf(typed->type.kind)), " in source '",
                        typed_by->name, "' and a ",
                        TypeName(TypeOf(declared.type.kind)), " in source '",
                        source.name, "'"))
            .Help(
                "read one of the two sources with `from`, or declare the "
                "field alike in both");
        return false;
      }
    }
  }
  return true;
}

void Fields::AddParsed(const std::vector<SourceId>& sources, Field* field) {
  for (const SourceId id : sources) {
    if (!HasGroup(lowering_.plan().sources[id.value], field->name)) continue;
    field->steps.push_back({.kind = FieldStep::Kind::kExtracted,
                            .source = id,
                            .path = {},
                            .expr = {},
                            .name = field->name,
                            .type = {}});
  }
  for (const SourceId id : sources) {
    if (lowering_.plan().sources[id.value].parsers.empty()) continue;
    field->steps.push_back({.kind = FieldStep::Kind::kParsed,
                            .source = id,
                            .path = {},
                            .expr = {},
                            .name = field->name,
                            .type = {}});
  }
}

void Fields::AddRaw(const std::vector<SourceId>& sources, const ast::Path& path,
                    Field* field) {
  const std::vector<std::string> segments = Segments(path);
  FieldStep raw;
  raw.path = lowering_.builder.InternPath(segments);
  field->steps.push_back(raw);
  for (const SourceId id : sources) {
    for (const std::vector<std::string>& prefix :
         lowering_.plan().sources[id.value].under) {
      std::vector<std::string> nested = prefix;
      nested.insert(nested.end(), segments.begin(), segments.end());
      FieldStep step;
      step.source = id;
      step.path = lowering_.builder.InternPath(nested);
      field->steps.push_back(std::move(step));
    }
  }
}

}  // namespace tocsin::rules
