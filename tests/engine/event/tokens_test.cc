// SPDX-License-Identifier: Apache-2.0
#include "engine/event/tokens.h"

#include <catch2/catch_test_macros.hpp>

#include "engine/event/batch.h"

namespace tocsin {
namespace {

// The tokens of some bytes, each with its slice.
class Read {
 public:
  explicit Read(std::string_view text) : bytes_(text) {
    bytes_.append(kSlabPadding, '\0');
    tokenizer.Read(std::string_view(bytes_).substr(0, text.size()));
  }
  std::vector<std::string> Slices() const {
    std::vector<std::string> out;
    const Tokens& tokens = tokenizer.tokens();
    for (uint32_t i = 0; i < tokens.count; ++i) {
      const char c = tokens.kind(i);
      const bool single = Opens(c) || Closes(c) || Separates(c);
      out.emplace_back(single ? std::string(1, c)
                              : std::string(tokens.slice(i)));
    }
    return out;
  }
  Tokenizer tokenizer;

 private:
  std::string bytes_;
};

using Slices = std::vector<std::string>;

TEST_CASE("Tokens: brackets, separators, texts and runs of other bytes") {
  CHECK(Read(R"({"a" : [1.5, true,"x y"]})").Slices() ==
        Slices{"{", "\"a\"", ":", "[", "1.5", ",", "true", ",", "\"x y\"", "]",
               "}"});
  CHECK(Read("").Slices().empty());
  CHECK(Read(" \n\t").Slices().empty());
  CHECK(Read("nul l//").Slices() == Slices{"nul", "l//"});
}

TEST_CASE("Tokens: nothing counts within a text but its end") {
  CHECK(Read(R"("{[,:]}")").Slices() == Slices{R"("{[,:]}")"});
  CHECK(Read(R"("a\"b" "c\\" 1)").Slices() ==
        Slices{R"("a\"b")", R"("c\\")", "1"});
}

TEST_CASE("Tokens: a text that never ends is no token") {
  const Read read(R"({"a":"never)");
  CHECK(read.Slices() == Slices{"{", "\"a\"", ":"});
  CHECK(read.tokenizer.unclosed() == 5);
  CHECK(Read("{}").tokenizer.unclosed() == 2);
}

TEST_CASE("Tokens: inner texts stand without their quotes") {
  const Read read(R"("abc"  "" "d" )");
  const Tokens& tokens = read.tokenizer.tokens();
  REQUIRE(tokens.count == 3);
  CHECK(tokens.inner(0) == "abc");
  CHECK(tokens.inner(1).empty());
  CHECK(tokens.inner(2) == "d");
}

TEST_CASE("Tokens: ranges end before the blank that follows") {
  const Read read(R"({"a": [1, 2]  , "b":3})");
  CHECK(read.tokenizer.tokens().range(3, 8) == "[1, 2]");
}

TEST_CASE("Tokens: dirty bytes are read from a copy, with their old places") {
  const Read read("{\"a\":\"x\xffy\", 1}");
  CHECK(read.tokenizer.repaired());
  CHECK(read.Slices()[3] == "\"x\uFFFDy\"");
  const Tokens& tokens = read.tokenizer.tokens();
  CHECK(tokens.kind(4) == ',');
  CHECK(read.tokenizer.OriginalOffset(tokens.at[4]) == 10);
  CHECK_FALSE(Read(R"({"a":1})").tokenizer.repaired());
}

// What a walk over the members of the first object meets, as "key=value".
std::string Members(std::string_view json, WalkState* state) {
  const Read read(json);
  const Tokens& tokens = read.tokenizer.tokens();
  std::string out;
  const uint32_t end =
      ForEachMember(tokens, 0, 1, state, [&](uint32_t key, uint32_t value) {
        const uint32_t after = SkipValue(tokens, value, 2, state);
        out += std::string(tokens.inner(key)) + "=" +
               std::string(tokens.range(value, after)) + ";";
        return after;
      });
  if (end == Unended(tokens)) out += "unended";
  return out;
}

TEST_CASE("Tokens: a walk meets every member and skips what is none") {
  WalkState state;
  CHECK(Members(R"({"a":1,"b":{"c":2}})", &state) == R"(a=1;b={"c":2};)");
  CHECK(state.faults == 0);
  CHECK(Members(R"({,"a":1 "b":[2] x:3 "c" "d":4})", &state) ==
        "a=1;b=[2];d=4;");
  CHECK(state.faults > 0);
  state = {};
  CHECK(Members(R"({"a":,"b":2,"c":})", &state) == "b=2;");
  CHECK(state.faults == 2);
  CHECK(Members(R"({"a":1,"b":[2)", &state).ends_with("unended"));
}

TEST_CASE("Tokens: depth is noticed wherever a value is passed over") {
  WalkState state{.max_depth = 3};
  Members(R"({"a":[[1]]})", &state);
  CHECK_FALSE(state.too_deep);
  Members(R"({"a":[[[1]]]})", &state);
  CHECK(state.too_deep);
}

TEST_CASE("Tokens: elements are numbered by their values") {
  const Read read(R"([10,,20,[30],{"a":1}])");
  const Tokens& tokens = read.tokenizer.tokens();
  WalkState state;
  std::string out;
  ForEachElement(tokens, 0, &state, [&](uint32_t index, uint32_t value) {
    const uint32_t after = SkipValue(tokens, value, 2, &state);
    out += std::to_string(index) + "=" +
           std::string(tokens.range(value, after)) + ";";
    return after;
  });
  CHECK(out == R"(0=10;1=20;2=[30];3={"a":1};)");
  CHECK(state.faults == 1);
}

}  // namespace
}  // namespace tocsin
