// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/match/match_fixture.h"

#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "engine/match/matcher.h"

namespace tocsin::testing {

void MatchFixture::AddInput(const std::string& name, const std::string& topic,
                            Format format) {
  InputInfo& input = inputs.emplace_back();
  input.name = name;
  input.topic = topic;
  input.format = format;
}

ExprId MatchFixture::Raw(const std::vector<std::string>& segments) {
  return builder.FieldExpr(builder.RawField(segments));
}

ExprId MatchFixture::FieldOf(Field field) {
  return builder.FieldExpr(builder.InternField(std::move(field)));
}

ExprId MatchFixture::Is(ExprId left, std::string_view op,
                        std::string_view text) {
  LiteralSet set;
  set.items.push_back({StoredValue(Value::Text(text)), false});
  return builder.Member(left, op, std::move(set));
}

ExprId MatchFixture::InSource(SourceId source) {
  Expr expr;
  expr.node = Node::kInSource;
  expr.a = source.value;
  return builder.Intern(std::move(expr));
}

Rule& MatchFixture::AddRule(const std::string& name, ExprId test,
                            std::vector<ExprId> key) {
  if (rules_.empty()) rules_.reserve(100);
  Rule& rule = rules_.emplace_back();
  rule.name = name;
  rule.state = StableHash(name);
  for (size_t i = 0; i < key.size(); ++i) {
    rule.key_names.push_back(StrCat("k", i));
  }
  if (!key.empty()) rule.pattern = WindowPattern();
  rule.tests.push_back({"", test, std::move(key)});
  return rule;
}

void MatchFixture::Line(std::string_view bytes, TimeNs record_time) {
  RawMessage message;
  message.partition.input.value = 0;
  message.offset = offset_++;
  message.record_time = record_time;
  batch.Add(message, bytes);
}

const BatchResult& MatchFixture::Run() {
  if (plan_ == nullptr) {
    for (Rule& rule : rules_) builder.AddRule(std::move(rule));
    plan_ = builder.Finish({});
  }
  batch.Seal();
  Matcher matcher(plan_, inputs);
  matcher.Run(batch, &result);
  batch.Clear();
  return result;
}

std::string MatchFixture::Matched() const {
  std::string text;
  for (const Match& match : result.matches) {
    MatchBody body;
    REQUIRE(DecodeMatchBody(match.body, &body));
    if (!text.empty()) text += ' ';
    text += plan_->rule(match.rule).name + "[";
    for (size_t i = 0; i < body.key.size(); ++i) {
      text += StrCat(i == 0 ? "" : ",", body.key[i]);
    }
    text += StrCat("]=", match.tests);
  }
  return text;
}

std::string MatchFixture::Captures(size_t i) const {
  MatchBody body;
  REQUIRE(i < result.matches.size());
  REQUIRE(DecodeMatchBody(result.matches[i].body, &body));
  std::string text;
  for (const std::vector<Value>& values : body.captures) {
    if (!text.empty()) text += ' ';
    if (values.empty()) text += '-';
    for (size_t k = 0; k < values.size(); ++k) {
      text += (k == 0 ? "" : "|") + CanonicalText(values[k]);
    }
  }
  return text;
}

}  // namespace tocsin::testing
