// SPDX-License-Identifier: Apache-2.0
#include "engine/base/limits.h"

#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

TEST_CASE("Limits: the table has every member once, in order") {
  REQUIRE(LimitTable().size() * sizeof(int64_t) == sizeof(Limits));
  Limits limits;
  std::set<std::string> names;
  const int64_t* expected = &limits.event_bytes;
  for (const LimitRow& row : LimitTable()) {
    INFO(row.name);
    CHECK(&(limits.*row.member) == expected++);
    CHECK(names.insert(row.name).second);
    CHECK(std::string_view(row.what).size() > 5);
  }
}

TEST_CASE("Limits: the manual has a line for each, with its default") {
  const std::string manual =
      testing::ReadFile((testing::SourceDir() / "engine/README.md").string());
  for (const LimitRow& row : LimitTable()) {
    std::string number = std::to_string(Limits().*row.member);
    for (size_t i = number.size(); i > 3; i -= 3) number.insert(i - 3, ",");
    const std::string line = StrCat("| `", row.name, "` | ", number, " | ");
    CAPTURE(line);
    CHECK(manual.find(line) != std::string::npos);
  }
}

TEST_CASE("Limits: a limit is set by its name") {
  Limits limits;
  CHECK(SetLimit("event_depth", 10, &limits).ok());
  CHECK(limits.event_depth == 10);
  CHECK(limits.event_bytes == Limits().event_bytes);
}

TEST_CASE("Limits: a wrong name is answered with the nearest") {
  Limits limits;
  CHECK(Message(SetLimit("event_dept", 10, &limits)) ==
        "no limit is called 'event_dept'; did you mean 'event_depth'?");
  CHECK(Message(SetLimit("", 10, &limits)).find("did you mean") !=
        std::string::npos);
}

TEST_CASE("Limits: a value outside its range is refused and not set") {
  Limits limits;
  CHECK(Message(SetLimit("event_depth", 0, &limits)) ==
        "limit 'event_depth' must be from 1 to 1024, not 0");
  CHECK_FALSE(SetLimit("event_depth", 1'025, &limits).ok());
  CHECK_FALSE(SetLimit("slabs", -1, &limits).ok());
  CHECK(limits.event_depth == Limits().event_depth);
}

}  // namespace
}  // namespace tocsin
