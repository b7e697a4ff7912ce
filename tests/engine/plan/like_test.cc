// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/op/like.h"

#include <random>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

bool Fits(std::string_view pattern, std::string_view text) {
  return LikePattern(pattern, true).Matches(text);
}

TEST_CASE("like: stars are any run, question marks one character") {
  CHECK(Fits("", ""));
  CHECK_FALSE(Fits("", "a"));
  CHECK(Fits("*", ""));
  CHECK(Fits("*", "anything\nat all"));
  CHECK(Fits("a*c", "ac"));
  CHECK(Fits("a*c", "abcbc"));
  CHECK_FALSE(Fits("a*c", "abcb"));
  CHECK(Fits("a?c", "añc"));
  CHECK_FALSE(Fits("a?c", "ac"));
  CHECK(Fits("??", "€ñ"));
  CHECK(Fits("*a*a*", "aa"));
  CHECK_FALSE(Fits("*a*a*", "a"));
  CHECK(Fits("*?x", "yx"));
  CHECK_FALSE(Fits("*?x", "x"));
  CHECK_FALSE(Fits("ab*ba", "aba"));
}

TEST_CASE("like: a backslash is itself unless a wildcard follows") {
  CHECK(Fits(R"(a\*)", "a*"));
  CHECK_FALSE(Fits(R"(a\*)", "ab"));
  CHECK(Fits(R"(\?)", "?"));
  CHECK(Fits(R"(C:\Windows\*)", "C:\\Windows*"));
  CHECK(Fits(R"(C:\Windows\\*)", "C:\\Windows\\cmd.exe"));
  CHECK(Fits(R"(a\b)", "a\\b"));
  CHECK(Fits("end\\", "end\\"));
}

TEST_CASE("like: folded unless cased") {
  CHECK(LikePattern("ÄB*", false).Matches("äbc"));
  CHECK_FALSE(LikePattern("ÄB*", true).Matches("äbc"));
}

TEST_CASE("like: its literal runs, and which of them are anchored") {
  const auto runs = LikePattern("Abc*d?e*F", false).Runs();
  REQUIRE(runs.size() == 4);
  CHECK(runs[0].text == "abc");
  CHECK(runs[0].at_start);
  CHECK_FALSE(runs[0].at_end);
  CHECK(runs[1].text == "d");
  CHECK(runs[2].text == "e");
  CHECK(runs[3].text == "f");
  CHECK(runs[3].at_end);
  CHECK(LikePattern("*", false).Runs().empty());
}

// The definition, character by character.
bool Naive(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  const char c = pattern[0];
  if (c == '*') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (Naive(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (c == '?') return Naive(pattern.substr(1), text.substr(1));
  const bool escapes =
      c == '\\' && pattern.size() > 1 &&
      std::string_view("*?\\").find(pattern[1]) != std::string_view::npos;
  const char wanted = escapes ? pattern[1] : c;
  return text[0] == wanted &&
         Naive(pattern.substr(escapes ? 2 : 1), text.substr(1));
}

TEST_CASE("like: agrees with the definition on random patterns") {
  std::mt19937 random(7);
  const auto make = [&](std::string_view letters, size_t most) {
    std::string out;
    for (size_t n = random() % (most + 1); n > 0; --n) {
      out += letters[random() % letters.size()];
    }
    return out;
  };
  int fits = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string pattern = make("ab*?\\", 8);
    const std::string text = make("ab\\*", 8);
    CAPTURE(pattern, text);
    const bool wanted = Naive(pattern, text);
    fits += wanted;
    REQUIRE(Fits(pattern, text) == wanted);
  }
  CHECK(fits > 500);
}

}  // namespace
}  // namespace tocsin
