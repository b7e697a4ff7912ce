// SPDX-License-Identifier: Apache-2.0
#include "engine/event/field_set.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

using Segments = std::vector<std::string>;

TEST_CASE("FieldSet: equal paths have one id") {
  FieldSet set;
  const PathId a = set.Intern(Segments{"a", "b"});
  CHECK(set.Intern(Segments{"a", "b"}) == a);
  const PathId flat = set.Intern(Segments{"a.b"});
  CHECK(flat != a);  // `a.b` in backticks is one segment
  CHECK(set.size() == 2);
  CHECK(set.name(a) == "a.b");
  CHECK(set.Find(Segments{"a", "b"}) == a);
  CHECK_FALSE(set.Find(Segments{"a"}));
  CHECK(set.segments(flat).size() == 1);
}

TEST_CASE("FieldSet: a suffix is the rest of the path as one key") {
  FieldSet set;
  const PathId id = set.Intern(Segments{"a", "b.c", "d"});
  CHECK(set.suffix(id, 0) == "a.b.c.d");
  CHECK(set.suffix(id, 1) == "b.c.d");
  CHECK(set.suffix(id, 2) == "d");
}

TEST_CASE("FieldSet: only plain small numbers index arrays") {
  CHECK(ArrayIndex("0") == 0u);
  CHECK(ArrayIndex("120") == 120u);
  for (const char* text : {"", "00", "01", "-1", "1x", "1000000000"}) {
    CHECK_FALSE(ArrayIndex(text));
  }
}

TEST_CASE("FieldSet: the tree knows flat keys and first segments") {
  FieldSet set;
  const PathId ab = set.Intern(Segments{"a", "b"});
  const PathId a = set.Intern(Segments{"a"});
  set.Freeze();
  const FieldSet::Node& root = set.node(set.root());
  const uint32_t flat = set.FindEdge(root, "a.b", 3);
  REQUIRE(flat != FieldSet::kNone);
  REQUIRE(set.edge(flat).hits.size() == 1);
  CHECK(set.edge(flat).hits[0].path == ab);
  CHECK(set.edge(flat).child == FieldSet::kNone);
  const uint32_t first = set.FindEdge(root, "a", 1);
  REQUIRE(first != FieldSet::kNone);
  CHECK(set.edge(first).hits[0].path == a);
  const FieldSet::Node& below = set.node(set.edge(first).child);
  CHECK(below.rank == 1);
  const uint32_t nested = set.FindEdge(below, "b", 1);
  REQUIRE(nested != FieldSet::kNone);
  CHECK(set.edge(nested).hits[0].path == ab);
  CHECK(set.FindEdge(root, "b", 1) == FieldSet::kNone);
  CHECK(set.FindEdge(root, "", 0) == FieldSet::kNone);
}

TEST_CASE("FieldSet: every key of a large set is found, no other") {
  FieldSet set;
  std::vector<std::string> keys;
  for (int i = 0; i < 2'000; ++i) {
    // Equal length, first and last eight bytes for most of them.
    keys.push_back("prefix__" + std::to_string(10'000 + i) + "__suffix");
    set.Intern(Segments{keys.back()});
  }
  set.Freeze();
  const FieldSet copy = set;  // a plan may be moved or copied
  for (uint32_t i = 0; i < keys.size(); ++i) {
    const uint32_t edge =
        copy.FindEdge(copy.node(0), keys[i].data(), keys[i].size());
    REQUIRE(edge != FieldSet::kNone);
    CHECK(copy.edge(edge).hits[0].path.value == i);
    keys[i][10] = 'x';
    CHECK(copy.FindEdge(copy.node(0), keys[i].data(), keys[i].size()) ==
          FieldSet::kNone);
  }
}

TEST_CASE("FieldSet: an empty set is usable") {
  FieldSet set;
  set.Freeze();
  CHECK(set.FindEdge(set.node(set.root()), "a", 1) == FieldSet::kNone);
}

}  // namespace
}  // namespace tocsin
