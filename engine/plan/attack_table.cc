// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/attack_table.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "engine/base/fold.h"
#include "engine/base/status.h"

namespace tocsin {
namespace {

constexpr std::string_view kReviewed =
#include "engine/plan/attack/reviewed.inc"
    ;
constexpr std::string_view kPublished =
#include "engine/plan/attack/published.inc"
    ;

// ATT&CK 19 renamed the technique; the numbers below it do not correspond.
struct Renamed {
  std::string_view now;
  std::string_view then;
};
constexpr std::array kRenamed = {Renamed{"T1685", "T1562"}};

struct TacticResult {
  std::string_view tactic;
  std::string_view result;
};
constexpr std::array kResults = {
    TacticResult{"initial-access", "Infiltrate"},
    TacticResult{"privilege-escalation", "Elevate"},
    TacticResult{"lateral-movement", "Lateral movement"},
    TacticResult{"persistence", "Persist"},
    TacticResult{"exfiltration", "Exfiltrate"},
    TacticResult{"impact", "Deploy payload"},
};

std::string_view CutLine(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string_view line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

// "path: A | B", as written by make_table.py.
void ParseWords(std::string_view line, AttackRow* row) {
  constexpr std::string_view kBetween = " | ";
  const size_t colon = line.find(": ");
  const std::string_view path = line.substr(0, colon);
  line.remove_prefix(colon + 2);
  while (!line.empty()) {
    const size_t end = std::min(line.find(kBetween), line.size());
    row->words.push_back({path, line.substr(0, end)});
    line.remove_prefix(std::min(end + kBetween.size(), line.size()));
  }
}

void ParseRows(std::string_view text, bool reviewed,
               std::vector<AttackRow>* rows) {
  while (!text.empty()) {
    const std::string_view line = CutLine(&text);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("  ")) {
      ParseWords(line.substr(2), &rows->back());
    } else {
      rows->push_back({line, {}, reviewed});
    }
  }
}

struct Tables {
  std::vector<AttackRow> rows;
  std::map<std::string_view, const AttackRow*> reviewed;
  std::map<std::string_view, const AttackRow*> published;
};

Tables MakeTables() {
  Tables tables;
  ParseRows(kReviewed, true, &tables.rows);
  ParseRows(kPublished, false, &tables.rows);
  for (const AttackRow& row : tables.rows) {
    (row.reviewed ? tables.reviewed : tables.published)
        .emplace(row.technique, &row);
  }
  return tables;
}

const Tables& TheTables() {
  static const Tables tables = MakeTables();
  return tables;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

// "hacking" of "action.hacking.variety"; "" of other paths.
std::string_view ActionOf(std::string_view path) {
  constexpr std::string_view kAction = "action.";
  constexpr std::string_view kVariety = ".variety";
  if (!path.starts_with(kAction) || !path.ends_with(kVariety)) return "";
  path.remove_prefix(kAction.size());
  path.remove_suffix(kVariety.size());
  return path;
}

}  // namespace

std::string_view AttackRow::Action() const {
  std::string_view action;
  size_t varieties = 0;
  for (const VerisWord& word : words) {
    const std::string_view named = ActionOf(word.path);
    if (named.empty()) continue;
    ++varieties;
    if (!action.empty() && action != named) return "";
    action = named;
  }
  return reviewed || varieties == 1 ? action : "";
}

std::span<const AttackRow> AttackRows() { return TheTables().rows; }

const AttackRow* FindAttackRow(std::string_view technique) {
  const Tables& tables = TheTables();
  std::string id = Upper(technique);
  for (const Renamed& renamed : kRenamed) {
    if (id == renamed.now || id.starts_with(StrCat(renamed.now, "."))) {
      id = renamed.then;
    }
  }
  const std::string parent = id.substr(0, id.find('.'));
  const std::string family = StrCat(parent, ".*");
  const std::array<
      std::pair<const std::map<std::string_view, const AttackRow*>*,
                const std::string*>,
      4>
      steps = {{{&tables.reviewed, &id},
                {&tables.reviewed, &family},
                {&tables.published, &id},
                {&tables.published, &parent}}};
  for (const auto& [table, name] : steps) {
    const auto found = table->find(*name);
    if (found != table->end()) return found->second;
  }
  return nullptr;
}

std::string_view ResultOfTactic(std::string_view tactic) {
  std::string name(tactic);
  std::ranges::replace(name, '_', '-');
  for (const TacticResult& row : kResults) {
    if (EqualFolded(row.tactic, name)) return row.result;
  }
  return "";
}

}  // namespace tocsin
