// SPDX-License-Identifier: Apache-2.0
//
// Incident and veris blocks; see parser_core.h.
#include <array>
#include <utility>

#include "engine/base/status.h"
#include "rules/parser_core.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string_view, 5> kIncidentWords = {
    "summary", "playbook", "owner", "group", "veris"};
constexpr std::array<std::string_view, 10> kVerisWords = {
    "actor",        "action",    "asset",  "confidentiality", "integrity",
    "availability", "discovery", "impact", "confidence",      "targeted"};

}  // namespace

ast::Incident ParserCore::ParseIncident() {
  ast::Incident incident;
  if (AtWord("none")) {
    Take();
    incident.none = true;
    return incident;
  }
  if (!At(TokenKind::kOpenBrace)) {
    Expected("'none' or '{'");
    return incident;
  }
  const Block block = {"an incident block", "E056", kIncidentWords, false};
  Items(block, [&](std::string_view word) {
    ast::IncidentItem item;
    item.keyword = Here();
    Take();
    ParseIncidentItem(word, &item);
    item.span = Since(item.keyword);
    if (!panic_) incident.items.push_back(std::move(item));
  });
  return incident;
}

void ParserCore::ParseIncidentItem(std::string_view word,
                                   ast::IncidentItem* item) {
  if (word == "group") {
    item->node = ParseGroup();
    return;
  }
  if (word == "veris") {
    item->node = ParseVeris();
    return;
  }
  ast::Text text = ParseText("a text").value_or(ast::Text());
  if (word == "summary") {
    item->node = ast::IncidentSummary{std::move(text)};
  } else if (word == "playbook") {
    item->node = ast::IncidentPlaybook{std::move(text)};
  } else {
    item->node = ast::IncidentOwner{std::move(text)};
  }
}

// group by KEY [= PATH], .. for D [as "name"]
ast::IncidentGroup ParserCore::ParseGroup() {
  ast::IncidentGroup group;
  if (!ExpectWord("by")) return group;
  do {
    ast::IncidentGroup::Key key;
    key.name = ParsePath("a field");
    if (!panic_ && TakeIf(TokenKind::kAssign)) {
      key.value = ParsePath("a field");
    }
    if (panic_) return group;
    group.keys.push_back(std::move(key));
  } while (TakeIf(TokenKind::kComma));
  group.span_of_case = ParseBound("for");
  if (!panic_ && TakeWord("as")) group.as = ParseText("the name of the case");
  return group;
}

ast::IncidentVeris ParserCore::ParseVeris() {
  ast::IncidentVeris veris;
  const Block block = {"a veris block", "E057", kVerisWords, false};
  Items(block, [&](std::string_view word) {
    ast::VerisEntry entry;
    const Span begin = Here();
    entry.axis = NameOf(Take());
    ParseVerisEntry(word, &entry);
    entry.span = Since(begin);
    if (!panic_) veris.entries.push_back(std::move(entry));
  });
  return veris;
}

void ParserCore::ParseVerisEntry(std::string_view word,
                                 ast::VerisEntry* entry) {
  if (word == "actor" || word == "action") {
    entry->name = ParseName(StrCat("which ", word, ", such as ",
                                   word == "actor" ? "external" : "hacking"));
    if (!panic_ && At(TokenKind::kText)) entry->values = ParseTexts("a text");
    if (!panic_ && AtWord("via")) {
      Take();
      entry->via = ParseTexts("a vector in quotes");
    }
    if (!panic_ && AtWord("motive")) {
      Take();
      entry->motive = ParseTexts("a motive in quotes");
    }
    return;
  }
  if (At(TokenKind::kText)) {
    entry->values = ParseTexts("a text");
  } else if (word == "asset") {
    Expected("the asset in quotes, such as \"S - Web application\"");
  } else {
    entry->name = ParseName("a word or a text");
  }
}

}  // namespace tocsin::rules
