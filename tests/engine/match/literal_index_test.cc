// SPDX-License-Identifier: Apache-2.0
#include "engine/match/literal_index.h"

#include <random>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

using enum LiteralKind;

bool Occurs(const IndexedLiteral& literal, std::string_view text) {
  switch (literal.kind) {
    case kExact:
      return text == literal.text;
    case kPrefix:
      return text.starts_with(literal.text);
    case kSuffix:
      return text.ends_with(literal.text);
    default:
      return text.find(literal.text) != std::string_view::npos;
  }
}

std::set<uint32_t> Found(const LiteralIndex& index, std::string_view text) {
  std::set<uint32_t> found;
  index.Find(text, [&](uint32_t literal) { found.insert(literal); });
  return found;
}

TEST_CASE("each kind of literal is found where it stands, and nowhere else") {
  const LiteralIndex index({{kExact, "cmd.exe"},
                            {kPrefix, "c:\\"},
                            {kSuffix, ".exe"},
                            {kContains, "mimikatz"},
                            {kContains, "-e"},
                            {kContains, "\xC3\xA4"},
                            {kContains, "z"},
                            {kExact, ""}});
  CHECK(Found(index, "cmd.exe") == std::set<uint32_t>{0, 2});
  CHECK(Found(index, "c:\\cmd.exe") == std::set<uint32_t>{1, 2});
  CHECK(Found(index, "xmimikatz") == std::set<uint32_t>{3, 6});
  CHECK(Found(index, "mimikatzx") == std::set<uint32_t>{3, 6});
  CHECK(Found(index, "mimikat").empty());
  CHECK(Found(index, "a -enc \xC3\xA4") == std::set<uint32_t>{4, 5});
  CHECK(Found(index, ".ex").empty());
  CHECK(Found(index, "") == std::set<uint32_t>{7});
}

TEST_CASE("an index of nothing finds nothing") {
  CHECK(Found(LiteralIndex(), "abc").empty());
  CHECK(Found(LiteralIndex(std::vector<IndexedLiteral>()), "abc").empty());
}

TEST_CASE("random literals and texts: as searching one by one") {
  std::mt19937_64 random(7);
  const auto text = [&](size_t most, size_t letters) {
    std::string made;
    for (size_t i = random() % (most + 1); i > 0; --i) {
      made += static_cast<char>('a' + random() % letters);
    }
    return made;
  };
  size_t hits = 0;
  for (int round = 0; round < 200; ++round) {
    const size_t letters = 2 + random() % 3;
    std::vector<IndexedLiteral> literals;
    for (size_t i = random() % 60; i > 0; --i) {
      literals.push_back(
          {static_cast<LiteralKind>(random() % 4), text(9, letters)});
    }
    const LiteralIndex index(literals);
    for (int i = 0; i < 50; ++i) {
      const std::string subject = text(40, letters);
      std::set<uint32_t> wanted;
      for (uint32_t k = 0; k < literals.size(); ++k) {
        if (Occurs(literals[k], subject)) wanted.insert(k);
      }
      hits += wanted.size();
      REQUIRE(Found(index, subject) == wanted);
    }
  }
  CHECK(hits > 10'000);
}

TEST_CASE("rare literals are cheaper than common ones") {
  CHECK(BackgroundFrequency(kContains, "mimikatz") <
        BackgroundFrequency(kContains, "-e"));
  CHECK(BackgroundFrequency(kSuffix, "\\w3wp.exe") <
        BackgroundFrequency(kSuffix, "svchost.exe"));
  CHECK(BackgroundFrequency(kPrefix, "c:\\windows\\system32\\") >
        BackgroundFrequency(kExact, "some text"));
  CHECK(BackgroundFrequency(kContains, "") == 1);
}

}  // namespace
}  // namespace tocsin
