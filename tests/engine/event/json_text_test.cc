// SPDX-License-Identifier: Apache-2.0
#include "engine/event/json_text.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace tocsin {
namespace {

std::string Text(std::string_view raw, UnescapeCounts* counts) {
  std::string out(raw.size() + 8, '\0');
  out.resize(Unescape(raw, out.data(), counts));
  return out;
}
std::string Text(std::string_view raw) {
  UnescapeCounts counts;
  return Text(raw, &counts);
}

TEST_CASE("JsonText: escapes of JSON") {
  CHECK(Text(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
  CHECK(Text(R"(\u0041\u00e9\u20ac)") == "Aé€");
  CHECK(Text(R"(a long text before it\nand a long text behind it)") ==
        "a long text before it\nand a long text behind it");
  CHECK(Text("").empty());
  CHECK(Text(R"(\u0000)") == std::string(1, '\0'));
}

TEST_CASE("JsonText: surrogates pair up or are replaced") {
  UnescapeCounts counts;
  CHECK(Text(R"(\ud83d\ude00)", &counts) == "\U0001F600");
  CHECK(counts.surrogates == 0);
  CHECK(Text(R"(\ud83d\ud83d\ude00)", &counts) == "\uFFFD\U0001F600");
  CHECK(Text(R"(\ude00x)", &counts) == "\uFFFDx");
  CHECK(Text(R"(\ud83d\u0041)", &counts) == "\uFFFDA");
  CHECK(counts.surrogates == 3);
}

TEST_CASE("JsonText: what is no escape stays") {
  UnescapeCounts counts;
  CHECK(Text(R"(C:\Windows\x)", &counts) == R"(C:\Windows\x)");
  CHECK(Text(R"(\u12)", &counts) == R"(\u12)");
  CHECK(Text(R"(\uZZZZ)", &counts) == R"(\uZZZZ)");
  CHECK(Text("end\\", &counts) == "end\\");
  CHECK(counts.bad_escapes == 5);
}

TEST_CASE("JsonText: scalars are those of JSON, nothing looser") {
  for (const char* good : {"null", "true", "false", "0", "-0", "12", "-1.5",
                           "1e3", "1E+3", "0.1e-7"}) {
    CAPTURE(good);
    CHECK(IsJsonScalar(good));
  }
  for (const char* bad : {"nul", "True", "NaN", "01", "1.", ".5", "+1", "1e",
                          "-", "0x10", "1_000", "nullx", "Infinity"}) {
    CAPTURE(bad);
    CHECK_FALSE(IsJsonScalar(bad));
    CHECK_FALSE(ParseJsonScalar(bad).has_value());
  }
}

TEST_CASE("JsonText: integers are exact, doubles stop at the largest") {
  CHECK(ParseJsonScalar("9223372036854775807")->kind == Kind::kInt);
  CHECK(ParseJsonScalar("18446744073709551615")->unsigned_integer ==
        UINT64_MAX);
  CHECK(ParseJsonScalar("-9223372036854775808")->integer == INT64_MIN);
  CHECK(ParseJsonScalar("18446744073709551616")->kind == Kind::kDouble);
  CHECK(CanonicalText(*ParseJsonScalar("1e999")) ==
        CanonicalText(Value::Double(1.7976931348623157e308)));
  CHECK(ParseJsonScalar("true")->boolean);
  CHECK(ParseJsonScalar("null")->is_null());
}

}  // namespace
}  // namespace tocsin
