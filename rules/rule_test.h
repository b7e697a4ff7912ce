// SPDX-License-Identifier: Apache-2.0
//
// TestCase: a `test` block of a rule as plain data (LANGUAGE.md section 9), so
// that a runner needs no ast. Its lines run in order: an `at` feeds events,
// `until` moves event time on, an `expect` judges what has fired so far.
// `at` lines that follow one another are one stream: their events come in the
// order of their times, equal times in the order of the lines.
//
// Threads: values. Tested by: tests/rules/rule_test_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "rules/source.h"

namespace tocsin::rules {

// 2026-01-05T00:00Z, a Monday: time 0 of a test that has no `start`.
inline constexpr TimeNs kTestStart = 1'767'571'200 * kSecond;

// `at FIRST [.. LAST every EVERY] {..}`: events at FIRST, FIRST + EVERY, ... up
// to and including LAST. Times are relative to the test's start.
struct TestEvents {
  DurationNs first = 0;
  DurationNs last = 0;
  DurationNs every = 0;  // 0: one event
  // The JSON object of an event, cut where `{n}` stood.
  std::vector<std::string> pieces;

  int64_t count() const { return every > 0 ? (last - first) / every + 1 : 1; }
  DurationNs time(int64_t n) const { return first + (n - 1) * every; }
  // The n-th event's bytes, n from 1; in its texts `{n}` is n.
  std::string Json(int64_t n) const;
};

// `until T`: time goes on to T, timers due by then fire.
struct TestUntil {
  DurationNs time = 0;
};

struct TestExpectation {
  enum class What : uint8_t { kNothing, kFinding, kIncident };
  What what = What::kNothing;
  // Exactly so many of those that fit `at` and `object`; `nothing` and `no`
  // are 0. `nothing`: neither findings nor incidents.
  int64_t count = 0;
  std::optional<DurationNs> at;  // relative to the start
  std::string object;            // JSON; "" = none. Matches as a subset.
};

struct TestStep {
  std::variant<TestEvents, TestUntil, TestExpectation> line;
  Span span;  // of the line
};

struct TestCase {
  std::string rule;
  std::string name;
  Span span;  // of the name
  TimeNs start = kTestStart;
  std::vector<TestStep> steps;
  // `list NAME (..)`: what the list holds in this test; compile the rules
  // again with WithLists() (compile.h).
  std::map<std::string, std::vector<std::string>> lists;

  bool expects_nothing() const;  // some `expect` is nothing, or `no ..`
};

}  // namespace tocsin::rules
