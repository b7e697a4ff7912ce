// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "engine/cmd/printable.h"
#include "tests/engine/cmd/program.h"

namespace tocsin {
namespace {

using testing::ProgramResult;
using testing::RunProgram;

constexpr const char* kIncidents =
    R"({"incident_id":"b","revision":1,"title":"Second","severity":"SEV3","first_time":"2026-01-05T12:00:00Z","last_time":"2026-01-05T12:00:00Z","key":{},"evidence":[{},{}],"veris":{"action":{"malware":{"variety":["Password dumper"]}}}}
{"incident_id":"a","revision":1,"title":"Old","severity":"SEV2","first_time":"2026-01-05T11:00:00.5Z","last_time":"2026-01-05T11:00:59Z","key":{"user":"ana"},"evidence":[{}],"veris":{"action":{"hacking":{"variety":["Brute force","Use of stolen creds"]}}}}
{"incident_id":"a","revision":2,"title":"New","severity":"SEV2","first_time":"2026-01-05T11:00:00.5Z","last_time":"2026-01-06T11:00:59Z","key":{"user":"ana"},"evidence_total":120,"veris":{"action":{"hacking":{"variety":["Brute force","Use of stolen creds"]}}}}
)";

TEST_CASE("incidents are shown oldest first, in their last revision") {
  const ProgramResult result = RunProgram({"show"}, kIncidents);
  CHECK(result.exit_code == 0);
  CHECK(result.out ==
        "SEVERITY  TITLE   WHO       WHEN (UTC)                              "
        "    EVIDENCE  VERIS ACTION\n"
        "SEV2      New     user=ana  2026-01-05 11:00:00 .. 2026-01-06 "
        "11:00:59  120       hacking: Brute force, Use of stolen creds\n"
        "SEV3      Second            2026-01-05 12:00:00                     "
        "    2         malware: Password dumper\n"
        "\n2 incidents\n");
}

TEST_CASE("nothing is an empty table") {
  const ProgramResult result = RunProgram({"show"}, "");
  CHECK(result.exit_code == 0);
  CHECK(result.out == "0 incidents\n");
}

TEST_CASE("lines that are no incidents are counted") {
  const ProgramResult result =
      RunProgram({"show", "-"}, std::string("what\n{}\n\n") + kIncidents);
  CHECK(result.exit_code == 1);
  CHECK(result.out.find("2 incidents") != std::string::npos);
  CHECK(result.err.find("2 lines skipped") != std::string::npos);
}

TEST_CASE("values cannot drive the terminal") {
  const ProgramResult result = RunProgram(
      {"show"},
      R"({"incident_id":"a","title":"\u001b[2Jx\u202ey\u009b","key":{"u\u0007":"\r\n"}})"
      "\n");
  CHECK(result.exit_code == 0);
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find('\a') == std::string::npos);
  CHECK(result.out.find('\r') == std::string::npos);
  CHECK(result.out.find("\u202e") == std::string::npos);
}

TEST_CASE("long text ends in dots") {
  size_t shown = 0;
  CHECK(Printable("abcdefgh", 8, &shown) == "abcdefgh");
  CHECK(shown == 8);
  CHECK(Printable("abcdefghi", 8, &shown) == "abcde...");
  CHECK(shown == 8);
  CHECK(Printable("\u00e4\u00e4\u00e4\u00e4\u00e4", 4) == "\u00e4...");
  CHECK(Printable("a\xff", 4) == "a\ufffd");
}

}  // namespace
}  // namespace tocsin
