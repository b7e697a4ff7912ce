// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/json_subset.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

std::vector<JsonDifference> Compare(const std::string& expected,
                                    const std::string& actual) {
  simdjson::dom::parser first;
  simdjson::dom::parser second;
  std::vector<JsonDifference> differences;
  CompareSubset(first.parse(expected), second.parse(actual), "", &differences);
  return differences;
}

bool Fits(const std::string& expected, const std::string& actual) {
  return Compare(expected, actual).empty();
}

TEST_CASE("what is not named does not matter") {
  CHECK(Fits(R"({})", R"({"a":1})"));
  CHECK(Fits(R"({"a":{"b":1}})", R"({"a":{"b":1,"c":2},"d":3})"));
  CHECK(!Fits(R"({"a":{"b":1}})", R"({"a":{"c":1}})"));
  CHECK(!Fits(R"({"a":{"b":1}})", R"({"a":1})"));
}

TEST_CASE("values fit as in the rule language") {
  CHECK(Fits(R"({"a":"ANA"})", R"({"a":"ana"})"));
  CHECK(!Fits(R"({"a":"ana"})", R"({"a":"anna"})"));
  CHECK(Fits(R"({"a":5})", R"({"a":"5"})"));
  CHECK(Fits(R"({"a":5})", R"({"a":5.0})"));
  CHECK(Fits(R"({"a":"5"})", R"({"a":5})"));
  CHECK(!Fits(R"({"a":5})", R"({"a":6})"));
  CHECK(Fits(R"({"a":true})", R"({"a":true})"));
  CHECK(!Fits(R"({"a":true})", R"({"a":false})"));
  CHECK(!Fits(R"({"a":true})", R"({"a":"yes"})"));
  CHECK(Fits(R"({"a":18446744073709551615})", R"({"a":18446744073709551615})"));
}

TEST_CASE("null is missing or null") {
  CHECK(Fits(R"({"a":null})", R"({"b":1})"));
  CHECK(Fits(R"({"a":null})", R"({"a":null})"));
  CHECK(!Fits(R"({"a":null})", R"({"a":1})"));
}

TEST_CASE("arrays hold what is expected") {
  CHECK(Fits(R"({"a":["x"]})", R"({"a":["y","x"]})"));
  CHECK(!Fits(R"({"a":["x","z"]})", R"({"a":["y","x"]})"));
  CHECK(Fits(R"({"a":"x"})", R"({"a":["y","x"]})"));
  CHECK(Fits(R"({"a":["x"]})", R"({"a":"x"})"));
  CHECK(Fits(R"({"a":[{"b":1}]})", R"({"a":[{"b":2},{"b":1,"c":3}]})"));
  CHECK(!Fits(R"({"a":{"b":1}})", R"({"a":[]})"));
}

TEST_CASE("a difference names its path and both values") {
  const std::vector<JsonDifference> differences =
      Compare(R"({"key":{"user":"ana"},"level":"high","x":1})",
              R"({"key":{"user":"bo"},"level":"high"})");
  REQUIRE(differences.size() == 2);
  CHECK(differences[0].path == "key.user");
  CHECK(differences[0].expected == "\"ana\"");
  CHECK(differences[0].found == "\"bo\"");
  CHECK(differences[1].path == "x");
  CHECK(differences[1].found == "nothing");
}

}  // namespace
}  // namespace tocsin
