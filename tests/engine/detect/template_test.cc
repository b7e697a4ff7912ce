// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/template.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/detect/harness.h"

namespace tocsin::testing {
namespace {

TEST_CASE("SafeText: one line, no control characters, no turned text") {
  CHECK(SafeText("ana", 10) == "ana");
  CHECK(SafeText("a\r\nb\tc", 10) == "a  b c");
  CHECK(SafeText(std::string_view("a\0b\x1b[31m", 8), 20) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD[31m");
  // RIGHT-TO-LEFT OVERRIDE, as in "invoice[RLO]fdp.exe".
  CHECK(SafeText("invoice\xE2\x80\xAE"
                 "fdp.exe",
                 40) ==
        "invoice\xEF\xBF\xBD"
        "fdp.exe");
  CHECK(SafeText("a\xE2\x80\xA8"
                 "b",
                 10) == "a b");
  CHECK(SafeText("a\xFF"
                 "b",
                 10) ==
        "a\xEF\xBF\xBD"
        "b");
}

TEST_CASE("SafeText: what is too long is cut at a character") {
  CHECK(SafeText("abcdef", 6) == "abcdef");
  CHECK(SafeText("abcdef", 5) == "abcde\xE2\x80\xA6");
  CHECK(SafeText("ab\xC3\xA4", 3) == "ab\xE2\x80\xA6");
}

std::string Rendered(RuleKit* kit, const Moment& moment,
                     std::vector<Template::Piece> pieces) {
  kit->Summary(std::move(pieces));
  const auto plan = kit->Finish();
  RuleEval eval(*plan);
  eval.Look(&moment);
  return Render(*plan, plan->rules[0], plan->rules[0].incident.summary, &eval);
}

MatchBody BodyOf(std::vector<Value> users) {
  MatchBody body;
  body.captures = {std::move(users), {}, {}};
  return body;
}

TEST_CASE("Template: values, missing ones and times") {
  RuleKit kit({"a"});
  const MatchBody body = BodyOf({Value::Text("an\na")});
  Moment moment;
  moment.event = &body;
  moment.time = Sec(1);
  CHECK(Rendered(&kit, moment,
                 {{"user ", {}},
                  {"", kit.Capture(RuleKit::kUser)},
                  {" did ", {}},
                  {"", kit.Capture(RuleKit::kOther)},
                  {" at ", {}},
                  {"", kit.Leaf(Node::kNowTime)}}) ==
        "user an a did (none) at 2026-01-05T00:00:01Z");
}

TEST_CASE("Template: of a set the first five different values") {
  RuleKit kit({"a"});
  std::vector<MatchBody> bodies;
  for (const char* user : {"a", "b", "A", "c", "d", "e", "f"}) {
    bodies.push_back(BodyOf({Value::Text(user)}));
  }
  StepView view;
  for (const MatchBody& body : bodies) view.events.push_back(&body);
  const std::vector<StepView> steps = {view};
  Moment moment;
  moment.event = &bodies.back();
  moment.steps = steps;
  CHECK(Rendered(&kit, moment,
                 {{"", kit.Leaf(Node::kStepCount, 0)},
                  {": ", {}},
                  {"", kit.StepCapture(0, RuleKit::kUser)}}) ==
        "7: a, b, c, d, e, \xE2\x80\xA6");
}

TEST_CASE("Template: where no event completes it, captures are the key's") {
  RuleKit kit({"a"});
  kit.rule().captures[RuleKit::kUser].key_part = 0;
  const Rule rule = kit.rule();
  const std::vector<std::string> key = {"ana"};
  Moment moment;
  moment.rule = &rule;
  moment.key = key;
  CHECK(Rendered(&kit, moment,
                 {{"", kit.Capture(RuleKit::kUser)},
                  {" ", {}},
                  {"", kit.Capture(RuleKit::kOther)}}) == "ana (none)");
}

}  // namespace
}  // namespace tocsin::testing
