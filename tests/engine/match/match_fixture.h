// SPDX-License-Identifier: Apache-2.0
//
// MatchFixture: a plan built by hand, and lines of events run through a
// Matcher of it.
//
// Threads: one object per thread.
// Tested by: every test of this folder
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/batch.h"
#include "engine/event/input.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"

namespace tocsin::testing {

class MatchFixture {
 public:
  explicit MatchFixture(const Limits& limits = {}) : builder(limits) {
    AddInput("in", "events", Format::kNdjson);
  }

  void AddInput(const std::string& name, const std::string& topic,
                Format format);
  // The raw field as an expression.
  ExprId Raw(const std::vector<std::string>& segments);
  // A field of these steps.
  ExprId FieldOf(Field field);
  // `left op text`.
  ExprId Is(ExprId left, std::string_view op, std::string_view text);
  ExprId InSource(SourceId source);
  // A rule of one test.
  Rule& AddRule(const std::string& name, ExprId test,
                std::vector<ExprId> key = {});

  // Adds a message of partition 0 of input 0, at the next offset.
  void Line(std::string_view bytes, TimeNs record_time = kMinTime);
  // Finishes the plan the first time; runs what was added since the last run.
  const BatchResult& Run();
  // "rule[key,..]=bits" of each match, in their order.
  std::string Matched() const;
  // The captures of match `i`, joined: "a|b" "-" for missing.
  std::string Captures(size_t i) const;

  PlanBuilder builder;
  Inputs inputs;
  Batch batch;
  BatchResult result;

 private:
  std::vector<Rule> rules_;
  std::shared_ptr<const Plan> plan_;
  int64_t offset_ = 0;
};

}  // namespace tocsin::testing
