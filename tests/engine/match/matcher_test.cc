// SPDX-License-Identifier: Apache-2.0
#include "engine/match/matcher.h"

#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "tests/engine/match/match_fixture.h"

namespace tocsin {
namespace {

using testing::MatchFixture;

Capture Captured(const std::string& name, ExprId expr) {
  Capture capture;
  capture.name = name;
  capture.expr = expr;
  return capture;
}

TEST_CASE("a match body reads back, damaged ones do not") {
  MatchBody body;
  body.key = {"web-1", ""};
  body.captures = {{}, {Value::Int(7), Value::Text("x")}};
  std::string bytes;
  EncodeMatchBody(body, &bytes);
  MatchBody read;
  REQUIRE(DecodeMatchBody(bytes, &read));
  CHECK(read.key == body.key);
  REQUIRE(read.captures.size() == 2);
  CHECK(read.captures[0].empty());
  REQUIRE(read.captures[1].size() == 2);
  CHECK(read.captures[1][0].integer == 7);
  CHECK(read.captures[1][1].text == "x");
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    CHECK_FALSE(DecodeMatchBody(bytes.substr(0, cut), &read));
  }
  CHECK_FALSE(DecodeMatchBody(bytes + "x", &read));
}

TEST_CASE("keys of different layout have different identities") {
  CHECK(KeyHash({"ab", "c"}) != KeyHash({"a", "bc"}));
  CHECK(KeyHash({"ab"}) != KeyHash({"ab", ""}));
  std::set<uint32_t> shards;
  for (int i = 0; i < 1000; ++i) {
    const uint32_t shard =
        ShardOf(StableHash("r"), KeyHash({std::to_string(i)}), false);
    REQUIRE(shard < kShardCount);
    shards.insert(shard);
    CHECK(ShardOf(StableHash("r"), KeyHash({std::to_string(i)}), true) ==
          ShardOf(StableHash("r"), KeyHash({"x"}), true));
  }
  CHECK(shards.size() == kShardCount);
}

TEST_CASE("events match the rules whose test holds") {
  MatchFixture f;
  const ExprId user = f.Raw({"user"});
  f.AddRule("ana", f.Is(user, "==", "ANA"));
  f.AddRule("any", f.builder.Call("exists", Shape::kPresence, {user}));
  f.Line(R"({"user":"ana"})");
  f.Line(R"({"user":"bo"})");
  f.Line(R"({"other":1})");
  f.Run();
  CHECK(f.Matched() == "ana[]=1 any[]=1 any[]=1");
  REQUIRE(f.result.events.size() == 3);
  CHECK(f.result.matches[0].event == 0);
  CHECK(f.result.matches[2].event == 1);
  CHECK(f.result.events[2].from.offset == 2);
  CHECK(f.result.counters.matches == 3);
}

TEST_CASE("an array key gives one match per distinct element") {
  MatchFixture f;
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"), {f.Raw({"user"})});
  f.Line(R"({"t":"x","user":["ana","ANA",null,"","bo",22,"22",{"a":1}]})");
  f.Run();
  REQUIRE(f.result.matches.size() == 3);
  std::set<std::string> keys;
  for (const Match& match : f.result.matches) {
    MatchBody body;
    REQUIRE(DecodeMatchBody(match.body, &body));
    REQUIRE(body.key.size() == 1);
    keys.emplace(body.key[0]);
    CHECK(match.shard < kShardCount);
  }
  CHECK(keys == std::set<std::string>{"ana", "bo", "22"});
  CHECK(f.result.matches[0].key < f.result.matches[1].key);
  CHECK(f.result.matches[1].key < f.result.matches[2].key);
}

TEST_CASE("identity of a key is its folded text, shown as first seen") {
  MatchFixture f;
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"), {f.Raw({"user"})});
  f.Line(R"({"t":"x","user":"Ana"})");
  f.Line(R"({"t":"x","user":"aNA"})");
  f.Run();
  CHECK(f.Matched() == "r[Ana]=1 r[aNA]=1");
  CHECK(f.result.matches[0].key == f.result.matches[1].key);
}

TEST_CASE("an event without the key is not counted but in missing_key") {
  MatchFixture f;
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"),
            {f.Raw({"user"}), f.Raw({"host"})});
  f.Line(R"({"t":"x","user":"ana"})");
  f.Line(R"({"t":"x","user":"ana","host":""})");
  f.Line(R"({"t":"x","user":["a","b"],"host":[1,2]})");
  f.Run();
  CHECK(f.result.matches.size() == 4);
  CHECK(f.result.counters.missing_key == 2);
}

TEST_CASE("tests with different keys give matches of their own") {
  MatchFixture f;
  Rule& rule = f.AddRule("r", f.Is(f.Raw({"a"}), "==", "1"), {f.Raw({"x"})});
  rule.tests.push_back({"b", f.Is(f.Raw({"b"}), "==", "1"), {f.Raw({"x"})}});
  rule.tests.push_back({"c", f.Is(f.Raw({"c"}), "==", "1"), {f.Raw({"y"})}});
  f.Line(R"({"a":1,"b":1,"x":"k","y":"k"})");
  f.Line(R"({"a":1,"c":1,"x":"k","y":"k"})");
  f.Line(R"({"b":1,"c":1,"x":"k","y":"k"})");
  f.Run();
  CHECK(f.Matched() == "r[k]=3 r[k]=5 r[k]=6");
  f.Line(R"({"a":1,"c":1,"x":"k","y":"other"})");
  f.Run();
  CHECK(f.result.matches.size() == 2);
}

TEST_CASE("at most key_values keys per test, the rest is counted") {
  Limits limits;
  limits.key_values = 3;
  MatchFixture f(limits);
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"), {f.Raw({"user"})});
  f.Line(R"({"t":"x","user":[1,2,3]})");
  f.Run();
  CHECK(f.result.matches.size() == 3);
  CHECK(f.result.counters.key_values_cut == 0);
  f.Line(R"({"t":"x","user":[1,2,3,4]})");
  f.Run();
  CHECK(f.result.matches.size() == 3);
  CHECK(f.result.counters.key_values_cut == 1);
}

TEST_CASE("long keys are cut where shown, their identity is not") {
  Limits limits;
  limits.key_bytes = 4;
  MatchFixture f(limits);
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"), {f.Raw({"user"})});
  f.Line(R"({"t":"x","user":"abcd1"})");
  f.Line(R"({"t":"x","user":"abcd2"})");
  f.Line("{\"t\":\"x\",\"user\":\"abc\xC3\xA4\"}");
  f.Run();
  CHECK(f.Matched() == "r[abcd]=1 r[abcd]=1 r[abc]=1");
  CHECK(f.result.matches[0].key != f.result.matches[1].key);
  CHECK(f.result.counters.capture_cut == 3);
}

TEST_CASE("captures are copied, within their limits") {
  Limits limits;
  limits.capture_bytes = 6;
  MatchFixture f(limits);
  Rule& rule = f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"));
  for (const char* name : {"a", "b", "c"}) {
    rule.captures.push_back(Captured(name, f.Raw({name})));
  }
  f.Line(R"({"t":"x","a":"1234567","b":[1,null,"y"],"c":null})");
  f.Line(R"({"t":"x","a":{"k":1},"b":{"key":12}})");
  f.Run();
  CHECK(f.Captures(0) == "123456 1|y -");
  CHECK(f.Captures(1) == R"(- - -)");
  CHECK(f.result.counters.capture_cut == 3);
}

TEST_CASE("counts add up for each partition, dead letters carry their bytes") {
  MatchFixture f;
  f.AddInput("two", "lines", Format::kText);
  f.AddRule("r", f.Is(f.Raw({"message"}), "contains", "hello"));
  f.Line(R"({"message":"hello"})");
  f.Line("{\"a\":");
  f.Line("");
  f.Line(R"([{"a":1},{"message":"hello"}])");
  RawMessage line;
  line.partition = {{1}, 4};
  line.offset = 70;
  f.batch.Add(line, "say Hello\n");
  f.Run();
  REQUIRE(f.result.partitions.size() == 2);
  const PartitionCounts& first = f.result.partitions[0];
  CHECK(first.messages == 4);
  CHECK(first.next_offset == 4);
  CHECK(first.consumed == 5);
  CHECK(first.evaluated == 3);
  CHECK(first.dead_lettered == 1);
  CHECK(first.filtered == 1);
  const PartitionCounts& second = f.result.partitions[1];
  CHECK(second.partition.number == 4);
  CHECK(second.next_offset == 71);
  CHECK(second.evaluated == 1);
  REQUIRE(f.result.dead_letters.size() == 1);
  CHECK(f.result.dead_letters[0].reason == "unterminated");
  CHECK(f.result.dead_letters[0].payload == "{\"a\":");
  CHECK(f.result.dead_letters[0].from.offset == 1);
  REQUIRE(f.result.matches.size() == 3);
  CHECK(f.result.events[f.result.matches[1].event].from.index == 1);
}

TEST_CASE("a declared identity is a function of its fields alone") {
  MatchFixture f;
  f.inputs[0].identity = {"id", "a.b"};
  f.AddRule("r", f.Is(f.Raw({"t"}), "==", "x"));
  f.Line(R"({"t":"x","id":1,"a":{"b":"y"},"z":1})");
  f.Line(R"({"t":"x","id":"1","a":{"b":"y"},"z":2})");
  f.Line(R"({"t":"x","id":1})");
  f.Line(R"({"t":"x"})");
  f.Run();
  REQUIRE(f.result.events.size() == 4);
  CHECK(f.result.events[0].identity == f.result.events[1].identity);
  CHECK(f.result.events[0].identity != f.result.events[2].identity);
  CHECK(f.result.events[2].identity != Hash128{});
  CHECK(f.result.events[3].identity == Hash128{});
}

TEST_CASE("a result can be used again, and results do not depend on batches") {
  MatchFixture f;
  f.AddRule("r", f.Is(f.Raw({"user"}), "==", "ana"), {f.Raw({"user"})});
  f.Line(R"({"user":"ana"})");
  f.Line("oops");
  f.Run();
  CHECK(f.result.matches.size() == 1);
  f.Line(R"({"user":"bo"})");
  f.Run();
  CHECK(f.result.matches.empty());
  CHECK(f.result.dead_letters.empty());
  CHECK(f.result.events.size() == 1);
  CHECK(f.result.partitions.size() == 1);
}

}  // namespace
}  // namespace tocsin
