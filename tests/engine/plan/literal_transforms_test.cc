// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/literal_transforms.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>

namespace tocsin {
namespace {

std::vector<std::string> Made(std::string_view word, std::string_view text) {
  const auto made =
      ApplyLiteralTransform(word, {StoredValue(Value::Text(text)), false});
  REQUIRE(made.ok());
  std::vector<std::string> texts;
  for (const Literal& literal : *made) texts.push_back(literal.value.text);
  return texts;
}

bool Fails(std::string_view word, std::string_view text) {
  return !ApplyLiteralTransform(word, {StoredValue(Value::Text(text)), false})
              .ok();
}

TEST_CASE("wide is UTF-16 with the little end first, also above 0xFFFF") {
  using namespace std::string_literals;
  CHECK(Made("wide", "ab") == std::vector{"a\0b\0"s});
  CHECK(Made("utf16le", "é") == std::vector{"\xE9\0"s});
  CHECK(Made("utf16be", "ab") == std::vector{"\0a\0b"s});
  CHECK(Made("utf16be", "\xF0\x9F\x98\x80") ==
        std::vector{"\xD8\x3D\xDE\x00"s});
  CHECK(Fails("wide", "\xff"));
}

TEST_CASE("base64 keeps its padding and compares byte for byte") {
  CHECK(Made("base64", "M") == std::vector<std::string>{"TQ=="});
  CHECK(Made("base64", "Ma") == std::vector<std::string>{"TWE="});
  CHECK(Made("base64", "Man") == std::vector<std::string>{"TWFu"});
  const auto made =
      ApplyLiteralTransform("base64", {StoredValue(Value::Text("x")), false});
  REQUIRE(made.ok());
  CHECK(made->front().cased);
}

TEST_CASE("base64offset finds the text at every place of a base64 text") {
  for (const std::string text : {"IEX", "http", "abcde", "\xC3\xA9t\xC3\xA9"}) {
    const std::vector<std::string> forms = Made("base64offset", text);
    CHECK(forms.size() == 3);
    for (const std::string front : {"", "x", "xy", "xyz"}) {
      for (const std::string back : {"", "u", "uv", "uvw"}) {
        const std::string whole = Made("base64", front + text + back)[0];
        CAPTURE(text, front, back, whole);
        CHECK(std::any_of(forms.begin(), forms.end(),
                          [&whole](const std::string& form) {
                            return whole.find(form) != std::string::npos;
                          }));
      }
    }
  }
  CHECK(Fails("base64offset", ""));
  CHECK(Fails("base64offset", "a"));
}

TEST_CASE("windash changes what begins a word, in all combinations") {
  const std::vector<std::string> one = Made("windash", " -enc");
  CHECK(one ==
        std::vector<std::string>{" -enc", " /enc", " –enc", " —enc", " ―enc"});
  CHECK(Made("windash", "/a -b").size() == 25);
  CHECK(Made("windash", "x-ray") == std::vector<std::string>{"x-ray"});
  CHECK(Made("windash", "a - b") == std::vector<std::string>{"a - b"});
  CHECK(Made("windash", "--x").size() == 5);
  CHECK(Fails("windash", "-a -b -c -d -e -f"));
}

TEST_CASE("words chain as in Sigma: wide before base64offset") {
  const std::string wide = Made("wide", "ping")[0];
  const std::vector<std::string> forms = Made("base64offset", wide);
  CHECK(forms ==
        std::vector<std::string>{"cABpAG4AZw", "AAaQBuAGcA", "wAGkAbgBnA"});
}

}  // namespace
}  // namespace tocsin
