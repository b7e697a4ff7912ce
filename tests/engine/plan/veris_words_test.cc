// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/veris_words.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <map>

#include <simdjson.h>

#include "engine/base/status.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using Enums = std::map<std::string, std::vector<std::string>>;

// Every "enum" of a JSON schema, by the names of the properties on the way.
void Collect(simdjson::dom::element schema, const std::string& path,
             Enums* out) {
  simdjson::dom::array words;
  if (schema["enum"].get(words) == simdjson::SUCCESS) {
    std::vector<std::string>& list = (*out)[path];
    for (const auto word : words) {
      list.emplace_back(std::string_view(word));
    }
  }
  simdjson::dom::object properties;
  if (schema["properties"].get(properties) == simdjson::SUCCESS) {
    for (const auto& field : properties) {
      Collect(
          field.value,
          path.empty() ? std::string(field.key) : StrCat(path, ".", field.key),
          out);
    }
  }
  simdjson::dom::element items;
  if (schema["items"].get(items) == simdjson::SUCCESS) {
    Collect(items, path, out);
  }
}

VerisEntry Entry(std::string axis, std::string name,
                 std::vector<std::string> values = {},
                 std::vector<std::string> via = {},
                 std::vector<std::string> motive = {}) {
  return {std::move(axis), std::move(name), std::move(values), std::move(via),
          std::move(motive)};
}

TEST_CASE("VerisWords: the tables are exactly those of the 1.4.1 schema") {
  simdjson::dom::parser parser;
  const auto path =
      testing::SourceDir() / "tests/data/veris/verisc-merged.json";
  simdjson::dom::element schema;
  REQUIRE(parser.load(path.string()).get(schema) == simdjson::SUCCESS);
  Enums expected;
  Collect(schema, "", &expected);

  Enums actual;
  size_t words = 0;
  for (const VerisEnum& table : VerisEnums()) {
    actual[std::string(table.path)].assign(table.words.begin(),
                                           table.words.end());
    words += table.words.size();
  }
  CHECK(actual == expected);
  CHECK(VerisEnums().size() == 68);
  CHECK(words == 2163);
}

TEST_CASE("VerisWords: a word is found whatever its case, as VERIS spells it") {
  CHECK(FindVerisWord("action.hacking.variety", "brute FORCE") ==
        "Brute force");
  CHECK(FindVerisWord("action.hacking.variety", "Brute-force") == "");
  CHECK(FindVerisWord("action.hacking.colour", "Brute force") == "");
  CHECK(VerisWords("action.environmental.vector").empty());
}

TEST_CASE("VerisWords: a well-formed line is put into VERIS' spelling") {
  VerisEntry entry = Entry("action", "hacking", {"brute force", "SQLI"},
                           {"command shell", "Command Shell"});
  CHECK(ResolveVeris(&entry).empty());
  CHECK(entry.values == std::vector<std::string>{"Brute force", "SQLi"});
  CHECK(entry.via == std::vector<std::string>{"Command shell"});

  entry = Entry("actor", "external", {"state-affiliated"}, {}, {"espionage"});
  CHECK(ResolveVeris(&entry).empty());
  CHECK(entry.values[0] == "State-affiliated");
  CHECK(entry.motive[0] == "Espionage");

  entry = Entry("confidentiality", "potentially");
  CHECK(ResolveVeris(&entry).empty());
  CHECK(entry.name == "Potentially");

  entry = Entry("availability", "loss");
  CHECK(ResolveVeris(&entry).empty());
  CHECK(entry.name.empty());
  CHECK(entry.values == std::vector<std::string>{"Loss"});

  entry = Entry("discovery", "", {"nids"});
  CHECK(ResolveVeris(&entry).empty());
  CHECK(entry.name == "Nids");
  CHECK(entry.values.empty());

  entry = Entry("action", "unknown");
  CHECK(ResolveVeris(&entry).empty());
}

TEST_CASE("VerisWords: a wrong word is reported with the words allowed") {
  VerisEntry entry = Entry("action", "hacking", {"Brute force", "Brutforce"});
  const auto problems = ResolveVeris(&entry);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].part == VerisPart::kValue);
  CHECK(problems[0].index == 1);
  CHECK_FALSE(problems[0].form);
  CHECK(problems[0].message == "'Brutforce' is no action.hacking.variety");
  CHECK(std::ranges::find(problems[0].candidates, "Brute force") !=
        problems[0].candidates.end());
}

TEST_CASE("VerisWords: every mistake of a line is reported") {
  VerisEntry entry =
      Entry("action", "malware", {"Ransom"}, {"Carrier pigeon"}, {"Fun"});
  const auto problems = ResolveVeris(&entry);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].part == VerisPart::kValue);
  CHECK(problems[1].part == VerisPart::kVia);
  CHECK(problems[2].part == VerisPart::kMotive);
  CHECK(problems[2].form);
  CHECK(problems[2].message == "'action malware' has no motives");
}

TEST_CASE("VerisWords: a line of the wrong form says what is wrong") {
  struct Case {
    VerisEntry entry;
    VerisPart part;
    std::string message;
  };
  const Case given =
      GENERATE(Case{Entry("victim", ""), VerisPart::kAxis,
                    "a veris block has no 'victim'"},
               Case{Entry("action", "hacker"), VerisPart::kName,
                    "'hacker' is no action"},
               Case{Entry("actor", "partner", {"Auditor"}), VerisPart::kValue,
                    "'actor partner' has no varieties"},
               Case{Entry("actor", "external", {}, {"Email"}), VerisPart::kVia,
                    "'actor external' has no vectors"},
               Case{Entry("action", "environmental", {"Fire"}, {"Wind"}),
                    VerisPart::kVia, "'action environmental' has no vectors"},
               Case{Entry("asset", "server"), VerisPart::kName,
                    "the words of 'asset' are texts in quotes"},
               Case{Entry("integrity", ""), VerisPart::kAxis,
                    "'integrity' names no word"},
               Case{Entry("impact", "", {"Painful", "Damaging"}),
                    VerisPart::kAxis, "'impact' takes one word"});
  CAPTURE(given.message);
  VerisEntry entry = given.entry;
  const auto problems = ResolveVeris(&entry);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].form);
  CHECK(problems[0].part == given.part);
  CHECK(problems[0].message == given.message);
}

TEST_CASE("VerisWords: a discovery word belongs to the first who knows it") {
  CHECK(DiscovererOf("Log review") == "internal");
  CHECK(DiscovererOf("Customer") == "external");
  CHECK(DiscovererOf("Audit") == "external");
  CHECK(DiscovererOf("Monitoring service") == "partner");
  CHECK(DiscovererOf("Unknown") == "internal");
  CHECK(DiscovererOf("Crystal ball") == "");
}

}  // namespace
}  // namespace tocsin
