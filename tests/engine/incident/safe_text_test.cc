// SPDX-License-Identifier: Apache-2.0
#include "engine/incident/safe_text.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace tocsin {
namespace {

TEST_CASE("SafeText: ordinary text of any script stays as it is") {
  const std::string text =
      GENERATE("", "10 failed logins from 203.0.113.9, then one as ana",
               "größer <b>&\"'</b> 東京 🔔", "two  blanks");
  CHECK(SafeText(text, 1'000) == text);
}

TEST_CASE("SafeText: line ends and tabs become one blank") {
  CHECK(SafeText("a\r\nb\tc\n\n\nd", 1'000) == "a b c d");
}

TEST_CASE("SafeText: what moves, hides or reorders is replaced") {
  CHECK(SafeText(std::string_view("a\0b", 3), 1'000) == "a\uFFFDb");
  CHECK(SafeText("\x1b[2Jx", 1'000) == "\uFFFD[2Jx");
  CHECK(SafeText("\x7f", 1'000) == "\uFFFD");
  CHECK(SafeText("a\u202Egpj.exe", 1'000) == "a\uFFFDgpj.exe");
  CHECK(SafeText("a\u2066b\u2069", 1'000) == "a\uFFFDb\uFFFD");
  CHECK(SafeText("pay\u200Bpal", 1'000) == "pay\uFFFDpal");
  CHECK(SafeText("\uFEFFx\u2028y", 1'000) == "\uFFFDx\uFFFDy");
  CHECK(SafeText("x\U000E0041", 1'000) == "x\uFFFD");
}

TEST_CASE("SafeText: bytes that are no UTF-8 are replaced") {
  CHECK(SafeText("a\xff\xc3", 1'000) == "a\uFFFD\uFFFD");
}

TEST_CASE("SafeText: what is too long is cut between code points") {
  CHECK(SafeText("abcdef", 6) == "abcdef");
  CHECK(SafeText("abcdef", 3) == "abc…");
  CHECK(SafeText("ab€", 4) == "ab…");
}

}  // namespace
}  // namespace tocsin
