// SPDX-License-Identifier: Apache-2.0
#include "connectors/line_reader.h"

#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/temp_folder.h"

namespace tocsin::connectors {
namespace {

LineReader Open(const std::string& path, size_t limit = 1000) {
  auto stream = OpenByteStream(path);
  REQUIRE(stream.ok());
  return LineReader(std::move(*stream), limit);
}

std::vector<std::string> Lines(LineReader* reader) {
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader->Next();
    REQUIRE(line.ok());
    if (!*line) return lines;
    lines.emplace_back(**line);
  }
}

TEST_CASE(
    "LineReader: lines end in LF or CRLF; the rest is a line of its own") {
  const TempFolder folder;
  WriteFile(folder / "a.log", "one\ntwo\r\n\nfour");
  LineReader reader = Open(folder / "a.log");
  CHECK(Lines(&reader) == std::vector<std::string>{"one", "two", ""});
  CHECK(reader.position() == 10);
  const auto rest = reader.Rest();
  REQUIRE(rest.has_value());
  CHECK(*rest == "four");
  CHECK_FALSE(reader.Rest().has_value());
}

TEST_CASE("LineReader: a line that arrives in pieces is one line") {
  const TempFolder folder;
  WriteFile(folder / "a.log", "half");
  LineReader reader = Open(folder / "a.log");
  CHECK(Lines(&reader).empty());
  WriteFile(folder / "a.log", " and half\nnext\n", true);
  CHECK(Lines(&reader) == std::vector<std::string>{"half and half", "next"});
}

TEST_CASE("LineReader: a line over the limit is cut to limit + 1 bytes") {
  const TempFolder folder;
  const std::string huge(3'000'000, 'x');
  WriteFile(folder / "a.log", "before\n" + huge + "\nafter\n");
  LineReader reader = Open(folder / "a.log", 100);
  CHECK(Lines(&reader) ==
        std::vector<std::string>{"before", std::string(101, 'x'), "after"});
  CHECK(reader.position() == 7 + 3'000'001 + 6);
}

TEST_CASE("LineReader: lines exactly at and over the limit") {
  const TempFolder folder;
  WriteFile(folder / "a.log",
            std::string(100, 'a') + "\n" + std::string(101, 'b') + "\n");
  LineReader reader = Open(folder / "a.log", 100);
  CHECK(Lines(&reader) ==
        std::vector<std::string>{std::string(100, 'a'), std::string(101, 'b')});
}

}  // namespace
}  // namespace tocsin::connectors
