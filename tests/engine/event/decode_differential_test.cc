// SPDX-License-Identifier: Apache-2.0
//
// Decoder against ReferenceDecode: random JSON with random damage, and real
// events with and without damage, on every instruction set of this machine.
#include <cstdlib>
#include <functional>
#include <random>

#include <simdjson.h>
#include <catch2/catch_test_macros.hpp>

#include "tests/engine/event/decode_compare.h"
#include "tests/engine/event/gzip_lines.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

using testing::DecodeComparer;

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t n) { return random_() % n; }

  std::string Message() {
    std::string out;
    const uint64_t shape = Below(10);
    if (shape == 0) out += "\xEF\xBB\xBF";
    if (shape < 6) {
      out += Object(0);
    } else if (shape < 8) {
      for (uint64_t n = Below(4); n > 0; --n) {
        out += Object(0) + Pick(kBetween);
      }
    } else {
      out += '[';
      for (uint64_t n = Below(4); n > 0; --n) {
        out += (Below(8) == 0 ? Any(0) : Object(0)) + (n > 1 ? "," : "");
      }
      out += ']';
    }
    return out;
  }

  void Damage(std::string* bytes) {
    for (uint64_t n = Below(4); n > 0; --n) {
      const uint64_t at = Below(bytes->size() + 1);
      switch (Below(4)) {
        case 0:
          bytes->insert(at, Pick(kDamage));
          break;
        case 1:
          if (at < bytes->size()) bytes->erase(at, 1 + Below(3));
          break;
        case 2:
          if (at < bytes->size()) (*bytes)[at] = static_cast<char>(random_());
          break;
        default:
          bytes->insert(at, bytes->substr(Below(bytes->size() + 1), Below(20)));
      }
    }
  }

 private:
  static constexpr std::string_view kBetween[] = {"", "\n", " ", "\r\n", "\t"};
  static constexpr std::string_view kKeys[] = {"a",
                                               "b",
                                               "c",
                                               "a.b",
                                               "a.b.c",
                                               "0",
                                               "1",
                                               "d",
                                               "b.a",
                                               "\\u0061",
                                               "a\\\\b",
                                               "é",
                                               "",
                                               "a.0",
                                               "x",
                                               "0.b",
                                               "\\u00e9",
                                               "b.c",
                                               "c.",
                                               "a\\b",
                                               "long key with blanks",
                                               "long\\u0020key with blanks"};
  static constexpr std::string_view kScalars[] = {
      "1",
      "-1",
      "0",
      "1.5",
      "1e3",
      "true",
      "false",
      "null",
      "\"x\"",
      "\"\"",
      "1e999",
      "-0",
      "\"\\ud800\"",
      "\"\\ud83d\\ude00\"",
      "18446744073709551615",
      "9223372036854775808",
      "-9223372036854775809",
      "\"C:\\\\Windows\\\\System32\"",
      "\"Straße K\"",
      "\"{[,:]}\"",
      "\"a\\\"b\"",
      "\"line\\r\\nnext\\tend\"",
      "\"\\u0041\\u00e9\\/\"",
      "\"a long text that is longer than one block of sixty-four bytes, yes\"",
      "123456789012345678901234567890",
      "0.1",
      "1E-400",
      "\"\\udc00\\ud800x\""};
  static constexpr std::string_view kDamage[] = {"{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ":",
                                                 ",",
                                                 "\"",
                                                 "\\",
                                                 "\n",
                                                 "\xff",
                                                 "\xc3",
                                                 "\x01",
                                                 " ",
                                                 "a",
                                                 "1",
                                                 "\xEF\xBB\xBF",
                                                 "\xed\xa0\x80",
                                                 "\\u",
                                                 "\\ud800",
                                                 "//",
                                                 "\x0c",
                                                 "\x1a",
                                                 "\x7f",
                                                 "nul",
                                                 "\\\"",
                                                 "\"\"",
                                                 "\t",
                                                 "'",
                                                 "NaN",
                                                 "01"};

  template <size_t N>
  std::string Pick(const std::string_view (&items)[N]) {
    return std::string(items[Below(N)]);
  }
  std::string Blank() { return Below(8) == 0 ? Pick(kBetween) : ""; }

  std::string Any(int depth) {
    const uint64_t what = Below(depth > 5 ? 4 : 8);
    if (what < 5) return Pick(kScalars);
    return what < 7 ? Object(depth + 1) : Array(depth + 1);
  }
  std::string Object(int depth) {
    std::string out = "{" + Blank();
    for (uint64_t n = Below(5); n > 0; --n) {
      out += "\"" + Pick(kKeys) + "\"" + Blank() + ":" + Blank() + Any(depth) +
             Blank() + (n > 1 ? "," : "") + Blank();
    }
    return out + "}";
  }
  std::string Array(int depth) {
    std::string out = "[";
    for (uint64_t n = Below(5); n > 0; --n) {
      out += Any(depth) + Blank() + (n > 1 ? "," : "");
    }
    return out + "]";
  }

  std::mt19937_64 random_;
};

// Runs `body` once for each instruction set that this machine has. The
// portable fallback reads a backslash outside of texts differently; it is for
// processors before 2011 and not among those that are promised.
void OnEveryProcessor(const std::function<void(const std::string&)>& body) {
  const simdjson::implementation* const before =
      simdjson::get_active_implementation();
  int count = 0;
  for (const auto* one : simdjson::get_available_implementations()) {
    if (!one->supported_by_runtime_system() || one->name() == "fallback") {
      continue;
    }
    ++count;
    simdjson::get_active_implementation() = one;
    body(one->name());
  }
  simdjson::get_active_implementation() = before;
  REQUIRE(count > 0);
}

std::string Printable(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "<";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
      out += ">";
    }
  }
  return out;
}

uint64_t Cases(uint64_t usual) {
  const char* factor = std::getenv("TOCSIN_PROPERTY_FACTOR");
  return usual * (factor == nullptr ? 1 : std::strtoull(factor, nullptr, 10));
}

TEST_CASE("Decoder: random JSON with random damage reads as in the reference") {
  Limits limits;
  limits.event_depth = 5;
  limits.array_values = 6;
  limits.events_per_message = 5;
  limits.event_bytes = 400;
  OnEveryProcessor([&](const std::string& processor) {
    DecodeComparer comparer(limits, testing::ComparedFields());
    const uint64_t cases = Cases(20'000);
    for (uint64_t seed = 1; seed <= cases; ++seed) {
      Generator generator(seed);
      std::string message = generator.Message();
      if (seed % 4 != 0) generator.Damage(&message);
      const Format format = seed % 50 == 1 ? Format::kText : Format::kNdjson;
      const std::string difference = comparer.Difference(message, format);
      if (!difference.empty()) {
        FAIL(processor << ", seed " << seed << ": " << Printable(difference)
                       << "\nmessage: " << Printable(message));
      }
    }
    // The generator must reach all sides, or the test proves little.
    CHECK(comparer.events() > cases / 2);
    CHECK(comparer.dead() > cases / 20);
    CHECK(comparer.values() > cases);
  });
}

TEST_CASE("Decoder: bytes without any sense read as in the reference") {
  Limits limits;
  OnEveryProcessor([&](const std::string& processor) {
    DecodeComparer comparer(limits, testing::ComparedFields());
    static constexpr std::string_view kAlphabet =
        "{}[]:,\"\\ \nab01u.\xff\xc3\xa9\x01\x0c\x1a";
    for (uint64_t seed = 1; seed <= Cases(10'000); ++seed) {
      Generator generator(seed);
      std::string message = seed % 2 == 0 ? "{\"a\":" : "";
      for (uint64_t n = generator.Below(200); n > 0; --n) {
        message += kAlphabet[generator.Below(kAlphabet.size())];
      }
      const std::string difference =
          comparer.Difference(message, Format::kNdjson);
      if (!difference.empty()) {
        FAIL(processor << ", seed " << seed << ": " << Printable(difference)
                       << "\nmessage: " << Printable(message));
      }
    }
  });
}

TEST_CASE("Decoder: real events read as in the reference, damaged ones too") {
  const auto corpus = testing::Corpus();
  if (!corpus) SKIP("TOCSIN_CORPUS names no folder");
  const std::vector<std::string> lines = testing::GzipLines(
      (*corpus / "windows" / "events.ndjson.gz").string(), 3'000'000);
  REQUIRE(lines.size() > 500);
  FieldSet fields;
  using Path = std::vector<std::string>;
  for (const char* name :
       {"EventID", "Channel", "@timestamp", "CommandLine", "Image", "tags",
        "Message", "Keywords", "Hostname", "RecordNumber", "nothing"}) {
    fields.Intern(Path{name});
  }
  fields.Freeze();
  DecodeComparer comparer(Limits(), std::move(fields));
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string message = lines[i];
    if (i % 3 == 2) Generator(i).Damage(&message);
    const std::string difference =
        comparer.Difference(message, Format::kNdjson);
    if (!difference.empty()) {
      FAIL("line " << i << ": " << Printable(difference));
    }
  }
  CHECK(comparer.events() > lines.size() / 2);
}

}  // namespace
}  // namespace tocsin
