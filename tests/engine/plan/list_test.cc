// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/list.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/temp_folder.h"

namespace tocsin {
namespace {

List Loaded(ListType type, std::string_view text, const std::string& key = "") {
  List list("l", type);
  const Status loaded = LoadListText(text, "l.csv", key, 100, &list);
  INFO(Message(loaded));
  REQUIRE(loaded.ok());
  return list;
}

TEST_CASE("List: keys of text compare folded") {
  const List list = Loaded(ListType::kText, "Ana\nBÖ\n");
  CHECK(list.Find(Value::Text("ANA")) == 0u);
  CHECK(list.Find(Value::Text("bö")) == 1u);
  CHECK_FALSE(list.Find(Value::Text("an")).has_value());
  CHECK_FALSE(list.Find(Value::Null()).has_value());
  CHECK_FALSE(list.Find(Value::Object("{}")).has_value());
}

TEST_CASE("List: a number equals its decimal text, in both directions") {
  const List text = Loaded(ListType::kText, "22\n");
  CHECK(text.Find(Value::Int(22)).has_value());
  const List number = Loaded(ListType::kNumber, "22\n1.50\n");
  CHECK(number.Find(Value::Text("22.0")).has_value());
  CHECK(number.Find(Value::Double(1.5)) == 1u);
  CHECK_FALSE(number.Find(Value::Text("x")).has_value());
}

TEST_CASE("List: of networks the longest one counts") {
  const List list = Loaded(ListType::kCidr,
                           "net,who\n10.0.0.0/8,wide\n10.1.0.0/16,narrow\n"
                           "10.1.2.3,host\n2001:db8::/32,six\n",
                           "net");
  const auto who = [&](std::string_view address) {
    const auto row = list.Find(Value::Text(address));
    return row ? *list.Column(*row, "who") : std::string_view("none");
  };
  CHECK(who("10.9.9.9") == "wide");
  CHECK(who("10.1.9.9") == "narrow");
  CHECK(who("10.1.2.3") == "host");
  CHECK(who("2001:DB8::1") == "six");
  CHECK(who("192.0.2.1") == "none");
  CHECK(who("not an address") == "none");
}

TEST_CASE("List: lines skip blanks and comments, a header makes columns") {
  const List lines = Loaded(ListType::kText, "# fleet\n\n  h1 \r\nh2\n");
  CHECK(lines.keys() == std::vector<std::string>{"h1", "h2"});
  const List csv = Loaded(ListType::kText,
                          "tier,host,note\r\n1,\"db,7\",\"say \"\"hi\"\"\"\r\n"
                          "2,ws,\n",
                          "host");
  CHECK(csv.columns() == std::vector<std::string>{"tier", "host", "note"});
  const auto row = csv.Find(Value::Text("DB,7"));
  REQUIRE(row.has_value());
  CHECK(csv.Column(*row, "note") == "say \"hi\"");
  CHECK(csv.Column(*row, "tier") == "1");
  CHECK_FALSE(csv.Column(*row, "colour").has_value());
  CHECK(csv.Column(1, "note") == "");
}

TEST_CASE("List: of equal keys the first row counts") {
  const List list = Loaded(ListType::kText, "k,v\na,1\nA,2\n", "k");
  CHECK(list.size() == 1);
  CHECK(list.Column(*list.Find(Value::Text("a")), "v") == "1");
}

TEST_CASE("List: a bad file is refused with file and line") {
  struct Case {
    ListType type;
    std::string_view text;
    const char* key;
    std::string_view message;
  };
  for (const Case& c : {
           Case{ListType::kNumber, "1\ntwo\n", "", "l.csv:2: "},
           Case{ListType::kCidr, "10.0.0.0/99\n", "", "l.csv:1: "},
           Case{ListType::kText, "a,b\n\"open", "a", "l.csv:"},
           Case{ListType::kText, "a,b\n1,2\n", "c", "l.csv"},
       }) {
    List list("l", c.type);
    const Status loaded = LoadListText(c.text, "l.csv", c.key, 100, &list);
    CHECK_FALSE(loaded.ok());
    INFO(Message(loaded));
    CHECK(Message(loaded).find(c.message) != std::string::npos);
  }
}

TEST_CASE("List: more rows than the limit are refused") {
  List list("l", ListType::kText);
  CHECK(LoadListText("a\nb\n", "l", "", 2, &list).ok());
  List small("l", ListType::kText);
  CHECK(
      absl::IsResourceExhausted(LoadListText("a\nb\nc\n", "l", "", 2, &small)));
}

TEST_CASE("List: files are read, missing ones named") {
  const TempFolder folder;
  WriteFile(folder / "fleet.txt", "h1\nh2\n");
  List list("fleet", ListType::kText);
  REQUIRE(LoadListFile(folder / "fleet.txt", "", 100, &list).ok());
  CHECK(list.size() == 2);
  const Status missing = LoadListFile(folder / "none.txt", "", 100, &list);
  CHECK(absl::IsNotFound(missing));
  CHECK(Message(missing).find("none.txt") != std::string::npos);
}

}  // namespace
}  // namespace tocsin
