// SPDX-License-Identifier: Apache-2.0
//
// Where a name is looked for: by rule, by source, inside a source; and what
// lists hold.
#include "rules/fields.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

// The steps of the one field of the rule's test, as the dump shows them.
std::string StepsOf(std::string_view text, std::string_view field) {
  const std::string dump = Dump(*PlanOf(text));
  const std::string head = "\nfield " + std::string(field);
  const size_t at = dump.rfind(head);
  REQUIRE(at != std::string::npos);
  const size_t end = dump.find_first_of('\n', at + 1);
  size_t stop = end + 1;
  while (dump.compare(stop, 2, "  ") == 0) stop = dump.find('\n', stop) + 1;
  return dump.substr(end + 1, stop - end - 1);
}

constexpr std::string_view kSources =
    "source a { parse kv  extract /(?P<user>x)/ from message  under e.d\n"
    "  field user = id or name }\n"
    "source b { field user = login }\n";

TEST_CASE(
    "declared alternatives come first, then extracted, parsed, raw and "
    "the prefixes") {
  CHECK(StepsOf(std::string(kSources) + "rule r { from a when user == \"x\" }",
                "user") ==
        "  a:id\n  a:name\n  a:extracted user\n  a:parsed user\n  raw user\n"
        "  a:raw e.d.user\n");
}

TEST_CASE("the sources of from count in the order listed") {
  CHECK(
      StepsOf(std::string(kSources) + "rule r { from b, a when user == \"x\" }",
              "user") ==
      "  b:login\n  a:id\n  a:name\n  a:extracted user\n  a:parsed user\n"
      "  raw user\n  a:raw e.d.user\n");
}

TEST_CASE("a field of another source is a field of that name only") {
  CHECK(StepsOf("source a { field user = id }\nsource b { where z == 1 }\n"
                "rule r { from b when user == \"x\" }",
                "user") == "  raw user\n");
}

TEST_CASE("inside its block a field sees what stands above it") {
  const std::string steps = StepsOf(
      "source a { field n = x  field m = n or m }\n"
      "rule r { from a when n == 1 }",
      "m");
  CHECK(steps == "  raw m\n");
}

TEST_CASE("a field of two units is one type, of two kinds a mistake") {
  const std::string same =
      "source a { field took is ms }\nsource b { field took is s }\n"
      "rule r { from a, b when took > 5m }";
  CHECK(CodesOf(same) == "");
  CHECK(CodesOf("source a { field took is ms }\n"
                "source b { field took is number }\n"
                "rule r { from a, b when took exists }") == "E179");
}

TEST_CASE("an inline list of numbers holds numbers, any other text") {
  const auto plan = PlanOf(
      "list n (1, -2, 1)\nlist t (\"1\", \"A\", \"a\")\n"
      "rule r { when x in list n and y in list t }");
  CHECK(plan->lists[0].type() == ListType::kNumber);
  CHECK(plan->lists[0].size() == 2);
  CHECK(plan->lists[1].type() == ListType::kText);
  CHECK(plan->lists[1].size() == 2);
}

TEST_CASE("which sources an event belongs to is not asked inside a source") {
  CHECK(CodesOf("source a { where tocsin.source == \"b\" }") == "E241");
  CHECK(CodesOf("source a { where tocsin.topic == \"b\" }") == "");
  CHECK(CodesOf("d = from a where x == 1\nsource a { where d }") == "E241");
}

}  // namespace
}  // namespace tocsin::rules
