// SPDX-License-Identifier: Apache-2.0
#include "engine/match/witness.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/match/match_fixture.h"

namespace tocsin {
namespace {

using testing::MatchFixture;

// "kind:text" of each item of a test's witness.
std::string WitnessText(const Plan& plan, ExprId test) {
  const auto prepared = Prepared::Make(plan);
  const auto witness = WitnessOf(plan, *prepared, test);
  if (!witness) return "none";
  std::string text;
  for (const WitnessItem& item : witness->items) {
    if (!text.empty()) text += ' ';
    switch (item.kind) {
      case WitnessItem::Kind::kPresent:
        text += "present";
        break;
      case WitnessItem::Kind::kNumber:
        text += "number:" + CanonicalText(item.number);
        break;
      default:
        text +=
            StrCat(std::string("=^$*")[static_cast<size_t>(item.literal.kind)],
                   item.literal.text);
    }
  }
  return text;
}

LiteralSet Texts(std::vector<std::string> texts, bool all = false) {
  LiteralSet set;
  set.all = all;
  for (const std::string& text : texts) {
    set.items.push_back({StoredValue(Value::Text(text)), false});
  }
  return set;
}

TEST_CASE("the witness is the rarest thing that must be there") {
  MatchFixture f;
  const ExprId x = f.Raw({"x"});
  const ExprId y = f.Raw({"y"});
  const ExprId rare = f.Is(x, "endswith", "\\W3wp.exe");
  const ExprId common = f.Is(y, "startswith", "C:\\Windows");
  LiteralSet number;
  number.items.push_back({StoredValue(Value::Int(1)), false});
  const ExprId id = f.builder.Member(y, "==", number);
  const ExprId both = f.builder.And({common, rare, id});
  const ExprId either = f.builder.Or({rare, id});
  const ExprId open = f.builder.Or({rare, f.builder.Not(id)});
  const ExprId all =
      f.builder.Member(x, "contains", Texts({"a", "mimikatz"}, true));
  const ExprId any = f.builder.Member(x, "contains", Texts({"ab", ""}));
  const ExprId like = f.Is(x, "like", "*.exe*Sekurlsa?*");
  const ExprId whole = f.Is(x, "like", "Abc");
  const ExprId regex = f.Is(x, "matches", "a+");
  const ExprId unequal = f.Is(x, "!=", "a");
  LiteralSet maybe = Texts({"a"});
  maybe.items.emplace_back();
  const ExprId or_null = f.builder.Member(x, "in", maybe);
  const ExprId is_null = f.builder.Call("== null", Shape::kPresence, {x});
  const ExprId never = f.builder.LiteralExpr(Value::Bool(false));
  const auto plan = f.builder.Finish({});
  CHECK(WitnessText(*plan, both) == "$\\w3wp.exe");
  CHECK(WitnessText(*plan, either) == "$\\w3wp.exe number:1");
  CHECK(WitnessText(*plan, open) == "none");
  CHECK(WitnessText(*plan, all) == "*mimikatz");
  CHECK(WitnessText(*plan, any) == "*ab present");
  CHECK(WitnessText(*plan, like) == "*sekurlsa");
  CHECK(WitnessText(*plan, whole) == "=abc");
  CHECK(WitnessText(*plan, regex) == "present");
  CHECK(WitnessText(*plan, unequal) == "present");
  CHECK(WitnessText(*plan, or_null) == "none");
  CHECK(WitnessText(*plan, is_null) == "none");
  CHECK(WitnessText(*plan, never).empty());
}

TEST_CASE("required sources are those without which the test cannot hold") {
  MatchFixture f;
  Source source;
  source.name = "a";
  const SourceId a = f.builder.AddSource(source);
  source.name = "b";
  const SourceId b = f.builder.AddSource(source);
  const ExprId test = f.Is(f.Raw({"x"}), "==", "1");
  const ExprId in_a = f.builder.And({f.InSource(a), test});
  const ExprId in_either =
      f.builder.And({f.builder.Or({f.InSource(b), f.InSource(a)}), test});
  const ExprId open = f.builder.Or({f.InSource(a), test});
  const ExprId not_a = f.builder.Not(f.InSource(a));
  const auto plan = f.builder.Finish({});
  CHECK(RequiredSources(*plan, in_a) == std::vector<SourceId>{a});
  CHECK(RequiredSources(*plan, in_either) == std::vector<SourceId>{a, b});
  CHECK_FALSE(RequiredSources(*plan, open).has_value());
  CHECK_FALSE(RequiredSources(*plan, not_a).has_value());
}

TEST_CASE("only rules whose witness an event shows are asked") {
  MatchFixture f;
  Source source;
  source.name = "a";
  const SourceId a = f.builder.AddSource(source);
  f.builder.plan().sources[0].where = f.Is(f.Raw({"kind"}), "==", "a");
  const ExprId text = f.Raw({"text"});
  for (int i = 100; i < 150; ++i) {
    f.AddRule(StrCat("r", i),
              f.builder.And({f.InSource(a),
                             f.Is(text, "contains", StrCat("needle", i))}));
  }
  f.Line(R"({"kind":"a","text":"a Needle117 and a needle142"})");
  f.Line(R"({"kind":"b","text":"a needle117"})");
  f.Line(R"({"kind":"a","text":"nothing"})");
  f.Run();
  CHECK(f.Matched() == "r117[]=1 r142[]=1");
  CHECK(f.result.counters.candidates == 2);
}

}  // namespace
}  // namespace tocsin
