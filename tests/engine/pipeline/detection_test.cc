// SPDX-License-Identifier: Apache-2.0
//
// All behind the log as a function of it: the same frames give the same
// outputs, from the beginning or from any saved state, its parts of different
// age.
#include "engine/pipeline/detection.h"

#include <algorithm>
#include <random>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "engine/log/sequencer.h"
#include "engine/match/matcher.h"
#include "tests/engine/pipeline/node_rig.h"

namespace tocsin {
namespace {

using testing::AppEvents;

std::shared_ptr<const Plan> AppPlan() {
  static const auto plan = testing::PlanOf(testing::kAppRules);
  return plan;
}

Inputs OneInput() {
  Inputs inputs(1);
  inputs[0].name = inputs[0].topic = "app";
  inputs[0].idle_after = kMaxTime;
  return inputs;
}

// The events as frames of ten messages each, to their end.
const std::vector<Frame>& Frames() {
  static const std::vector<Frame> frames = [] {
    std::vector<Frame> all;
    Matcher matcher(AppPlan(), OneInput());
    Sequencer sequencer(OneInput(), AppPlan());
    const auto events = AppEvents(2, 1, 600)[0];
    for (size_t i = 0; i < events.size(); i += 10) {
      Batch batch;
      for (size_t j = i; j < i + 10; ++j) {
        RawMessage message;
        message.partition = {InputId{0}, 0};
        message.offset = static_cast<int64_t>(j);
        batch.Add(message, events[j]);
      }
      batch.number = i / 10 + 1;
      batch.Seal();
      BatchResult result;
      matcher.Run(batch, &result);
      REQUIRE(sequencer.Push(std::move(result), kMinTime, &all).ok());
    }
    all.push_back(sequencer.End(kMinTime));
    return all;
  }();
  return frames;
}

std::vector<std::string> Lines(const Outputs& outputs) {
  std::vector<std::string> lines;
  for (const Finding& finding : outputs.findings) {
    lines.push_back(FindingJson(finding, *AppPlan(), OneInput()));
  }
  for (const Incident& incident : outputs.incidents) {
    lines.push_back(IncidentJson(incident, *AppPlan(), OneInput()));
  }
  return lines;
}

// By frame.
const std::vector<std::vector<std::string>>& Expected() {
  static const auto expected = [] {
    std::vector<std::vector<std::string>> all;
    Detection detection(AppPlan(), OneInput());
    Outputs outputs;
    for (const Frame& frame : Frames()) {
      detection.Apply(frame, &outputs);
      CHECK(outputs.sequence == frame.sequence);
      all.push_back(Lines(outputs));
    }
    return all;
  }();
  return expected;
}

TEST_CASE("Detection: single events at once, the rest when time has passed") {
  size_t lines = 0;
  size_t boom = 0;
  for (const auto& of_frame : Expected()) lines += of_frame.size();
  for (const std::string& line : Expected()[0]) {
    boom += line.find("\"rule\":\"boom\"") != std::string::npos;
  }
  CHECK(lines > 100);
  CHECK(boom > 0);
}

TEST_CASE("Detection: parts of different age catch up to the same outputs") {
  const uint32_t seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::vector<Frame>& frames = Frames();
  const size_t cases_at = 1 + random() % (frames.size() - 2);
  std::vector<size_t> saved_at(kShardCount + 1, cases_at);
  for (size_t part = 0; part < kShardCount; ++part) {
    saved_at[part] = random() % (cases_at + 1);
  }
  std::vector<std::string> parts(kShardCount + 1);
  Outputs outputs;
  Detection before(AppPlan(), OneInput());
  for (size_t i = 0; i <= cases_at; ++i) {
    for (uint32_t part = 0; part <= kShardCount; ++part) {
      if (saved_at[part] == i) parts[part] = before.Save(part);
    }
    before.Apply(frames[i], &outputs);
  }
  Detection after(AppPlan(), OneInput());
  for (uint32_t part = 0; part <= kShardCount; ++part) {
    REQUIRE(after.Load(part, parts[part]).ok());
    CHECK(after.SequenceOf(part) == saved_at[part]);
    CHECK(after.Save(part) == parts[part]);
  }
  for (size_t i = after.sequence(); i < frames.size(); ++i) {
    after.Apply(frames[i], &outputs);
    if (i < cases_at) {
      CHECK(Lines(outputs).empty());
    } else {
      CHECK(Lines(outputs) == Expected()[i]);
    }
  }
}

TEST_CASE("Detection: damaged state is refused") {
  Detection detection(AppPlan(), OneInput());
  CHECK(absl::IsDataLoss(detection.Load(0, "no state")));
  CHECK(absl::IsDataLoss(detection.Load(kShardCount, "no state")));
}

}  // namespace
}  // namespace tocsin
