// SPDX-License-Identifier: Apache-2.0
#include "engine/match/member_cache.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/match/match_fixture.h"

namespace tocsin {
namespace {

using testing::MatchFixture;

class Sources : public MatchFixture {
 public:
  // A source whose `where` is `field op text`.
  SourceId Add(const std::string& name, FieldStep step, std::string_view op,
               const std::string& text) {
    Source source;
    source.name = name;
    const SourceId id = builder.AddSource(std::move(source));
    Field field;
    field.name = name;
    field.inside = id;
    step.source = step.kind == FieldStep::Kind::kParsed ? id : SourceId();
    field.steps = {std::move(step)};
    const ExprId where = Is(FieldOf(std::move(field)), op, text);
    builder.plan().sources[id.value].where = where;
    AddRule(name, InSource(id));
    return id;
  }
  FieldStep RawStep(const std::string& path) {
    FieldStep step;
    step.path = builder.InternPath({path});
    return step;
  }
  static FieldStep Step(FieldStep::Kind kind, const std::string& name = "") {
    FieldStep step;
    step.kind = kind;
    step.name = name;
    return step;
  }
};

TEST_CASE("only what raw fields and the input decide is remembered") {
  Sources f;
  const SourceId raw = f.Add("raw", f.RawStep("Channel"), "==", "a");
  f.Add("parsed", f.Step(FieldStep::Kind::kParsed, "program"), "==", "x");
  const SourceId topic =
      f.Add("topic", f.Step(FieldStep::Kind::kTopic), "==", "events");
  f.Add("time", f.Step(FieldStep::Kind::kTime), "contains", "2026");
  const auto plan = f.builder.Finish({});
  CHECK(MemberCache(plan.get()).decided() == std::vector<SourceId>{raw, topic});
}

TEST_CASE("events that agree in the fields of where share the answer only") {
  Sources f;
  f.Add("raw", f.RawStep("Channel"), "==", "a");
  f.Add("long", f.RawStep("text"), "endswith", "end");
  f.Add("topic", f.Step(FieldStep::Kind::kTopic), "==", "other");
  f.AddInput("two", "other", Format::kNdjson);
  const std::string text(1'000, 'x');
  std::string expected;
  for (int round = 0; round < 3; ++round) {
    f.Line(R"({"Channel":"a","n":1})");
    f.Line(R"({"Channel":["b","A"]})");
    f.Line(R"({"Channel":"b","n":2})");
    f.Line(R"({"Channel":null})");
    f.Line("{\"text\":\"" + text + "end\"}");
    f.Line("{\"text\":\"" + text + "\"}");
    RawMessage message;
    message.partition.input = {1};
    f.batch.Add(message, R"({"Channel":"a","n":1})");
    expected += std::string(expected.empty() ? "" : " ") +
                "raw[]=1 raw[]=1 long[]=1 raw[]=1 topic[]=1";
  }
  f.Run();
  CHECK(f.Matched() == expected);
}

TEST_CASE("more different events than are remembered change nothing") {
  Sources f;
  f.Add("raw", f.RawStep("Channel"), "endswith", "7");
  for (size_t i = 0; i < MemberCache::kEntries + 1'000; ++i) {
    f.Line(StrCat("{\"Channel\":\"c", i, "\"}"));
  }
  f.Run();
  CHECK(f.result.matches.size() == (MemberCache::kEntries + 1'000) / 10);
}

}  // namespace
}  // namespace tocsin
