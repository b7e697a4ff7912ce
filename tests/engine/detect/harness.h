// SPDX-License-Identifier: Apache-2.0
//
// Harness: rules built by hand, events as lines of a table, findings out: what
// tests of detectors share. Times are seconds after an hour-aligned base.
//
// Threads: one. Tested by: every test in this folder
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "engine/detect/shard.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

// 2026-01-05T00:00Z
inline constexpr TimeNs kBase = 1'767'571'200 * kSecond;
inline constexpr TimeNs Sec(int64_t seconds) {
  return kBase + seconds * kSecond;
}

// One rule in the making, over the captures user, n and geo in this order.
class RuleKit {
 public:
  static constexpr uint32_t kUser = 0;
  static constexpr uint32_t kNumber = 1;
  static constexpr uint32_t kOther = 2;

  explicit RuleKit(const std::vector<std::string>& tests,
                   const Limits& limits = {});

  Rule& rule() { return rule_; }
  PlanBuilder& builder() { return builder_; }

  ExprId Leaf(Node node, uint32_t a = 0, uint32_t b = 0);
  ExprId Measure(uint32_t number) { return Leaf(Node::kMeasure, number); }
  ExprId Capture(uint32_t number) { return Leaf(Node::kCapture, number); }
  ExprId StepCapture(uint32_t step, uint32_t number) {
    return Leaf(Node::kStepCapture, step, number);
  }
  // `left op number`, as the compiler lowers it.
  ExprId Compare(ExprId left, const char* op, const Value& literal);
  ExprId Equal(ExprId a, ExprId b);
  void Within(DurationNs window, std::vector<tocsin::Measure> measures,
              ExprId condition);
  void Per(DurationNs window, std::vector<tocsin::Measure> measures,
           ExprId condition);
  void Summary(std::vector<Template::Piece> pieces) {
    rule_.incident.summary.pieces = std::move(pieces);
  }

  // The plan of this rule. Call once.
  std::shared_ptr<const Plan> Finish();

 private:
  PlanBuilder builder_;
  Rule rule_;
};

struct Line {
  double second = 0;                  // t
  std::vector<uint32_t> tests = {0};  // that hold
  std::string key = "k";
  std::string user = {};  // "": missing
  std::optional<double> number = {};
  std::string other = {};
  std::optional<double> at = {};  // place, if not t
};

struct RunOptions {
  std::optional<int64_t> until = {};  // second; nothing: end of input
  bool save_and_load = false;         // after every frame
  size_t lines_per_frame = 1000;
};

struct RunResult {
  std::vector<Finding> findings;
  ShardCounters counters;
  // "12s", "12s at_most", "12s resolves": each finding in short.
  std::vector<std::string> Short() const;
};

// Runs all shards over the lines, in their order.
RunResult Run(const std::shared_ptr<const Plan>& plan,
              const std::vector<Line>& lines, const RunOptions& options = {});

Inputs OneInput();

}  // namespace tocsin::testing
