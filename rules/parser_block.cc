// SPDX-License-Identifier: Apache-2.0
//
// Test blocks and the objects in them; see parser_core.h.
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string_view, 6> kTestWords = {
    "start", "list", "except", "until", "at", "expect"};

}  // namespace

ast::Test ParserCore::ParseTest() {
  ast::Test test;
  test.title = ParseText("the title of the test").value_or(ast::Text());
  if (panic_) return test;
  const Block block = {"a test", "E058", kTestWords, false};
  Items(block, [&](std::string_view word) {
    ast::TestItem item;
    item.keyword = Here();
    Take();
    ParseTestItem(word, &item);
    item.span = Since(item.keyword);
    if (!panic_) test.items.push_back(std::move(item));
  });
  return test;
}

void ParserCore::ParseTestItem(std::string_view word, ast::TestItem* item) {
  if (word == "start") {
    item->node = ParseStart();
  } else if (word == "list") {
    ast::TestList list;
    list.name = ParseName("the name of a list");
    if (!panic_) ParseSet(false, &list.values);
    item->node = std::move(list);
  } else if (word == "except") {
    item->node = ast::TestExcept{
        ParseText("the title of an exception").value_or(ast::Text())};
  } else if (word == "until") {
    item->node = ast::TestUntil{ParseDuration()};
  } else if (word == "at") {
    item->node = ParseTestAt();
  } else {
    item->node = ParseExpect();
  }
}

ast::TestStart ParserCore::ParseStart() {
  ast::TestStart start;
  if (At(TokenKind::kDate)) {
    const ast::ExceptUntil date = TakeDate();
    start.value = {date.text, date.span, false};
    start.is_date = true;
    start.time = date.date;
  } else if (At(TokenKind::kText)) {
    start.value = *ParseText("a time");
  } else {
    Expected("a date, or a time such as \"2026-01-05T08:00:00Z\"");
  }
  return start;
}

ast::TestAt ParserCore::ParseTestAt() {
  ast::TestAt at;
  at.first = ParseDuration();
  if (!panic_ && TakeIf(TokenKind::kRange)) {
    at.last = ParseDuration();
    if (!panic_) ExpectWord("every");
    at.every = ParseDuration();
  }
  if (!panic_) at.event = ParseObject();
  return at;
}

// nothing | ( no | N ) ( finding | incident ) [ at D ] [ object ]
ast::TestExpect ParserCore::ParseExpect() {
  ast::TestExpect expect;
  const auto bad = [&](std::string_view what) {
    if (Current().broken) panic_ = true;
    Fail("E078", Here(),
         StrCat("expected ", what, ", not ", Describe(Current())))
        .Help("write expect nothing, expect no incident, expect 1 finding");
  };
  if (AtWord("nothing")) {
    Take();
    return expect;
  }
  if (At(TokenKind::kNumber) && Current().is_integer) {
    expect.count = ParseInteger("how many");
  } else if (AtWord("no")) {
    Take();
  } else {
    bad("nothing, no or a whole number");
    return expect;
  }
  if (AtWord("finding") || AtWord("findings")) {
    expect.what = ast::TestExpect::What::kFinding;
  } else if (AtWord("incident") || AtWord("incidents")) {
    expect.what = ast::TestExpect::What::kIncident;
  } else {
    bad("finding or incident");
    return expect;
  }
  if (Current().text.ends_with('s')) {
    const std::string one = Current().text.substr(0, Current().text.size() - 1);
    diagnostics_->Add("E078", Here(), "the word has no plural here")
        .Help(StrCat("write ", one));
  }
  Take();
  const bool at = AtWord("at") && !Current().line_before;
  if (at) {
    Take();
    expect.at = ParseDuration();
  }
  if (!panic_ && At(TokenKind::kOpenBrace)) expect.object = ParseObject();
  return expect;
}

// ----------------------------------------------------------------- objects

ast::Json ParserCore::ParseObject() {
  ast::Json object;
  object.kind = ast::JsonKind::kObject;
  const Span open = Here();
  if (!Expect(TokenKind::kOpenBrace, "'{' and the fields")) return object;
  const Nested nested(this);
  while (!panic_ && !At(TokenKind::kCloseBrace)) {
    if (At(TokenKind::kEnd)) {
      Fail("E059", Here(), "'}' of an object is missing before the end")
          .Label(open, "opened here");
      reported_end_ = true;
      return object;
    }
    ast::JsonMember member = ParseMember();
    if (panic_) break;
    object.members.push_back(std::move(member));
    TakeIf(TokenKind::kComma);
  }
  if (panic_) {
    SkipObject(open);
    return object;
  }
  Take();
  object.span = Since(open);
  return object;
}

// Behind a mistake in an object: to the end of it, where it has one.
void ParserCore::SkipObject(Span open) {
  const uint32_t line = file_.LineOf(open.begin);
  while (!At(TokenKind::kEnd) && !At(TokenKind::kCloseBrace)) {
    const bool item = Current().line_before && At(TokenKind::kName) &&
                      !AheadIs(TokenKind::kColon) &&
                      !AheadIs(TokenKind::kDot) &&
                      file_.LineOf(Here().begin) > line;
    if (item) return;
    if (At(TokenKind::kOpenBrace)) {
      SkipBraces();
    } else {
      Take();
    }
  }
  TakeIf(TokenKind::kCloseBrace);
}

ast::JsonMember ParserCore::ParseMember() {
  const Span begin = Here();
  ast::JsonMember member;
  if (At(TokenKind::kText)) {
    member.literal = ParseText("a key");
  } else {
    member.path = ParsePath("a key, or '}'");
  }
  if (!panic_) Expect(TokenKind::kColon, "':' and a value");
  if (!panic_) member.value = ParseJson();
  member.span = Since(begin);
  return member;
}

ast::Json ParserCore::ParseJson() {
  if (panic_) return {};
  if (At(TokenKind::kOpenBrace)) return ParseObject();
  if (At(TokenKind::kOpenBracket)) return ParseArray();
  if (At(TokenKind::kNumber) || At(TokenKind::kMinus)) {
    return ParseJsonNumber();
  }
  ast::Json json;
  json.span = Here();
  if (At(TokenKind::kText)) {
    json.kind = ast::JsonKind::kText;
    json.raw = Current().raw;
  } else if (AtWord("true") || AtWord("false")) {
    json.kind = ast::JsonKind::kBool;
  } else if (!AtWord("null")) {
    return BadJson();
  }
  Token token = Take();
  if (json.kind != ast::JsonKind::kNull) json.text = std::move(token.text);
  return json;
}

ast::Json ParserCore::BadJson() {
  if (Current().broken) panic_ = true;
  const bool word = At(TokenKind::kName) || AtLiteral();
  Diagnostic& bad = Fail("E079", Here(),
                         StrCat("expected a value, not ", Describe(Current())));
  if (word && Current().text.size() < 200) {
    bad.Help(StrCat("a text is written in quotes: \"", Current().text, "\""));
  }
  return {};
}

ast::Json ParserCore::ParseJsonNumber() {
  ast::Json json;
  json.kind = ast::JsonKind::kNumber;
  const Span begin = Here();
  if (TakeIf(TokenKind::kMinus)) json.text = "-";
  if (!At(TokenKind::kNumber)) return BadJson();
  const Token number = Take();
  const std::string& text = number.text;
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') {
    Fail("E079", number.span, "a number in JSON starts with no 0")
        .Help(StrCat("a text is written in quotes: \"", text, "\""));
  }
  json.text += text;
  json.span = Since(begin);
  return json;
}

ast::Json ParserCore::ParseArray() {
  ast::Json array;
  array.kind = ast::JsonKind::kArray;
  const Span open = Here();
  Take();
  const Nested nested(this);
  while (!panic_ && !At(TokenKind::kCloseBracket)) {
    if (At(TokenKind::kEnd) || At(TokenKind::kCloseBrace)) {
      Close(TokenKind::kCloseBracket, open, "]");
      return array;
    }
    array.items.push_back(ParseJson());
    TakeIf(TokenKind::kComma);
  }
  if (!panic_) Take();
  array.span = Since(open);
  return array;
}

}  // namespace tocsin::rules
