// SPDX-License-Identifier: Apache-2.0
#include "engine/base/json_writer.h"

#include <cmath>
#include <limits>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("JsonWriter: nesting, commas and order") {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.TextField("b", "x");
  json.IntField("a", -1);
  json.Key("list");
  json.BeginArray();
  json.Uint(18446744073709551615u);
  json.Bool(true);
  json.Null();
  json.BeginObject();
  json.EndObject();
  json.BeginArray();
  json.EndArray();
  json.Raw("{\"r\":1}");
  json.EndArray();
  json.EndObject();
  CHECK(
      out ==
      R"({"b":"x","a":-1,"list":[18446744073709551615,true,null,{},[],{"r":1}]})");
}

TEST_CASE("JsonWriter: texts are escaped and repaired") {
  std::string out;
  AppendJsonText("a\"b\\c\n\r\t\x01/\x7f€", &out);
  CHECK(out == "\"a\\\"b\\\\c\\n\\r\\t\\u0001/\x7f€\"");
  out.clear();
  AppendJsonText(
      "\xff"
      "a\xe2\x82",
      &out);
  CHECK(out ==
        "\"\xEF\xBF\xBD"
        "a\xEF\xBF\xBD\"");
  out.clear();
  AppendJsonText(std::string_view("\0", 1), &out);
  CHECK(out == "\"\\u0000\"");
}

TEST_CASE("JsonWriter: doubles read back, what is no number is null") {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  json.Double(0.1);
  json.Double(1e300);
  json.Double(std::nan(""));
  json.Double(std::numeric_limits<double>::infinity());
  json.EndArray();
  CHECK(out == "[0.1,1e+300,null,null]");
}

}  // namespace
}  // namespace tocsin
