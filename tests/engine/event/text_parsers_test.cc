// SPDX-License-Identifier: Apache-2.0
#include "engine/event/text_parsers.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

class Parsed {
 public:
  Parsed(const char* parser, std::string_view text)
      : recognised_(FindTextParser(parser)->parse(text, &parsed_)) {}

  explicit operator bool() const { return recognised_; }
  // The values joined by '|'; "absent" where the key is not there.
  std::string operator[](std::string_view name) {
    const Values values = parsed_.Find(name, 3);
    if (!values.present) return "absent";
    std::string text;
    for (const Value& value : values.values) {
      if (!text.empty()) text += '|';
      text += value.is_null() ? "null" : CanonicalText(value);
    }
    return text;
  }

 private:
  ParsedText parsed_;
  bool recognised_;
};

TEST_CASE("syslog reads lines of RFC 3164") {
  Parsed line("syslog",
              "<38>Jan  5 00:00:59 web-1 sshd[41]: Accepted password for root");
  REQUIRE(line);
  CHECK(line["priority"] == "38");
  CHECK(line["facility"] == "4");
  CHECK(line["severity"] == "6");
  CHECK(line["timestamp"] == "Jan  5 00:00:59");
  CHECK(line["hostname"] == "web-1");
  CHECK(line["program"] == "sshd");
  CHECK(line["pid"] == "41");
  CHECK(line["message"] == "Accepted password for root");
}

TEST_CASE("syslog reads lines without priority, tag or pid, and ISO times") {
  Parsed plain("syslog", "Dec 31 23:59:58 combo last message repeated\n");
  REQUIRE(plain);
  CHECK(plain["priority"] == "absent");
  CHECK(plain["program"] == "absent");
  CHECK(plain["message"] == "last message repeated");
  Parsed pam("syslog", "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: failure");
  REQUIRE(pam);
  CHECK(pam["program"] == "sshd(pam_unix)");
  CHECK(pam["pid"] == "19939");
  Parsed iso("syslog", "2026-01-05T10:00:00.123+01:00 h su: ok: then");
  REQUIRE(iso);
  CHECK(iso["timestamp"] == "2026-01-05T10:00:00.123+01:00");
  CHECK(iso["pid"] == "absent");
  CHECK(iso["message"] == "ok: then");
}

TEST_CASE("syslog reads RFC 5424 with structured data") {
  Parsed line(
      "syslog",
      "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog "
      "- ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"App \\\"x\\\"\"]"
      "[b@1 c=\"]\"] \xEF\xBB\xBF"
      "An application event");
  REQUIRE(line);
  CHECK(line["version"] == "1");
  CHECK(line["severity"] == "5");
  CHECK(line["timestamp"] == "2003-10-11T22:14:15.003Z");
  CHECK(line["hostname"] == "mymachine.example.com");
  CHECK(line["program"] == "evntslog");
  CHECK(line["pid"] == "absent");
  CHECK(line["msgid"] == "ID47");
  CHECK(line["sd.exampleSDID@32473.iut"] == "3");
  CHECK(line["sd.exampleSDID@32473.eventSource"] == "App \"x\"");
  CHECK(line["message"] == "An application event");
  Parsed bare("syslog", "<0>1 - - - - - -");
  REQUIRE(bare);
  CHECK(bare["timestamp"] == "absent");
  CHECK(bare["message"].empty());
}

TEST_CASE("syslog does not recognise other text") {
  for (const char* text :
       {"", "hello", "<999>Jan  5 00:00:59 h x: y", "Jam  5 00:00:59 h x: y",
        "Jan  5 0:00:59 h x: y", "<34>1 yesterday h p - - - x",
        "<34>1 - h p - - [x y=\"", "Jan  5 00:00:59", "<34", "<>"}) {
    INFO(text);
    CHECK_FALSE(Parsed("syslog", text));
  }
}

TEST_CASE("kv reads pairs among other words") {
  Parsed line("kv",
              "login failed user=ana ip=10.0.0.1, msg=\"a \\\"b\\\" = c\" "
              "empty= user=bo x.y-z=1; (k=v");
  REQUIRE(line);
  CHECK(line["user"] == "ana|bo");
  CHECK(line["ip"] == "10.0.0.1");
  CHECK(line["msg"] == "a \"b\" = c");
  CHECK(line["empty"].empty());
  CHECK(line["x.y-z"] == "1");
  CHECK(line["k"] == "v");
  CHECK_FALSE(Parsed("kv", "no pairs = here"));
  Parsed open("kv", "a=\"b c");
  REQUIRE(open);
  CHECK(open["a"] == "\"b");
}

TEST_CASE("json gives nested members by dotted names") {
  Parsed line("json",
              " {\"a\":{\"b\":1,\"c\":[true,null,\"x\"]},\"d\":null,\"e\":[],"
              "\"f\":[{\"g\":1},{\"g\":2}],\"h\":[1,2,3,4]} ");
  REQUIRE(line);
  CHECK(line["a.b"] == "1");
  CHECK(line["a.c"] == "true|x");
  CHECK(line["d"] == "null");
  CHECK(line["e"].empty());
  CHECK(line["f.g"] == "1|2");
  CHECK(line["h"] == "1|2|3");  // at most three were asked for
  CHECK(line["none"] == "absent");
}

TEST_CASE("json: a flat key wins over a nested one") {
  Parsed line("json", R"({"a":{"b":1},"a.b":2})");
  REQUIRE(line);
  CHECK(line["a.b"] == "2");
}

TEST_CASE("json does not recognise anything but one whole object") {
  for (const std::string& text :
       {std::string(), std::string("[1]"), std::string("x {\"a\":1}"),
        std::string("{\"a\":1"), std::string("{\"a\":1} x"),
        std::string("{\"a\":\"b"), [] {
          std::string deep;
          for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
          return deep;
        }()}) {
    INFO(text.substr(0, 50));
    CHECK_FALSE(Parsed("json", text));
  }
}

TEST_CASE("an unknown parser is not found") {
  CHECK(FindTextParser("cef") == nullptr);
  CHECK(TextParsers().size() == 3);
}

}  // namespace
}  // namespace tocsin
