// SPDX-License-Identifier: Apache-2.0
#include "engine/cmd/rule_tests.h"

#include <algorithm>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <variant>

#include "engine/cmd/json_subset.h"
#include "engine/pipeline/replay.h"

namespace tocsin {
namespace {

using rules::TestEvents;
using rules::TestExpectation;
using rules::TestStep;
using rules::TestUntil;

constexpr size_t kShown = 5;  // findings listed in a failure

// One finding or incident, as an expectation sees it.
struct Outcome {
  TimeNs time = 0;
  std::string json;
};

const Rule* FindRule(const Plan& plan, const std::string& name) {
  const auto found =
      std::find_if(plan.rules.begin(), plan.rules.end(),
                   [&](const Rule& rule) { return rule.name == name; });
  return found == plan.rules.end() ? nullptr : &*found;
}

// In-order input: nothing to wait for. The topic is one that the rule reads.
Inputs InputsFor(const Rule& rule) {
  InputInfo input;
  input.name = "test";
  input.topic = rule.topics.empty() ? "test" : rule.topics[0];
  input.disorder = 0;
  input.idle_after = kMaxTime;
  return {input};
}

class TestRun {
 public:
  TestRun(std::shared_ptr<const Plan> plan, const rules::TestCase& test,
          const Rule& rule)
      : plan_(std::move(plan)),
        test_(test),
        rule_(static_cast<uint32_t>(&rule - plan_->rules.data())),
        inputs_(InputsFor(rule)),
        replay_(plan_, inputs_, {}, OutputTo(this)) {}
  TestRun(const TestRun&) = delete;
  TestRun& operator=(const TestRun&) = delete;

  StatusOr<std::vector<TestFailure>> Run();

 private:
  static ReplayOutput OutputTo(TestRun* run) {
    ReplayOutput output;
    output.finding = [run](const Finding& finding) {
      run->Keep(finding);
      return OkStatus();
    };
    return output;
  }

  void Keep(const Finding& finding);
  Status Feed(size_t first, size_t end);
  Status Judge(const TestStep& step, bool last);
  std::vector<Outcome> Incidents() const;
  std::string Describe(const TestExpectation& expect) const;
  std::optional<std::string> Mismatch(const TestExpectation& expect,
                                      const std::vector<Outcome>& outcomes);

  const std::shared_ptr<const Plan> plan_;
  const rules::TestCase& test_;
  const RuleId rule_;
  const Inputs inputs_;
  Replay replay_;
  int64_t next_offset_ = 0;
  DurationNs reached_ = 0;  // what the lines so far reached
  std::vector<Outcome> findings_;
  std::vector<TestFailure> failures_;
};

void TestRun::Keep(const Finding& finding) {
  const bool counts = finding.rule == rule_ && !finding.resolves &&
                      (finding.held_back == HeldBack::kNo ||
                       finding.held_back == HeldBack::kShadow);
  if (!counts) return;
  findings_.push_back({finding.time, FindingJson(finding, *plan_, inputs_)});
}

std::vector<Outcome> TestRun::Incidents() const {
  std::vector<Outcome> incidents;
  for (const auto& [id, incident] : replay_.incidents()) {
    if (std::find(incident.rules.begin(), incident.rules.end(), rule_) ==
        incident.rules.end()) {
      continue;
    }
    incidents.push_back(
        {incident.time, IncidentJson(incident, *plan_, inputs_)});
  }
  return incidents;
}

StatusOr<std::vector<TestFailure>> TestRun::Run() {
  PartitionStatus status;
  status.partition = {InputId{0}, 0};
  RETURN_IF_ERROR(replay_.Open({status}));
  const std::vector<TestStep>& steps = test_.steps;
  const auto is_events = [&](size_t i) {
    return std::holds_alternative<TestEvents>(steps[i].line);
  };
  size_t after_events = 0;  // behind the last line of events
  for (size_t i = 0; i < steps.size(); ++i) {
    if (is_events(i)) after_events = i + 1;
  }
  for (size_t i = 0; i < steps.size();) {
    if (is_events(i)) {
      const size_t first = i;
      while (i < steps.size() && is_events(i)) ++i;
      RETURN_IF_ERROR(Feed(first, i));
      continue;
    }
    if (const auto* until = std::get_if<TestUntil>(&steps[i].line)) {
      reached_ = std::max(reached_, until->time);
      RETURN_IF_ERROR(replay_.Until(AddSaturating(test_.start, reached_)));
    } else {
      RETURN_IF_ERROR(Judge(steps[i], i >= after_events));
    }
    ++i;
  }
  return std::move(failures_);
}

// Lines of events that follow one another are one stream, by time.
Status TestRun::Feed(size_t first, size_t end) {
  using Next = std::tuple<DurationNs, size_t, int64_t>;  // time, line, n
  std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
  const auto push = [&](size_t line, int64_t n) {
    const auto& events = std::get<TestEvents>(test_.steps[line].line);
    if (n <= events.count()) queue.emplace(events.time(n), line, n);
  };
  for (size_t line = first; line < end; ++line) push(line, 1);
  Batch batch;
  const auto limit = static_cast<size_t>(plan_->limits.slab_events);
  while (!queue.empty()) {
    const auto [time, line, n] = queue.top();
    queue.pop();
    push(line, n + 1);
    reached_ = std::max(reached_, time);
    RawMessage message;
    message.partition = {InputId{0}, 0};
    message.offset = next_offset_++;
    message.record_time = AddSaturating(test_.start, time);
    message.trusted_time = true;
    batch.Add(message, std::get<TestEvents>(test_.steps[line].line).Json(n));
    if (batch.messages.size() == limit) {
      RETURN_IF_ERROR(replay_.Add(std::exchange(batch, {})));
    }
  }
  return replay_.Add(std::move(batch));
}

// `last`: no more events follow, so that those with a later time of their own
// are seen too.
Status TestRun::Judge(const TestStep& step, bool last) {
  TimeNs now = AddSaturating(test_.start, reached_);
  if (last) now = std::max(now, replay_.Summary().max_time);
  RETURN_IF_ERROR(replay_.Until(now));
  const auto& expect = std::get<TestExpectation>(step.line);
  std::optional<std::string> failure;
  if (expect.what != TestExpectation::What::kIncident) {
    failure = Mismatch(expect, findings_);
  }
  if (expect.what != TestExpectation::What::kFinding && !failure) {
    failure = Mismatch(expect, Incidents());
  }
  if (failure) failures_.push_back({step.span, *failure});
  return OkStatus();
}

std::string TestRun::Describe(const TestExpectation& expect) const {
  if (expect.what == TestExpectation::What::kNothing) return "nothing";
  const bool finding = expect.what == TestExpectation::What::kFinding;
  std::string text =
      StrCat(expect.count == 0 ? "no" : std::to_string(expect.count), " ",
             finding ? "finding" : "incident", expect.count > 1 ? "s" : "");
  if (expect.at) text += " at " + FormatDuration(*expect.at);
  if (!expect.object.empty()) text += " " + expect.object;
  return text;
}

// Where the incident itself has no such key, its VERIS record may.
void CompareOutcome(simdjson::dom::element expected,
                    simdjson::dom::element actual,
                    std::vector<JsonDifference>* differences) {
  CompareSubset(expected, actual, "", differences);
  simdjson::dom::element veris;
  if (differences->empty() || actual["veris"].get(veris)) return;
  std::vector<JsonDifference> left;
  simdjson::dom::object object;
  if (expected.get(object)) return;
  for (const auto& [key, value] : object) {
    simdjson::dom::element found;
    const std::string path(key);
    if (actual.at_key(key).get(found) == simdjson::SUCCESS ||
        veris.at_key(key).get(found) == simdjson::SUCCESS) {
      CompareSubset(value, found, path, &left);
    } else if (!value.is_null()) {
      left.push_back({path, simdjson::minify(value), "nothing"});
    }
  }
  *differences = std::move(left);
}

// What is wrong, for people; nothing when the expectation holds.
std::optional<std::string> TestRun::Mismatch(
    const TestExpectation& expect, const std::vector<Outcome>& outcomes) {
  simdjson::dom::parser expected_parser;
  simdjson::dom::parser actual_parser;
  simdjson::dom::element expected;
  if (!expect.object.empty() &&
      expected_parser.parse(expect.object).get(expected)) {
    return "the expected object is not JSON: " + expect.object;
  }
  int64_t fitting = 0;
  std::string shown;
  std::optional<std::vector<JsonDifference>> nearest;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const DurationNs at = SubSaturating(outcomes[i].time, test_.start);
    std::vector<JsonDifference> differences;
    // To the millisecond, which is as fine as the language writes times.
    if (expect.at &&
        FloorDiv(at, kMillisecond) != FloorDiv(*expect.at, kMillisecond)) {
      differences.push_back(
          {"time", FormatDuration(*expect.at), FormatDuration(at)});
    }
    simdjson::dom::element actual;
    if (!expect.object.empty() &&
        !actual_parser.parse(outcomes[i].json).get(actual)) {
      std::vector<JsonDifference> inner;
      CompareOutcome(expected, actual, &inner);
      differences.insert(differences.end(), inner.begin(), inner.end());
    }
    if (differences.empty()) ++fitting;
    if (!differences.empty() &&
        (!nearest || differences.size() < nearest->size())) {
      nearest = differences;
    }
    if (i < kShown) {
      shown +=
          StrCat("\n  found at ", FormatDuration(at), ": ", outcomes[i].json);
    }
  }
  if (fitting == expect.count) return std::nullopt;
  std::string text = StrCat("expected ", Describe(expect), ", found ",
                            fitting == 0 ? "none" : std::to_string(fitting));
  if (fitting < expect.count && nearest) {
    text += "\n  the nearest differs:";
    for (const JsonDifference& difference : *nearest) {
      text += StrCat("\n    ", difference.path, " is ", difference.found,
                     ", not ", difference.expected);
    }
  }
  text += shown;
  if (outcomes.size() > kShown) {
    text += StrCat("\n  and ", outcomes.size() - kShown, " more");
  }
  return text;
}

}  // namespace

StatusOr<std::vector<TestFailure>> RunTestCase(
    const std::shared_ptr<const Plan>& plan, const rules::TestCase& test) {
  const Rule* rule = FindRule(*plan, test.rule);
  if (rule == nullptr) {
    return Internal(StrCat("the plan has no rule '", test.rule, "'"));
  }
  return TestRun(plan, test, *rule).Run();
}

}  // namespace tocsin
