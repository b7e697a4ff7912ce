// SPDX-License-Identifier: Apache-2.0
//
// Explanation: why one event satisfies the event tests of a rule, or not: the
// tree of each test with what holds, what does not, and the values seen.
//
// Uses the evaluator of the hot path, so that it cannot tell another story.
// Threads: one owner. Tested by: tests/engine/cmd/explain_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/event/batch.h"
#include "engine/event/decode.h"
#include "engine/event/event_view.h"
#include "engine/event/input.h"
#include "engine/match/source_view.h"
#include "engine/plan/plan.h"

namespace tocsin {

class Explainer {
 public:
  // `color`: ANSI colours, for a terminal.
  static StatusOr<std::unique_ptr<Explainer>> Make(
      std::shared_ptr<const Plan> plan, RuleId rule, const InputInfo& input,
      bool color);

  // Looks at an event that a decoder has just given.
  void Begin(EventView* event, const RawMessage& message);
  TimeNs time() const { return view_.time(); }
  // Does event test `i` of the rule hold, and has the event all parts of its
  // key?
  bool Holds(size_t i);
  bool HasKey(size_t i);
  // How near the event comes: the most conditions of one test that hold, of
  // those that are joined by `and`; between 0 and 1.
  double Nearness();
  // The trees of all tests, several lines.
  std::string Describe();

 private:
  Explainer(std::shared_ptr<const Plan> plan, RuleId rule,
            const InputInfo& input, bool color, Prepared prepared);

  void DescribeNode(ExprId id, size_t depth, std::string* out);
  void DescribeKey(const EventTest& test, std::string* out);
  void Line(bool holds, size_t depth, const std::string& text,
            const std::string& values, std::string* out) const;
  std::string ValuesSeen(ExprId id);
  std::string ValueText(ExprId id);
  void CollectFields(ExprId id, std::vector<ExprId>* fields) const;

  const std::shared_ptr<const Plan> plan_;
  const Rule& rule_;
  const InputInfo input_;
  const bool color_;
  const Prepared prepared_;
  SourceView view_;
};

}  // namespace tocsin
