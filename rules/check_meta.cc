// SPDX-License-Identifier: Apache-2.0
//
// What a rule says about itself: title, id, status, mode and the like, and
// its ATT&CK techniques and tactics.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/status.h"
#include "rules/lower_rule.h"

namespace tocsin::rules {
namespace {

enum class Form { kText, kWord, kDate };

struct MetaRow {
  const char* word;
  Form form;
  bool repeats;  // may be given again, or with several values
};

constexpr MetaRow kMetaRows[] = {
    {"title", Form::kText, false},         {"id", Form::kText, false},
    {"status", Form::kWord, false},        {"mode", Form::kWord, false},
    {"author", Form::kText, true},         {"owner", Form::kText, false},
    {"description", Form::kText, false},   {"reference", Form::kText, true},
    {"false_positive", Form::kText, true}, {"created", Form::kDate, false},
    {"modified", Form::kDate, false},      {"tag", Form::kText, true},
    {"playbook", Form::kText, false},      {"license", Form::kText, false},
};

constexpr std::string_view kStatuses[] = {"stable", "test", "experimental",
                                          "deprecated", "unsupported"};

// Enterprise tactics of ATT&CK.
constexpr std::string_view kTactics[] = {
    "reconnaissance",  "resource-development",
    "initial-access",  "execution",
    "persistence",     "privilege-escalation",
    "defense-evasion", "credential-access",
    "discovery",       "lateral-movement",
    "collection",      "command-and-control",
    "exfiltration",    "impact"};

const MetaRow* RowOf(std::string_view word) {
  for (const MetaRow& row : kMetaRows) {
    if (word == row.word) return &row;
  }
  return nullptr;
}

struct Written1 {
  Form form = Form::kText;
  std::string text;
  Span span;
};

Written1 ValueOf(const ast::Meta& meta) {
  if (const auto* text = std::get_if<ast::Text>(&meta.value)) {
    return {Form::kText, text->value, text->span};
  }
  if (const auto* name = std::get_if<ast::Name>(&meta.value)) {
    return {Form::kWord, name->text, name->span};
  }
  const auto& date = std::get<ast::ExceptUntil>(meta.value);
  return {Form::kDate, date.text, date.span};
}

const char* FormName(Form form) {
  switch (form) {
    case Form::kText:
      return "a text in quotes";
    case Form::kWord:
      return "a word without quotes";
    case Form::kDate:
      return "a date such as 2026-12-31";
  }
  return "";
}

void CheckStatus(Lowering* lowering, const Written1& value) {
  if (std::find(std::begin(kStatuses), std::end(kStatuses), value.text) !=
      std::end(kStatuses)) {
    return;
  }
  const std::string near = DidYouMean(value.text, kStatuses);
  lowering
      ->Add("W304", value.span, StrCat("'", value.text, "' is no usual status"))
      .Help(near.empty() ? "usual are stable, test, experimental, deprecated "
                           "and unsupported"
                         : near);
}

void CheckMode(Lowering* lowering, const Written1& value, Rule* rule) {
  rule->shadow = value.text == "shadow";
  if (rule->shadow || value.text == "live") return;
  lowering->Add("E208", value.span, StrCat("no mode '", value.text, "'"))
      .Help("mode is live or shadow");
}

// T1110, T1110.001, TA0006.
bool IsTechnique(std::string_view text) {
  const auto digits = [](std::string_view part, size_t count) {
    return part.size() == count &&
           std::all_of(part.begin(), part.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text.starts_with("TA")) return digits(text.substr(2), 4);
  if (!text.starts_with("T")) return false;
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return digits(text.substr(1), 4);
  return digits(text.substr(1, dot - 1), 4) && digits(text.substr(dot + 1), 3);
}

}  // namespace

void LowerMeta(Lowering* lowering, const ast::Rule& ast, Rule* rule) {
  std::map<std::string, Span> seen;
  for (const auto& [item, meta] : ast::All<ast::Meta>(ast.items)) {
    const MetaRow* row = RowOf(meta->word);
    if (row == nullptr) continue;  // the parser takes no other word
    const auto [entry, fresh] = seen.emplace(meta->word, item->keyword);
    if (!row->repeats && (!fresh || !meta->more.empty())) {
      lowering
          ->Add("E202", fresh ? meta->more.front().span : item->keyword,
                StrCat("`", meta->word, "` is given twice"))
          .Label(entry->second, "first given here")
          .Help("keep one of the two");
    }
    const Written1 value = ValueOf(*meta);
    // An id may be written without quotes.
    const bool fits = value.form == row->form ||
                      (row->form == Form::kText && value.form == Form::kWord);
    if (!fits) {
      lowering
          ->Add("E210", value.span,
                StrCat("`", meta->word, "` takes ", FormName(row->form)))
          .Help(row->form == Form::kText
                    ? StrCat("write it in quotes: ", meta->word, " \"..\"")
                    : StrCat("write ", meta->word,
                             row->form == Form::kDate ? " 2026-12-31"
                                                      : " and one word"));
      continue;
    }
    std::vector<std::string> values = {value.text};
    for (const ast::Text& text : meta->more) values.push_back(text.value);
    if (meta->word == "title") rule->title = value.text;
    if (meta->word == "id") rule->sigma_id = value.text;
    if (meta->word == "status") CheckStatus(lowering, value);
    if (meta->word == "mode") CheckMode(lowering, value, rule);
    rule->meta.emplace_back(meta->word, std::move(values));
  }
}

void LowerAttack(Lowering* lowering, const ast::Rule& ast, Rule* rule) {
  for (const auto& [item, attack] : ast::All<ast::Attack>(ast.items)) {
    for (const ast::Path& id : attack->ids) {
      const std::string text = id.Dotted();
      const bool tactic = std::find(std::begin(kTactics), std::end(kTactics),
                                    text) != std::end(kTactics);
      if (tactic || IsTechnique(text)) {
        rule->attack.push_back(text);
        continue;
      }
      const std::string near = DidYouMean(text, kTactics);
      lowering
          ->Add("E204", id.span,
                StrCat("'", text, "' is no technique or tactic of ATT&CK"))
          .Help(near.empty() ? "write a technique such as T1110.001 or a "
                               "tactic such as credential-access"
                             : near);
    }
  }
}

}  // namespace tocsin::rules
