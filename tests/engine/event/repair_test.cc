// SPDX-License-Identifier: Apache-2.0
#include "engine/event/repair.h"

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

TEST_CASE("Repair: clean bytes stay as they are") {
  Repair repair;
  repair.Json("{\"a\":\"é\"}\n");
  CHECK(repair.text() == "{\"a\":\"é\"}\n");
  CHECK_FALSE(repair.changed());
  CHECK(repair.unclosed() == repair.text().size());
}

TEST_CASE("Repair: one replacement for each maximal subpart") {
  Repair repair;
  repair.Text("a\xff\xfe!");
  CHECK(repair.text() == "a\uFFFD\uFFFD!");
  repair.Text("\xf0\x9f\x98");  // the beginning of one character
  CHECK(repair.text() == "\uFFFD");
  repair.Text("\xed\xa0\x80");  // a surrogate is no character
  CHECK(repair.text() == "\uFFFD\uFFFD\uFFFD");
  repair.Text("\xc0\xaf");  // too long a form
  CHECK(repair.text() == "\uFFFD\uFFFD");
}

TEST_CASE("Repair: control bytes are escaped within texts, nowhere else") {
  Repair repair;
  repair.Json(std::string_view("{\n\"a\":\"x\0y\n\"}", 13));
  CHECK(repair.text() == "{\n\"a\":\"x\\u0000y\\u000a\"}");
  repair.Json("\"a\\\nb\"");
  CHECK(repair.text() == R"("a\\\u000ab")");
}

TEST_CASE("Repair: a text without end is told") {
  Repair repair;
  repair.Json("{\"a\":\"\xff");
  CHECK(repair.unclosed() == 5);
  repair.Json(R"("a\" b)");
  CHECK(repair.unclosed() == 0);
}

TEST_CASE("Repair: places lead back to the original") {
  Repair repair;
  const std::string_view bytes =
      "ab\xff"
      "cd\xfe"
      "e";
  repair.Text(bytes);
  CHECK(repair.OriginalOffset(0) == 0);
  CHECK(repair.OriginalOffset(1) == 1);
  CHECK(repair.OriginalOffset(repair.text().find('c')) == bytes.find('c'));
  CHECK(repair.OriginalOffset(repair.text().find('e')) == bytes.find('e'));
  CHECK(repair.OriginalOffset(repair.text().size()) == bytes.size());
}

}  // namespace
}  // namespace tocsin
