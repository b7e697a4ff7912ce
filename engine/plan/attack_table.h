// SPDX-License-Identifier: Apache-2.0
//
// AttackTable: what the ATT&CK techniques and tactics of a rule suggest about
// the VERIS classification. The published mapping only says "related to"; so a
// row is either reviewed (one action, chosen by hand) or published (all that
// the mapping relates), and says which.
//
// A technique is looked up by its newest known name first ("T1685.001" is what
// was T1562), then reviewed, reviewed for the parent, published, published for
// the parent.
//
// Threads: pure functions over tables built on first use.
// Data: attack/reviewed.inc; attack/published.inc, Apache-2.0, CTID.
// Tested by: tests/engine/plan/attack_table_test.cc
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct VerisWord {
  std::string_view path;  // "action.hacking.variety"
  std::string_view word;  // as VERIS spells it
};

struct AttackRow {
  std::string_view technique;  // "T1110.003"; "T1110.*": with all below it
  std::vector<VerisWord> words;
  bool reviewed = false;

  // The one action that the row names ("hacking"); "" where it names none or
  // where its words leave the choice between several.
  std::string_view Action() const;
};

// All rows, reviewed ones first.
std::span<const AttackRow> AttackRows();

// The row that applies to a technique ("t1110.003" too); null: none does.
const AttackRow* FindAttackRow(std::string_view technique);

// The word of `action.*.result` for a tactic ("lateral-movement", whatever
// its case, `_` for `-`); "" where there is none, or no such tactic.
std::string_view ResultOfTactic(std::string_view tactic);

}  // namespace tocsin
