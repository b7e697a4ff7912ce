// SPDX-License-Identifier: Apache-2.0
//
// The top of a file: sources, lists, exceptions and definitions; see
// parser_core.h. Rules are in parser_rule.cc.
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/utf8.h"
#include "rules/parser_core.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string_view, 5> kTopWords = {"source", "list", "rule",
                                                       "extend", "except"};
constexpr std::array<std::string_view, 10> kSourceWords = {
    "where", "sigma", "parse", "extract", "time",
    "order", "under", "field", "absent",  "strict"};
constexpr std::array<std::string_view, 6> kListWords = {
    "type", "file", "key", "expires", "stale", "limit"};
constexpr std::array<std::string_view, 5> kExceptWords = {
    "rules", "where", "until", "owner", "reason"};

}  // namespace

ast::File ParserCore::ParseFile() {
  ast::File file;
  file.id = file_.id();
  while (!At(TokenKind::kEnd)) {
    const uint32_t before = Here().begin;
    std::optional<ast::FileItem> item = ParseTopItem();
    if (item) file.items.push_back(*std::move(item));
    if (panic_) SkipToTop();
    if (Here().begin == before && !At(TokenKind::kEnd)) Take();
  }
  file.comments = lexer_.TakeComments();
  return file;
}

bool ParserCore::AtTopItem() const {
  if (AheadIs(TokenKind::kAssign)) return AtName();
  for (const std::string_view word : kTopWords) {
    if (AtWord(word)) return AheadIsName() || AheadIs(TokenKind::kText);
  }
  return false;
}

void ParserCore::SkipToTop() {
  for (bool first = true; !At(TokenKind::kEnd); first = false) {
    if (Current().line_before && AtTopItem()) break;
    if (!first && AtMargin() && AtName()) break;
    if (At(TokenKind::kOpenBrace)) {
      SkipBraces();
    } else {
      Take();
    }
  }
  panic_ = false;
}

std::optional<ast::FileItem> ParserCore::ParseTopItem() {
  ast::FileItem item;
  item.keyword = Here();
  const Span begin = Here();
  if (AheadIs(TokenKind::kAssign) && AtName()) {
    item.node = ParseDefine();
  } else if (AtWord("source")) {
    item.node = ParseSource();
  } else if (AtWord("list")) {
    item.node = ParseList();
  } else if (AtWord("rule")) {
    ast::Rule rule;
    Take();
    rule.name = ParseName("the name of the rule");
    if (!panic_) rule.items = ParseBody();
    item.node = std::move(rule);
  } else if (AtWord("extend")) {
    ast::Extend extend;
    Take();
    extend.rule = ParseRuleRef();
    if (!panic_) extend.items = ParseBody();
    item.node = std::move(extend);
  } else if (AtWord("except")) {
    item.node = ParseExcept();
  } else if (At(TokenKind::kCloseBrace) || At(TokenKind::kCloseParen) ||
             At(TokenKind::kCloseBracket)) {
    diagnostics_
        ->Add("E061", begin, StrCat(Describe(Current()), " closes nothing"))
        .Help("delete it, or look for what it closed too early above");
    Take();
    return std::nullopt;
  } else if (At(TokenKind::kName) && !IsReserved(Current().text)) {
    const std::string near = DidYouMean(Current().text, kTopWords);
    Fail("E051", begin,
         StrCat("'", CutUtf8(Current().text, 80), "' begins nothing here"))
        .Help(!near.empty() ? near
                            : "a file holds source, list, rule, extend, "
                              "except and NAME = ..; other items stand "
                              "inside a rule NAME { .. }");
    Take();
    return std::nullopt;
  } else {
    Expected("source, list, rule, extend, except or NAME = ..");
    return std::nullopt;
  }
  item.span = Since(begin);
  // A block that broke off early holds what was read of it.
  const bool nameless = panic_ && last_ == item.keyword;
  if (nameless) return std::nullopt;
  return item;
}

// NAME = [from names where] expr
ast::Define ParserCore::ParseDefine() {
  ast::Define define;
  define.name = NameOf(Take());
  Take();
  if (AtWord("from") && AheadIsName()) {
    Take();
    define.from = ParseNames("the name of a source");
    if (!panic_) ExpectWord("where");
  }
  define.value = ParseExpr();
  return define;
}

// ----------------------------------------------------------------- sources

ast::Source ParserCore::ParseSource() {
  ast::Source source;
  Take();
  source.name = ParseName("the name of the source");
  if (panic_) return source;
  const Block block = {"a source", "E052", kSourceWords, false};
  Items(block, [&](std::string_view word) {
    ast::SourceItem item;
    item.keyword = Here();
    Take();
    ParseSourceItem(word, &item);
    item.span = Since(item.keyword);
    if (!panic_) source.items.push_back(std::move(item));
  });
  return source;
}

void ParserCore::ParseSourceItem(std::string_view word, ast::SourceItem* item) {
  if (word == "where") {
    item->node = ast::SourceWhere{ParseExpr()};
  } else if (word == "sigma") {
    item->node = ParseSigma();
  } else if (word == "parse") {
    item->node = ast::SourceParse{ParseName("json, syslog or kv")};
  } else if (word == "extract") {
    item->node = ParseExtract();
  } else if (word == "time") {
    item->node = ParseTime();
  } else if (word == "order") {
    item->node = ast::SourceOrder{ParsePath("a field")};
  } else if (word == "under") {
    item->node = ast::SourceUnder{ParsePaths("a field")};
  } else if (word == "field") {
    item->node = ParseField();
  } else if (word == "absent") {
    item->node = ast::SourceAbsent{ParseTexts("a text")};
  } else {
    item->node = ast::SourceStrict{};
  }
}

ast::SourceSigma ParserCore::ParseSigma() {
  ast::SourceSigma sigma;
  while (!panic_ &&
         (AtWord("product") || AtWord("category") || AtWord("service"))) {
    ast::SourceSigma::Part part;
    part.key = NameOf(Take());
    part.value = ParseName("the name in the Sigma log source");
    sigma.parts.push_back(std::move(part));
  }
  if (!panic_ && sigma.parts.empty()) {
    Expected("product, category or service");
  }
  return sigma;
}

ast::SourceExtract ParserCore::ParseExtract() {
  ast::SourceExtract extract;
  if (!At(TokenKind::kRegex)) {
    Expected("a regular expression: extract /(?P<user>\\S+)/ from message");
    return extract;
  }
  Token regex = Take();
  extract.regex = std::move(regex.text);
  extract.flags = std::move(regex.flags);
  extract.regex_span = regex.span;
  if (ExpectWord("from")) extract.from = ParsePath("a field");
  return extract;
}

ast::SourceTime ParserCore::ParseTime() {
  ast::SourceTime time;
  time.path = ParsePath("a field");
  if (!panic_ && TakeWord("as")) {
    time.format = ParseText("the format of the time");
  }
  if (!panic_ && TakeWord("in")) {
    time.zone = ParseText("a time zone such as \"Europe/Madrid\"");
  }
  return time;
}

ast::SourceField ParserCore::ParseField() {
  ast::SourceField field;
  field.name = ParsePath("the name of the field");
  if (panic_) return field;
  if (TakeIf(TokenKind::kAssign)) {
    do {
      ast::ExprPtr value = ParseSum();
      if (panic_) return field;
      field.alternatives.push_back(std::move(value));
    } while (TakeWord("or"));
  }
  if (AtWord("is")) {
    Take();
    field.type = ParseName("a type such as ip, number, time or ms");
  } else if (field.alternatives.empty()) {
    Expected("'=' and a field, or 'is' and a type");
  }
  return field;
}

// ------------------------------------------------------- lists, exceptions

ast::List ParserCore::ParseList() {
  ast::List list;
  Take();
  list.name = ParseName("the name of the list");
  if (panic_) return list;
  if (!At(TokenKind::kOpenBrace)) {
    list.is_inline = true;
    if (!ValueStarts(Current())) {
      Expected("'{' or the values in parentheses");
      return list;
    }
    ParseSet(false, &list.values);
    return list;
  }
  const Block block = {"a list", "E053", kListWords, false};
  Items(block, [&](std::string_view word) {
    ast::ListItem item;
    item.keyword = Here();
    Take();
    ParseListItem(word, &item);
    item.span = Since(item.keyword);
    if (!panic_) list.items.push_back(std::move(item));
  });
  return list;
}

void ParserCore::ParseListItem(std::string_view word, ast::ListItem* item) {
  if (word == "type") {
    item->node = ast::ListType{ParseName("text, number, cidr or domain")};
  } else if (word == "file") {
    item->node = ast::ListFile{ParseText("a path").value_or(ast::Text())};
  } else if (word == "key") {
    item->node = ast::ListKey{ParseName("a column")};
  } else if (word == "expires") {
    item->node = ast::ListExpires{ParseName("a column")};
  } else if (word == "stale") {
    item->node = ast::ListStale{ParseDuration()};
  } else {
    item->node = ast::ListLimit{ParseInteger("a number of rows")};
  }
}

ast::Except ParserCore::ParseExcept() {
  ast::Except except;
  Take();
  except.title = ParseText("the title of the exception").value_or(ast::Text());
  if (panic_) return except;
  const Block block = {"an exception", "E055", kExceptWords, false};
  Items(block, [&](std::string_view word) {
    ast::ExceptItem item;
    item.keyword = Here();
    Take();
    ParseExceptItem(word, &item);
    item.span = Since(item.keyword);
    if (!panic_) except.items.push_back(std::move(item));
  });
  return except;
}

void ParserCore::ParseExceptItem(std::string_view word, ast::ExceptItem* item) {
  if (word == "rules") {
    ast::ExceptRules rules;
    do {
      rules.rules.push_back(ParseRuleRef());
    } while (!panic_ && TakeIf(TokenKind::kComma));
    item->node = std::move(rules);
  } else if (word == "where") {
    item->node = ast::ExceptWhere{ParseExpr()};
  } else if (word == "until") {
    if (At(TokenKind::kDate)) {
      item->node = TakeDate();
    } else {
      Expected("a date such as 2026-12-31");
    }
  } else if (word == "owner") {
    item->node = ast::ExceptOwner{ParseText("a text").value_or(ast::Text())};
  } else {
    item->node = ast::ExceptReason{ParseText("a text").value_or(ast::Text())};
  }
}

ast::File Parse(const SourceSet& sources, FileId file,
                Diagnostics* diagnostics) {
  const SourceFile& source = sources.file(file);
  const Span whole{file, 0, static_cast<uint32_t>(source.text().size())};
  return ParserCore(source, whole, diagnostics).ParseFile();
}

ast::ExprPtr ParseExpression(const SourceFile& file, Span part,
                             Diagnostics* diagnostics) {
  return ParserCore(file, part, diagnostics).ParseOnlyExpr();
}

}  // namespace tocsin::rules
