// SPDX-License-Identifier: Apache-2.0
//
// House rules: what every file starts with, how long it may be, and what may
// stand nowhere. Each rule is shown to bite before the tree is held to it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <functional>

#include "tests/tidy/source_tree.h"

namespace tocsin::testing {
namespace {

constexpr std::string_view kSpdx = "// SPDX-License-Identifier: Apache-2.0\n";

SourceFile Cpp(std::string text) {
  return {"engine/base/made_up.h", std::move(text)};
}

std::string AllComplaints(
    const std::function<std::vector<std::string>(const SourceFile&)>& check) {
  std::string complaints;
  for (const SourceFile& file : LoadSourceTree()) {
    for (const auto& what : check(file)) complaints += what + "\n";
  }
  return complaints;
}

TEST_CASE("House rules: a file starts with its licence and what it is") {
  const std::string spdx(kSpdx);
  CHECK(CheckHeader(Cpp(spdx + "//\n// MadeUp: an example.\n")).empty());
  CHECK(CheckHeader(Cpp("#pragma once\n")).size() == 1);
  CHECK(CheckHeader(Cpp(spdx + "#pragma once\n")).size() == 1);
  CHECK(CheckHeader(Cpp(spdx + "//\n#pragma once\n")).size() == 1);
  CHECK(CheckHeader(Cpp("")).size() == 1);
  CHECK(CheckHeader({"engine/base/time.cc", spdx + "int x;\n"}).empty());
  CHECK(CheckHeader({"engine/base/time.cc", "int x;\n"}).size() == 1);
  CHECK(CheckHeader({"tests/x.sh", "#!/bin/bash\necho\n"}).size() == 1);
  CHECK(CheckHeader({"tests/x.py",
                     "#!/usr/bin/env python3\n"
                     "# SPDX-License-Identifier: Apache-2.0\n"
                     "\"\"\"An example.\"\"\"\n"})
            .empty());
  CHECK(AllComplaints(CheckHeader) == "");
}

TEST_CASE("House rules: a file has at most 600 lines") {
  CHECK(CheckLength(Cpp(std::string(600, '\n'))).empty());
  CHECK(CheckLength(Cpp(std::string(601, '\n'))).size() == 1);
  CHECK(AllComplaints(CheckLength) == "");
}

TEST_CASE("House rules: a forbidden word is found with its line") {
  const std::string word = GENERATE(
      "// TO"
      "DO later",
      "// FIX"
      "ME",
      "absl::"
      "Hash<int>{}",
      "int x = std::"
      "rand();",
      "sr"
      "and(1);",
      "auto t = std::chrono::system_clock::"
      "now();",
      "open(\"/wo"
      "rk/main\")",
      "cd /ro"
      "ot/x",
      "http://deb.deb"
      "ian.org/x",
      "https://pypi"
      ".org/simple");
  CAPTURE(word);
  const auto complaints = CheckBannedWords(Cpp("\n" + word + "\n"));
  REQUIRE(complaints.size() == 1);
  CHECK(complaints[0].starts_with("engine/base/made_up.h:2: "));
}

TEST_CASE("House rules: innocent text that looks alike passes") {
  const std::string text =
      GENERATE("TODOS", "operand(1)",
               "// absl::"
               "Hash is seeded",
               "std::random_device", "StableHash(x)", "steady_clock::now()",
               "network/root/cause", "./work/x");
  CAPTURE(text);
  CHECK(CheckBannedWords(Cpp(text)).empty());
}

TEST_CASE("House rules: only the clock asks for the time of day") {
  const std::string text =
      "std::chrono::system_clock::"
      "now()\n";
  CHECK(CheckBannedWords({"engine/base/clock.h", text}).empty());
  CHECK(CheckBannedWords({"engine/base/other.h", text}).size() == 1);
}

TEST_CASE("House rules: the tree is free of forbidden words") {
  CHECK(AllComplaints(CheckBannedWords) == "");
}

TEST_CASE("House rules: the tests that a file names exist") {
  CHECK(CheckTestedBy(Cpp("// Tested by: tests/tidy/house_rules_test.cc\n"))
            .empty());
  CHECK(CheckTestedBy(Cpp("// Tested by: tests/engine/no/such_test.cc\n"))
            .size() == 1);
  CHECK(AllComplaints(CheckTestedBy) == "");
}

}  // namespace
}  // namespace tocsin::testing
