// SPDX-License-Identifier: Apache-2.0
//
// The items of a rule; see parser_core.h.
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string_view, 24> kRuleWords = {
    // The words about a rule (METAWORD) come first.
    "title", "id", "status", "mode", "author", "owner", "description",
    "reference", "false_positive", "created", "modified", "tag", "playbook",
    "license",
    // The items.
    "level", "attack", "risk", "from", "when", "at", "keep", "across",
    "incident", "test"};
constexpr size_t kMetaWords = 14;

bool IsMeta(std::string_view word) {
  for (size_t i = 0; i < kMetaWords; ++i) {
    if (kRuleWords[i] == word) return true;
  }
  return false;
}

}  // namespace

std::vector<ast::RuleItem> ParserCore::ParseBody() {
  std::vector<ast::RuleItem> items;
  const Block block = {"a rule", "E054", kRuleWords, true};
  Items(block, [&](std::string_view word) {
    ast::RuleItem item;
    item.keyword = Here();
    const bool define = word == "=";
    if (define) {
      item.node = ParseDefine();
    } else {
      ParseRuleItem(word, &item);
    }
    item.span = Since(item.keyword);
    // Definitions and tests count even when broken: what names them would
    // else be a second mistake.
    const bool keep = define || !panic_;
    if (keep) items.push_back(std::move(item));
  });
  return items;
}

void ParserCore::ParseRuleItem(std::string_view word, ast::RuleItem* item) {
  if (word == "at") {
    if (AheadIsWord("most")) {
      item->node = ParseAtMost();
    } else {
      Take();
      ExpectWord("most");
    }
    return;
  }
  if (word == "when") {
    item->node = ParseWhen();
    return;
  }
  Take();
  if (IsMeta(word)) {
    item->node = ParseMeta(word);
  } else if (word == "level") {
    item->node = ParseLevel();
  } else if (word == "attack") {
    item->node = ast::Attack{ParsePaths("a technique such as T1110.001")};
  } else if (word == "risk") {
    item->node = ParseRisk();
  } else if (word == "from") {
    item->node = ParseFrom();
  } else if (word == "keep") {
    item->node = ast::Keep{ParsePaths("a field")};
  } else if (word == "across") {
    if (ExpectWord("tenants")) item->node = ast::AcrossTenants{};
  } else if (word == "incident") {
    item->node = ParseIncident();
  } else {
    item->node = ParseTest();
  }
}

// METAWORD ( STRING | NAME | DATE ) { "," STRING }
ast::Meta ParserCore::ParseMeta(std::string_view word) {
  ast::Meta meta;
  meta.word = word;
  const bool item_next =
      Current().line_before && !AheadIs(TokenKind::kComma) && AtName();
  if (At(TokenKind::kDate)) {
    meta.value = TakeDate();
  } else if (AtName() && !item_next) {
    // One word may stand without quotes; more are a text.
    const bool more = !Ahead().line_before && AheadIsName() &&
                      blocks_.size() == 1 && !IsItemWord(Ahead().text);
    if (more) {
      ParseText("a text");
    } else {
      meta.value = NameOf(Take());
    }
  } else {
    std::optional<ast::Text> text = ParseText("a text");
    if (text) meta.value = *std::move(text);
  }
  if (!panic_ && TakeIf(TokenKind::kComma)) meta.more = ParseTexts("a text");
  return meta;
}

bool ParserCore::IsItemWord(std::string_view word) const {
  for (const std::string_view item : kRuleWords) {
    if (item == word) return true;
  }
  return false;
}

ast::Level ParserCore::ParseLevel() {
  ast::Level level;
  level.level = ParseName("a level: informational low medium high critical");
  while (!panic_ && TakeIf(TokenKind::kComma)) {
    ast::Level::Case one;
    one.level = ParseName("a level");
    if (!panic_) ExpectWord("where");
    one.where = ParseExpr();
    level.cases.push_back(std::move(one));
  }
  return level;
}

ast::Risk ParserCore::ParseRisk() {
  ast::Risk risk;
  do {
    ast::Risk::Part part;
    part.amount = ParseInteger("a whole number");
    if (!panic_) ExpectWord("on");
    part.on = ParsePath("a field");
    risk.parts.push_back(std::move(part));
  } while (!panic_ && TakeIf(TokenKind::kComma));
  return risk;
}

ast::From ParserCore::ParseFrom() {
  ast::From from;
  from.names = ParseNames("the name of a source");
  if (!panic_ && TakeWord("where")) from.where = ParseExpr();
  return from;
}

ast::When ParserCore::ParseWhen() {
  ast::When when;
  Take();
  when.pattern = ParsePattern();
  if (!panic_ && AtAtMost()) when.at_most = ParseAtMost();
  return when;
}

bool ParserCore::AtAtMost() const {
  return AtWord("at") && AheadIsWord("most");
}

ast::AtMost ParserCore::ParseAtMost() {
  const Span begin = Here();
  ast::AtMost at_most;
  Take();
  Take();
  at_most.count = ParseInteger("how many");
  at_most.by = ParseBy().paths;
  at_most.per = ParseBound("per");
  at_most.span = Since(begin);
  return at_most;
}

}  // namespace tocsin::rules
