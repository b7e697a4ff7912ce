// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/attack_table.h"

#include <cstdlib>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "engine/base/status.h"
#include "engine/plan/veris_words.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

std::string Words(std::string_view technique) {
  const AttackRow* row = FindAttackRow(technique);
  if (row == nullptr) return "no row";
  std::string text = row->reviewed ? "reviewed" : "published";
  for (const VerisWord& word : row->words) {
    text += StrCat("; ", word.path, " ", word.word);
  }
  return text;
}

TEST_CASE("AttackTable: every word is one of VERIS 1.4.1") {
  std::set<std::pair<std::string_view, bool>> seen;
  for (const AttackRow& row : AttackRows()) {
    CAPTURE(row.technique);
    CHECK(seen.emplace(row.technique, row.reviewed).second);
    CHECK(row.technique.starts_with("T1"));
    CHECK_FALSE(row.words.empty());
    for (const VerisWord& word : row.words) {
      CAPTURE(word.path, word.word);
      CHECK(FindVerisWord(word.path, word.word) == word.word);
    }
  }
  CHECK(seen.size() > 500);
}

TEST_CASE("AttackTable: a reviewed row names at most one action") {
  size_t reviewed = 0;
  for (const AttackRow& row : AttackRows()) {
    if (!row.reviewed) continue;
    CAPTURE(row.technique);
    ++reviewed;
    bool has_variety = false;
    for (const VerisWord& word : row.words) {
      has_variety = has_variety || (word.path.starts_with("action.") &&
                                    word.path.ends_with(".variety"));
    }
    CHECK(has_variety == !row.Action().empty());
  }
  CHECK(reviewed >= 20);
}

TEST_CASE("AttackTable: reviewed rows win, for all below them too") {
  CHECK(Words("T1110") == "reviewed; action.hacking.variety Brute force");
  CHECK(Words("T1110.003") == Words("T1110"));
  CHECK(Words("t1110.003") == Words("T1110"));
  CHECK(Words("T1190") ==
        "reviewed; action.hacking.variety Exploit vuln; "
        "action.hacking.vector Web application");
  CHECK(Words("T1021.001") != Words("T1021.005"));
  CHECK(Words("T1021.005") ==
        "reviewed; action.hacking.variety Use of stolen creds");
}

TEST_CASE("AttackTable: published rows, and those of the parent, follow") {
  CHECK(Words("T1001") == "published; action.hacking.variety Evade Defenses");
  CHECK(Words("T1001.001") ==
        "published; action.hacking.variety Evade Defenses; "
        "action.malware.variety Backdoor or C2; action.malware.variety C2");
  CHECK(FindAttackRow("T1001.999") == FindAttackRow("T1001"));
}

TEST_CASE("AttackTable: renamed techniques and values are found") {
  CHECK(Words("T1685") == "reviewed; action.hacking.variety Disable controls");
  CHECK(Words("T1685.001") == Words("T1562.001"));
  // VERIS 1.4 renamed MitM.
  CHECK(Words("T1557").find("AitM") != std::string::npos);
}

TEST_CASE("AttackTable: the twenty techniques used most are reviewed") {
  const std::string technique =
      GENERATE("T1059.001", "T1685", "T1218", "T1190", "T1112", "T1059",
               "T1027", "T1574.001", "T1105", "T1003.001", "T1548.002", "T1078",
               "T1047", "T1053.005", "T1543.003", "T1219.002", "T1059.003",
               "T1569.002", "T1218.011", "T1071.001");
  CAPTURE(technique);
  REQUIRE(FindAttackRow(technique) != nullptr);
  CHECK(FindAttackRow(technique)->reviewed);
  CHECK_FALSE(FindAttackRow(technique)->Action().empty());
}

TEST_CASE("AttackTable: the script makes the published table anew") {
  const auto corpus = testing::Corpus();
  if (!corpus) SKIP("TOCSIN_CORPUS is not set");
  if (std::system("python3 -c '' 2> /dev/null") != 0) SKIP("no python3 here");
  const testing::TempDir dir;
  const std::filesystem::path source = testing::SourceDir();
  const std::string made = (dir.path() / "published.inc").string();
  const std::string command = StrCat(
      "python3 '", (source / "engine/plan/attack/make_table.py").string(),
      "' '",
      (*corpus / "veris" / "veris-1.3.7_attack-12.1-enterprise.json").string(),
      "' '", (source / "tests/data/veris/verisc-merged.json").string(), "' > '",
      made, "'");
  REQUIRE(std::system(command.c_str()) == 0);
  const std::string kept =
      (source / "engine/plan/attack/published.inc").string();
  CHECK(testing::LineDiff(testing::ReadFile(kept), testing::ReadFile(made)) ==
        "");
}

TEST_CASE("AttackTable: what is no technique has no row") {
  const std::string text =
      GENERATE("", "T", "T9999", "T16850", "initial-access", "T1110x", ".*",
               "S0002", "G0007");
  CAPTURE(text);
  CHECK(FindAttackRow(text) == nullptr);
}

TEST_CASE("AttackTable: the action of a row, where it leaves no choice") {
  CHECK(FindAttackRow("T1110")->Action() == "hacking");
  CHECK(FindAttackRow("T1001")->Action() == "hacking");
  CHECK(FindAttackRow("T1001.001")->Action() == "");
  CHECK(FindAttackRow("T1136")->Action() == "");
  CHECK(FindAttackRow("T1566.001")->Action() == "social");
}

TEST_CASE("AttackTable: tactics tell the result of an action") {
  CHECK(ResultOfTactic("lateral-movement") == "Lateral movement");
  CHECK(ResultOfTactic("Lateral_Movement") == "Lateral movement");
  CHECK(ResultOfTactic("impact") == "Deploy payload");
  CHECK(ResultOfTactic("stealth") == "");
  CHECK(ResultOfTactic("T1110") == "");
  CHECK(FindVerisWord("action.hacking.result", ResultOfTactic("impact")) ==
        "Deploy payload");
}

}  // namespace
}  // namespace tocsin
