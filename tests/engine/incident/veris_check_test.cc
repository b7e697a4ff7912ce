// SPDX-License-Identifier: Apache-2.0
//
// VerisCheck: each check with what it must refuse and what it must let pass.
#include "engine/incident/veris_check.h"

#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "engine/base/status.h"
#include "tests/golden.h"
#include "tests/paths.h"

namespace tocsin {
namespace {

std::string Numbers(std::string_view json) {
  std::string numbers;
  for (const VerisComplaint& complaint : CheckVeris(json)) {
    numbers += StrCat(numbers.empty() ? "" : " ", complaint.check);
    CHECK_FALSE(complaint.message.empty());
  }
  return numbers;
}

struct Example {
  const char* numbers;  // "" passes
  const char* json;
};

TEST_CASE("VerisCheck: actions need the attributes that they touch") {
  const auto [numbers, json] = GENERATE(
      Example{"1", R"({"action":{"malware":{"variety":["Worm"]}}})"},
      Example{"1", R"({"action":{"malware":{}},
                       "attribute":{"integrity":{"variety":["Repurpose"]}}})"},
      Example{"", R"({"action":{"malware":{"variety":["Worm"]}},"attribute":
                    {"integrity":{"variety":["Software installation"]}}})"},
      Example{"2", R"({"action":{"social":{"variety":["Scam"]}}})"},
      Example{"", R"({"action":{"social":{"variety":["Scam"]}},"attribute":
                    {"integrity":{"variety":["Alter behavior"]}}})"},
      Example{"3", R"({"action":{"hacking":{"variety":["SQLi"]}}})"},
      Example{"", R"({"action":{"hacking":{"variety":["SQLi"]}},"attribute":
                    {"integrity":{"variety":["Repurpose"]}}})"},
      Example{"", R"({"action":{"hacking":{"variety":["XSS"]}}})"},
      Example{"4", R"({"security_incident":"Confirmed"})"},
      Example{"", R"({"security_incident":"Confirmed",
                      "attribute":{"unknown":{}}})"},
      Example{"", R"({"security_incident":"Suspected"})"},
      Example{"5", R"({"action":{"physical":{"variety":["Theft"]}}})"},
      Example{"5", R"({"action":{"error":{"variety":["Gaffe","Loss"]}}})"},
      Example{"", R"({"action":{"error":{"variety":["Loss"]}},"attribute":
                    {"availability":{"variety":["Loss"]}}})"},
      Example{"", R"({"action":{"error":{"variety":["Gaffe"]}}})"},
      Example{"14", R"({"attribute":{"integrity":{"variety":["Defacement"]},
                        "availability":{"variety":["Loss"]}}})"},
      Example{"", R"({"attribute":{"integrity":{"variety":["Defacement"]},
                      "availability":{"variety":["Interruption"]}}})"});
  CAPTURE(json);
  CHECK(Numbers(json) == numbers);
}

TEST_CASE("VerisCheck: plus, dates, amounts and regions") {
  const auto [numbers, json] = GENERATE(
      Example{"6", R"({"plus":{"attribute":{"confidentiality":{}}}})"},
      Example{"", R"({"plus":{"attribute":{"confidentiality":{}}},
                      "attribute":{"confidentiality":{}}})"},
      Example{"7", R"({"timeline":{"incident":
                       {"year":2026,"month":2,"day":31}}})"},
      Example{"7", R"({"timeline":{"incident":{"year":2026,"month":13}}})"},
      Example{"", R"({"timeline":{"incident":
                      {"year":2024,"month":2,"day":29}}})"},
      Example{"7", R"({"timeline":{"incident":{"year":2026}},
                       "plus":{"dbir_year":2026}})"},
      Example{"", R"({"timeline":{"incident":{"year":2025}},
                      "plus":{"dbir_year":2026}})"},
      Example{"8", R"({"impact":{"overall_amount":9,"loss":
                       [{"amount":5},{"amount":5.5}]}})"},
      Example{"", R"({"impact":{"overall_amount":10.5,"loss":
                      [{"amount":5},{"amount":5.5}]}})"},
      Example{"", R"({"impact":{"loss":[{"amount":5}]}})"},
      Example{"9", R"({"attribute":{"confidentiality":{"data_total":1,
                       "data":[{"amount":2}]}}})"},
      Example{"", R"({"attribute":{"confidentiality":{"data_total":2,
                      "data":[{"amount":2},{"amount":1},{}]}}})"},
      Example{"11", R"({"victim":{"region":["019021","021019"]}})"},
      Example{"11", R"({"victim":{"region":["19021"]}})"},
      Example{"11", R"({"victim":{"region":[7]}})"},
      Example{"", R"({"victim":{"region":["019021","150155","000000",
                      "142000"]}})"},
      Example{"12", R"({"victim":{"secondary":{"amount":1,
                        "victim_id":["a","b"]}}})"},
      Example{"", R"({"victim":{"secondary":{"amount":2,
                      "victim_id":["a","b"]}}})"},
      Example{"", R"({"victim":{"secondary":{"victim_id":["a","b"]}}})"});
  CAPTURE(json);
  CHECK(Numbers(json) == numbers);
}

TEST_CASE("VerisCheck: misuse needs an insider") {
  CHECK(Numbers(R"({"action":{"misuse":{}},"actor":{"external":{}}})") == "10");
  CHECK(Numbers(R"({"action":{"misuse":{}}})") == "10");
  CHECK(Numbers(R"({"action":{"misuse":{}},"actor":{"internal":{}}})") == "");
  CHECK(Numbers(R"({"action":{"misuse":{}},"actor":{"partner":{}}})") == "");
}

TEST_CASE("VerisCheck: the value chain follows from the action") {
  const std::string social =
      R"("attribute":{"integrity":{"variety":["Alter behavior"]}},)"
      R"("action":{"social":)";
  const std::string malware =
      R"("attribute":{"integrity":{"variety":["Software installation"]}},)"
      R"("action":{"malware":)";
  const auto chain = [](std::string_view text) {
    return StrCat(R"(,"value_chain":{)", text, "}}");
  };
  const std::string phish = StrCat("{", social, R"({"variety":["Phishing"]}})");
  const std::string email = R"("development":{"variety":["Email"]})";
  CHECK(Numbers(phish + "}") == "13");
  CHECK(Numbers(phish + chain(email)) == "13");
  CHECK(Numbers(
            phish +
            chain(email + R"(,"targeting":{"variety":["Email addresses"]})")) ==
        "");
  const std::string mail = StrCat("{", social, R"({"vector":["Email"]}})");
  CHECK(Numbers(mail + "}") == "13");
  CHECK(Numbers(mail + chain(R"("distribution":{"variety":["Email"]})")) == "");
  const std::string c2 = StrCat("{", malware, R"({"vector":["C2"]}})");
  CHECK(Numbers(c2 + "}") == "13");
  CHECK(Numbers(c2 + chain(R"("non-distribution services":)"
                           R"({"variety":["C2"]})")) == "");
  const std::string ransom =
      StrCat("{", malware, R"({"variety":["Ransomware"]}})");
  CHECK(Numbers(ransom + "}") == "13");
  CHECK(Numbers(ransom +
                chain(R"("cash-out":{"variety":["Cryptocurrency"]})")) == "");
}

TEST_CASE("VerisCheck: what is no record is refused, not misread") {
  CHECK(Numbers("") == "0");
  CHECK(Numbers("[]") == "0");
  CHECK(Numbers("{") == "0");
  CHECK(Numbers("\"x\"") == "0");
  CHECK(Numbers("{}") == "");
  CHECK(Numbers(R"({"action":[],"attribute":7,"timeline":{"incident":"x"},
                    "victim":{"region":"x"},"impact":{"loss":{}}})") == "");
}

TEST_CASE("VerisCheck: the reference examples are consistent") {
  const auto corpus = testing::Corpus();
  if (!corpus) SKIP("TOCSIN_CORPUS is not set");
  size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(*corpus / "veris" / "examples")) {
    CAPTURE(file.path());
    CHECK(Numbers(testing::ReadFile(file.path().string())) == "");
    ++count;
  }
  CHECK(count >= 4);
}

}  // namespace
}  // namespace tocsin
