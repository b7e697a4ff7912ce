// SPDX-License-Identifier: Apache-2.0
//
// Matcher: Batch -> BatchResult, the hot path (ENGINE.md section 8). Decodes
// each event once, finds the sources it belongs to, the rules that it may
// concern, and what their event tests, keys and captures say. Nothing in a
// result points into the batch.
//
// One Matcher per worker thread; it shares the immutable plan.
// Tested by: tests/engine/match/matcher_test.cc,
// tests/differential/match_differential_test.cc
#pragma once

#include <memory>

#include "engine/event/batch.h"
#include "engine/event/input.h"
#include "engine/match/match.h"
#include "engine/plan/plan.h"

namespace tocsin {

class Matcher {
 public:
  Matcher(std::shared_ptr<const Plan> plan, const Inputs& inputs);
  ~Matcher();
  Matcher(const Matcher&) = delete;
  Matcher& operator=(const Matcher&) = delete;

  // `batch` is sealed. What `result` held before is gone; its memory is kept.
  void Run(const Batch& batch, BatchResult* result);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin
