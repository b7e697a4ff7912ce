// SPDX-License-Identifier: Apache-2.0
//
// A node that nobody disturbs, one that is stopped and started, and one that
// loses its power at any moment: all leave the same findings and incidents.
#include "engine/pipeline/node.h"

#include <chrono>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "engine/pipeline/boot.h"
#include "tests/engine/pipeline/node_rig.h"

namespace tocsin {
namespace {

using testing::AppEvents;
using testing::Distinct;
using testing::kAppRules;
using testing::LastRevisions;
using testing::NodeRig;
using testing::PlanOf;
using testing::SmallBatches;

constexpr size_t kEach = 400;

std::shared_ptr<const Plan> AppPlan() {
  static const auto plan = SmallBatches(PlanOf(kAppRules), 16);
  return plan;
}

struct Left {
  std::vector<std::string> findings;
  std::map<std::string, std::string> incidents;
};

// What an undisturbed run leaves.
const Left& Expected() {
  static const Left left = [] {
    NodeRig rig(AppPlan());
    rig.script.partitions = AppEvents(1, 3, kEach);
    REQUIRE(rig.Start().ok());
    rig.Consume();
    REQUIRE(rig.StopAndWait().ok());
    CHECK(rig.findings.lines().size() > 100);
    CHECK(Distinct(rig.findings.lines()).size() == rig.findings.lines().size());
    return Left{Distinct(rig.findings.lines()),
                LastRevisions(rig.incidents.lines())};
  }();
  return left;
}

void CheckLeft(const NodeRig& rig) {
  CHECK(Distinct(rig.findings.lines()) == Expected().findings);
  CHECK(LastRevisions(rig.incidents.lines()) == Expected().incidents);
}

TEST_CASE("EngineNode: every rule fires, and the ledger is exposed") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 3, kEach);
  rig.script.partitions[1].push_back("");
  rig.script.partitions[1].push_back("{no object");
  REQUIRE(rig.Start().ok());
  rig.Consume();
  CHECK(NodeRig::Wait([&] { return rig.node().ready().ok; }));
  const Labels labels = {
      {"input", "app"}, {"topic", "app"}, {"partition", "1"}};
  CHECK(rig.Metric("tocsin_events_consumed_total", labels) == kEach + 2);
  CHECK(rig.Metric("tocsin_events_evaluated_total", labels) == kEach);
  CHECK(rig.Metric("tocsin_events_dead_lettered_total", labels) == 1);
  CHECK(rig.Metric("tocsin_events_filtered_total", labels) == 1);
  REQUIRE(rig.StopAndWait().ok());
  CHECK_FALSE(rig.node().ready().ok);
  CheckLeft(rig);
  std::string findings;
  for (const std::string& line : rig.findings.lines()) findings += line;
  for (const char* rule : {"boom", "burst", "chain", "quiet", "seldom"}) {
    CHECK(findings.find(StrCat("\"rule\":\"", rule, "\"")) !=
          std::string::npos);
  }
  REQUIRE(rig.dead_letters.lines().size() == 1);
  CHECK(testing::Member(rig.dead_letters.lines()[0], "offset") == "401");
}

TEST_CASE("EngineNode: the number of workers changes nothing") {
  for (const int workers : {1, 4}) {
    NodeRig rig(AppPlan());
    rig.options.workers = workers;
    rig.script.partitions = AppEvents(1, 3, kEach);
    REQUIRE(rig.Start().ok());
    rig.Consume();
    REQUIRE(rig.StopAndWait().ok());
    CheckLeft(rig);
  }
}

TEST_CASE("EngineNode: stopped and started, it goes on where it was") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 3, kEach);
  for (size_t shown = 50; shown < kEach + 50; shown += 50) {
    rig.script.at_most = shown;
    REQUIRE(rig.Start().ok());
    CHECK(NodeRig::Wait(
        [&] { return rig.Consumed() >= static_cast<double>(3 * shown); }));
    REQUIRE(rig.StopAndWait().ok());
  }
  CheckLeft(rig);
  CHECK(rig.findings.lines().size() == Expected().findings.size());
  CHECK(rig.script.delivered == 3 * kEach);
}

TEST_CASE("EngineNode: a partition far ahead waits before a buffer is full") {
  const auto run = [](int burst_first) {
    auto plan = std::make_shared<Plan>(*SmallBatches(PlanOf(kAppRules), 10));
    plan->limits.reorder_records = int64_t{kShardCount} * 1'000;
    NodeRig rig(plan);
    rig.script.partitions = AppEvents(1, 2, 5'000);
    for (auto& partition : rig.script.partitions) {
      for (std::string& text : partition) {  // all of one key
        const size_t user = text.find("\"user\":\"u") + 9;
        text.erase(user, text.find('"', user) - user);
      }
    }
    rig.script.burst = 1;
    rig.script.burst_first = burst_first;
    REQUIRE(rig.Start().ok());
    rig.Consume();
    REQUIRE(rig.StopAndWait().ok());
    CHECK(rig.Metric("tocsin_limit_total", {{"limit", "reorder_records"}}) ==
          0);
    CHECK(rig.Metric("tocsin_clamped_total") == 0);
    return Distinct(rig.findings.lines());
  };
  const auto even = run(1);
  CHECK(even.size() > 100);
  CHECK(run(50) == even);
}

// Lives of random length, each ended by power loss; then one to the end.
void CrashAndFinish(NodeRig* rig, uint32_t seed) {
  std::mt19937 random(seed);
  rig->script.partitions = AppEvents(1, 3, kEach);
  for (int life = 0; life < 6; ++life) {
    rig->script.at_most = kEach * static_cast<size_t>(life + 1) / 6;
    const Status started = rig->Start();
    INFO(started);
    REQUIRE(started.ok());
    if (random() % 2 == 0) {
      rig->disk.StopAfter(random() % 150);  // in the middle of something
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    rig->Crash(random() % 20);
  }
  rig->script.at_most = SIZE_MAX;
  const Status started = rig->Start();
  INFO(started);
  REQUIRE(started.ok());
  rig->Consume();
  REQUIRE(rig->StopAndWait().ok());
}

TEST_CASE("EngineNode: power loss at any moment changes nothing in files") {
  const uint32_t seed = GENERATE(range(0u, 12u));
  CAPTURE(seed);
  NodeRig rig(AppPlan(), seed);
  rig.options.segment_bytes = seed % 2 == 0 ? 20'000 : 64 << 20;
  CrashAndFinish(&rig, seed);
  CheckLeft(rig);
  CHECK(rig.findings.lines().size() == Expected().findings.size());
}

TEST_CASE("EngineNode: a topic gets repetitions with the same bytes only") {
  const uint32_t seed = GENERATE(range(0u, 4u));
  CAPTURE(seed);
  NodeRig rig(AppPlan(), seed);
  rig.findings.BeTopic();
  rig.incidents.BeTopic();
  rig.options.snapshot_interval = 100 * kMillisecond;
  CrashAndFinish(&rig, seed + 100);
  CheckLeft(rig);
}

TEST_CASE("EngineNode: the log is trimmed below what snapshots need") {
  NodeRig rig(AppPlan());
  rig.options.segment_bytes = 5'000;
  rig.script.partitions = AppEvents(1, 3, kEach);
  rig.script.at_most = kEach / 2;
  REQUIRE(rig.Start().ok());
  const std::string first = "state/log/00000000000000000001.log";
  CHECK(NodeRig::Wait([&] { return !rig.disk.Size(first).ok(); }));
  rig.Crash();
  rig.script.at_most = SIZE_MAX;
  REQUIRE(rig.Start().ok());
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  CheckLeft(rig);
}

TEST_CASE("EngineNode: a damaged newest snapshot of the cases is survived") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 3, kEach);
  rig.options.snapshot_interval = kHour;  // only at each stop
  for (const size_t shown : {kEach / 3, 2 * kEach / 3}) {
    rig.script.at_most = shown;
    REQUIRE(rig.Start().ok());
    CHECK(NodeRig::Wait(
        [&] { return rig.Consumed() >= static_cast<double>(3 * shown); }));
    REQUIRE(rig.StopAndWait().ok());
  }
  std::string newest;
  const auto names = rig.disk.List("state/snapshots").value();
  for (const std::string& name : names) {
    if (name.starts_with("064-")) newest = name;
  }
  rig.disk.FlipBit("state/snapshots/" + newest, 999);
  rig.script.at_most = SIZE_MAX;
  REQUIRE(rig.Start().ok());
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  CheckLeft(rig);
  CHECK(rig.findings.lines().size() == Expected().findings.size());
}

TEST_CASE("EngineNode: one process at a time has the state") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 1, 1);
  REQUIRE(rig.Start().ok());
  EngineNode second(rig.options, nullptr, {});
  const Status refused = second.Start();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Message(refused).find("another process") != std::string::npos);
  REQUIRE(rig.StopAndWait().ok());
}

TEST_CASE("EngineNode: state of other rules is refused and stays") {
  NodeRig rig(AppPlan());
  rig.script.partitions = AppEvents(1, 1, 40);
  REQUIRE(rig.Start().ok());
  rig.Consume();
  REQUIRE(rig.StopAndWait().ok());
  const auto before = rig.findings.lines();
  rig.options.plan = PlanOf(StrCat(kAppRules,
                                   "rule more { from app  when "
                                   "action == \"more\" }\n"));
  const Status refused = rig.Start();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(Message(refused).find("--reset-state") != std::string::npos);
  CHECK(rig.findings.lines() == before);
  rig.options.plan = AppPlan();
  REQUIRE(rig.Start().ok());
  REQUIRE(rig.StopAndWait().ok());
  rig.Make();  // lets go of the folder
  REQUIRE(ResetState(&rig.disk, "state").ok());
  rig.options.plan = PlanOf(kAppRules);
  CHECK(rig.Start().ok());
  REQUIRE(rig.StopAndWait().ok());
}

}  // namespace
}  // namespace tocsin
