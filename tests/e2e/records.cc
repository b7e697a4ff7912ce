// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/records.h"

#include <simdjson.h>

#include <catch2/catch_test_macros.hpp>

#include "engine/base/status.h"

namespace tocsin::testing {

std::string FieldOf(const std::string& json, const char* name) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  INFO(json);
  REQUIRE(parser.parse(json).get(root) == simdjson::SUCCESS);
  std::string_view text;
  if (root[name].get(text) == simdjson::SUCCESS) return std::string(text);
  simdjson::dom::element value;
  return root[name].get(value) == simdjson::SUCCESS ? simdjson::minify(value)
                                                    : "";
}

std::map<std::string, std::string> FindingsById(
    const std::vector<std::string>& lines, TimeNs until, size_t* repeats) {
  std::map<std::string, std::string> out;
  for (const std::string& line : lines) {
    const auto time = ParseRfc3339(FieldOf(line, "time"));
    REQUIRE(time.has_value());
    if (*time > until) continue;
    const auto [at, fresh] = out.emplace(FieldOf(line, "finding_id"), line);
    if (!fresh) ++*repeats;
    REQUIRE(at->second == line);
  }
  return out;
}

std::map<std::string, std::string> LastRevisions(
    const std::vector<std::string>& lines) {
  std::map<std::pair<std::string, int>, std::string> revisions;
  for (const std::string& line : lines) {
    const std::pair<std::string, int> id{FieldOf(line, "incident_id"),
                                         std::stoi(FieldOf(line, "revision"))};
    const std::string& kept = revisions.emplace(id, line).first->second;
    REQUIRE(kept == line);
  }
  std::map<std::string, std::string> out;
  for (const auto& [id, line] : revisions) out[id.first] = line;
  return out;
}

std::string Differences(const std::map<std::string, std::string>& wanted,
                        const std::map<std::string, std::string>& got) {
  size_t missing = 0;
  size_t extra = 0;
  size_t other = 0;
  std::string first;
  const auto note = [&](size_t* count, const std::string& text) {
    ++*count;
    if (first.empty()) first = text;
  };
  for (const auto& [id, line] : wanted) {
    const auto found = got.find(id);
    if (found == got.end()) {
      note(&missing, "missing: " + line);
    } else if (found->second != line) {
      note(&other, "wanted: " + line + "\n   got: " + found->second);
    }
  }
  for (const auto& [id, line] : got) {
    if (!wanted.contains(id)) note(&extra, "not wanted: " + line);
  }
  if (first.empty()) return "";
  return StrCat(missing, " missing, ", extra, " not wanted, ", other,
                " different of ", wanted.size(), "; first: ", first);
}

}  // namespace tocsin::testing
