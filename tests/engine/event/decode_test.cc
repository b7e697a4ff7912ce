// SPDX-License-Identifier: Apache-2.0
//
// Decoder: every case that engine/event/README.md defines, by example.
#include "engine/event/decode.h"

#include <map>

#include <catch2/catch_test_macros.hpp>

#include "engine/event/batch.h"

namespace tocsin {
namespace {

// The outcomes of one message, readable: an event as the value of field `a`.
class Decoding {
 public:
  explicit Decoding(Limits limits = {}) : limits_(limits) {
    for (const auto& path :
         {std::vector<std::string>{"a"}, {"a", "b"}, {"message"}}) {
      fields_.Intern(path);
    }
    fields_.Freeze();
  }

  std::vector<std::string> Of(std::string_view message,
                              Format format = Format::kNdjson) {
    Decoder decoder(&fields_, limits_);
    EventView event(&fields_, limits_);
    bytes_ = std::string(message) + std::string(kSlabPadding, '\0');
    decoder.Start(std::string_view(bytes_).substr(0, message.size()), format);
    std::vector<std::string> out;
    counts = {};
    payloads.clear();
    details.clear();
    for (;;) {
      const DecodeOutcome outcome = decoder.Next(&event);
      if (outcome == DecodeOutcome::kEnd) break;
      ++counts["consumed"];
      if (outcome == DecodeOutcome::kFiltered) {
        out.push_back("filtered");
        ++counts["filtered"];
      } else if (outcome == DecodeOutcome::kEvent) {
        out.push_back(Show(event.Get({format == Format::kText ? 2u : 0u})));
        ++counts["evaluated"];
        CHECK(event.index() == out.size() - 1);
      } else {
        out.push_back("dead " +
                      std::string(DeadReasonName(decoder.dead().reason)));
        ++counts["dead_lettered"];
        payloads.emplace_back(decoder.dead().payload);
        details.push_back(decoder.dead().detail);
        CHECK(decoder.dead().index == out.size() - 1);
      }
    }
    counters = event.TakeCounters();
    CHECK(counts["consumed"] ==
          counts["evaluated"] + counts["dead_lettered"] + counts["filtered"]);
    CHECK(decoder.Next(&event) == DecodeOutcome::kEnd);
    return out;
  }

  static std::string Show(const Values& values) {
    if (!values.present) return "-";
    std::string out;
    for (const Value& value : values.values) {
      if (!out.empty()) out += '|';
      AppendJson(value, 1000, &out);
    }
    return out;
  }

  std::map<std::string, int> counts;
  std::vector<std::string> payloads;
  std::vector<std::string> details;
  DecodeCounters counters;

 private:
  Limits limits_;
  FieldSet fields_;
  std::string bytes_;
};

using Outcomes = std::vector<std::string>;

std::string Nested(int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += "{\"a\":";
  return out + "1" + std::string(static_cast<size_t>(depth), '}');
}

TEST_CASE("Decoder: a message gives one event or several") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":1})") == Outcomes{"1"});
  CHECK(decoding.Of("{\"a\":1}\n{\"a\":2}\r\n {\"a\":3}\n") ==
        Outcomes{"1", "2", "3"});
  CHECK(decoding.Of(R"({"a":1}{"a":2})") == Outcomes{"1", "2"});
  CHECK(decoding.Of(R"([{"a":1},{"a":2}])") == Outcomes{"1", "2"});
  CHECK(decoding.Of(R"([{"a":1}] [{"a":2}] {"a":3})") ==
        Outcomes{"1", "2", "3"});
  CHECK(decoding.Of("{}") == Outcomes{"-"});
}

TEST_CASE("Decoder: what holds nothing is filtered, once") {
  Decoding decoding;
  for (const std::string_view nothing :
       {"", " \n\r\t ", "null", " null\n", "[]", "[ ]", "\xEF\xBB\xBF",
        "\xEF\xBB\xBF\n"}) {
    CAPTURE(nothing);
    CHECK(decoding.Of(nothing) == Outcomes{"filtered"});
  }
  CHECK(decoding.Of("\n", Format::kText) == Outcomes{"filtered"});
}

TEST_CASE("Decoder: a byte order mark is taken off") {
  Decoding decoding;
  CHECK(decoding.Of("\xEF\xBB\xBF{\"a\":1}") == Outcomes{"1"});
  CHECK(decoding.Of("\xEF\xBB\xBFline", Format::kText) == Outcomes{"\"line\""});
  CHECK(decoding.counters.repaired == 0);
}

TEST_CASE("Decoder: a line of text is one event with a message") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":1} is text here)", Format::kText) ==
        Outcomes{R"("{\"a\":1} is text here")"});
  CHECK(decoding.Of("caf\xe9", Format::kText) == Outcomes{"\"caf\uFFFD\""});
  CHECK(decoding.counters.repaired == 1);
  CHECK(decoding.Of(std::string_view("a\0b", 3), Format::kText) ==
        Outcomes{"\"a\\u0000b\""});
}

TEST_CASE("Decoder: bad UTF-8 and control bytes are repaired and counted") {
  Decoding decoding;
  CHECK(decoding.Of("{\"a\":\"caf\xe9!\"}") == Outcomes{"\"caf\uFFFD!\""});
  CHECK(decoding.counters.repaired == 1);
  // One replacement for each maximal subpart.
  CHECK(decoding.Of("{\"a\":\"\xf0\x9f\x98\xff\"}") ==
        Outcomes{"\"\uFFFD\uFFFD\""});
  CHECK(decoding.Of("{\"a\":\"one\ntwo\"}") == Outcomes{R"("one\ntwo")"});
  CHECK(decoding.counters.repaired == 1);
  CHECK(decoding.Of(std::string_view("{\"a\":\"x\0y\"}", 11)) ==
        Outcomes{R"("x\u0000y")"});
  CHECK(decoding.Of("{\"a\":\"tab\there\"}") == Outcomes{R"("tab\there")"});
  CHECK(decoding.Of(R"({"a":"clean"})") == Outcomes{"\"clean\""});
  CHECK(decoding.counters.repaired == 0);
}

TEST_CASE("Decoder: lone surrogates are replaced, pairs are read") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":"\ud800"})") == Outcomes{"\"\uFFFD\""});
  CHECK(decoding.counters.surrogates == 1);
  CHECK(decoding.Of(R"({"a":"\udc00\ud800x"})") ==
        Outcomes{"\"\uFFFD\uFFFDx\""});
  CHECK(decoding.counters.surrogates == 2);
  CHECK(decoding.Of(R"({"a":"\ud83d\ude00"})") == Outcomes{"\"\U0001F600\""});
  CHECK(decoding.counters.surrogates == 0);
}

TEST_CASE("Decoder: an unknown escape stays as it is") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":"C:\Windows\x"})") ==
        Outcomes{R"("C:\\Windows\\x")"});
  CHECK(decoding.counters.field_faults == 2);
}

TEST_CASE("Decoder: escaped keys are unescaped") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"\u0061":1})") == Outcomes{"1"});
  CHECK(decoding.Of(R"({"a":1,"\u0061":2})") == Outcomes{"1|2"});
}

TEST_CASE("Decoder: a duplicate key hides nothing") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":"good","a":"evil"})") ==
        Outcomes{R"("good"|"evil")"});
  CHECK(decoding.counters.duplicate_keys == 1);
  CHECK(decoding.Of(R"({"a":[1,2],"a":3})") == Outcomes{"1|2|3"});
  CHECK(decoding.Of(R"({"b":1,"b":2,"a":0})") == Outcomes{"0"});
}

TEST_CASE("Decoder: nesting up to the limit is read, beyond it is dead") {
  Limits limits;
  limits.event_depth = 4;
  Decoding decoding(limits);
  CHECK(decoding.Of(Nested(4))[0].starts_with("{"));
  CHECK(decoding.Of(Nested(5)) == Outcomes{"dead too_deep"});
  CHECK(decoding.Of(Nested(5) + R"({"a":1})") ==
        Outcomes{"dead too_deep", "1"});
  CHECK(decoding.Of(R"({"z":[[[[1]]]]})") == Outcomes{"dead too_deep"});
}

TEST_CASE("Decoder: a thousand and a million levels are no danger") {
  Decoding decoding;
  CHECK(decoding.Of(Nested(1000)) == Outcomes{"dead too_deep"});
  CHECK(decoding.Of(std::string(500'000, '[')) ==
        Outcomes{"dead unterminated"});
  CHECK(decoding.Of("{\"a\":" + std::string(500'000, '[') +
                    std::string(500'000, ']') + "}") ==
        Outcomes{"dead too_deep"});
}

TEST_CASE("Decoder: a message over the size limit is dead, at it is not") {
  Limits limits;
  limits.event_bytes = 100;
  Decoding decoding(limits);
  const std::string fits = "{\"a\":\"" + std::string(92, 'x') + "\"}";
  REQUIRE(fits.size() == 100);
  CHECK(decoding.Of(fits).front().size() == 94);
  CHECK(decoding.Of(fits + " ") == Outcomes{"dead too_large"});
  CHECK(decoding.payloads[0] == fits);
}

TEST_CASE("Decoder: a line of ten megabytes is one dead letter of one") {
  Decoding decoding;
  std::string line = "{\"a\":\"";
  line.resize(10'000'000, 'x');
  CHECK(decoding.Of(line + "\"}") == Outcomes{"dead too_large"});
  CHECK(decoding.payloads[0].size() == 1 << 20);
}

TEST_CASE("Decoder: more events than the limit are one dead letter") {
  Limits limits;
  limits.events_per_message = 2;
  Decoding decoding(limits);
  CHECK(decoding.Of(R"({"a":1}{"a":2}{"a":3}{"a":4})") ==
        Outcomes{"1", "2", "dead too_many"});
  CHECK(decoding.payloads[0] == R"({"a":3}{"a":4})");
  CHECK(decoding.Of(R"([{"a":1},{"a":2},{"a":3}])") ==
        Outcomes{"1", "2", "dead too_many"});
}

TEST_CASE("Decoder: what is no object is dead with its bytes and its place") {
  Decoding decoding;
  CHECK(decoding.Of("plain text") == Outcomes{"dead no_root_object"});
  CHECK(decoding.payloads[0] == "plain text");
  CHECK(decoding.details[0].starts_with("byte 0: "));
  CHECK(decoding.Of("42") == Outcomes{"dead no_root_object"});
  CHECK(decoding.Of("\"never ends") == Outcomes{"dead no_root_object"});
  CHECK(decoding.Of(R"({"a":1} garbage {"a":2})") ==
        Outcomes{"1", "dead trailing_bytes"});
  CHECK(decoding.payloads[0] == R"(garbage {"a":2})");
  CHECK(decoding.details[0].starts_with("byte 8: "));
  CHECK(decoding.Of(R"([{"a":1},7,{"a":2}])") ==
        Outcomes{"1", "dead not_object", "2"});
  CHECK(decoding.payloads[0] == "7");
}

TEST_CASE("Decoder: binary is dead, never a crash") {
  Decoding decoding;
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i * 131);
  binary.front() = '\x7f';
  CHECK(decoding.Of(binary) == Outcomes{"dead no_root_object"});
  CHECK(decoding.payloads[0] == binary);
  CHECK(decoding.Of(std::string(100, '\0')) == Outcomes{"dead no_root_object"});
}

TEST_CASE("Decoder: what is never closed is dead from there on") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":1}{"a":2)") == Outcomes{"1", "dead unterminated"});
  CHECK(decoding.payloads[0] == R"({"a":2)");
  CHECK(decoding.Of(R"({"a":"2)") == Outcomes{"dead unterminated"});
  CHECK(decoding.Of(R"([{"a":1},)") == Outcomes{"1", "dead unterminated"});
  CHECK(decoding.Of(R"({"a":1])") == Outcomes{"dead unterminated"});
  CHECK(decoding.Of(R"({"a":1]{"a":2})") == Outcomes{"dead unterminated", "2"});
}

TEST_CASE("Decoder: a fault does not hide the fields behind it") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"b":oops,"a":1})") == Outcomes{"1"});
  CHECK(decoding.Of(R"({"b":1 "a":1})") == Outcomes{"1"});
  CHECK(decoding.Of(R"({,,"a":1,})") == Outcomes{"1"});
  CHECK(decoding.Of(R"({stray "a":1})") == Outcomes{"1"});
  CHECK(decoding.Of(R"({"a":1,"b":})") == Outcomes{"1"});
  CHECK(decoding.counters.field_faults >= 1);
  // The faulty field itself is missing.
  CHECK(decoding.Of(R"({"a":oops})") == Outcomes{"-"});
  CHECK(decoding.Of(R"({"a":01})") == Outcomes{"-"});
  CHECK(decoding.Of(R"({"a":NaN})") == Outcomes{"-"});
}

TEST_CASE("Decoder: dead letters name bytes of the original, not the repair") {
  Decoding decoding;
  CHECK(decoding.Of("\xEF\xBB\xBF{\"a\":\"\xff\"} \xfe tail") ==
        Outcomes{"\"\uFFFD\"", "dead trailing_bytes"});
  CHECK(decoding.payloads[0] == "\xfe tail");
  CHECK(decoding.details[0].starts_with("byte 13: "));
}

TEST_CASE("Decoder: numbers are exact over 64 bits and never infinite") {
  Decoding decoding;
  CHECK(decoding.Of(R"({"a":[18446744073709551615,-9223372036854775808]})") ==
        Outcomes{"18446744073709551615|-9223372036854775808"});
  CHECK(decoding.Of(R"({"a":1e999})").front().find("e+308") !=
        std::string::npos);
}

TEST_CASE("Decoder: reasons have stable names") {
  CHECK(DeadReasonName(DeadReason::kNoRootObject) == "no_root_object");
  CHECK(DeadReasonName(DeadReason::kNotObject) == "not_object");
  CHECK(DeadReasonName(DeadReason::kUnterminated) == "unterminated");
  CHECK(DeadReasonName(DeadReason::kTooDeep) == "too_deep");
  CHECK(DeadReasonName(DeadReason::kTooLarge) == "too_large");
  CHECK(DeadReasonName(DeadReason::kTooMany) == "too_many");
  CHECK(DeadReasonName(DeadReason::kTrailingBytes) == "trailing_bytes");
}

}  // namespace
}  // namespace tocsin
