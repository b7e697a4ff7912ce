// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fold.h"

#include <random>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/utf8.h"

namespace tocsin {
namespace {

TEST_CASE("Fold: ASCII letters lose their case and nothing else changes") {
  CHECK(Fold("AZaz@[`{09 \x7f") == "azaz@[`{09 \x7f");
  CHECK(Fold("").empty());
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  std::string expected = all;
  for (char& c : expected) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  CHECK(Fold(all) == expected);
}

TEST_CASE("Fold: simple folding, code point by code point") {
  CHECK(Fold("ÄÖÜ") == "äöü");
  CHECK(Fold("ΑΣς") == "ασσ");
  CHECK(Fold("\u212A") == "k");  // Kelvin sign
  CHECK(Fold("\u017F") == "s");  // long s
  CHECK(Fold("\u1E9E") == "ß");  // one to one, never "ss"
  CHECK(Fold("ß") == "ß");
  CHECK(Fold("\u0130") == "\u0130");  // has only a full folding
  CHECK(Fold("\u023A") == "\u2C65");  // two bytes become three
  CHECK(Fold("\U00010400") == "\U00010428");
}

TEST_CASE("Fold: broken bytes are kept") {
  CHECK(Fold("A\xff\xc3"
             "B") ==
        "a\xff\xc3"
        "b");
  CHECK(Fold("\xe2\x82") == "\xe2\x82");
}

TEST_CASE("Fold: the ASCII path says when it cannot") {
  char out[8];
  CHECK(FoldAscii("Ab", out));
  CHECK(std::string_view(out, 2) == "ab");
  CHECK_FALSE(FoldAscii("\xc3\xa4", out));
}

TEST_CASE("Fold: comparing folded equals comparing the foldings") {
  const uint64_t seed = 7;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  static constexpr std::string_view kPieces[] = {
      "a", "A",    "k",    "\u212A", "s",        "\u017F", "ä",
      "Ä", "\xff", "\xc3", "\x84",   "\xe2\x82", "\u023A", "\u2C65"};
  for (int i = 0; i < 20'000; ++i) {
    std::string a;
    std::string b;
    for (uint64_t n = random() % 4; n > 0; --n) {
      a += kPieces[random() % std::size(kPieces)];
    }
    for (uint64_t n = random() % 4; n > 0; --n) {
      b += kPieces[random() % std::size(kPieces)];
    }
    INFO("'" << a << "' '" << b << "'");
    REQUIRE(EqualFolded(a, b) == (Fold(a) == Fold(b)));
    std::string again = "x";
    AppendFolded(Fold(a), &again);
    REQUIRE(again == "x" + Fold(a));  // folding twice changes nothing
  }
}

TEST_CASE("Utf8: a broken piece is the maximal subpart") {
  const auto sizes = [](std::string_view text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
      const Utf8Step step = NextUtf8(text, i);
      out += step.code < 0 ? '!' : '.';
      out += static_cast<char>('0' + step.size);
      i += step.size;
    }
    return out;
  };
  CHECK(sizes("a\u00e4\u20ac\U0001F600") == ".1.2.3.4");
  CHECK(sizes("\xe2\x82") == "!2");  // cut short
  CHECK(sizes("\xe2\x82"
              "a") == "!2.1");
  CHECK(sizes("\xed\xa0\x80") == "!1!1!1");        // a surrogate
  CHECK(sizes("\xc0\xaf") == "!1!1");              // overlong
  CHECK(sizes("\xf4\x90\x80\x80") == "!1!1!1!1");  // above U+10FFFF
  CHECK(sizes("\x80\xff") == "!1!1");
}

TEST_CASE("Utf8: cutting keeps code points whole") {
  CHECK(CutUtf8("abc", 2) == "ab");
  CHECK(CutUtf8("abc", 3) == "abc");
  CHECK(CutUtf8("a€b", 3) == "a");
  CHECK(CutUtf8("a€b", 4) == "a€");
  CHECK(CutUtf8("€", 0).empty());
  CHECK(CutUtf8("\x80\x80\x80\x80\x80", 4).size() == 4);
}

}  // namespace
}  // namespace tocsin
