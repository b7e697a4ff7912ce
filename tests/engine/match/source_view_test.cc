// SPDX-License-Identifier: Apache-2.0
#include "engine/match/source_view.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/match/match_fixture.h"

namespace tocsin {
namespace {

using testing::MatchFixture;
using StepKind = FieldStep::Kind;

class SourceFixture : public MatchFixture {
 public:
  FieldStep RawStep(const std::vector<std::string>& segments,
                    SourceId source = {}) {
    FieldStep step;
    step.source = source;
    step.path = builder.InternPath(segments);
    return step;
  }
  SourceId AddNamed(const std::string& name) {
    Source source;
    source.name = name;
    return builder.AddSource(std::move(source));
  }
  static FieldStep Step(StepKind kind, const std::string& name = "",
                        SourceId source = {}) {
    FieldStep step;
    step.kind = kind;
    step.name = name;
    step.source = source;
    return step;
  }
  static FieldStep ExprStep(ExprId expr, SourceId source) {
    FieldStep step = Step(StepKind::kExpr, "", source);
    step.expr = expr;
    return step;
  }
  ExprId Named(const std::string& name, std::vector<FieldStep> steps,
               FieldType type = {}, std::vector<SourceId> absent = {},
               SourceId inside = {}) {
    return FieldOf({name, std::move(steps), type, std::move(absent), inside});
  }
  FieldId FieldNamed(const std::string& name, std::vector<FieldStep> steps,
                     SourceId inside = {}) {
    return builder.InternField({name, std::move(steps), {}, {}, inside});
  }
  // A rule that every event matches and that captures these.
  void Capturing(const std::vector<ExprId>& exprs) {
    Rule& rule = AddRule("r", builder.LiteralExpr(Value::Bool(true)));
    for (const ExprId expr : exprs) {
      Capture& capture = rule.captures.emplace_back();
      capture.expr = expr;
    }
  }
  // The captures of an event that is one line.
  std::string Of(std::string_view line, TimeNs record_time = kMinTime) {
    Line(line, record_time);
    Run();
    return Captures(0);
  }
  std::string TimeOf(std::string_view line, TimeNs record_time = kMinTime) {
    Line(line, record_time);
    Run();
    const TimeNs time = result.events.at(0).time;
    return time == kMinTime ? "none" : FormatTime(time);
  }
};

TEST_CASE("an event belongs to the sources whose where holds") {
  SourceFixture f;
  const SourceId sshd = f.AddNamed("sshd");
  const SourceId every = f.AddNamed("every");
  const ExprId service =
      f.Named("service", {f.RawStep({"service"})}, {}, {}, sshd);
  f.builder.plan().sources[0].where = f.Is(service, "==", "sshd");
  f.AddRule("in_sshd", f.InSource(sshd));
  f.AddRule("in_every", f.InSource(every));
  f.Line(R"({"service":"SSHD"})");
  f.Line(R"({"service":"x"})");
  f.Run();
  CHECK(f.Matched() == "in_sshd[]=1 in_every[]=1 in_every[]=1");
}

TEST_CASE("the first step that is not missing gives a field") {
  SourceFixture f;
  const SourceId a = f.AddNamed("a");
  f.builder.plan().sources[0].where = f.Is(f.Raw({"kind"}), "==", "a");
  const ExprId alternative = f.Raw({"actor", "name"});
  f.Capturing({f.Named("user", {f.ExprStep(alternative, a), f.RawStep({"user"}),
                                f.RawStep({"Event", "user"}, a)})});
  CHECK(f.Of(R"({"kind":"a","actor":{"name":"x"},"user":"y"})") == "x");
  CHECK(f.Of(R"({"kind":"a","actor":{"name":null},"user":"y"})") == "y");
  CHECK(f.Of(R"({"kind":"a","user":null,"Event":{"user":"z"}})") == "z");
  CHECK(f.Of(R"({"kind":"b","actor":{"name":"x"},"user":"y"})") == "y");
  CHECK(f.Of(R"({"kind":"b","Event":{"user":"z"}})") == "-");
}

TEST_CASE("absent texts are missing for events of their source") {
  SourceFixture f;
  const SourceId a = f.AddNamed("a");
  f.builder.plan().sources[0].where = f.Is(f.Raw({"kind"}), "==", "a");
  f.builder.plan().sources[0].absent = {"-", "n/a"};
  const ExprId user = f.Named("user", {f.RawStep({"user"})}, {}, {a});
  f.Capturing({user, f.Named("user", {f.RawStep({"user"})}, {}, {a}, a)});
  f.AddRule("unequal", f.Is(user, "!=", "x"));
  f.AddRule("exists", f.builder.Call("exists", Shape::kPresence, {user}));
  f.AddRule("null", f.builder.Call("== null", Shape::kPresence, {user}));
  CHECK(f.Of(R"({"kind":"a","user":"N/A"})") == "- -");
  CHECK(f.Matched() == "r[]=1 exists[]=1 null[]=1");
  CHECK(f.Of(R"({"kind":"a","user":["-","x","y"]})") == "x|y x|y");
  // Another source's event keeps the text, but not inside the source.
  CHECK(f.Of(R"({"kind":"b","user":"N/A"})") == "N/A -");
  CHECK(f.Matched() == "r[]=1 unequal[]=1 exists[]=1");
}

TEST_CASE("values become what their field is declared to be") {
  SourceFixture f;
  const auto typed = [&](FieldKind kind, int64_t unit = 1) {
    return f.Named("v", {f.RawStep({"v"})}, {kind, unit});
  };
  f.Capturing({typed(FieldKind::kText), typed(FieldKind::kNumber),
               typed(FieldKind::kBool), typed(FieldKind::kIp),
               typed(FieldKind::kDuration, kMillisecond),
               typed(FieldKind::kSize, 1'000), typed(FieldKind::kTime)});
  CHECK(f.Of(R"({"v":"x"})") == "x - - x - - -");
  CHECK(f.Of(R"({"v":"1.5"})") == "1.5 1.5 - 1.5 1500000 1500 1500000000");
  CHECK(f.Of(R"({"v":true})") == "true - true true - - -");
  CHECK(f.Of(R"({"v":"FALSE"})") == "FALSE - false FALSE - - -");
  CHECK(f.Of(R"({"v":"::FFFF:10.0.0.1"})") ==
        "::FFFF:10.0.0.1 - - 10.0.0.1 - - -");
  CHECK(f.Of(R"({"v":"2026-01-05T00:00:00Z"})") ==
        "2026-01-05T00:00:00Z - - 2026-01-05T00:00:00Z - - "
        "1767571200000000000");
  CHECK(f.Of(R"({"v":[1,"x","2"]})") ==
        "1|x|2 1|2 - 1|x|2 1000000|2000000 1000|2000 "
        "1000000000|2000000000");
}

TEST_CASE("parsed and extracted values belong to their source") {
  SourceFixture f;
  const SourceId sshd = f.AddNamed("sshd");
  Source& source = f.builder.plan().sources[0];
  source.parsers = {"syslog"};
  Extraction extraction;
  extraction.pattern = R"((Failed|Accepted) \S+ for (?P<user>\S+)( x)?)";
  extraction.from = f.builder.InternPath({"message"});
  extraction.groups = {"result", "user", "more"};
  source.extractions.push_back(extraction);
  const ExprId program = f.Named(
      "program", {f.Step(StepKind::kParsed, "program", sshd)}, {}, {}, sshd);
  f.builder.plan().sources[0].where = f.Is(program, "==", "sshd");
  const auto extracted = [&](const char* name) {
    return f.Named(name,
                   {f.Step(StepKind::kExtracted, name, sshd),
                    f.Step(StepKind::kParsed, name, sshd), f.RawStep({name})});
  };
  f.Capturing({extracted("result"), extracted("user"), extracted("more"),
               extracted("message"), extracted("hostname")});
  CHECK(
      f.Of(
          R"({"message":"Jan  5 00:00:00 h sshd[1]: Failed password for root"})") ==
      "Failed root - Failed password for root h");
  CHECK(
      f.Of(
          R"({"message":"Jan  5 00:00:00 h cron[1]: Failed password for root","user":"raw"})") ==
      "- raw - Jan  5 00:00:00 h cron[1]: Failed password for root -");
  CHECK(f.Of(R"({"message":"no syslog","program":"sshd"})") ==
        "- - - no syslog -");
}

TEST_CASE("parsers follow one another") {
  SourceFixture f;
  const SourceId s = f.AddNamed("s");
  f.builder.plan().sources[0].parsers = {"syslog", "json"};
  const auto parsed = [&](const char* name) {
    return f.Named(name, {f.Step(StepKind::kParsed, name, s)});
  };
  f.Capturing({parsed("hostname"), parsed("a.b"), parsed("message")});
  CHECK(f.Of(R"({"message":"Jan  5 00:00:00 h app: {\"a\":{\"b\":1}}"})") ==
        R"(h 1 {"a":{"b":1}})");
  CHECK(f.Of(R"({"message":"{\"a\":{\"b\":2},\"message\":\"m\"}"})") ==
        "- 2 m");
}

TEST_CASE("tocsin fields") {
  SourceFixture f;
  f.AddNamed("a");
  f.AddNamed("b");
  f.builder.plan().sources[1].where = f.Is(f.Raw({"kind"}), "==", "b");
  f.Capturing({f.Named("x", {f.Step(StepKind::kTopic)}),
               f.Named("x", {f.Step(StepKind::kInput)}),
               f.Named("x", {f.Step(StepKind::kTime)}),
               f.Named("x", {f.Step(StepKind::kReceived)}),
               f.Named("x", {f.Step(StepKind::kSourceName)})});
  CHECK(f.Of(R"({"ts":60,"kind":"b"})", 0) ==
        "events in 1970-01-01T00:01:00Z 1970-01-01T00:00:00Z a|b");
  CHECK(f.Of(R"({})", kSecond) ==
        "events in 1970-01-01T00:00:01Z 1970-01-01T00:00:01Z a");
  CHECK(f.Of(R"({})") == "events in - - a");
}

TEST_CASE("a where that asks for the time or the sources sees neither") {
  SourceFixture f;
  const SourceId a = f.AddNamed("a");
  const ExprId time = f.Named("x", {f.Step(StepKind::kTime)});
  f.builder.plan().sources[0].where =
      f.builder.Call("== null", Shape::kPresence, {time});
  f.AddRule("member", f.InSource(a));
  f.Capturing({time});
  f.Line(R"({"ts":60})");
  f.Run();
  CHECK(f.Matched() == "member[]=1 r[]=1");
  CHECK(f.Captures(1) == "1970-01-01T00:01:00Z");
}

TEST_CASE("event time: the first source that declares one, else known names") {
  SourceFixture f;
  f.AddNamed("plain");
  const SourceId a = f.AddNamed("a");
  const SourceId b = f.AddNamed("b");
  std::vector<Source>& sources = f.builder.plan().sources;
  sources[1].where = f.Is(f.Raw({"kind"}), "==", "a");
  sources[1].time = {f.FieldNamed("utc", {f.RawStep({"utc"})}, a),
                     "%Y-%m-%d %H:%M:%E*S", "Europe/Madrid"};
  sources[2].time = {f.FieldNamed("when", {f.RawStep({"when"})}, b), "", "UTC"};
  f.AddRule("r", f.InSource(a));
  CHECK(f.TimeOf(R"({"kind":"a","utc":"2026-01-05 01:00:00.5","when":9})") ==
        "2026-01-05T00:00:00.500Z");
  CHECK(f.TimeOf(R"({"kind":"b","when":"2026-01-05T00:00:00+01:00"})") ==
        "2026-01-04T23:00:00Z");
  CHECK(f.TimeOf(R"({"kind":"b","when":1767571200123})") ==
        "2026-01-05T00:00:00.123Z");
  CHECK(f.TimeOf(R"({"kind":"a","utc":"soon","when":9,"ts":"7"})") ==
        "1970-01-01T00:00:07Z");
  CHECK(f.TimeOf(R"({"timestamp":"no","time":"1970-01-01T00:00:02Z"})") ==
        "1970-01-01T00:00:02Z");
  CHECK(f.TimeOf(R"({"time":3,"@timestamp":"1970-01-01 00:00:04Z"})") ==
        "1970-01-01T00:00:04Z");
  CHECK(f.result.counters.time_missing == 0);
  CHECK(f.TimeOf(R"({"x":1})", 5) == "none");
  CHECK(f.result.counters.time_missing == 1);
  CHECK(f.result.events[0].record_time == 5);
}

TEST_CASE("order is the number in the field of the first source with one") {
  SourceFixture f;
  const SourceId a = f.AddNamed("a");
  f.builder.plan().sources[0].where = f.Is(f.Raw({"kind"}), "==", "a");
  f.builder.plan().sources[0].order = f.FieldNamed("n", {f.RawStep({"n"})}, a);
  f.Capturing({});
  for (const char* line :
       {R"({"kind":"a","n":"42"})", R"({"kind":"a","n":18446744073709551615})",
        R"({"kind":"a","n":-7.9})", R"({"kind":"a","n":"x"})",
        R"({"kind":"b","n":1})"}) {
    f.Line(line);
  }
  f.Run();
  REQUIRE(f.result.events.size() == 5);
  CHECK(f.result.events[0].order == 42);
  CHECK(f.result.events[1].order == INT64_MAX);
  CHECK(f.result.events[2].order == -7);
  CHECK(f.result.events[3].order == INT64_MIN);
  CHECK(f.result.events[4].order == INT64_MIN);
}

TEST_CASE("anywhere is any value, nested ones too, but no key") {
  SourceFixture f;
  Expr expr;
  expr.node = Node::kAnywhere;
  const ExprId anywhere = f.builder.Intern(expr);
  f.AddRule("has", f.Is(anywhere, "contains", "MIMI"));
  f.AddInput("text", "lines", Format::kText);
  f.Line(R"({"a":{"b":["x",{"c":"mimikatz"}]}})");
  f.Line(R"({"mimi":1})");
  RawMessage line;
  line.partition.input = {1};
  f.batch.Add(line, "run mimi");
  f.Run();
  CHECK(f.Matched() == "has[]=1 has[]=1");
  CHECK(f.result.matches[1].event == 2);
}

TEST_CASE("quantifiers look into the objects of an array") {
  SourceFixture f;
  Expr element;
  element.node = Node::kElement;
  element.a = f.builder.InternPath({"name"}).value;
  const ExprId name = f.Is(f.builder.Intern(element), "==", "x");
  element.a = f.builder.InternPath({"value"}).value;
  const ExprId value = f.Is(f.builder.Intern(element), "contains", "y");
  Expr any;
  any.node = Node::kQuantifier;
  any.args = {f.Raw({"mods"}), f.builder.And({name, value})};
  f.AddRule("any", f.builder.Intern(any));
  f.Line(R"({"mods":[{"name":"x","value":"1"},{"name":"z","value":"y"}]})");
  f.Line(R"({"mods":[{"name":"z"},{"name":"X","value":["1","xY"]}]})");
  f.Line(R"({"mods":{"name":"x","value":"y"}})");
  f.Line(R"({"mods":["x"]})");
  f.Run();
  CHECK(f.Matched() == "any[]=1 any[]=1");
  CHECK(f.result.matches[0].event == 1);
  CHECK(f.result.matches[1].event == 2);
}

}  // namespace
}  // namespace tocsin
