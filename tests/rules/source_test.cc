// SPDX-License-Identifier: Apache-2.0
//
// SourceFile: where something stands, and the text of lines and spans.
#include "rules/source.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin::rules {
namespace {

TEST_CASE("Source: lines and columns count from 1, columns in code points") {
  SourceSet sources;
  const FileId id = sources.Add("a.rule", "ab\n\xC3\xA9z\xFF!\n");
  const SourceFile& file = sources.file(id);
  CHECK(file.path() == "a.rule");
  CHECK(file.PositionOf(0) == Position{1, 1});
  CHECK(file.PositionOf(2) == Position{1, 3});  // the line end itself
  CHECK(file.PositionOf(3) == Position{2, 1});
  CHECK(file.PositionOf(5) == Position{2, 2});  // behind the two-byte letter
  CHECK(file.PositionOf(7) == Position{2, 4});  // behind the invalid byte
  CHECK(file.PositionOf(9) == Position{3, 1});
  CHECK(file.PositionOf(1000) == Position{3, 1});
  CHECK(file.line_count() == 3);
  CHECK(file.LineOf(4) == 2);
}

TEST_CASE("Source: a line's text has neither kind of line end") {
  const SourceFile file(0, "a", "one\r\ntwo\nthree");
  CHECK(file.LineText(1) == "one");
  CHECK(file.LineText(2) == "two");
  CHECK(file.LineText(3) == "three");
  CHECK(SourceFile(0, "a", "").LineText(1).empty());
}

TEST_CASE("Source: spans are cut to the file and can be joined") {
  const SourceFile file(0, "a", "hello");
  CHECK(file.Text({0, 1, 3}) == "el");
  CHECK(file.Text({0, 3, 100}) == "lo");
  CHECK(file.Text({0, 100, 200}).empty());
  CHECK(file.Text({0, 3, 1}).empty());
  CHECK(Cover({0, 4, 6}, {0, 1, 2}) == Span{0, 1, 6});
}

TEST_CASE("Source: files of a set do not move") {
  SourceSet sources;
  const FileId first = sources.Add("a", "x");
  const SourceFile* before = &sources.file(first);
  for (int i = 0; i < 100; ++i) sources.Add("b", "y");
  CHECK(&sources.file(first) == before);
  CHECK(sources.size() == 101);
}

}  // namespace
}  // namespace tocsin::rules
